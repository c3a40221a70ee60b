/** What a sensor writes: events and Honeyd's two logs, each into a file of its own where one is asked for. */
import type { Clock, RandomStreams } from '@wormwood/base';
import { EventMaker, type LineSink, PacketLog, serviceLogLine } from '@wormwood/honeynet';
import type { Flow, StackObserver } from '@wormwood/netstack';
import type { IpAddress } from '@wormwood/wire';
import { LineFile } from './line-file.ts';
import { type LogDisk, machineDisk } from './log-disk.ts';

export interface OutputPaths {
  readonly events: string | null;
  readonly packetLog: string | null;
  readonly serviceLog: string | null;
}

export interface OutputComponents {
  readonly sensor: string;
  readonly clock: Clock;
  readonly streams: RandomStreams;
  hostName(address: IpAddress, source: IpAddress, protocol: number): string | null;
  sourceSystem(source: IpAddress): string | null;
  /** VLAN of the packet at hand, as netstack numbers it. */
  vlan(): number;
  /** What the SYN at hand says of the program that made it, as bits of `synMark`. @default nothing */
  synMarks?(): number;
  /** Where logs are written. @default the machine's */
  readonly disk?: LogDisk;
  onTrouble(sentence: string): void;
}

/** Takes the line of an event, as octets of its own. */
export type EventListener = (line: Uint8Array) => void;

/** The files, opened; a path that cannot be opened rejects with the system's error, whose `path` names it. */
export async function openOutputs(paths: OutputPaths, components: OutputComponents): Promise<Outputs> {
  const opened: LineFile[] = [];
  const openFile = async (path: string | null): Promise<LineFile | null> => {
    if (path === null) return null;
    const onTrouble = (sentence: string): void => components.onTrouble(sentence);
    const file = await LineFile.open({ path, disk: components.disk ?? machineDisk, onTrouble });
    opened.push(file);
    return file;
  };
  try {
    const events = await openFile(paths.events);
    const packetLog = await openFile(paths.packetLog);
    const serviceLog = await openFile(paths.serviceLog);
    return new Outputs({ events, packetLog, serviceLog }, components);
  } catch (error) {
    await Promise.all(opened.map((file) => file.close()));
    throw error;
  }
}

interface Files {
  readonly events: LineFile | null;
  readonly packetLog: LineFile | null;
  readonly serviceLog: LineFile | null;
}

export class Outputs {
  /** Receives what the stack sees. */
  readonly observers: readonly StackObserver[];
  readonly events: EventMaker;
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #packetLog: PacketLog | null;
  readonly #listeners: Set<EventListener> = new Set();

  constructor(files: Files, components: OutputComponents) {
    this.#files = files;
    this.#clock = components.clock;
    this.events = new EventMaker({
      sensor: components.sensor,
      clock: components.clock,
      stream: components.streams.stream('sensor/events'),
      hostName: (address, source, protocol) => components.hostName(address, source, protocol),
      vlan: () => components.vlan(),
      synMarks: () => components.synMarks?.() ?? 0,
      sink: new EventSink(files.events, this.#listeners),
    });
    const { packetLog } = files;
    this.#packetLog =
      packetLog === null
        ? null
        : new PacketLog({
            clock: components.clock,
            offsetSeconds,
            sourceSystem: (source) => components.sourceSystem(source),
            write: (line) => packetLog.write(line),
          });
    this.#packetLog?.started();
    this.observers = [
      // Making events costs more than answering, so it is done for somebody only.
      onlyWhile(() => this.wantsEvents, this.events),
      ...(this.#packetLog === null ? [] : [this.#packetLog]),
    ];
  }

  /** Lines that were dropped because a disk took none. */
  get dropped(): number {
    return this.#opened().reduce((sum, file) => sum + file.dropped, 0);
  }

  /** Whether anybody reads events. */
  get wantsEvents(): boolean {
    return this.#files.events !== null || this.#listeners.size > 0;
  }

  /** Calls `listener` for each event from now on; returns what ends that. */
  follow(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A line that a service wrote about its connection. */
  serviceMessage(flow: Flow, protocol: number, text: string): void {
    const seconds = this.#clock.nowSeconds();
    const moment = { seconds, offsetSeconds: offsetSeconds(seconds) };
    this.#files.serviceLog?.write(serviceLogLine(moment, flow, protocol, text));
    this.events.serviceMessage(flow, protocol, text);
  }

  /** Goes on in new files of the same names. */
  async reopen(): Promise<void> {
    await Promise.all(this.#opened().map((file) => file.reopen()));
  }

  async close(): Promise<void> {
    this.#packetLog?.stopped();
    await Promise.all(this.#opened().map((file) => file.close()));
  }

  #opened(): readonly LineFile[] {
    const { events, packetLog, serviceLog } = this.#files;
    return [events, packetLog, serviceLog].filter((file) => file !== null);
  }
}

/** The file, where there is one, and whoever follows. */
class EventSink implements LineSink {
  readonly #file: LineFile | null;
  readonly #listeners: ReadonlySet<EventListener>;
  /** For a line that goes into no file. */
  #scratch: Uint8Array = new Uint8Array(0);
  #isInFile = false;
  #start = 0;

  constructor(file: LineFile | null, listeners: ReadonlySet<EventListener>) {
    this.#file = file;
    this.#listeners = listeners;
  }

  get octets(): Uint8Array {
    return this.#isInFile && this.#file !== null ? this.#file.octets : this.#scratch;
  }

  write(line: string): void {
    this.#file?.write(line);
    if (this.#listeners.size > 0) this.#hand(Buffer.from(line));
  }

  reserve(lengthMax: number): number {
    const at = this.#file === null ? -1 : this.#file.reserve(lengthMax);
    this.#isInFile = at >= 0;
    this.#start = Math.max(at, 0);
    if (at < 0 && this.#listeners.size === 0) return at;
    if (at < 0 && this.#scratch.length < lengthMax) this.#scratch = new Uint8Array(lengthMax);
    return this.#start;
  }

  commit(end: number): void {
    // A copy: the memory of a file is used again.
    if (this.#listeners.size > 0) this.#hand(new Uint8Array(this.octets.subarray(this.#start, end)));
    if (this.#isInFile) this.#file?.commit(end);
  }

  #hand(line: Uint8Array): void {
    for (const listener of this.#listeners) listener(line);
  }
}

/** Seconds that local time is ahead of UTC at a moment. */
function offsetSeconds(atSeconds: number): number {
  return -60 * new Date(atSeconds * 1000).getTimezoneOffset();
}

/** Each call is written out: to hand on a list of arguments makes one for every packet. */
function onlyWhile(isWanted: () => boolean, observer: StackObserver): StackObserver {
  return {
    tcpProbe: (flow, flags, lengthBytes, opens) =>
      isWanted() && observer.tcpProbe(flow, flags, lengthBytes, opens),
    udpProbe: (flow, lengthBytes) => isWanted() && observer.udpProbe(flow, lengthBytes),
    udpReceived: (flow, lengthBytes, payloadBytes) =>
      isWanted() && observer.udpReceived(flow, lengthBytes, payloadBytes),
    udpSent: (flow, payloadBytes) => isWanted() && observer.udpSent(flow, payloadBytes),
    icmp: (source, destination, type, code, lengthBytes) =>
      isWanted() && observer.icmp(source, destination, type, code, lengthBytes),
    flowOpen: (flow, proof) => isWanted() && observer.flowOpen(flow, proof),
    flowProof: (flow, proof) => isWanted() && observer.flowProof(flow, proof),
    flowClose: (flow, receivedBytes, sentBytes, reason) =>
      isWanted() && observer.flowClose(flow, receivedBytes, sentBytes, reason),
    other: (source, destination, protocol, lengthBytes) =>
      isWanted() && observer.other(source, destination, protocol, lengthBytes),
    arpRequest: (contact) => isWanted() && observer.arpRequest(contact),
    ipv6: (contact) => isWanted() && observer.ipv6(contact),
    answerLimited: (limit, protocol, source, destination) =>
      isWanted() && observer.answerLimited(limit, protocol, source, destination),
    addressTaken: (owner) => isWanted() && observer.addressTaken(owner),
  };
}
