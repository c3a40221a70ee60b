/** One source of the traffic: its address, its look, its dice, and what it can send. */
import { exponential, type RandomStream } from '@wormwood/base';
import type { icmpv4, tcp } from '@wormwood/wire';
import type { Link } from './link.ts';
import {
  ACK,
  type Ends,
  FIN,
  fragmentFrames,
  icmpFrame,
  type Look,
  PSH,
  RST,
  type Segment,
  SYN,
  tcpFrame,
  udpFrame,
} from './packets.ts';
import { isLive, isStation, liveMac, SENSOR_MAC, type Telescope, VIRTUAL_ROUTER_MAC } from './telescope.ts';

export interface Connection {
  readonly destination: number;
  readonly port: number;
  readonly payload?: Uint8Array;
  /** SYNs after the first, after 1, 3, 7, … seconds (RFC 6298 2.1, 5.5). @default 3 */
  readonly retries?: number;
  readonly sourcePort?: number;
  /** How long the client stays after its payload. @default 0.5 */
  readonly lingerSeconds?: number;
  readonly ended?: (how: 'done' | 'refused' | 'timeout') => void;
}

export interface SenderComponents {
  readonly link: Link;
  readonly stream: RandomStream;
  readonly address: number;
  readonly look: Look;
  readonly mac: number;
}

const FIRST_EPHEMERAL = 32_768;
const EPHEMERAL_COUNT = 28_232;
const RETRIES = 3;
const LINGER_SECONDS = 0.5;

export class Sender {
  readonly stream: RandomStream;
  readonly address: number;
  readonly telescope: Telescope;
  look: Look;
  /** The router that its packets come over. */
  mac: number;
  firstContactSeconds: number | null = null;
  lastContactSeconds: number | null = null;
  contacts = 0;
  readonly reached: Set<number> = new Set();
  readonly roundTripSeconds: number;
  readonly #link: Link;
  #identification: number;
  #nextPort: number;

  constructor({ link, stream, address, look, mac }: SenderComponents) {
    this.#link = link;
    this.telescope = link.telescope;
    this.stream = stream;
    this.address = address;
    this.look = look;
    this.mac = mac;
    this.roundTripSeconds = 0.01 + 0.2 * stream.nextDouble();
    this.#identification = stream.nextUint32();
    this.#nextPort = stream.nextBelow(EPHEMERAL_COUNT);
  }

  after(delaySeconds: number, action: () => void): void {
    this.#link.after(delaySeconds, action);
  }

  /** Does something `count` times, the first time now, with a gap drawn before each further time. */
  repeat(count: number, gapSeconds: () => number, action: (index: number) => void, index = 0): void {
    if (index >= count) return;
    action(index);
    this.after(gapSeconds(), () => this.repeat(count, gapSeconds, action, index + 1));
  }

  exponential(meanSeconds: number): number {
    return meanSeconds * exponential(this.stream);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.stream.nextDouble();
  }

  /** A whole number from `low` to `high`, both included. */
  count(low: number, high: number): number {
    return low + this.stream.nextBelow(high - low + 1);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.stream.nextBelow(items.length)]!;
  }

  octets(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.stream.nextBelow(256));
  }

  nextPort(): number {
    this.#nextPort = (this.#nextPort + 1) % EPHEMERAL_COUNT;
    return FIRST_EPHEMERAL + this.#nextPort;
  }

  ends(destination: number, destinationPort: number, sourcePort: number = this.nextPort()): Ends {
    return { source: this.address, sourcePort, destination, destinationPort };
  }

  segment(ends: Ends, segment: Segment): void {
    this.#link.send(tcpFrame(this.#to(ends), ends, segment, this.look, this.#identification++));
  }

  /** A SYN whose answer nobody waits for. */
  syn(ends: Ends, sequence: number = this.stream.nextUint32()): void {
    this.note(ends.destination);
    this.segment(ends, { flags: SYN, sequence, acknowledgment: 0 });
  }

  fragments(ends: Ends, octets: number): void {
    this.note(ends.destination);
    const segment = { flags: SYN, sequence: this.stream.nextUint32(), acknowledgment: 0 };
    const cut = { identification: this.#identification++ & 0xffff, octets };
    for (const frame of fragmentFrames(this.#to(ends), ends, segment, this.look, cut)) this.#link.send(frame);
  }

  datagram(ends: Ends, payload: Uint8Array): void {
    this.note(ends.destination);
    this.answer(ends, payload);
  }

  /** A datagram that asks for nothing. */
  answer(ends: Ends, payload: Uint8Array): void {
    this.#link.send(udpFrame(this.#to(ends), ends, payload, this.look, this.#identification++));
  }

  ping(destination: number, sequenceNumber: number): void {
    this.note(destination);
    const payload = new Uint8Array(56);
    const identifier = this.address & 0xffff;
    this.icmp(destination, { kind: 'echoRequest', code: 0, identifier, sequenceNumber, payload });
  }

  icmp(destination: number, message: icmpv4.Repr): void {
    const ends = { source: this.address, destination };
    const { timeToLive } = this.look;
    this.#link.send(icmpFrame(this.#to(ends), ends, message, timeToLive, this.#identification++));
  }

  /** Connects as a system does: SYNs until an answer, three segments, the payload, and an orderly end. */
  connect(connection: Connection): void {
    const { destination, port, sourcePort = this.nextPort() } = connection;
    new Connecting(this, this.#link, this.ends(destination, port, sourcePort), connection).open();
  }

  note(destination: number): void {
    const now = this.#link.clock.nowSeconds();
    this.firstContactSeconds ??= now;
    this.lastContactSeconds = now;
    if (!this.telescope.contains(destination)) return;
    this.contacts++;
    this.reached.add(destination);
  }

  #to({ destination }: { readonly destination: number }): { readonly from: number; readonly to: number } {
    const { mac } = this;
    if (!isLive(destination)) return { from: mac, to: SENSOR_MAC };
    return { from: mac, to: isStation(mac) ? VIRTUAL_ROUTER_MAC : liveMac(destination) };
  }
}

class Connecting {
  readonly #sender: Sender;
  readonly #ends: Ends;
  readonly #connection: Connection;
  readonly #forget: () => void;
  #sequence: number;
  #acknowledgment = 0;
  #state: 'asking' | 'open' | 'closing' | 'over' = 'asking';

  constructor(sender: Sender, link: Link, ends: Ends, connection: Connection) {
    this.#sender = sender;
    this.#ends = ends;
    this.#connection = connection;
    this.#sequence = sender.stream.nextUint32();
    this.#forget = link.listen(ends, (segment) => this.#receive(segment));
  }

  open(tries = 0): void {
    if (this.#state !== 'asking') return;
    const { retries = RETRIES } = this.#connection;
    if (tries > retries) return this.#end('timeout');
    this.#sender.syn(this.#ends, this.#sequence);
    this.#sender.after(2 ** tries, () => this.open(tries + 1));
  }

  #receive({ flags, sequenceNumber, acknowledgmentNumber, payload }: tcp.Repr): void {
    if (this.#state === 'over') return;
    const half = this.#sender.roundTripSeconds;
    if ((flags & RST) !== 0) return this.#end(this.#state === 'asking' ? 'refused' : 'done');
    if ((flags & SYN) !== 0) {
      const isAnswer = (flags & ACK) !== 0 && acknowledgmentNumber === (this.#sequence + 1) >>> 0;
      if (this.#state !== 'asking' || !isAnswer) return;
      this.#state = 'open';
      this.#acknowledgment = (sequenceNumber + 1) >>> 0;
      this.#sequence = (this.#sequence + 1) >>> 0;
      this.#sender.after(half, () => this.#talk());
      return;
    }
    const isFin = (flags & FIN) !== 0;
    if (!isFin && payload.length === 0) return;
    this.#acknowledgment = (sequenceNumber + payload.length + (isFin ? 1 : 0)) >>> 0;
    this.#sender.after(half, () => {
      this.#send(ACK);
      if (isFin) this.#end('done');
    });
  }

  #talk(): void {
    const { payload, lingerSeconds = LINGER_SECONDS } = this.#connection;
    this.#send(ACK);
    if (payload !== undefined) {
      this.#send(PSH | ACK, payload);
      this.#sequence = (this.#sequence + payload.length) >>> 0;
    }
    this.#sender.after(lingerSeconds, () => {
      if (this.#state !== 'open') return;
      this.#state = 'closing';
      this.#send(FIN | ACK);
      this.#sequence = (this.#sequence + 1) >>> 0;
    });
  }

  #send(flags: number, payload?: Uint8Array): void {
    const segment = { flags, sequence: this.#sequence, acknowledgment: this.#acknowledgment };
    this.#sender.segment(this.#ends, payload === undefined ? segment : { ...segment, payload });
  }

  #end(how: 'done' | 'refused' | 'timeout'): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#forget();
    this.#connection.ended?.(how);
  }
}
