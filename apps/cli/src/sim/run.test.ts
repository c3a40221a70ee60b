// `sim run` as a program sees it: the JSON contract, refusals, interruption; `run-files.test.ts` has the files. Where a process of
// its own is the point, the program runs as built.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnsembleSeries, EnsembleSummary, SingleSummary } from '@wormwood/report';
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { type Ended, inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';
import { parse, run as runAnew, SMALL } from './run-test-support.ts';

const results: Map<string, Promise<Ended>> = new Map();

/** Runs `sim run` once for all tests that look at the same command line. */
function run(args: readonly string[], input: string = SMALL): Promise<Ended> {
  const key = JSON.stringify([args, input]);
  const known = results.get(key) ?? runAnew(args, input);
  results.set(key, known);
  return known;
}

const SUMMARY_KEYS = [
  'peakInfected',
  'peakTime',
  'everInfected',
  'everInfectedFraction',
  'neverInfected',
  'immunized',
  'stillInfected',
  'extinctionTime',
  'basicReproductionNumber',
  'reproductionNumberAtStart',
  'doublingTime',
  'timeTo',
  'probes',
  'honeypotContacts',
];
const TOP_KEYS = ['scenario', 'engine', 'seed', 'runs', 'version', 'summary', 'series'];
const DISTRIBUTION_KEYS = ['mean', 'sd', 'se', 'q05', 'q25', 'q50', 'q75', 'q95'];

describe('the JSON contract', () => {
  it.each(['ode', 'stochastic', 'hosts', 'probes'])('of one run of %s', async (engine) => {
    const printed = await run(['--engine', engine, '--json', '--seed', '7', '-q']);
    expect([printed.code, printed.stderr]).toEqual([0, '']);
    const result = parse(printed);
    expect(Object.keys(result)).toEqual(TOP_KEYS);
    expect(result).toMatchObject({ engine, seed: '7', runs: 1, scenario: { name: 'small', version: 1 } });
    expect(Object.keys(result.summary)).toEqual(SUMMARY_KEYS);
    expect(Object.keys(result.summary.timeTo).sort()).toEqual(['0.5', '0.9', '0.99', '1']);
    expect(Object.keys(result.series)).toEqual(['time', 'susceptible', 'infected', 'immunized']);
    const { time, susceptible, infected, immunized } = result.series;
    expect(time).toEqual(Array.from({ length: 61 }, (_, i) => i * 10));
    for (const [i] of time.entries()) {
      const total = [susceptible, infected, immunized].reduce(
        (sum, values) => sum + (values as number[])[i]!,
        0,
      );
      expect(total).toBeCloseTo(2000, 6);
    }
    const { everInfected, neverInfected } = result.summary as SingleSummary;
    expect(everInfected + neverInfected).toBeCloseTo(2000, 6);
  });

  it.each([
    ['stochastic', 6],
    ['hosts', 6],
    ['probes', 2],
  ] as const)('of an ensemble of %s', async (engine, runs) => {
    const args = ['--engine', engine, '--json', '--runs', String(runs), '--workers', '2', '-q'];
    const printed = await run(args);
    expect([printed.code, printed.stderr]).toEqual([0, '']);
    const result = parse(printed);
    expect(Object.keys(result)).toEqual(TOP_KEYS);
    expect(result).toMatchObject({ engine, seed: '1', runs });
    const summary = result.summary as EnsembleSummary;
    expect(Object.keys(summary).sort()).toEqual(
      [...SUMMARY_KEYS, 'extinctProbability', 'timeToProbability'].sort(),
    );
    expect(Object.keys(summary.peakInfected)).toEqual(DISTRIBUTION_KEYS);
    expect(Object.keys(summary.timeTo['0.5'])).toEqual(DISTRIBUTION_KEYS);
    const series = result.series as EnsembleSeries;
    expect(Object.keys(series)).toEqual(['time', 'susceptible', 'infected', 'immunized']);
    expect(Object.keys(series.infected)).toEqual(['mean', 'q05', 'q25', 'q50', 'q75', 'q95']);
    expect(series.infected.mean).toHaveLength(61);
  });

  it('the mean field of the experiment of Provos has the published figures', async () => {
    const { code, stdout, stderr } = await wormwoodInProcess(['sim', 'run', 'provos-2004-20min', '--json']);
    const { summary } = JSON.parse(stdout) as { summary: SingleSummary };
    // models 3.1: peak 31,188 at 33.3 min, ever infected 206,308, R0 1.377; to a relative 1e-4.
    expect(summary.peakInfected / 31_188).toBeCloseTo(1, 4);
    expect(summary.everInfected / 206_308).toBeCloseTo(1, 4);
    expect(summary.peakTime / 60).toBeCloseTo(33.3, 1);
    expect(summary.basicReproductionNumber).toBeCloseTo(1.377, 3);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('is that of the program as built', async () => {
    const args = ['sim', 'run', '-', '--engine', 'hosts', '--json', '--runs', '3', '-q'];
    const built = await wormwood(args, { input: SMALL });
    expect(built).toEqual(await wormwoodInProcess(args, { input: SMALL }));
  });

  it('the same seed gives the same bytes for any number of workers, another seed others', async () => {
    const args = ['--engine', 'hosts', '--json', '--runs', '7'];
    const [one, two, three, other] = await Promise.all([
      run([...args, '--workers', '1']),
      run([...args, '--workers', '2']),
      run([...args, '--workers', '3']),
      run([...args, '--workers', '2', '--seed', '2']),
    ]);
    expect(two.stdout).toBe(one.stdout);
    expect(three.stdout).toBe(one.stdout);
    expect(other.stdout).not.toBe(one.stdout);
  });

  it('JSON is a scenario file too, and 0007 the same seed as 7', async () => {
    const document = JSON.stringify(parse(await run(['--json'])).scenario);
    const [fromYaml, fromJson] = await Promise.all([
      run(['--json', '--engine', 'hosts', '--seed', '7']),
      run(['--json', '--engine', 'hosts', '--seed', '0007'], document),
    ]);
    expect(fromJson.stdout).toBe(fromYaml.stdout);
  });
});

describe('text', () => {
  it('shows active and ever infected apart, a plot and the verdict, without escapes on a pipe', async () => {
    const { code, stdout } = await run([]);
    expect(stdout).toMatch(/Ever infected: at some time/);
    expect(stdout).toMatch(/Peak: hosts infected at one time/);
    expect(stdout).toMatch(/^hosts$[^]*time \(min\)/m);
    expect(stdout).toMatch(/1,500 honeypots after 1 min /);
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  it('colours no pipe where a builder of software sets CI', async () => {
    const { stderr } = await wormwood(['sim', 'run', '-'], { input: ': : [', env: { CI: 'true' } });
    expect(stderr).toMatch(/^stdin:\d+:\d+: error: /);
  });

  it('colours a terminal unless NO_COLOR or --no-color', async () => {
    const colored = await onTerminal([], {});
    expect(colored).toContain('\u001b[1m');
    for (const plain of [await onTerminal([], { NO_COLOR: '1' }), await onTerminal(['--no-color'], {})]) {
      // oxlint-disable-next-line no-control-regex
      expect(plain).not.toMatch(/\u001b\[[0-9;]*m/);
    }
  });

  it('a reader that stops reading is not an error', () => {
    const program = new URL('../../bin/wormwood.js', import.meta.url).pathname;
    const command = `"${process.execPath}" "${program}" sim run provos-2004-20min --json | head -c 10; echo "\${PIPESTATUS[0]}"`;
    const output = execFileSync('bash', ['-c', `${command} 2>&1`], { encoding: 'utf8' });
    expect(output).toMatch(/^\{"scenario0\n$/);
  });
});

/** Runs on a pseudo-terminal that `script` (util-linux) makes. */
async function onTerminal(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  let shown = '';
  await inTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'small.yaml'), SMALL);
    const program = new URL('../../bin/wormwood.js', import.meta.url).pathname;
    const command = [process.execPath, program, 'sim', 'run', 'small.yaml', ...args].join(' ');
    shown = execFileSync('script', ['-qec', command, '/dev/null'], {
      cwd: directory,
      env: { ...process.env, TERM: 'xterm-256color', ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  });
  return shown;
}

describe('talk', () => {
  const args = ['--engine', 'stochastic', '--runs', '8', '--json'];
  const slow = SMALL.replace('2^16', '2^32')
    .replace('vulnerable: 2000', 'vulnerable: 200000')
    .replace('scanRate: 2/s', 'scanRate: 50/s')
    .replace('duration: 10min', 'duration: 24h')
    .replace('sample: 10s', 'sample: 1h');

  it('is sparse on stderr, leaves stdout alone, and stops with --quiet', async () => {
    const [talkative, quiet] = await Promise.all([run(args, slow), run([...args, '--quiet'], slow)]);
    // How many lines there are depends on the machine; a quick one shows none.
    expect(talkative.stderr).toMatch(/^(?:stochastic: \d+ %, \d+ of 8 runs(?:, about [^\n]+ left)?\n){0,9}$/);
    expect(quiet.stderr).toBe('');
    expect(quiet.stdout).toBe(talkative.stdout);
  });
});

describe('refusals', () => {
  it('reports all seven mistakes of a file at once and writes nothing', async () => {
    const text = SMALL.replace('version: 1', 'version: 2')
      .replace('duration: 10min', 'duration: 10 parsecs')
      .replace('vulnerable: 2000', 'vulnerable: -5')
      .replace('infected: 20', 'infected: many')
      .replace('scanRate', 'scanRat')
      .replace('delay: 2s', 'delay: 2')
      .replace('count: 1500', 'count: 1.5');
    await inTemporaryDirectory(async (directory) => {
      const args = ['sim', 'run', '-', '--json', '--out', 'out'];
      const { code, stdout, stderr } = await wormwoodInProcess(args, { input: text, cwd: directory });
      const { ok, diagnostics } = JSON.parse(stdout) as {
        ok: boolean;
        diagnostics: Record<string, unknown>[];
      };
      expect(ok).toBe(false);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      // A misspelt key is one mistake, though it may be reported as an unknown key and a missing one.
      expect(new Set(errors.map(({ line }) => line))).toEqual(new Set([2, 4, 6, 7, 8]));
      expect(errors.length).toBeGreaterThanOrEqual(7);
      for (const diagnostic of diagnostics) {
        const keys = ['severity', 'code', 'file', 'line', 'column', 'message', 'help'];
        expect(Object.keys(diagnostic)).toEqual(expect.arrayContaining(keys));
      }
      expect(stderr).toContain('stdin:4:');
      expect(stderr).toContain('^');
      expect(readdirSync(directory)).toEqual([]);
      expect(code).toBe(3);
    });
  });

  it.each([
    ['a duration of 0', SMALL.replace('duration: 10min', 'duration: 0s')],
    ['more infected than vulnerable', SMALL.replace('infected: 20', 'infected: 2001')],
    ['more addresses than the space has', SMALL.replace('count: 1500', 'count: 70000')],
    ['a rate that is not a number', SMALL.replace('2/s', 'NaN')],
    ['no YAML', ': : : ['],
    ['an empty file', ''],
    ['octets that are not text', '\u0000\u0001'],
  ])('%s', async (_, input) => {
    const { code, stdout, stderr } = await run([], input);
    expect(stderr).toMatch(/^stdin:\d+:\d+: error: /);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([code, stdout]).toEqual([3, '']);
  });

  it.each([
    ['missing.yaml', /neither a file nor the name of a shipped scenario/],
    ['provos-2004-20mi', /Did you mean provos-2004-20min\?/],
    ['directory', /directory/],
    ['large.yaml', /more than 1048576 bytes/],
    ['latin1.yaml', /UTF-8/],
    ['/dev/zero', /not a regular file/],
  ])('of the file %s', async (name, sentence) => {
    await inTemporaryDirectory(async (directory) => {
      mkdirSync(join(directory, 'directory'));
      execFileSync('truncate', ['-s', '100M', join(directory, 'large.yaml')]);
      writeFileSync(join(directory, 'latin1.yaml'), Buffer.from([0xe4, 0xf6, 0xfc]));
      const { code, stdout, stderr } = await wormwoodInProcess(['sim', 'run', name, '--json'], {
        cwd: directory,
      });
      expect(stderr).toMatch(sentence);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        diagnostics: [{ severity: 'error', file: name }],
      });
      expect(code).toBe(3);
    });
  });

  const billion = SMALL.replace('2^16', '2^40').replace('vulnerable: 2000', 'vulnerable: 1e9');

  it.each(['ode', 'stochastic'])('a billion hosts run with %s', async (engine) => {
    const { code, stdout } = await run(['--engine', engine, '--json'], billion);
    const { summary } = JSON.parse(stdout) as { summary: SingleSummary };
    expect(summary.everInfected + summary.neverInfected).toBeCloseTo(1e9, 0);
    expect(code).toBe(0);
  });

  it.each(['hosts', 'probes'])('a billion hosts are too many for %s', async (engine) => {
    const { code, stdout, stderr } = await run(['--engine', engine], billion);
    expect(stderr).toMatch(/error: .*\[engine-unsupported\]/);
    expect([code, stdout]).toEqual([3, '']);
  });

  it('more than one run of the mean field', async () => {
    const { code, stdout, stderr } = await run(['--engine', 'ode', '--runs', '5']);
    expect(stderr).toContain('is deterministic');
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('the engine that is chosen', () => {
  const lone = SMALL.replace('infected: 20', 'infected: 1');

  it('is an ensemble of hosts where chance decides, said in one line with the reason', async () => {
    const { code, stdout } = await run([], lone);
    expect(stdout).toMatch(
      /^small, engine hosts, 100 runs, seed 1\nEngine hosts: with 1 host infected at the start, chance/,
    );
    expect(stdout).toMatch(/Key figures, engine hosts, 100 runs\n/);
    expect(stdout.replaceAll('\n', ' ')).toMatch(/in nine of ten runs.* By 100 runs of the engine hosts\./);
    expect(code).toBe(0);
    const json = await run(['--json'], lone);
    expect(json.stderr).toMatch(/^(?:hosts: .*\n)*Engine hosts: with 1 host infected/);
    expect(parse(json)).toMatchObject({ engine: 'hosts', runs: 100 });
  });

  it('is the mean field where it is what happens, and what was asked for', async () => {
    expect(parse(await run(['--json']))).toMatchObject({ engine: 'ode', runs: 1 });
    expect(parse(await run(['--json', '--runs', '5']))).toMatchObject({ engine: 'hosts', runs: 5 });
    expect(parse(await run(['--json', '--runs', '1'], lone))).toMatchObject({ engine: 'hosts', runs: 1 });
    expect(parse(await run(['--json', '--engine', 'ode'], lone))).toMatchObject({ engine: 'ode', runs: 1 });
  });

  it('fits 80 columns', async () => {
    for (const { stdout } of [await run([], lone), await run([]), await run(['--engine', 'hosts'])]) {
      expect(Math.max(...stdout.split('\n').map((line) => Array.from(line).length))).toBeLessThanOrEqual(80);
    }
  });
});

describe('--set', () => {
  it('replaces values as in the file, one after the other', async () => {
    const set = ['--set', 'defenses.0.count=3000', '--set', 'population={vulnerable: 1000, infected: 30}'];
    const changed = SMALL.replace('count: 1500', 'count: 3000').replace(
      'vulnerable: 2000, infected: 20',
      'vulnerable: 1000, infected: 30',
    );
    expect((await run([...set, '--json'])).stdout).toBe((await run(['--json'], changed)).stdout);
  });

  it.each([
    ['defenses.0.cuont=5', /^--set defenses\.0\.cuont=5:1:1: error: .*\n.*Did you mean defenses\.0\.count\?/],
    ['defenses.1.count=5', /^--set defenses\.1\.count=5:1:1: error: .*there is no item 1/],
    ['duration=10 parsecs', /^--set duration=10 parsecs:1:\d+: error: [^\n]*\n 1 \| 10 parsecs\n/],
    ['population.infected=5000', /^--set population\.infected=5000:1:1: error: .*only 2000 are vulnerable/],
    ['worm.scanRate=', /^--set worm\.scanRate=:1:1: error: .*no value/],
  ])('reports %s by option and path', async (change, told) => {
    const { code, stdout, stderr } = await run(['--set', change]);
    expect(stderr).toMatch(told);
    expect([code, stdout]).toEqual([3, '']);
  });

  it('reports all mistakes at once, and refuses what is not a change', async () => {
    const both = await run(['--set', 'wrom.scanRate=5/s', '--set', 'duration=x', '--json']);
    const { diagnostics } = JSON.parse(both.stdout) as { diagnostics: { file: string }[] };
    expect(diagnostics.map(({ file }) => file)).toEqual(['--set wrom.scanRate=5/s', '--set duration=x']);
    const none = await run(['--set', 'duration']);
    expect(none.stderr).toContain('Write PATH=VALUE');
    expect(none.code).toBe(2);
  });
});

describe('interruption', () => {
  // Some runs of hosts and stochastic are done when the first line of progress appears; a run of probes takes days.
  const long = SMALL.replace('duration: 10min', 'duration: 30d')
    .replace('sample: 10s', 'sample: 1h')
    .replace('2^16', '2^32')
    .replace('vulnerable: 2000', 'vulnerable: 20000')
    .replace('scanRate: 2/s', 'scanRate: 50/s')
    .replace('start: 1min', 'start: 0s')
    .replace('count: 1500', 'count: 4096');

  it.each([
    ['SIGINT', ['--engine', 'hosts', '--runs', '100000']],
    ['SIGTERM', ['--engine', 'stochastic', '--runs', '100000']],
    ['SIGINT', ['--engine', 'probes']],
  ] as const)('%s ends a long run %j with a valid partial result', async (signal, args) => {
    await inTemporaryDirectory(async (directory) => {
      const ended = await wormwood(['sim', 'run', '-', ...args, '--json', '--out', 'out'], {
        input: long,
        cwd: directory,
        signals: [{ after: /: \d+ %, .*\n/, signal }],
      });
      const result = parse(ended);
      expect(result.partial).toBe(true);
      expect(ended.stderr).toMatch(/Ended early.*run: wormwood sim run - --engine/);
      expect(readFileSync(join(directory, 'out', 'result.json'), 'utf8')).toBe(ended.stdout);
      expect(existsSync(join(directory, 'out', 'report.html'))).toBe(true);
      expect(ended.code).toBe(130);
    });
  });

  it('the second signal ends at once and prints nothing', async () => {
    const ended = await wormwood(['sim', 'run', '-', '--engine', 'probes', '--json'], {
      input: long,
      signals: [
        { after: /: \d+ %, .*\n/, signal: 'SIGINT' },
        { after: /again to end at once/, signal: 'SIGINT' },
      ],
    });
    expect([ended.code, ended.stdout]).toEqual([130, '']);
  });
});
