/** The detector as a user has it: the built command, by a capture, by the events of a sensor, and by the events as they come. */
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { formatMac } from '@wormwood/wire';
import { LIVE_CIDR, NEIGHBOUR_MAC, ROUTER_MAC, SENSOR_MAC, type Telescope } from './telescope.ts';
import type { Kind } from './traffic-class.ts';

export type Door = 'capture' | 'events' | 'watch';

/** An estimate and the ends of its interval of 95 %. */
interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** What is read of a verdict; whatever else it says is not looked at. */
export interface Verdict {
  readonly source: string;
  /** Before there were kinds, a verdict said that its host is infected. */
  readonly kind?: Kind;
  readonly timeSeconds: number;
  readonly unforgeable: boolean;
  readonly scanRatePerSecond?: Interval | null;
  readonly contactsPerSecond?: Interval | null;
  readonly evidence?: readonly { readonly detector: string }[];
}

export interface Findings {
  readonly verdicts: readonly Verdict[];
  readonly alarm: unknown;
  readonly status: Readonly<Record<string, unknown>>;
  /** What was printed on standard error. */
  readonly talk: string;
}

/** From this folder, and from the one that `bundle.mjs` compiles to, it is as far to the root. */
const PROGRAM = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'dist', 'main.js');

/** Runs `wormwood detect` and returns what it found; a run that ends otherwise is an error with the program's words. */
async function detect(words: readonly string[]): Promise<Findings> {
  const { code, output, talk } = await run(['detect', '--json', '--seed', '1', ...words]);
  if (code !== 0) throw new Error(`wormwood detect ${words.join(' ')} ended with ${code}: ${talk}`);
  return { ...(JSON.parse(output) as Omit<Findings, 'talk'>), talk };
}

export function detectCapture(path: string, telescope: Telescope): Promise<Findings> {
  const routers = [ROUTER_MAC, NEIGHBOUR_MAC].flatMap((mac) => ['--router', formatMac(mac)]);
  const sensor = ['--sensor-mac', formatMac(SENSOR_MAC), ...routers];
  return detect(['--pcap', path, '--dark', telescope.cidr, '--live', LIVE_CIDR, ...sensor]);
}

/** Judges a recorded capture, on the network of captures/README.md. */
export function detectRecorded(path: string): Promise<Findings> {
  const prefixes = ['--dark', '198.18.0.128/25', '--live', '198.18.0.0/25'];
  return detect(['--pcap', path, ...prefixes, '--sensor-mac', '02:00:5e:50:00:01']);
}

export function detectEvents(path: string): Promise<Findings> {
  return detect(['--events', path]);
}

const LOOK_MILLISECONDS = 50;
const CHUNK_BYTES = 1 << 20;

/**
 * Follows a copy of the events that grows while it is read, as the file of a living sensor does. What is found is printed line by
 * line; an alarm is not.
 */
export async function detectWatch(path: string, telescope: Telescope): Promise<Findings> {
  const growing = `${path}.growing`;
  const cursor = `${growing}.cursor`;
  // Of an earlier run in the same directory.
  rmSync(cursor, { force: true });
  const firstLine = firstLineOf(path);
  writeFileSync(growing, firstLine);
  const child = spawn(
    process.execPath,
    [PROGRAM, 'detect', 'watch', '--json', '--seed', '1', '--events', growing, '--dark', telescope.cidr],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [output, talk]: [Buffer[], Buffer[]] = [[], []];
  const begun = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      talk.push(chunk);
      resolve();
    });
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  await Promise.race([begun, ended]);
  appendFrom(path, firstLine.length, growing);
  while (child.exitCode === null && !hasRead(cursor, statSync(growing).size)) await wait(LOOK_MILLISECONDS);
  child.kill('SIGINT');
  const code = await ended;
  for (const made of [growing, cursor]) rmSync(made, { force: true });
  const words = Buffer.concat(talk).toString('utf8');
  // Ctrl-C is how it ends.
  if (code !== 0 && code !== 130) throw new Error(`wormwood detect watch ended with ${code}: ${words}`);
  const lines = Buffer.concat(output).toString('utf8').split('\n');
  const verdicts = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Verdict);
  return { verdicts, alarm: null, status: {}, talk: words };
}

function firstLineOf(path: string): Uint8Array {
  const head = new Uint8Array(CHUNK_BYTES);
  const file = openSync(path, 'r');
  const length = readSync(file, head, 0, CHUNK_BYTES, 0);
  closeSync(file);
  return head.subarray(0, head.subarray(0, length).indexOf(0x0a) + 1);
}

/** Appends what stands behind `from`, a piece at a time. */
function appendFrom(path: string, from: number, to: string): void {
  const [source, target] = [openSync(path, 'r'), openSync(to, 'a')];
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let at = from; ;) {
    const length = readSync(source, chunk, 0, CHUNK_BYTES, at);
    if (length === 0) break;
    writeFileSync(target, chunk.subarray(0, length));
    at += length;
  }
  closeSync(source);
  closeSync(target);
}

/** Whether the cursor that `detect watch` keeps has come to the end. */
function hasRead(cursor: string, bytes: number): boolean {
  if (!existsSync(cursor)) return false;
  return (JSON.parse(readFileSync(cursor, 'utf8')) as { readonly offset: number }).offset >= bytes;
}

function run(
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string; readonly talk: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, talk]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => talk.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        output: Buffer.concat(output).toString('utf8'),
        talk: Buffer.concat(talk).toString('utf8'),
      }),
    );
  });
}
