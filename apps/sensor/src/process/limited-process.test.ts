import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingForNamespaces } from '../namespace-test-support.ts';
import { LimitedProcess } from './limited-process.ts';
import { LocalLauncher } from './local-launcher.ts';
import { MessageGate } from './message-gate.ts';
import { LIMITS_DEFAULT, type ProgramLimits, type ProgramStart } from './program-start.ts';

const launcher = new LocalLauncher();

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
      launcher,
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
      new MessageGate(1000),
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
  it('B12: sees no variable of the environment of the daemon', async () => {
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

  it('is distinguished from a program that is not there', async () => {
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

describe('what a program has started', () => {
  // Each leaves its parent, its group and its session in another way.
  it.each([
    ['in the background', (mark: string) => `sleep ${mark} > /dev/null 2>&1 &`],
    [
      'in a session of its own',
      (mark: string) => `setsid sh -c 'sleep ${mark} & sleep ${mark}' > /dev/null 2>&1 &`,
    ],
    ['twice removed', (mark: string) => `setsid sh -c '(setsid sleep ${mark} &) &' > /dev/null 2>&1`],
    ['without an environment', (mark: string) => `setsid env -i /bin/sleep ${mark} > /dev/null 2>&1 &`],
    ['with its output open', (mark: string) => `setsid sh -c 'sleep ${mark} & sleep ${mark}' &`],
  ])('%s ends with it, whether it ends by itself or is ended', async (_, command) => {
    const mark = `${400_000 + process.pid}`;
    const patient = start(['sh', '-c', `${command(mark)} sleep 0.2; read line`]);
    await expect.poll(() => processesWith(mark).length).toBeGreaterThan(0);
    patient.child.endInput();
    patient.child.kill();
    await patient.ended;
    await expect.poll(() => processesWith(mark)).toEqual([]);
    const { child, ended } = start(['sh', '-c', `${command(mark)} sleep 0.1`], {}, { wallSeconds: 1 });
    await ended;
    await expect.poll(() => processesWith(mark)).toEqual([]);
    child.kill();
  });

  it('goes on while it runs, in its session', async () => {
    const mark = `${500_000 + process.pid}`;
    const { child, ended } = start(['sh', '-c', `(sleep ${mark} > /dev/null 2>&1 &) ; read line`]);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    // The shell's own words hold the mark, too.
    expect(processesWith(mark).length).toBe(2);
    child.kill();
    await ended;
    await expect.poll(() => processesWith(mark)).toEqual([]);
  });

  it('leaves nobody unburied', async () => {
    for (let i = 0; i < 10; i++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await start(['sh', '-c', "setsid sh -c 'sleep 0.01 & sleep 0.01 &' & sleep 0.05"]).ended;
    }
    const buried = (): string =>
      execFileSync('ps', ['--ppid', String(process.pid), '-o', 'stat='], { encoding: 'utf8' }).replaceAll(
        /[^Z]/g,
        '',
      );
    await expect.poll(buried).toBe('');
  });
});

describe('the standard error of a program', () => {
  it('is read at a bounded rate, and nothing of it is lost', async () => {
    const { child, messages, ended } = startNoisy();
    await expect.poll(() => messages.length).toBeGreaterThan(150);
    child.kill();
    await ended;
    // Two or three seconds of it, the last lines, and one that says what is left out.
    expect(messages.length).toBeLessThan(400);
    expect(messages.pop()).toMatch(/^\d+ more lines of standard error are left out$/);
    expect(messages).toEqual(messages.map((_line, i) => `${i + 1}`));
  });
});

/** A program that writes numbers to its standard error for ever. */
function startNoisy() {
  const lines: string[] = [];
  let child: LimitedProcess | undefined;
  const ended = new Promise<void>((resolve) => {
    child = new LimitedProcess(
      launcher,
      {
        words: ['sh', '-c', 'seq 1 100000000 >&2'],
        environment: {},
        directory: '/',
        userId: null,
        groupId: null,
        limits: { ...LIMITS_DEFAULT, wallSeconds: 5 },
      },
      {
        output: () => undefined,
        message: (line) => lines.push(line),
        drained: () => undefined,
        exited: () => resolve(),
      },
      new MessageGate(1000),
    );
  });
  return { child: child!, messages: lines, ended };
}

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
