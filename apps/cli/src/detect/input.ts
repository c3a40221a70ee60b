/** The input of `wormwood detect`: a capture or a file of events, passed to a detector piece by piece. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { formatCount, printable, randomStreams } from '@wormwood/base';
import {
  type ClockTrouble,
  createDetector,
  type Detector,
  type DetectorOptions,
  EventObserver,
  KnownSources,
  type Observation,
  type PacketCounts,
  PacketObserver,
} from '@wormwood/defense';
import { checkKnownFile } from '@wormwood/files/known';
import { CaptureReader, IpSet } from '@wormwood/wire';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';
import type { Interrupt } from '../interrupt.ts';
import type { Terminal } from '../output/terminal.ts';
import { LineSplitter, type NumberedLine } from './lines.ts';
import { counted } from './words.ts';
import type { PrintOptions } from '../command-options.ts';

/** The monitored addresses, and the seed of the detector's hash keys. */
export interface DetectOptions extends PrintOptions {
  readonly events?: string;
  readonly dark?: IpSet;
  readonly live?: IpSet;
  readonly own?: IpSet;
  readonly known?: string;
  /** Rates in probes per second over the whole space. */
  readonly slowest?: number;
  readonly stray?: number;
  readonly falsePositives?: number;
  readonly misses?: number;
  /** Seconds. */
  readonly window?: number;
  readonly test?: 'classes' | 'trw';
  /** Absent: a new one for each run. */
  readonly seed?: string;
}

/** Either a capture or events. */
export interface DetectFileOptions extends DetectOptions {
  readonly pcap?: string;
  /** MAC addresses of the sensor and of the routers of its link, beside those that the capture names itself. */
  readonly sensorMac?: ReadonlySet<number>;
  readonly router?: ReadonlySet<number>;
}

/** A detector and the addresses that it monitors. */
export interface DetectorSetup {
  readonly detector: Detector;
  readonly monitored: IpSet;
  readonly seed: string;
  /** Scan rate per second of the slowest scanner that is to be found. */
  readonly slowest: number;
}

/** What was read and how it ended. */
export interface InputReport {
  /** Whether some of the input could not be read; the result is that of the rest. */
  readonly isPartial: boolean;
  readonly packets?: PacketCounts;
  readonly events?: EventCounts;
}

export interface EventCounts {
  readonly lines: number;
  readonly malformed: number;
  readonly observations: number;
  readonly clock: ClockTrouble;
}

export interface ReadingTools {
  readonly terminal: Terminal;
  readonly interrupt: Interrupt;
  take(observation: Observation): void;
  /** Called after each piece of the file. */
  flush(): Promise<void>;
}

/** The most malformed lines that are reported; further ones are counted only. */
const SHOWN_MAX = 10;
/** The test separates scanners from innocent hosts that come this many times less often. */
const STRAY_APART = 20;

/** Returns the one file that the options name. */
function inputFile({ pcap, events, sensorMac, router }: DetectFileOptions): {
  readonly kind: 'pcap' | 'events';
  readonly path: string;
} {
  if (pcap !== undefined && events !== undefined) {
    throw new CommandFailure(EXIT.usage, 'Use either --pcap or --events, not both.');
  }
  if (events !== undefined && (sensorMac !== undefined || router !== undefined)) {
    throw new CommandFailure(
      EXIT.usage,
      '--sensor-mac and --router apply to --pcap only; events state which addresses are proven.',
    );
  }
  if (pcap !== undefined) return { kind: 'pcap', path: pcap };
  if (events !== undefined) return { kind: 'events', path: events };
  throw new CommandFailure(EXIT.usage, 'Name the input: --pcap FILE or --events FILE.');
}

/** Returns a detector for the options; where they name no dark addresses, the events must. */
export async function setUp(options: DetectFileOptions): Promise<DetectorSetup> {
  const { kind, path } = inputFile(options);
  await checkReadable(path);
  if (options.dark === undefined && kind === 'pcap') {
    throw new CommandFailure(
      EXIT.usage,
      'Name the dark addresses, those of your network that no machine has, as in --dark 10.1.0.0/16: ' +
        'packets to them are the contacts.',
    );
  }
  const known = options.known === undefined ? {} : await readKnown(options.known);
  return setUpDetector(options, options.dark ?? (await sensorNets(path)), known);
}

/** Known sources and signatures of a file. */
type Known = Pick<DetectorOptions, 'known' | 'signatures'>;

async function readKnown(path: string): Promise<Known> {
  const written = await readFile(path, 'utf8').catch((error: unknown) => fail(path, error));
  const check = checkKnownFile(written, path);
  if (check.ok) {
    const { sources, signatures } = check.file;
    return {
      known: new KnownSources(sources),
      signatures: new Map(signatures.map(({ name, sha256 }) => [sha256, name])),
    };
  }
  const problems = check.diagnostics.map(({ file, line, column, message, help }) =>
    printable(`${file}:${line}:${column}: ${message} ${help}`),
  );
  throw new CommandFailure(EXIT.invalidFile, problems.join('\n'));
}

function setUpDetector(options: DetectOptions, nets: IpSet, known: Known): DetectorSetup {
  const { seed, live, slowest, stray, falsePositives, misses, window, test, own } = options;
  const monitored = options.dark ?? nets;
  if (monitored.isEmpty) {
    throw new CommandFailure(
      EXIT.usage,
      'No event says which addresses the sensor answers for; name them, as in --dark 10.1.0.0/16.',
    );
  }
  const isBoth = live?.prefixes().some((prefix) => monitored.meets(prefix)) ?? false;
  if (isBoth) throw new CommandFailure(EXIT.usage, 'An address cannot be both dark and live.');
  // An attacker who knew the keys could choose addresses that collide in the tables.
  const key = seed ?? randomBytes(8).readBigUInt64BE().toString();
  const streams = randomStreams(key);
  if (stray !== undefined && stray * STRAY_APART > (slowest ?? 1)) {
    throw new CommandFailure(EXIT.usage, '--stray must be at most a twentieth of --slowest.');
  }
  const detector = createDetector({
    streams,
    monitored,
    ...known,
    ...(live === undefined ? {} : { live }),
    ...(own === undefined ? {} : { own }),
    ...(slowest === undefined ? {} : { slowestScanRatePerSecond: slowest }),
    ...(stray === undefined ? {} : { strayRatePerSecond: stray }),
    ...(falsePositives === undefined ? {} : { falsePositiveRate: falsePositives }),
    ...(misses === undefined ? {} : { missRate: misses }),
    ...(window === undefined ? {} : { windowSeconds: window }),
    ...(test === undefined ? {} : { test }),
  });
  return { detector, monitored, seed: key, slowest: slowest ?? 1 };
}

/** Passes every observation of the file on, until the file ends or Ctrl-C. */
export async function readInput(
  options: DetectFileOptions,
  monitored: IpSet,
  tools: ReadingTools,
): Promise<InputReport> {
  const { kind, path } = inputFile(options);
  if (kind === 'events') return readEvents(path, monitored, tools);
  return readCapture(path, observerOf(options, monitored), tools);
}

function observerOf({ live, sensorMac, router }: DetectFileOptions, dark: IpSet): PacketObserver {
  const sensor = { sensorMacs: sensorMac ?? new Set<number>(), routerMacs: router ?? new Set<number>() };
  return new PacketObserver({ dark, sensor, ...(live === undefined ? {} : { live }) });
}

async function readCapture(
  path: string,
  observer: PacketObserver,
  tools: ReadingTools,
): Promise<InputReport> {
  const reader = new CaptureReader();
  const name = printable(path);
  for await (const chunk of chunksOf(path, tools)) {
    reader.visit(chunk, (record) => {
      for (const observation of observer.observe(record)) tools.take(observation);
    });
    await tools.flush();
  }
  for (const observation of observer.end()) tools.take(observation);
  await tools.flush();
  const packets = observer.counts();
  if (tools.interrupt.interrupted()) return { isPartial: true, packets };
  if (observer.sensorFault !== null) {
    tools.terminal.warn(
      `${name} seems to name its sensor, but the name cannot be used: ${observer.sensorFault}.`,
    );
  }
  const fault = reader.end();
  if (fault !== undefined && packets.packets === 0) {
    throw new CommandFailure(EXIT.invalidFile, `${name} is not a capture: ${fault.reason}.`);
  }
  if (fault !== undefined) {
    const read = `the result covers the ${counted(packets.packets, 'packet')} before it`;
    tools.terminal.warn(
      `${name} ends early: ${fault.reason} at octet ${formatCount(fault.offset)}; ${read}.`,
    );
  } else if (packets.packets === 0) {
    tools.terminal.warn(`${name} contains no packets.`);
  }
  return { isPartial: fault !== undefined, packets };
}

async function readEvents(path: string, monitored: IpSet, tools: ReadingTools): Promise<InputReport> {
  const reader = new EventReader({ file: path, monitored, warn: (text) => tools.terminal.warn(text) });
  const lines = new LineSplitter();
  for await (const chunk of chunksOf(path, tools)) {
    for (const line of lines.push(chunk)) reader.read(line, (each) => tools.take(each));
    await tools.flush();
  }
  const last = lines.end();
  if (last !== null) reader.read(last, (each) => tools.take(each));
  reader.end((each) => tools.take(each));
  await tools.flush();
  const events = reader.counts();
  if (events.malformed > 0 && events.malformed === events.lines) {
    throw new CommandFailure(EXIT.invalidFile, `${printable(path)} contains no events.`);
  }
  if (events.lines === 0) tools.terminal.warn(`${printable(path)} contains no events.`);
  return { isPartial: events.malformed > 0 || tools.interrupt.interrupted(), events };
}

/** Reads lines of events; reports where one is malformed. */
export class EventReader {
  readonly #file: string;
  readonly #observer: EventObserver;
  readonly #warn: (text: string) => void;
  #lines = 0;
  #malformed = 0;
  #observations = 0;

  constructor(options: {
    readonly file: string;
    readonly monitored: IpSet;
    readonly warn: (text: string) => void;
  }) {
    this.#file = options.file;
    this.#observer = new EventObserver(options.monitored);
    this.#warn = options.warn;
  }

  read({ text, line }: NumberedLine, take: (observation: Observation) => void): void {
    if (text.trim() === '') return;
    this.#lines++;
    const reading = this.#observer.read({ text, line, file: this.#file });
    if (reading.kind === 'observations') {
      this.#observations += reading.observations.length;
      reading.observations.forEach(take);
    }
    if (reading.kind !== 'malformed') return;
    this.#malformed++;
    const { file, message, help } = reading.diagnostic;
    if (this.#malformed <= SHOWN_MAX) this.#warn(`${printable(file)}:${line}: ${message} ${help}`);
    if (this.#malformed === SHOWN_MAX) this.#warn('Further malformed lines are counted only.');
  }

  /** Passes on what was held back until now. */
  end(take: (observation: Observation) => void): void {
    const rest = this.#observer.end();
    this.#observations += rest.length;
    rest.forEach(take);
  }

  counts(): EventCounts {
    return {
      clock: this.#observer.trouble(),
      lines: this.#lines,
      malformed: this.#malformed,
      observations: this.#observations,
    };
  }
}

/** Returns all addresses for which the sensors in the file say they answer. */
async function sensorNets(path: string): Promise<IpSet> {
  const lines = new LineSplitter();
  const observer = new EventObserver(IpSet.empty);
  const found: IpSet[] = [];
  const add = ({ text, line }: NumberedLine): void => {
    if (!text.includes('"sensor.start"')) return;
    const reading = observer.read({ text, line, file: path });
    if (reading.kind === 'nets') found.push(reading.nets);
  };
  for await (const chunk of createReadStream(path)) lines.push(chunk as Buffer).forEach(add);
  const last = lines.end();
  if (last !== null) add(last);
  return IpSet.of(found.flatMap((each) => each.prefixes()));
}

async function checkReadable(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => fail(path, error));
  const name = printable(path);
  if (found.isDirectory()) throw new CommandFailure(EXIT.invalidFile, `${name} is a directory; name a file.`);
  // Reading a device never ends.
  if (!found.isFile() && !found.isFIFO())
    throw new CommandFailure(EXIT.invalidFile, `${name} is not a regular file.`);
}

async function* chunksOf(path: string, { terminal, interrupt }: ReadingTools): AsyncGenerator<Buffer> {
  const progress = terminal.progress('Reading');
  try {
    const { size } = await stat(path);
    let read = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      if (interrupt.interrupted()) return;
      yield chunk as Buffer;
      read += (chunk as Buffer).length;
      progress.update(Math.min(read / Math.max(size, 1), 1), `${formatCount(read / 1e6)} MB`);
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    fail(path, error);
  } finally {
    progress.stop();
  }
}

function fail(path: string, error: unknown): never {
  throw new CommandFailure(EXIT.invalidFile, `Cannot read ${printable(path)}: ${systemReason(error)}.`, {
    cause: error,
  });
}
