/**
 * Runs the programs that act: no shell, the arguments as a list, bounded in time and in what they print; and only those
 * that nobody but root and this user could have written.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { systemReason } from '@wormwood/base';
import { refuseUntrustedProgram } from './trusted-file.ts';
import type { Command, CommandResult, CommandRunner } from '@wormwood/defense';

const OUTPUT_LENGTH_MAX = 65_536;
/** How long the output of a program that has ended is waited for: a child of its own may hold it open. */
const DRAIN_MILLISECONDS = 500;

/** Returns the runner; each program inherits what `lockDescriptor` gives as its descriptor 3. */
export function commandRunner(lockDescriptor: () => number | undefined): CommandRunner {
  return { run: (command) => run(command, lockDescriptor() ?? 'ignore') };
}

function run(
  { program, arguments: args, input, timeoutSeconds, outputLengthMax = OUTPUT_LENGTH_MAX }: Command,
  lock: number | 'ignore',
): Promise<CommandResult> {
  try {
    refuseUntrustedProgram(program);
  } catch (error) {
    return Promise.resolve({ kind: 'notRun', reason: systemReason(error) });
  }
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe', lock] });
    const outputs = [
      collect(child, 'stdout', outputLengthMax),
      collect(child, 'stderr', OUTPUT_LENGTH_MAX),
    ] as const;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve({ kind: 'timedOut', reason: `${program} did not end within ${timeoutSeconds} s.` });
    }, timeoutSeconds * 1000);
    const end = (code: number | null, signal: string | null): void => {
      clearTimeout(timer);
      const [output, errorOutput] = outputs.map((read) => read()) as [string, string];
      resolve(
        code === null
          ? { kind: 'notRun', reason: `${program} was ended by ${signal}.` }
          : { kind: 'exited', code, output, errorOutput },
      );
    };
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ kind: 'notRun', reason: `${program} cannot be run: ${systemReason(error)}.` });
    });
    child.on('close', end);
    child.on('exit', (code, signal) => setTimeout(end, DRAIN_MILLISECONDS, code, signal).unref());
    // A program need not read what it is given.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Returns what gives the text that was printed so far. */
function collect(child: ChildProcess, stream: 'stdout' | 'stderr', lengthMax: number): () => string {
  let text = '';
  child[stream]?.setEncoding('utf8').on('data', (part: string) => {
    if (text.length < lengthMax) text = (text + part).slice(0, lengthMax);
  });
  return () => text;
}
