/**
 * A line of an event, written in place: what every event has, then what the caller adds. Whatever does not change from one
 * line to the next stands ready as octets.
 */
import {
  drawUuid,
  emitAgain,
  emitAscii,
  emitDecimal,
  emitDigits,
  emitHex,
  emitIpv4,
  emitUuid,
  formatTimestamp,
  formatUuid,
  printable,
  type RandomStream,
  utf8,
} from '@wormwood/base';
import type { Flow } from '@wormwood/netstack';
import { communityId, CommunityIds, formatIpProtocol, formatIpv6, type IpAddress } from '@wormwood/wire';
import type { LineSink } from '../log/line-sink.ts';
import type { SensorEvent } from './event.ts';

/** The octets of a text that is to stand in a line as it is. */
export function octetsOf(text: string): Uint8Array {
  return utf8(text);
}

/** Octets of a line beyond names that the configuration gives: ends, numbers, identifiers, a hash. */
const LENGTH_MAX = 1024;
/** More names than a configuration has. */
const NAMES_MAX = 65_536;
const ID_WORDS = 4;
/** `2026-03-01T12:00:00` */
const SECOND_LENGTH = 19;
const MICROSECONDS = 1_000_000;
const TWO_TO_32 = 0x1_0000_0000;

const HEAD = octetsOf('{"v":1,"id":"');
const TIME = octetsOf('","ts":"');
const ZONE = octetsOf('Z');
const DESTINATION = octetsOf('","dst_ip":"');
const QUOTE = octetsOf('"');
const SESSION = octetsOf(',"session":"');
const SOURCE_PORT = octetsOf(',"src_port":');
const DESTINATION_PORT = octetsOf(',"dst_port":');
const FROM = octetsOf('from ');
const TO = octetsOf(' to ');
const COLON = octetsOf(':');
const POINT = octetsOf('.');
const MINUS = octetsOf('-');
const DIGIT_ZERO = 0x30;
const END = octetsOf('"}\n');

export interface EventLineComponents {
  readonly stream: RandomStream;
  readonly sink: LineSink;
  /** Printable. */
  readonly sensor: string;
}

/** A kind of event, with what stands ready for each host. */
export class LineKind {
  readonly event: SensorEvent['event'];
  readonly hosts: Map<string | null, Uint8Array> = new Map();
  lastHost: string | null | undefined;
  lastOctets: Uint8Array = new Uint8Array(0);

  constructor(event: SensorEvent['event']) {
    this.event = event;
  }
}

/** Both ends as the line at hand has them. */
interface Ends {
  protocol: number;
  source: IpAddress;
  destination: IpAddress;
  sourcePort: number;
  destinationPort: number;
}

export class EventLine {
  /** Of the event at hand. */
  readonly id: Uint32Array = new Uint32Array(ID_WORDS);
  readonly #components: EventLineComponents;
  readonly #sink: LineSink;
  readonly #communityIds: CommunityIds = new CommunityIds();
  readonly #ends: Ends = { protocol: 0, source: 0, destination: 0, sourcePort: 0, destinationPort: 0 };
  readonly #words: Map<string, Uint8Array> = new Map();
  readonly #protocols: readonly Uint8Array[] = Array.from({ length: 256 }, (_, protocol) =>
    octetsOf(`","proto":"${formatIpProtocol(protocol)}","community_id":"`),
  );
  #nowSeconds = 0;
  #second = Number.NaN;
  #secondOctets: Uint8Array = new Uint8Array(0);
  #out: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Where the addresses of the line stand. */
  #sourceStart = 0;
  #sourceEnd = 0;
  #destinationStart = 0;
  #destinationEnd = 0;

  constructor(components: EventLineComponents) {
    this.#components = components;
    this.#sink = components.sink;
  }

  /** Draws the identifier of the next event, which is of that time. */
  next(nowSeconds: number): void {
    this.#nowSeconds = nowSeconds;
    drawUuid(nowSeconds, this.#components.stream, this.id);
  }

  /** The head of the event at hand, for one that is written as an object. */
  head(): { readonly v: 1; readonly id: string; readonly ts: string; readonly sensor: string } {
    const id = formatUuid(this.id);
    return { v: 1, id, ts: formatTimestamp(this.#nowSeconds), sensor: this.#components.sensor };
  }

  /** Begins the line of an event about packets between two ends; false where there is no room for it. */
  begin(kind: LineKind, host: string | null, ends: Readonly<Ends>): boolean {
    const between = this.#between(kind, host);
    const start = this.#sink.reserve(between.length + LENGTH_MAX);
    if (start < 0) return false;
    const out = this.#sink.octets;
    this.#out = out;
    let at = emitUuid(this.id, out, emitAscii(HEAD, out, start));
    at = this.#emitTime(out, emitAscii(TIME, out, at));
    at = emitAscii(between, out, at);
    this.#sourceStart = at;
    at = emitIp(ends.source, out, at);
    this.#sourceEnd = at;
    at = emitAscii(DESTINATION, out, at);
    this.#destinationStart = at;
    at = emitIp(ends.destination, out, at);
    this.#destinationEnd = at;
    at = emitAscii(this.#protocols[ends.protocol]!, out, at);
    at = this.#emitCommunityId(ends, out, at);
    this.#at = emitAscii(QUOTE, out, at);
    return true;
  }

  /** The same about a flow; `session` is the identifier of the event that began it, or null. */
  beginFlow(
    kind: LineKind,
    host: string | null,
    { remoteAddress, remotePort, localAddress, localPort }: Flow,
    { protocol, session }: { readonly protocol: number; readonly session: Uint32Array | null },
  ): boolean {
    const ends = this.#ends;
    ends.protocol = protocol;
    ends.source = remoteAddress;
    ends.destination = localAddress;
    ends.sourcePort = remotePort;
    ends.destinationPort = localPort;
    if (!this.begin(kind, host, ends)) return false;
    const out = this.#out;
    let at = this.#at;
    if (session !== null) {
      at = emitUuid(session, out, emitAscii(SESSION, out, at));
      at = emitAscii(QUOTE, out, at);
    }
    at = emitDecimal(remotePort, out, emitAscii(SOURCE_PORT, out, at));
    this.#at = emitDecimal(localPort, out, emitAscii(DESTINATION_PORT, out, at));
    return true;
  }

  /** Adds octets that stand ready. */
  add(octets: Uint8Array): void {
    this.#at = emitAscii(octets, this.#out, this.#at);
  }

  /** Adds a text of ASCII as it is. */
  addText(text: string): void {
    this.#at = emitText(text, this.#out, this.#at);
  }

  /** Adds a text of ASCII that is one of a few. */
  addWord(word: string): void {
    let octets = this.#words.get(word);
    if (octets === undefined) {
      octets = octetsOf(word);
      if (this.#words.size >= NAMES_MAX) this.#words.clear();
      this.#words.set(word, octets);
    }
    this.add(octets);
  }

  /** Adds a MAC address, `02:00:5e:10:00:01`. */
  addMac(mac: number): void {
    const out = this.#out;
    const high = Math.floor(mac / TWO_TO_32);
    let at = emitHex(high >>> 8, 2, out, this.#at);
    at = emitHex(high & 0xff, 2, out, emitAscii(COLON, out, at));
    for (let shift = 24; shift >= 0; shift -= 8)
      at = emitHex((mac >>> shift) & 0xff, 2, out, emitAscii(COLON, out, at));
    this.#at = at;
  }

  /** Adds a whole number from 0 on. */
  addNumber(value: number): void {
    this.#at = emitDecimal(value, this.#out, this.#at);
  }

  /** Adds seconds to the microsecond, without zeros at the end. */
  addSeconds(seconds: number): void {
    const out = this.#out;
    const micros = Math.round(Math.abs(seconds) * MICROSECONDS);
    const whole = Math.floor(micros / MICROSECONDS);
    const rest = micros - whole * MICROSECONDS;
    if (seconds < 0 && micros > 0) this.add(MINUS);
    this.#at = emitDecimal(whole, out, this.#at);
    if (rest === 0) return;
    this.add(POINT);
    this.#at = emitDigits(rest, 6, out, this.#at);
    while (out[this.#at - 1] === DIGIT_ZERO) this.#at--;
  }

  /** Adds `from 192.0.2.1 to 10.0.0.1`. */
  addAddresses(): void {
    this.add(FROM);
    this.#addSource();
    this.add(TO);
    this.#addDestination();
  }

  /** Adds the source of a flow, `192.0.2.1:1024`. */
  addRemoteEnd({ remotePort }: Flow): void {
    this.#addSource();
    this.add(COLON);
    this.addNumber(remotePort);
  }

  /** Adds `from 192.0.2.1:1024 to 10.0.0.1:80`. */
  addEnds(flow: Flow): void {
    this.add(FROM);
    this.addRemoteEnd(flow);
    this.add(TO);
    this.#addDestination();
    this.add(COLON);
    this.addNumber(flow.localPort);
  }

  /** Ends the line after its message. */
  end(): void {
    this.add(END);
    this.#sink.commit(this.#at);
  }

  #emitCommunityId(ends: Readonly<Ends>, out: Uint8Array, at: number): number {
    return isOfIpv4(ends) ? this.#communityIds.emit(ends, out, at) : emitText(communityId(ends), out, at);
  }

  #addSource(): void {
    this.#at = emitAgain(this.#out, this.#sourceStart, this.#sourceEnd, this.#at);
  }

  #addDestination(): void {
    this.#at = emitAgain(this.#out, this.#destinationStart, this.#destinationEnd, this.#at);
  }

  /** As `formatTimestamp` writes it, but a second is formatted once. */
  #emitTime(out: Uint8Array, start: number): number {
    const ticks = Math.floor(this.#nowSeconds * MICROSECONDS + 0.5);
    const second = Math.floor(ticks / MICROSECONDS);
    if (second !== this.#second) {
      this.#secondOctets = octetsOf(`${formatTimestamp(second, 0).slice(0, SECOND_LENGTH)}.`);
      this.#second = second;
    }
    const at = emitAscii(this.#secondOctets, out, start);
    return emitAscii(ZONE, out, emitDigits(ticks - second * MICROSECONDS, 6, out, at));
  }

  /** What stands between the time and the source's address. */
  #between(kind: LineKind, host: string | null): Uint8Array {
    if (kind.lastHost === host) return kind.lastOctets;
    let octets = kind.hosts.get(host);
    if (octets === undefined) {
      const sensor = JSON.stringify(this.#components.sensor);
      const name = host === null ? 'null' : JSON.stringify(printable(host));
      octets = octetsOf(`","sensor":${sensor},"event":"${kind.event}","host":${name},"src_ip":"`);
      if (kind.hosts.size >= NAMES_MAX) kind.hosts.clear();
      kind.hosts.set(host, octets);
    }
    kind.lastHost = host;
    kind.lastOctets = octets;
    return octets;
  }
}

function isOfIpv4(ends: Readonly<Ends>): ends is Ends & { source: number; destination: number } {
  return typeof ends.source === 'number' && typeof ends.destination === 'number';
}

function emitIp(address: IpAddress, out: Uint8Array, at: number): number {
  return typeof address === 'number' ? emitIpv4(address, out, at) : emitText(formatIpv6(address), out, at);
}

/** Writes a text of ASCII as it is; returns the offset after it. */
function emitText(text: string, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}
