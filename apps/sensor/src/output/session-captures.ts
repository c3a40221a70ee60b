/**
 * A pcapng file for each session, within bounds: octets of a file, sessions at a time, octets of the directory, of which
 * the oldest files are deleted. Frames are gathered and appended in batches, one after the other, so that the stack never
 * waits for a disk; what a disk cannot follow is left out and counted.
 */
import { appendFile, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Flow, formatIp } from '@wormwood/wire';

export interface CaptureBounds {
  readonly octetsPerSession: number;
  readonly sessions: number;
  /** As the disk counts: each file takes whole blocks. */
  readonly octetsInAll: number;
  /** A session ends when it has been silent for so long. */
  readonly idleSeconds: number;
}

export const CAPTURE_BOUNDS: CaptureBounds = {
  octetsPerSession: 2 ** 20,
  sessions: 4096,
  octetsInAll: 2 ** 30,
  idleSeconds: 120,
};

const BATCH_MS = 250;
/** Frames that wait to be written. */
const WAITING_OCTETS_MAX = 2 ** 25;
/** Of the owner alone: what attackers send is nobody else's. */
const FILE_MODE = 0o600;
/** What a file takes on a disk is a multiple of this, on most of them. */
const DISK_BLOCK_OCTETS = 4096;
const FILE_NAME = /^\d{8}T\d{6}Z-.*-(\d+)\.pcapng$/;
const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };

/** Returns the blocks that a file begins with. */
export type CaptureHead = () => readonly Uint8Array[];

interface Session {
  readonly path: string;
  octets: number;
  lastSeconds: number;
  /** Its file was deleted for newer ones; what still waits is dropped. */
  isGone: boolean;
  readonly waiting: Uint8Array[];
}

interface WrittenFile {
  readonly octets: number;
  /** Null: of an earlier run. */
  readonly session: Session | null;
}

export class SessionCaptures {
  readonly #directory: string;
  readonly #bounds: CaptureBounds;
  readonly #onTrouble: (sentence: string) => void;
  /** By flow, the one heard of last at the end. */
  readonly #sessions = new Map<string, Session>();
  /** Files written, oldest first. */
  readonly #files = new Map<string, WrittenFile>();
  readonly #changed = new Set<Session>();
  #diskOctets = 0;
  #waitingOctets = 0;
  #made = 0;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #isTroubled = false;
  /** Frames that were left out for the sake of a bound. */
  leftOut = 0;

  private constructor(directory: string, bounds: CaptureBounds, onTrouble: (sentence: string) => void) {
    this.#directory = directory;
    this.#bounds = bounds;
    this.#onTrouble = onTrouble;
  }

  /** Makes the directory if it is not there, or goes on in it; rejects with the system's error. */
  static async open(
    directory: string,
    onTrouble: (sentence: string) => void,
    bounds: CaptureBounds = CAPTURE_BOUNDS,
  ): Promise<SessionCaptures> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const captures = new SessionCaptures(directory, bounds, onTrouble);
    await captures.#countEarlierFiles();
    return captures;
  }

  /** Takes a block of a flow; `head` is what the file of a new session begins with. */
  take(flow: Flow, block: Uint8Array, head: CaptureHead, nowSeconds: number): void {
    if (this.#waitingOctets > WAITING_OCTETS_MAX) {
      this.leftOut++;
      return;
    }
    const key = `${flow.protocol} ${flow.source} ${flow.sourcePort} ${flow.destination} ${flow.destinationPort}`;
    const session = this.#sessionOf(key, flow, head, nowSeconds);
    if (session.octets + block.length > this.#bounds.octetsPerSession) this.leftOut++;
    else this.#append(session, block);
  }

  /** Writes what waits; then no more is taken. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#write();
    await this.#writing;
  }

  #sessionOf(key: string, flow: Flow, head: CaptureHead, nowSeconds: number): Session {
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      this.#sessions.delete(key);
      if (!known.isGone && nowSeconds - known.lastSeconds <= this.#bounds.idleSeconds) {
        known.lastSeconds = nowSeconds;
        this.#sessions.set(key, known);
        return known;
      }
    }
    if (this.#sessions.size >= this.#bounds.sessions) {
      // The one that has been silent for longest ends.
      this.#sessions.delete(this.#sessions.keys().next().value ?? '');
    }
    const path = join(this.#directory, this.#nameOf(flow, nowSeconds));
    const session: Session = { path, octets: 0, lastSeconds: nowSeconds, isGone: false, waiting: [] };
    this.#sessions.set(key, session);
    for (const block of head()) this.#append(session, block);
    return session;
  }

  #nameOf({ protocol, source, sourcePort, destination, destinationPort }: Flow, nowSeconds: number): string {
    const time = new Date(nowSeconds * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const ends = `${formatIp(source)}.${sourcePort}-${formatIp(destination)}.${destinationPort}`;
    return `${time}-${PROTOCOL_NAMES[protocol] ?? protocol}-${ends}-${++this.#made}.pcapng`;
  }

  #append(session: Session, block: Uint8Array): void {
    session.waiting.push(block);
    session.octets += block.length;
    this.#waitingOctets += block.length;
    this.#changed.add(session);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#write();
    }, BATCH_MS).unref();
  }

  #write(): void {
    const batch = Array.from(this.#changed, (session) => ({ session, blocks: session.waiting.splice(0) }));
    this.#changed.clear();
    this.#writing = this.#writing.then(() => this.#writeBatch(batch));
  }

  async #writeBatch(
    batch: readonly { readonly session: Session; readonly blocks: readonly Uint8Array[] }[],
  ): Promise<void> {
    for (const { session, blocks } of batch) {
      const octets = Buffer.concat(blocks);
      this.#waitingOctets -= octets.length;
      if (session.isGone) {
        this.leftOut += blocks.length;
        continue;
      }
      try {
        // oxlint-disable-next-line no-await-in-loop -- one file after the other, so that few are open
        await appendFile(session.path, octets, { mode: FILE_MODE });
        this.#countFile(session.path, octets.length, session);
        this.#isTroubled = false;
      } catch (error) {
        this.leftOut += blocks.length;
        if (!this.#isTroubled) this.#onTrouble(`Sessions cannot be captured: ${String(error)}`);
        this.#isTroubled = true;
      }
      // oxlint-disable-next-line no-await-in-loop -- before the next one takes more
      await this.#makeRoom();
    }
  }

  #countFile(path: string, octets: number, session: Session | null): void {
    const before = this.#files.get(path)?.octets ?? 0;
    this.#files.set(path, { octets: before + octets, session });
    this.#diskOctets += onDisk(before + octets) - onDisk(before);
  }

  /** Files of an earlier run count, too; their names begin with their time. */
  async #countEarlierFiles(): Promise<void> {
    const names = await readdir(this.#directory);
    for (const name of names.filter((found) => FILE_NAME.test(found)).toSorted()) {
      const path = join(this.#directory, name);
      // oxlint-disable-next-line no-await-in-loop -- once, before anything is answered
      this.#countFile(path, (await stat(path)).size, null);
      this.#made = Math.max(this.#made, Number(FILE_NAME.exec(name)?.[1]));
    }
    await this.#makeRoom();
  }

  /** Deletes the oldest files until the rest is within the bound. */
  async #makeRoom(): Promise<void> {
    for (const [path, { octets, session }] of this.#files) {
      if (this.#diskOctets <= this.#bounds.octetsInAll) return;
      this.#files.delete(path);
      this.#diskOctets -= onDisk(octets);
      if (session !== null) session.isGone = true;
      // oxlint-disable-next-line no-await-in-loop -- as many as it takes and no more
      await unlink(path).catch(() => undefined);
    }
  }
}

function onDisk(octets: number): number {
  return Math.ceil(octets / DISK_BLOCK_OCTETS) * DISK_BLOCK_OCTETS;
}
