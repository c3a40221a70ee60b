/**
 * The flows that a capture shows, as far as it takes to tell a first contact from the rest, an answer from backscatter,
 * and a completed handshake from a forged one. The table never grows beyond its limit: the oldest flow is evicted. Flows
 * are found by their ends in a table of open addressing; each is a row of one line of the processor's cache, and rows are used
 * again.
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

/** Both ends of a packet; addresses are words of 32 bits (address-words.ts). */
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
const ANSWERED = 4;
const JUDGED = 8;
const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
const GUESSES_MAX = 0xff;

/** Octets of a row, and where its fields stand: in words of four octets, octets, and words of eight. */
const ROW = 64;
const [SOURCE, DESTINATION, PORTS, INITIAL_SEQUENCE, ANSWER_SEQUENCE] = [0, 1, 2, 3, 4];
/** The protocol counts from 1: 0 is a row that was never used. */
const [PROTOCOL, MARKS, FLAGS, DOUBT, WRONG_GUESSES] = [20, 21, 22, 23, 24];
const [LAST_SECONDS, INITIATOR_MAC, RESPONDER_MAC, VLAN] = [4, 5, 6, 7];

export class FlowTable {
  readonly #flowsMax: number;
  readonly #key: number;
  /** Number and hash of flows by the hash of their ends; with at least twice as many places as there are flows. */
  readonly #index: Int32Array;
  readonly #mask: number;
  readonly #rows: Rows;
  readonly #flow: KeptFlow;
  /** Flow that is evicted next, once all are used. */
  #next = 0;
  #size = 0;

  /** `key`: a word that nobody outside knows, or flows could be chosen to collide. */
  constructor(flowsMax: number, key: number) {
    this.#flowsMax = flowsMax;
    this.#key = key;
    let places = 4;
    while (places < 2 * flowsMax) places *= 2;
    this.#index = new Int32Array(2 * places).fill(FREE);
    this.#mask = places - 1;
    this.#rows = rowsOf(flowsMax);
    this.#flow = new KeptFlow(this.#rows);
  }

  get size(): number {
    return this.#size;
  }

  /** The flow that the source of the packet began. What is returned holds until the table is asked again. */
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
    const protocol = PROTOCOLS.indexOf(ends.protocol) + 1;
    const ports = ends.sourcePort * 0x10000 + ends.destinationPort;
    const { words, octets, doubles, judgments } = this.#rows;
    const hash = this.#hashOf(source, destination, ports);
    const number = this.#next;
    this.#next = number + 1 === this.#flowsMax ? 0 : number + 1;
    const [word, octet, double] = [number * (ROW / 4), number * ROW, number * (ROW / 8)];
    if (octets[octet + PROTOCOL] !== 0) this.#forget(number);
    let place = this.#placeOf(hash, protocol, source, destination, ports);
    if (this.#index[2 * place] !== FREE) {
      this.#remove(place);
      place = this.#placeOf(hash, protocol, source, destination, ports);
    }
    words[word + SOURCE] = source;
    words[word + DESTINATION] = destination;
    words[word + PORTS] = ports;
    words[word + INITIAL_SEQUENCE] = first.initialSequence;
    octets[octet + PROTOCOL] = protocol;
    octets[octet + MARKS] = first.marks;
    if (((octets[octet + FLAGS] ?? 0) & JUDGED) !== 0) judgments[number] = null;
    octets[octet + FLAGS] = 0;
    octets[octet + DOUBT] = 0;
    octets[octet + WRONG_GUESSES] = 0;
    doubles[double + LAST_SECONDS] = first.lastSeconds;
    doubles[double + INITIATOR_MAC] = first.initiatorMac ?? FREE;
    doubles[double + RESPONDER_MAC] = first.responderMac ?? FREE;
    doubles[double + VLAN] = first.vlan;
    this.#index[2 * place] = number;
    this.#index[2 * place + 1] = hash | 0;
    this.#size++;
    this.#flow.number = number;
    return this.#flow;
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
    const hash = this.#hashOf(source, destination, ports);
    const place = this.#placeOf(hash, PROTOCOLS.indexOf(protocol) + 1, source, destination, ports);
    const number = this.#index[2 * place] ?? FREE;
    if (number === FREE) return undefined;
    this.#flow.number = number;
    return this.#flow;
  }

  /** The place of the flow between these ends, or the free one where it belongs. */
  #placeOf(hash: number, protocol: number, source: number, destination: number, ports: number): number {
    const index = this.#index;
    const { words, octets } = this.#rows;
    const tag = hash | 0;
    let place = hash & this.#mask;
    for (;;) {
      const number = index[2 * place] ?? FREE;
      if (number === FREE) return place;
      const word = number * (ROW / 4);
      const isIt =
        index[2 * place + 1] === tag &&
        words[word + SOURCE] === source &&
        words[word + DESTINATION] === destination &&
        words[word + PORTS] === ports &&
        octets[number * ROW + PROTOCOL] === protocol;
      if (isIt) return place;
      place = (place + 1) & this.#mask;
    }
  }

  /** Takes the flow out of the index, if it stands there still. */
  #forget(number: number): void {
    const { words } = this.#rows;
    const word = number * (ROW / 4);
    const hash = this.#hashOf(
      words[word + SOURCE] ?? 0,
      words[word + DESTINATION] ?? 0,
      words[word + PORTS] ?? 0,
    );
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const found = this.#index[2 * place];
      if (found === FREE) return;
      if (found === number) return this.#remove(place);
    }
  }

  /** Frees a place, and moves those behind it up that would no longer be found (Knuth, TAOCP 3, 6.4, algorithm R). */
  #remove(place: number): void {
    const index = this.#index;
    this.#size--;
    let free = place;
    for (let next = (free + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      const number = index[2 * next] ?? FREE;
      if (number === FREE) break;
      const hash = index[2 * next + 1] ?? 0;
      // It may move when its home does not lie behind the free place.
      if (((next - hash) & this.#mask) < ((next - free) & this.#mask)) continue;
      index[2 * free] = number;
      index[2 * free + 1] = hash;
      free = next;
    }
    index[2 * free] = FREE;
  }
}

/** The rows of all flows, seen as words, octets and doubles; −1 stands for null, and `DOUBT` counts the reasons from 1. */
interface Rows {
  readonly words: Uint32Array;
  readonly octets: Uint8Array;
  readonly doubles: Float64Array;
  readonly judgments: (Judgment | null)[];
}

function rowsOf(flows: number): Rows {
  const memory = new ArrayBuffer(flows * ROW);
  return {
    words: new Uint32Array(memory),
    octets: new Uint8Array(memory),
    doubles: new Float64Array(memory),
    judgments: Array.from({ length: flows }, () => null),
  };
}

/** The flow of the table that was asked for last. */
class KeptFlow implements Flow {
  readonly #rows: Rows;
  number = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  get initialSequence(): number {
    return this.#word(INITIAL_SEQUENCE);
  }

  get initiatorMac(): number | null {
    return this.#mac(INITIATOR_MAC);
  }

  get responderMac(): number | null {
    return this.#mac(RESPONDER_MAC);
  }

  get vlan(): number {
    return this.#double(VLAN);
  }

  get marks(): number {
    return this.#octet(MARKS);
  }

  get answerSequence(): number | null {
    return this.#has(ANSWERED) ? this.#word(ANSWER_SEQUENCE) : null;
  }

  set answerSequence(sequence: number | null) {
    this.#set(ANSWERED, sequence !== null);
    this.#rows.words[this.number * (ROW / 4) + ANSWER_SEQUENCE] = sequence ?? 0;
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
    return FORGEABLE_REASONS[this.#octet(DOUBT) - 1] ?? null;
  }

  set doubt(reason: ForgeableReason | null) {
    this.#setOctet(DOUBT, reason === null ? 0 : FORGEABLE_REASONS.indexOf(reason) + 1);
  }

  get wrongGuesses(): number {
    return this.#octet(WRONG_GUESSES);
  }

  set wrongGuesses(guesses: number) {
    this.#setOctet(WRONG_GUESSES, Math.min(guesses, GUESSES_MAX));
  }

  get judgment(): Judgment | null {
    return this.#has(JUDGED) ? (this.#rows.judgments[this.number] ?? null) : null;
  }

  set judgment(judgment: Judgment | null) {
    this.#set(JUDGED, judgment !== null);
    this.#rows.judgments[this.number] = judgment;
  }

  get lastSeconds(): number {
    return this.#double(LAST_SECONDS);
  }

  set lastSeconds(seconds: number) {
    this.#rows.doubles[this.number * (ROW / 8) + LAST_SECONDS] = seconds;
  }

  #word(field: number): number {
    return this.#rows.words[this.number * (ROW / 4) + field] ?? 0;
  }

  #octet(field: number): number {
    return this.#rows.octets[this.number * ROW + field] ?? 0;
  }

  #setOctet(field: number, value: number): void {
    this.#rows.octets[this.number * ROW + field] = value;
  }

  #double(field: number): number {
    return this.#rows.doubles[this.number * (ROW / 8) + field] ?? 0;
  }

  #mac(field: number): number | null {
    const mac = this.#double(field);
    return mac === FREE ? null : mac;
  }

  #has(flag: number): boolean {
    return (this.#octet(FLAGS) & flag) !== 0;
  }

  #set(flag: number, is: boolean): void {
    const flags = this.#octet(FLAGS);
    this.#setOctet(FLAGS, is ? flags | flag : flags & ~flag);
  }
}
