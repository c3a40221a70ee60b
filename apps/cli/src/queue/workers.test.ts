// `sim sweep --on` and `worker` as processes, over a real redis-server: the files are those of a sweep on one machine.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Ended, inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';
import { hasRedis, withRedis } from './redis-test-support.ts';

const SMALL = `
version: 1
name: small
duration: 30min
space: 2^16
population: { vulnerable: 2000, infected: 5 }
worm: { scanRate: 2/s }
defenses:
  - { kind: honeypots, count: 100, start: 2min, delay: 1s }
`;
const PASSWORD = 'wormwood-secret';
const app = fileURLToPath(new URL('../..', import.meta.url));
const program = join(app, 'bin/wormwood.js');

function contents(directory: string): Readonly<Record<string, string>> {
  const names = readdirSync(directory).filter((name) => name.startsWith('sweep.'));
  return Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );
}

const linesOf = (path: string): number =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;

interface Worker {
  readonly child: ChildProcess;
  stderr(): string;
  readonly ended: Promise<number | null>;
}

function startWorker(on: string, env: Readonly<Record<string, string>>, from: string = program): Worker {
  const child = spawn(process.execPath, [from, 'worker', '--workers', '1', '--on', on], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, stderr: () => stderr, ended };
}

/** Copies the program into `directory` under another version. */
function otherVersion(directory: string): string {
  const copy = join(directory, 'other');
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(app, part), join(copy, part), { recursive: true });
  symlinkSync(join(app, '../../node_modules'), join(directory, 'node_modules'));
  if (existsSync(join(app, 'node_modules')))
    symlinkSync(join(app, 'node_modules'), join(copy, 'node_modules'));
  const manifest = join(copy, 'package.json');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8').replace(/"version": "[^"]*"/, '"version": "99.0.0"'),
  );
  return join(copy, 'bin/wormwood.js');
}

describe.skipIf(!hasRedis)('a sweep on several machines', () => {
  it(
    'has the bytes of the local one, though a worker is killed, Redis starts again, and a worker is of another version',
    () =>
      inTemporaryDirectory((directory) =>
        withRedis(
          async (server) => {
            const args = [
              'sim',
              'sweep',
              '-',
              '--vary',
              'defenses.0.count=10..2000/10',
              '--engine',
              'hosts',
              '--runs',
              '20',
            ];
            const local = join(directory, 'local');
            await wormwood([...args, '-q', '--out', local], { input: SMALL });
            const url = `redis://:${PASSWORD}@127.0.0.1:${server.port}`;
            const env = { WORMWOOD_TEST_REDIS: url };
            const on = 'env:WORMWOOD_TEST_REDIS';
            const out = join(directory, 'far');
            const done = (cells: number): Promise<void> =>
              expect
                .poll(() => linesOf(join(out, 'cells.jsonl')), { timeout: 60_000 })
                .toBeGreaterThanOrEqual(cells);
            const sweep = wormwood([...args, '--out', out, '--on', on], { input: SMALL, env });
            const workers = [startWorker(on, env), startWorker(on, env)];
            const [first, second] = workers as [Worker, Worker];
            try {
              await done(30);
              first.child.kill('SIGKILL');
              await done(60);
              await server.stop();
              // Long enough to be noticed.
              await sleep(1500);
              await server.start();
              const other = startWorker(on, env, otherVersion(directory));
              expect(await other.ended).toBe(1);
              expect(other.stderr()).toMatch(
                /^wormwood: The sweep that waits is of version [\d.]+ and this worker of 99\.0\.0/m,
              );
              const { code, stderr } = await sweep;
              expect([code, stderr]).toEqual([0, expect.stringContaining('Redis is back.') as string]);
              second.child.kill('SIGTERM');
              expect(await second.ended).toBe(0);
              expect(contents(out)).toEqual(contents(local));
              const ids = readFileSync(join(out, 'cells.jsonl'), 'utf8').match(/"id":"\w+"/g) ?? [];
              expect([ids.length, new Set(ids).size]).toEqual([200, 200]);
              expect(`${stderr}${second.stderr()}${other.stderr()}`).not.toContain(PASSWORD);
            } finally {
              for (const { child } of workers) child.kill('SIGKILL');
            }
          },
          ['--requirepass', PASSWORD],
        ),
      ),
    180_000,
  );

  it('goes over TLS with a password from a file, and says in a sentence what is wrong otherwise', () =>
    inTemporaryDirectory(async (directory) => {
      const at = (name: string): string => join(directory, name);
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
          ...subject,
          '-keyout',
          at('key.pem'),
          '-out',
          at('cert.pem'),
        ],
        { stdio: 'ignore' },
      );
      const tls = [
        '--tls-cert-file',
        at('cert.pem'),
        '--tls-key-file',
        at('key.pem'),
        '--tls-auth-clients',
        'no',
      ];
      await withRedis(
        async (server) => {
          await server.secure();
          const url = (password: string): string => `rediss://:${password}@localhost:${server.tlsPort}`;
          writeFileSync(at('url'), url(PASSWORD), { mode: 0o600 });
          writeFileSync(at('wrong'), url('another'), { mode: 0o600 });
          const env = { NODE_EXTRA_CA_CERTS: at('cert.pem') };
          const sweep = (on: string, variables: Readonly<Record<string, string>>): Promise<Ended> =>
            wormwood(['sim', 'sweep', '-', '--vary', 'defenses.0.count=1..4/1', '--json', '--on', on], {
              input: SMALL,
              env: variables,
            });
          const worker = startWorker(`file:${at('url')}`, env);
          try {
            const far = await sweep(`file:${at('url')}`, env);
            expect(far.code).toBe(0);
            expect(far.stdout).toBe((await sweep('local', {})).stdout);
            const refused = await Promise.all([
              sweep(`file:${at('wrong')}`, env),
              sweep(`file:${at('url')}`, {}),
              sweep('redis://127.0.0.1:1', {}),
            ]);
            const sentences = refused.map(({ stderr }) => stderr.trim().split('\n').at(-1));
            expect(sentences).toEqual([
              `wormwood: Cannot use Redis at rediss://localhost:${server.tlsPort}: it refuses the password or the user.`,
              expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
              'wormwood: Cannot use Redis at redis://127.0.0.1:1: nothing listens there.',
            ]);
            expect(refused.map(({ code }) => code)).toEqual([1, 1, 1]);
          } finally {
            worker.child.kill('SIGTERM');
            await worker.ended;
          }
        },
        [...tls, '--requirepass', PASSWORD],
      );
    }));
});
