import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingForNamespaces } from '../namespace-test-support.ts';
import { LimitedProcess, LIMITS_DEFAULT, type ProgramLimits, type ProgramStart } from './limited-process.ts';

interface Ended {
  readonly output: string;
  readonly messages: readonly string[];
  readonly reason: string | null;
}

function start(
  words: readonly string[],
  more: Partial<ProgramStart> = {},
  limits: Partial<ProgramLimits> = {},
) {
  let output = '';
  const messages: string[] = [];
  let child: LimitedProcess | undefined;
  const ended = new Promise<Ended>((resolve) => {
    child = new LimitedProcess(
      {
        words,
        environment: {},
        directory: '/',
        userId: null,
        groupId: null,
        ...more,
        limits: { ...LIMITS_DEFAULT, wallSeconds: 5, ...limits },
      },
      {
        output: (octets) => (output += new TextDecoder().decode(octets)),
        message: (line) => messages.push(line),
        drained: () => undefined,
        exited: (reason) => resolve({ output, messages, reason }),
      },
    );
  });
  return { child: child!, ended };
}

/** Processes of this machine whose command line contains the text. */
function processesWith(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

/** How many processes of a user are alive; those that only wait to be buried are not. */
function processesOf(userId: number): number {
  const listed = execFileSync('ps', ['-eo', 'uid=,stat='], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => new RegExp(`^\\s*${userId} +[^Z]`).test(line)).length;
}

describe('a limited process', () => {
  it('speaks through its standard input and output, and reports on its error', async () => {
    const { child, ended } = start([
      'sh',
      '-c',
      'read line; echo "you said $line"; echo one >&2; printf two >&2',
    ]);
    child.write(new TextEncoder().encode('hello\n'));
    child.endInput();
    expect(await ended).toEqual({ output: 'you said hello\n', messages: ['one', 'two'], reason: null });
  });

  // Honeyd's scripts inherit everything.
  it('B12: knows nothing of the environment of the daemon', async () => {
    process.env['WORMWOOD_TEST_SECRET'] = 'secret';
    const { output } = await start(['env'], { environment: { HONEYD_IP_SRC: '10.9.8.2' } }).ended;
    expect(output.trim().split('\n').sort()).toEqual([
      'HONEYD_IP_SRC=10.9.8.2',
      'PATH=/usr/local/bin:/usr/bin:/bin',
    ]);
  });

  it('inherits no open file of the daemon', async () => {
    const { output } = await start(['ls', '/proc/self/fd']).ended;
    // The fourth is the directory that `ls` reads.
    expect(output.trim().split('\n')).toEqual(['0', '1', '2', '3']);
  });

  it('is told apart from a program that is not there', async () => {
    const { reason } = await start(['/nowhere/script']).ended;
    expect(reason).toMatch(/ended with code/);
    const elsewhere = await start(['true'], { directory: '/nowhere' }).ended;
    expect(elsewhere.reason).toMatch(/could not be started/);
  });

  it('cannot raise its limits, which it has from the start', async () => {
    const { output } = await start(
      ['sh', '-c', 'ulimit -n; ulimit -H -n; ulimit -d; ulimit -t; ulimit -n 100 || echo refused'],
      process.getuid?.() === 0 ? { userId: 65_534, groupId: 65_534 } : {},
    ).ended;
    expect(output.trim().split('\n')).toEqual(['30', '30', String(256 * 1024), '30', 'refused']);
  });

  it('that eats memory is stopped by its limit', async () => {
    const { reason } = await start(
      ['sh', '-c', 'x=x; while :; do x=$x$x; done'],
      {},
      { memoryBytes: 64 * 2 ** 20 },
    ).ended;
    expect(reason).not.toBeNull();
    expect(reason).not.toMatch(/ran for/);
  });

  it('that never ends is ended, with the children that it started', async () => {
    const mark = `${300_000 + process.pid}`;
    const { reason } = await start(
      ['sh', '-c', `sleep ${mark} & sleep ${mark} & wait`],
      {},
      { wallSeconds: 0.5 },
    ).ended;
    expect(reason).toBe('ran for 0.5 s');
    await expect.poll(() => processesWith(mark)).toEqual([]);
  });

  it('that ends leaves no children behind', async () => {
    const mark = `${600_000 + process.pid}`;
    await start(['sh', '-c', `sleep ${mark} > /dev/null 2>&1 & exit 0`]).ended;
    await expect.poll(() => processesWith(mark)).toEqual([]);
  });
});

describe.skipIf(missingForNamespaces('perl') !== null)('a process that forks for ever', () => {
  it('is held to its number and ended', async () => {
    // A user whom nobody else uses, so that only these processes count.
    const user = 61_234;
    const { ended } = start(
      ['perl', '-e', 'fork while 1'],
      { userId: user, groupId: user },
      { processesMax: 20, wallSeconds: 1 },
    );
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, processesOf(user))), 50);
    await ended;
    clearInterval(watch);
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThanOrEqual(20);
    await expect.poll(() => processesOf(user), { timeout: 5000 }).toBe(0);
  });
});
