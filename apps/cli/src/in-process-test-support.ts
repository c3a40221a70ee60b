/**
 * Runs a command line inside the test's own process, which spares starting a program for each case. What only a process can
 * show (exit, signals, closed pipes, terminals) belongs to `spawn-test-support.ts`.
 */
import { Readable } from 'node:stream';
import { runCommandLine } from './command-line.ts';
import type { Ended, SpawnOptions } from './spawn-test-support.ts';

let last: Promise<unknown> = Promise.resolve();

/** Runs `wormwood` with `args` to its end; one at a time, for they share the standard streams. */
export function wormwoodInProcess(
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'input'> = {},
): Promise<Ended> {
  const ended = last.then(() => runOnce(args, options));
  last = ended.catch(() => undefined);
  return ended;
}

async function runOnce(
  args: readonly string[],
  { cwd = process.cwd(), input = '' }: Pick<SpawnOptions, 'cwd' | 'input'>,
): Promise<Ended> {
  const directory = process.cwd();
  const stdout = catchText(process.stdout);
  const stderr = catchText(process.stderr);
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    value: Readable.from([Buffer.from(input)]),
  });
  process.chdir(cwd);
  try {
    const code = await runCommandLine(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(directory);
    Object.defineProperty(process, 'stdin', stdin);
    stdout.release();
    stderr.release();
  }
}

/** Keeps what is written to a stream to itself until it is released. */
function catchText(stream: NodeJS.WriteStream): {
  readonly text: () => string;
  readonly release: () => void;
} {
  let text = '';
  const write: unknown = Reflect.get(stream, 'write');
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined;
    done?.();
    return true;
  };
  return {
    text: () => text,
    release: () => {
      Reflect.set(stream, 'write', write);
    },
  };
}
