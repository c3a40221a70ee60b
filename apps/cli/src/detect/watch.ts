/**
 * `wormwood detect watch`: follows the events of a running sensor and says at once who is infected. It begins at the end of
 * the file, or where it stopped the last time, so that no event is judged and no verdict printed twice.
 */
import { open } from 'node:fs/promises';
import { formatCount, printable } from '@wormwood/base';
import type { Detector, Verdict } from '@wormwood/defense';
import { formatIpv6Prefix, type IpSet } from '@wormwood/wire';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import {
  type Cursor,
  endOf,
  identityOf,
  type Place,
  placesAfter,
  readCursor,
  writeCursor,
} from './cursor.ts';
import { follow, type FollowedChunk } from './follow.ts';
import { type DetectOptions, EventReader, setUp } from './input.ts';
import { LineSplitter } from './lines.ts';
import { alarmWords, forPrograms, statusWords, verdictLine } from './words.ts';

export interface WatchOptions extends DetectOptions {
  readonly events: string;
  /** Where it is kept how far the events are read. @default beside them, `.cursor` added to their name */
  readonly cursor?: string;
}

/** The cursor is written so often while there is nothing to print. */
const SAVED_EVERY_MS = 1000;
/** Prefixes that are named one by one. */
const SHOWN_MAX = 4;

export async function watch(options: WatchOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { detector, monitored } = await setUp(options);
  const reader = new EventReader({ file: options.events, monitored, warn: (text) => terminal.warn(text) });
  const interrupt = catchInterrupt(() => terminal.say('\nEnding.'));
  const alarms = newAlarms(detector);
  const progress = new WatchProgress(options.cursor ?? `${options.events}.cursor`, terminal);
  const places = await progress.begin(options.events);
  terminal.say(`Watching ${printable(options.events)} for ${extentOfWatch(monitored)}; Ctrl-C ends it.`);
  try {
    let lines = new LineSplitter();
    for await (const chunk of follow(places, interrupt.signal)) {
      const verdicts: Verdict[] = [];
      const judge = (line: ReturnType<LineSplitter['end']>): void => {
        if (line === null) return;
        reader.read(line, (observation) => {
          const verdict = detector.observe(observation);
          if (verdict !== null) verdicts.push(verdict);
        });
      };
      if (chunk.linesBefore !== null) {
        // What the file before ends with is torn: nothing more comes.
        judge(lines.end());
        lines = new LineSplitter(chunk.linesBefore);
      }
      lines.push(chunk.octets).forEach(judge);
      await printVerdicts(verdicts, { terminal, isJson: options.json === true });
      await progress.reached(chunk, lines, verdicts.length > 0);
      const alarm = alarms();
      // Standard output has verdicts alone, so that a program can read it line by line.
      if (alarm !== null && options.json) terminal.warn(alarm);
      else if (alarm !== null) await terminal.print(terminal.stdout.bold(alarm));
    }
    terminal.say(statusWords(detector.status()));
    return EXIT.interrupted;
  } finally {
    await progress.end();
    interrupt.release();
  }
}

/** How far the events are read, in memory and in the cursor file. */
class WatchProgress {
  readonly #path: string;
  readonly #terminal: Terminal;
  #cursor: Cursor | null = null;
  #isSaved = true;
  #hasFailed = false;
  #savedMs = 0;

  constructor(path: string, terminal: Terminal) {
    this.#path = path;
    this.#terminal = terminal;
  }

  /** Returns what is to be read; refuses a place where no cursor can be written. */
  async begin(events: string): Promise<readonly Place[]> {
    const cursor = await readCursor(this.#path);
    if (cursor === null) {
      const end = await endOf(events);
      await this.#saveFirst(end);
      return [end];
    }
    const places = await placesAfter(cursor, events);
    if (places !== null) return places;
    this.#terminal.warn(
      `The file that was read last is gone: ${printable(events)} is read from its start, what came between is lost.`,
    );
    return [{ path: events, offset: 0, lines: 0 }];
  }

  /** Notes that the piece is judged and its verdicts are printed. */
  async reached(
    { octets, handle, offset, linesBefore }: FollowedChunk,
    lines: LineSplitter,
    hasPrinted: boolean,
  ): Promise<void> {
    if (octets.length === 0 && linesBefore === null && this.#isSaved) return;
    if (octets.length > 0 || linesBefore !== null) {
      const known = linesBefore === null ? this.#cursor?.file : undefined;
      const file = known === undefined || known.firstLine === '' ? await identityOf(handle) : known;
      this.#cursor = { file, offset: offset - lines.unfinishedLength, lines: lines.count };
      this.#isSaved = false;
    }
    if (hasPrinted || Date.now() - this.#savedMs >= SAVED_EVERY_MS) await this.end();
  }

  /** Writes the cursor if it is not written yet. */
  async end(): Promise<void> {
    if (this.#isSaved || this.#cursor === null) return;
    try {
      await writeCursor(this.#path, this.#cursor);
      this.#isSaved = true;
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        this.#terminal.warn(`Cannot write ${printable(this.#path)}: ${systemReason(error)}; tries again.`);
      this.#hasFailed = true;
    }
    this.#savedMs = Date.now();
  }

  async #saveFirst({ path, offset, lines }: Place): Promise<void> {
    try {
      const handle = await open(path);
      try {
        await writeCursor(this.#path, { file: await identityOf(handle), offset, lines });
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw new CommandFailure(
        EXIT.failed,
        `Cannot write ${printable(this.#path)}: ${systemReason(error)}. Name another place: --cursor FILE.`,
        { cause: error },
      );
    }
  }
}

async function printVerdicts(
  verdicts: readonly Verdict[],
  { terminal, isJson }: { readonly terminal: Terminal; readonly isJson: boolean },
): Promise<void> {
  if (verdicts.length === 0) return;
  const lines = verdicts.map((each) => (isJson ? JSON.stringify(forPrograms(each)) : verdictLine(each)));
  await terminal.print(lines.join('\n'));
}

/** Returns a function that says an alarm when it is raised, slows down or ends, and null in between. */
function newAlarms(detector: Detector): () => string | null {
  let last = '';
  return () => {
    const alarm = detector.alarm();
    if (alarm === null) return null;
    const { protocol, port, hasSlowed, endedSeconds } = alarm;
    const state = `${protocol}/${port} ${hasSlowed} ${endedSeconds !== null}`;
    if (state === last) return null;
    last = state;
    return alarmWords(alarm);
  };
}

/** How much is watched, in words. */
function extentOfWatch({ ipv4, ipv6 }: IpSet): string {
  const prefixes = ipv6.prefixes().map((each) => formatIpv6Prefix(each));
  const addresses = `${formatCount(ipv4.size)} dark addresses`;
  if (prefixes.length === 0) return addresses;
  const shown =
    prefixes.length > SHOWN_MAX ? `${formatCount(prefixes.length)} prefixes` : prefixes.join(', ');
  return ipv4.size === 0 ? shown : `${addresses} and ${shown}`;
}
