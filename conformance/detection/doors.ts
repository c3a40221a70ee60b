/** The detector as a user has it: the built command, by a capture, by the events of a sensor, and by events as they come. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { formatMac } from '@wormwood/wire';
import { LIVE_CIDR, NEIGHBOUR_MAC, ROUTER_MAC, SENSOR_MAC, type Telescope } from './telescope.ts';
import type { Kind } from './traffic-class.ts';

export type Door = 'capture' | 'events';

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
}

export interface Findings {
  readonly verdicts: readonly Verdict[];
  readonly alarm: unknown;
  readonly status: Readonly<Record<string, unknown>>;
  /** What was told on standard error. */
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

export function detectEvents(path: string): Promise<Findings> {
  return detect(['--events', path]);
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
