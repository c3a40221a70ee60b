// The command line itself: help, mistakes in it, the small commands. The program runs as built.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, wormwood } from './spawn-test-support.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const entry = fileURLToPath(new URL('../bin/wormwood.js', import.meta.url));
const COMMANDS = [
  [],
  ['demo'],
  ['detect'],
  ['detect', 'watch'],
  ['detect', 'explain'],
  ['sim'],
  ['sim', 'run'],
  ['sim', 'report'],
  ['sim', 'ls'],
  ['sim', 'show'],
  ['sim', 'export'],
  ['sim', 'reproduce'],
  ['net'],
  ['net', 'up'],
  ['respond'],
  ['respond', 'propose'],
  ['respond', 'scope', 'sign'],
  ['lab'],
  ['lab', 'run'],
  ['studio'],
  ['worker'],
  ['schema'],
  ['doctor'],
  ['completion'],
];

describe('the start of the program', () => {
  it('loads neither engines nor the honeynet before a command needs them', () => {
    const list = `export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(list)}`)});`;
    const { stderr, status } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(register)}`, entry, '--version'],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    const loaded = stderr.split('\n').filter((line) => line.startsWith('file:'));
    expect(loaded.some((url) => url.includes('/apps/cli/'))).toBe(true);
    expect(
      loaded.filter((url) =>
        /\/packages\/(epidemic|honeynet|netstack|report|study|lab)\/|@observablehq/.test(url),
      ),
    ).toEqual([]);
  });
});

describe('help', () => {
  it.each(COMMANDS)('%s %s says how to use it, with an example, on stdout', async (...command) => {
    const { code, stdout, stderr } = await wormwood([...command, '--help']);
    expect(stdout).toContain(`Usage: ${['wormwood', ...command].join(' ')}`);
    expect(stdout).not.toContain('(default: [])');
    expect(stdout).toMatch(/Examples:\n {2}\S.* # /);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('lists no command that does not exist yet', async () => {
    const { stdout } = await wormwood(['--help']);
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(
      new Set([
        'demo',
        'sim',
        'net',
        'detect',
        'respond',
        'lab',
        'studio',
        'worker',
        'schema',
        'doctor',
        'completion',
        'wormwood',
      ]),
    );
  });

  it('prints the version of the package', async () => {
    expect(await wormwood(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });
});

describe('mistakes in the command line', () => {
  it.each([
    ['dmeo', "unknown command 'dmeo' (Did you mean demo?)"],
    ['sim rnu x', "unknown command 'rnu' (Did you mean run?)"],
    ['sim sweep x', "required option '--vary <path=values>' not specified"],
    ['sim run x --rnus 3', "unknown option '--rnus' (Did you mean --runs?)"],
    ['sim run', "missing required argument 'scenario'"],
    ['sim plan x', "required options '--goal <goal>' and '--vary <path=A..B>' not specified"],
    ['sim run x --csv', "unknown option '--csv'. --out DIR writes the results as files."],
    ['sim run a b', 'too many arguments'],
    ['detect day.pcap', 'Name files by options: --pcap, --events'],
    ['sim run x --engine od', 'Allowed choices are ode, stochastic, hosts, probes'],
    ['sim run x --runs 0', 'from 1 to 1000000'],
    ['sim run x --runs 1.5', 'from 1 to 1000000'],
    ['sim run x --runs NaN', 'from 1 to 1000000'],
    ['sim run x --workers 0', 'from 1 to 256'],
    ['sim run x --workers -2', 'from 1 to 256'],
    ['sim run x --seed -1', 'A seed is a whole number'],
    ['sim run x --seed 1e3', 'A seed is a whole number'],
    ['sim run x --seed 18446744073709551616', 'A seed is at most 18446744073709551615'],
    ['schema universe', 'Allowed choices are scenario, scope, known, respond, lab'],
    ['completion tcsh', 'Allowed choices are bash, zsh, fish'],
  ])('wormwood %s', async (line, sentence) => {
    const { code, stdout, stderr } = await wormwood(line.split(' '));
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^wormwood: [^\n]+\nSee `wormwood[a-z ]* --help`\.\n$/);
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([[[]], [['sim']]])('%j alone shows help on stderr', async (args) => {
    const { code, stdout, stderr } = await wormwood(args);
    expect(stderr).toContain('Usage: wormwood');
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('doctor', () => {
  it('finds what this test runs on', async () => {
    const { code, stdout, stderr } = await wormwood(['doctor', '--json']);
    const report = JSON.parse(stdout) as {
      ok: boolean;
      checks: { name: string; ok: boolean; found: string; purpose: string }[];
    };
    const node = report.checks.find(({ name }) => name === 'Node.js');
    expect(node).toMatchObject({ ok: true, found: process.versions.node });
    expect(report.checks.every(({ purpose }) => purpose !== '')).toBe(true);
    expect([code, report.ok, stderr]).toEqual([0, true, '']);
  });

  it('reports a tool that is not in PATH as absent and does not fail for it', async () => {
    await inTemporaryDirectory(async (directory) => {
      const options = { env: { PATH: directory } };
      const { code, stdout } = await wormwood(['doctor', '--json'], options);
      const report = JSON.parse(stdout) as { checks: { name: string; ok: boolean; remedy: string }[] };
      expect(report.checks.find(({ name }) => name === 'tshark')?.ok).toBe(false);
      const remedies = Object.fromEntries(report.checks.map(({ name, remedy }) => [name, remedy]));
      expect(remedies).toMatchObject({
        prlimit: 'apt-get install util-linux',
        ip: 'apt-get install iproute2',
        nft: 'apt-get install nftables',
        '/dev/net/tun': 'modprobe tun',
      });
      for (const { name, ok, remedy } of report.checks) expect(ok || remedy !== '', name).toBe(true);
      // What is absent stands with its remedy.
      expect((await wormwood(['doctor'], options)).stdout).toContain('→ apt-get install util-linux');
      expect(code).toBe(0);
    });
  });
});

describe('completion', () => {
  const shells = ['bash', 'zsh', 'fish'].map((shell) => ({ shell, isHere: isInstalled(shell) }));

  it.each(shells)('the script for $shell parses', async ({ shell, isHere }) => {
    const { code, stdout } = await wormwood(['completion', shell]);
    expect(code).toBe(0);
    if (!isHere) {
      expect(process.env['WORMWOOD_REQUIRE_ALL'], `${shell} is not installed`).toBeUndefined();
      console.log(`not checked: ${shell} is not installed`);
      return;
    }
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, `completion.${shell}`);
      writeFileSync(path, stdout);
      expect(() => execFileSync(shell, ['-n', path], { stdio: 'pipe' })).not.toThrow();
    });
  });

  it.each([
    [
      'sim ',
      [
        'run',
        'sweep',
        'plan',
        'fit',
        'forecast',
        'observe',
        'report',
        'ls',
        'show',
        'export',
        'reproduce',
        'presets',
      ],
    ],
    ['sim run --en', ['--engine']],
    ['sim run x --engine ', ['ode', 'stochastic', 'hosts', 'probes']],
    ['completion f', ['fish']],
    ['sim run provos-2004-2', ['provos-2004-20min']],
  ])('bash completes "wormwood %s"', async (line, expected) => {
    const { stdout } = await wormwood(['completion', 'bash']);
    const words = ['wormwood', ...line.split(' ')].map((word) => `'${word}'`);
    const call = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _wormwood`;
    const script = `${stdout}\n${call}\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')).toEqual(expected);
  });
});

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
