/** Events as a sensor writes them, and a studio over them, for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RunningStudio, startStudio } from './studio.ts';

type Fields = Readonly<Record<string, unknown>>;

const START_MS = Date.UTC(2026, 2, 1, 12);

/** The line of an event; `index` is its number of milliseconds after noon, and makes its identifier. */
export function eventLine(index: number, fields: Fields): string {
  const id = `0195-0000-7000-8000-${String(index).padStart(12, '0')}`;
  const ts = new Date(START_MS + index).toISOString().replace('Z', '000Z');
  return JSON.stringify({ v: 1, id: `00000000-${id.slice(5)}`, ts, sensor: 'test', ...fields });
}

export function sensorStart(): string {
  return eventLine(0, {
    event: 'sensor.start',
    version: '0',
    nets: ['10.9.0.0/16'],
    message: 'the sensor has started',
  });
}

/** A SYN; the address is that of a source and the port that of a host. */
export function probe(index: number, source: string, port: number, destination = '10.9.1.7'): string {
  return eventLine(index, {
    event: 'probe.tcp',
    host: 'desktop',
    src_ip: source,
    src_port: 40_000,
    dst_ip: destination,
    dst_port: port,
    proto: 'tcp',
    community_id: '1:x',
    tcp_flags: 'S',
    ip_length: 44,
    backscatter: false,
    message: `TCP S from ${source}:40000 to ${destination}:${port}`,
  });
}

/** A connection that was opened, sent something, and closed: three lines. */
export function session(index: number, source: string, id: string, port = 445): readonly string[] {
  const ends = {
    host: 'desktop',
    session: id,
    src_ip: source,
    src_port: 40_000,
    dst_ip: '10.9.1.7',
    dst_port: port,
    proto: 'tcp',
    community_id: '1:x',
  };
  return [
    eventLine(index, {
      ...ends,
      event: 'flow.open',
      handshake: true,
      source_proof: 'router',
      src_mac: '02:00:00:00:00:fe',
      message: 'connection',
    }),
    eventLine(index + 1, {
      ...ends,
      event: 'service.data',
      payload_sha256: '0'.repeat(64),
      payload_length: 9,
      message: '9 octets',
    }),
    eventLine(index + 2, { ...ends, event: 'flow.close', reason: 'done', duration: 1, message: 'closed' }),
  ];
}

/** An empty directory until the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-studio-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function writeEvents(directory: string, lines: readonly string[]): string {
  const path = join(directory, 'events.jsonl');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

export interface TestStudio extends RunningStudio {
  readonly origin: string;
  readonly troubles: readonly string[];
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  json<T>(path: string): Promise<T>;
}

type Options = Partial<Parameters<typeof startStudio>[0]>;

/** A studio at a free port, which nothing feeds but what the options name; whoever starts it ends it. */
export function startTestStudio(options: Options, troubles: string[]): Promise<RunningStudio> {
  return startStudio({
    version: 'test',
    host: '127.0.0.1',
    port: 0,
    events: null,
    control: null,
    state: null,
    capture: null,
    demo: false,
    writable: false,
    onTrouble: (sentence) => troubles.push(sentence),
    ...options,
  });
}

/** A studio that ends with the test. */
export async function openStudio(options: Options): Promise<TestStudio> {
  const troubles: string[] = [];
  const studio = await startTestStudio(options, troubles);
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await studio.close();
    isClosed = true;
  };
  onTestFinished(close);
  const origin = `http://127.0.0.1:${studio.port}`;
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${origin}${path}`, { headers, redirect: 'manual' });
  return {
    ...studio,
    close,
    origin,
    troubles,
    get,
    json: async <T>(path: string): Promise<T> => (await get(path)).json() as Promise<T>,
  };
}

interface Progress {
  readonly progress: {
    readonly events: number;
    readonly judgedOctets: number;
    readonly readOctets: number;
    readonly monitored: readonly string[];
    readonly troubles: readonly string[];
  } | null;
}

/** Settles once so many events are indexed, and all of them are judged. */
export async function whenRead(studio: TestStudio, events: number): Promise<void> {
  for (;;) {
    const { progress } = await studio.json<Progress>('/api/state');
    const isRead = progress !== null && progress.events >= events;
    // Nobody is judged where no event names the addresses of the sensor, which a sentence then says.
    const isJudged =
      isRead &&
      (progress.monitored.length > 0
        ? progress.judgedOctets >= progress.readOctets
        : progress.troubles.some((trouble) => trouble.startsWith('No event says')));
    if (isJudged) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
