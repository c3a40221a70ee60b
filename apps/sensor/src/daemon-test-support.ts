/** The daemon as its users start it: a process of its own in the daemon's namespace. */
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NamespacePair, namespacePair, type Output, outputOf } from './namespace-test-support.ts';

export const program: string = fileURLToPath(new URL('../../cli/bin/wormwood.js', import.meta.url));

export interface RunningDaemon {
  readonly pair: NamespacePair;
  readonly child: ChildProcess;
  /** What it printed, once it has ended. */
  readonly ended: Promise<Output>;
  /** The path of a file in its directory. */
  file(name: string): string;
  /** The lines of a log so far. */
  lines(name: string): readonly string[];
  /** Runs `wormwood net …` beside it. */
  ask(...options: readonly string[]): Promise<Output>;
  /** Runs another `wormwood …`. */
  run(...options: readonly string[]): Promise<Output>;
  /** Ends it; its files stay. */
  stop(): Promise<void>;
  /** Ends it, if it has not ended, and takes everything away. */
  remove(): Promise<void>;
}

export type EventLine = Readonly<Record<string, unknown>>;

/** The events of `events.jsonl`. */
export function eventsOf(daemon: RunningDaemon): readonly EventLine[] {
  return daemon.lines('events.jsonl').map((line) => JSON.parse(line) as EventLine);
}

/** Starts it on a veth pair as nobody, with all its logs, and further files beside its configuration. */
export async function startDaemon(
  configuration: string,
  options: readonly string[] = [],
  scripts: Readonly<Record<string, string>> = {},
): Promise<RunningDaemon> {
  const pair = namespacePair('10.9.8.2/24', ['10.3.0.0/16']);
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-up-'));
  // After the change of user, new files have to be made in it.
  chmodSync(directory, 0o777);
  const file = (name: string): string => join(directory, name);
  for (const [name, text] of Object.entries({ ...scripts, 'honeyd.conf': configuration })) {
    writeFileSync(file(name), text, { mode: 0o755 });
  }
  const logs = ['--events', 'events.jsonl', '--packet-log', 'packet.log', '--service-log', 'service.log'];
  const up = ['net', 'up', file('honeyd.conf'), '--device', 'packet:d0', '--control', file('control.sock')];
  const paths = logs.map((word) => (word.startsWith('-') ? word : file(word)));
  const child = pair.start('daemon', process.execPath, program, ...up, ...paths, ...options);
  const ended = outputOf(child);
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (text: string) => {
      if (text.includes('Answering')) resolve();
    });
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return {
    pair,
    child,
    ended,
    file,
    lines: (name) => readFileSync(file(name), 'utf8').split('\n').slice(0, -1),
    ask: (...words) =>
      outputOf(
        pair.start('daemon', process.execPath, program, 'net', ...words, '--control', file('control.sock')),
      ),
    run: (...words) => outputOf(pair.start('daemon', process.execPath, program, ...words)),
    stop,
    remove: async () => {
      await stop();
      pair.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
