/**
 * The flows that a capture shows, as far as it takes to distinguish a first contact from the rest, an answer from backscatter,
 * and a completed handshake from a forged one. The table never grows beyond its limit: the flow begun first gives way. Flows
 * are found by their ends in a table of open addressing, and their columns are used again.
 */
import { mixWord } from '@wormwood/base';
import { FORGEABLE_REASONS, type ForgeableReason, type Observation } from '../observation.ts';
import type { Judgment } from './link-owners.ts';

/** What is known of a flow; it belongs to the host that began it. */
export interface Flow {
  /** Sequence number of the SYN; 0 where there is none. */
  readonly initialSequence: number;
  /** Link addresses between which the first packet went; null where the link has none. */
  readonly initiatorMac: number | null;
  readonly responderMac: number | null;
  readonly vlan: number;
  /** Marks of the SYN, bits of `synMark`. */
  readonly marks: number;
  /** Sequence number of the SYN/ACK; null until there is one. */
  answerSequence: number | null;
  /** Two SYN/ACKs that differ: one of them is forged. */
  isContradictory: boolean;
  /** Why the handshake will prove nothing; null while nothing speaks against it. */
  doubt: ForgeableReason | null;
  /** Third segments that acknowledged something else than the second. */
  wrongGuesses: number;
  /** What the completed handshake is worth; null before. */
  judgment: Judgment | null;
  hasPayload: boolean;
  /** When the host that began it last sent something, where that is followed. */
  lastSeconds: number;
}

/** What a flow begins with. */
export type FirstPacket = Pick<
  Flow,
  'initialSequence' | 'initiatorMac' | 'responderMac' | 'vlan' | 'marks' | 'lastSeconds'
>;

/** Both ends of a packet. */
export interface FlowEnds {
  readonly protocol: Observation['protocol'];
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const FREE = -1;

const CONTRADICTORY = 1;
const WITH_PAYLOAD = 2;
const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
const GUESSES_MAX = 0xff;

export class FlowTable {
  readonly #flowsMax: number;
  readonly #key: number;
  /** Numbers of flows by the hash of their ends; with at least twice as many places as there are flows. */
  readonly #index: Int32Array;
  readonly #mask: number;
  readonly #columns: Columns;
  /** Flow that gives way next, once all are used. */
  #next = 0;
  #size = 0;

  /** `key`: a word that nobody outside knows, or flows could be chosen to collide. */
  constructor(flowsMax: number, key: number) {
    this.#flowsMax = flowsMax;
    this.#key = key;
    let places = 4;
    while (places < 2 * flowsMax) places *= 2;
    this.#index = new Int32Array(places).fill(FREE);
    this.#mask = places - 1;
    this.#columns = columnsOf(flowsMax);
  }

  get size(): number {
    return this.#size;
  }

  /** The flow that the source of the packet began. */
  begunBySource({ protocol, source, destination, sourcePort, destinationPort }: FlowEnds): Flow | undefined {
    return this.#find(protocol, source, destination, sourcePort * 0x10000 + destinationPort);
  }

  /** The flow that the destination of the packet began, so that the packet is an answer. */
  begunByDestination(ends: FlowEnds): Flow | undefined {
    const { protocol, source, destination, sourcePort, destinationPort } = ends;
    return this.#find(protocol, destination, source, destinationPort * 0x10000 + sourcePort);
  }

  /** Begins a flow, instead of an earlier one between the same ends. */
  begin(ends: FlowEnds, first: FirstPacket): Flow {
    const { source, destination } = ends;
    const protocol = PROTOCOLS.indexOf(ends.protocol);
    const ports = ends.sourcePort * 0x10000 + ends.destinationPort;
    const columns = this.#columns;
    const known = this.#placeOf(protocol, source, destination, ports);
    if (this.#index[known] !== FREE) this.#remove(known);
    const number = this.#next;
    this.#next = number + 1 === this.#flowsMax ? 0 : number + 1;
    if (columns.isUsed[number] === 1) {
      const place = this.#placeOf(
        columns.protocol[number] ?? 0,
        columns.source[number] ?? 0,
        columns.destination[number] ?? 0,
        columns.ports[number] ?? 0,
      );
      if (this.#index[place] === number) this.#remove(place);
    }
    columns.isUsed[number] = 1;
    columns.protocol[number] = protocol;
    columns.source[number] = source;
    columns.destination[number] = destination;
    columns.ports[number] = ports;
    begin(columns, number, first);
    this.#index[this.#placeOf(protocol, source, destination, ports)] = number;
    this.#size++;
    return new KeptFlow(columns, number);
  }

  #hashOf(source: number, destination: number, ports: number): number {
    return mixWord(mixWord(mixWord(source ^ this.#key) + destination) + ports);
  }

  #find(
    protocol: FlowEnds['protocol'],
    source: number,
    destination: number,
    ports: number,
  ): Flow | undefined {
    const place = this.#placeOf(PROTOCOLS.indexOf(protocol), source, destination, ports);
    const number = this.#index[place] ?? FREE;
    return number === FREE ? undefined : new KeptFlow(this.#columns, number);
  }

  /** The place of the flow between these ends, or the free one where it belongs. */
  #placeOf(protocol: number, source: number, destination: number, ports: number): number {
    const columns = this.#columns;
    let place = this.#hashOf(source, destination, ports) & this.#mask;
    for (;;) {
      const number = this.#index[place] ?? FREE;
      if (number === FREE) return place;
      const isIt =
        columns.source[number] === source &&
        columns.destination[number] === destination &&
        columns.ports[number] === ports &&
        columns.protocol[number] === protocol;
      if (isIt) return place;
      place = (place + 1) & this.#mask;
    }
  }

  /** Frees a place, and moves those behind it up that would no longer be found (Knuth, TAOCP 3, 6.4, algorithm R). */
  #remove(place: number): void {
    const { source, destination, ports } = this.#columns;
    this.#size--;
    let free = place;
    for (let next = (free + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      const number = this.#index[next] ?? FREE;
      if (number === FREE) break;
      const hash = this.#hashOf(source[number] ?? 0, destination[number] ?? 0, ports[number] ?? 0);
      // It may move when its home does not lie behind the free place.
      if (((next - hash) & this.#mask) < ((next - free) & this.#mask)) continue;
      this.#index[free] = number;
      free = next;
    }
    this.#index[free] = FREE;
  }
}

/** All flows, a column for each field; −1 stands for null, and `doubt` counts the reasons from 1. */
interface Columns {
  readonly isUsed: Uint8Array;
  readonly protocol: Uint8Array;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  readonly ports: Uint32Array;
  readonly initialSequence: Uint32Array;
  readonly initiatorMac: Float64Array;
  readonly responderMac: Float64Array;
  readonly vlan: Float64Array;
  readonly answerSequence: Float64Array;
  readonly lastSeconds: Float64Array;
  readonly marks: Uint8Array;
  readonly flags: Uint8Array;
  readonly doubt: Uint8Array;
  readonly wrongGuesses: Uint8Array;
  readonly judgment: (Judgment | null)[];
}

function columnsOf(flows: number): Columns {
  return {
    isUsed: new Uint8Array(flows),
    protocol: new Uint8Array(flows),
    source: new Uint32Array(flows),
    destination: new Uint32Array(flows),
    ports: new Uint32Array(flows),
    initialSequence: new Uint32Array(flows),
    initiatorMac: new Float64Array(flows),
    responderMac: new Float64Array(flows),
    vlan: new Float64Array(flows),
    answerSequence: new Float64Array(flows),
    lastSeconds: new Float64Array(flows),
    marks: new Uint8Array(flows),
    flags: new Uint8Array(flows),
    doubt: new Uint8Array(flows),
    wrongGuesses: new Uint8Array(flows),
    judgment: Array.from({ length: flows }, () => null),
  };
}

function begin(columns: Columns, number: number, first: FirstPacket): void {
  columns.initialSequence[number] = first.initialSequence;
  columns.initiatorMac[number] = first.initiatorMac ?? FREE;
  columns.responderMac[number] = first.responderMac ?? FREE;
  columns.vlan[number] = first.vlan;
  columns.marks[number] = first.marks;
  columns.lastSeconds[number] = first.lastSeconds;
  columns.answerSequence[number] = FREE;
  columns.flags[number] = 0;
  columns.doubt[number] = 0;
  columns.wrongGuesses[number] = 0;
  if (columns.judgment[number] !== null) columns.judgment[number] = null;
}

/** One flow of the table; holds until the next one begins. */
class KeptFlow implements Flow {
  readonly #columns: Columns;
  readonly #number: number;

  constructor(columns: Columns, number: number) {
    this.#columns = columns;
    this.#number = number;
  }

  get initialSequence(): number {
    return this.#columns.initialSequence[this.#number] ?? 0;
  }

  get initiatorMac(): number | null {
    return nullable(this.#columns.initiatorMac[this.#number]);
  }

  get responderMac(): number | null {
    return nullable(this.#columns.responderMac[this.#number]);
  }

  get vlan(): number {
    return this.#columns.vlan[this.#number] ?? 0;
  }

  get marks(): number {
    return this.#columns.marks[this.#number] ?? 0;
  }

  get answerSequence(): number | null {
    return nullable(this.#columns.answerSequence[this.#number]);
  }

  set answerSequence(sequence: number | null) {
    this.#columns.answerSequence[this.#number] = sequence ?? FREE;
  }

  get isContradictory(): boolean {
    return this.#has(CONTRADICTORY);
  }

  set isContradictory(is: boolean) {
    this.#set(CONTRADICTORY, is);
  }

  get hasPayload(): boolean {
    return this.#has(WITH_PAYLOAD);
  }

  set hasPayload(has: boolean) {
    this.#set(WITH_PAYLOAD, has);
  }

  get doubt(): ForgeableReason | null {
    return FORGEABLE_REASONS[(this.#columns.doubt[this.#number] ?? 0) - 1] ?? null;
  }

  set doubt(reason: ForgeableReason | null) {
    this.#columns.doubt[this.#number] = reason === null ? 0 : FORGEABLE_REASONS.indexOf(reason) + 1;
  }

  get wrongGuesses(): number {
    return this.#columns.wrongGuesses[this.#number] ?? 0;
  }

  set wrongGuesses(guesses: number) {
    this.#columns.wrongGuesses[this.#number] = Math.min(guesses, GUESSES_MAX);
  }

  get judgment(): Judgment | null {
    return this.#columns.judgment[this.#number] ?? null;
  }

  set judgment(judgment: Judgment | null) {
    this.#columns.judgment[this.#number] = judgment;
  }

  get lastSeconds(): number {
    return this.#columns.lastSeconds[this.#number] ?? 0;
  }

  set lastSeconds(seconds: number) {
    this.#columns.lastSeconds[this.#number] = seconds;
  }

  #has(flag: number): boolean {
    return ((this.#columns.flags[this.#number] ?? 0) & flag) !== 0;
  }

  #set(flag: number, is: boolean): void {
    const flags = this.#columns.flags[this.#number] ?? 0;
    this.#columns.flags[this.#number] = is ? flags | flag : flags & ~flag;
  }
}

function nullable(value: number | undefined): number | null {
  return value === undefined || value === FREE ? null : value;
}
