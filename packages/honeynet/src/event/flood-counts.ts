/**
 * Floods: of packets that are alike, the first `REPORTED_MAX` of a second are events of their own; the others of the second are
 * counted, and reported together when it is over (docs/sensor.md#floods). Alike are packets of one source to one address and port
 * that would be events of the same kind. Nothing that opens a connection, or proves anything, is counted so.
 *
 * The table never grows. Packets that fall onto the place of others take it, unless those are a flood of this second: then
 * they are events of their own. So no source hides another, and a flood of invented sources is written as it comes.
 */
import { mixWord } from '@wormwood/base';
import { AddressNames, type Flow } from '@wormwood/netstack';
import { hashFlow } from '@wormwood/wire';

/** A packet, which may be one of a flood. */
export interface FloodingPacket {
  /** Of the event that it would be, from 0 to 255. */
  readonly kind: number;
  /** Of IP. */
  readonly protocol: number;
  /** TCP flags, or ICMP type and code. */
  readonly detail: number;
  readonly vlan: number;
  readonly lengthBytes: number;
  readonly nowSeconds: number;
}

/** Packets that were not reported one by one. */
export interface Flood extends Pick<FloodingPacket, 'kind' | 'protocol' | 'detail' | 'vlan'> {
  /** Its remote port is that of the first of them. */
  readonly flow: Flow;
  readonly packets: number;
  /** All together. */
  readonly octets: number;
}

const REPORTED_MAX = 32;
const PLACES = 1 << 12;
/** A place is half a line of the processor's cache: words of source and destination, which it holds, and these. */
const WORDS = 8;
const DESTINATION = 1;
/** Port, protocol and kind. */
const WHAT = 2;
/** Detail, and the upper bits of the VLAN. */
const DETAIL = 3;
const VLAN = 4;
const SECOND = 5;
const PACKETS = 6;
/** Of the first packet that was not reported. */
const SOURCE_PORT = 7;
/** What becomes of a packet. */
const COUNTED = 0;
const REPORTED = 1;
const TAKES_PLACE = 2;
const TWO_TO_32 = 0x1_0000_0000;

export class FloodCounts {
  readonly #report: (flood: Flood) => void;
  readonly #seed: number;
  readonly #names: AddressNames;
  readonly #words: Uint32Array = new Uint32Array(PLACES * WORDS);
  /** Of packets that were not reported. */
  readonly #octets: Float64Array = new Float64Array(PLACES);
  /** Places with packets that were not reported. */
  readonly #counted: Set<number> = new Set();

  constructor(seed: number, report: (flood: Flood) => void) {
    this.#seed = mixWord(seed);
    this.#names = AddressNames.seeded(this.#seed);
    this.#report = report;
  }

  /** Whether the packet at hand is an event of its own; else it is counted. */
  isEvent(flow: Flow, packet: FloodingPacket): boolean {
    const source = this.#names.hold(flow.remoteAddress);
    const destination = this.#names.hold(flow.localAddress);
    const fate = this.#judge(flow, packet, source, destination);
    if (fate !== TAKES_PLACE) {
      this.#names.release(source);
      this.#names.release(destination);
    }
    return fate !== COUNTED;
  }

  #judge(flow: Flow, packet: FloodingPacket, source: number, destination: number): number {
    const words = this.#words;
    const what = ((flow.localPort << 16) | (packet.protocol << 8) | packet.kind) >>> 0;
    const vlanHigh = Math.floor(packet.vlan / TWO_TO_32);
    const vlan = packet.vlan - vlanHigh * TWO_TO_32;
    const detail = ((vlanHigh << 16) | packet.detail) >>> 0;
    const place = hashFlow(this.#seed, source, destination, what ^ detail) & (PLACES - 1);
    const at = place * WORDS;
    const second = Math.floor(packet.nowSeconds) >>> 0;
    const isNow = words[at + SECOND] === second;
    if (
      isNow &&
      words[at] === source &&
      words[at + DESTINATION] === destination &&
      words[at + WHAT] === what &&
      words[at + DETAIL] === detail &&
      words[at + VLAN] === vlan
    ) {
      if (++words[at + PACKETS]! <= REPORTED_MAX) return REPORTED;
      this.#count(place, flow.remotePort, packet.lengthBytes);
      return COUNTED;
    }
    if (isNow && words[at + PACKETS]! > REPORTED_MAX) return REPORTED;
    if (this.#counted.size > 0 && this.#counted.has(place)) this.#reportAt(place);
    this.#names.release(words[at]!);
    this.#names.release(words[at + DESTINATION]!);
    words[at] = source;
    words[at + DESTINATION] = destination;
    words[at + WHAT] = what;
    words[at + DETAIL] = detail;
    words[at + VLAN] = vlan;
    words[at + SECOND] = second;
    words[at + PACKETS] = 1;
    return TAKES_PLACE;
  }

  /** Reports the floods of seconds that are over by `nowSeconds`; all of them at an infinite time. */
  end(nowSeconds: number): void {
    const second = Math.floor(nowSeconds);
    for (const place of this.#counted)
      if (this.#words[place * WORDS + SECOND]! < second) this.#reportAt(place);
  }

  #count(place: number, sourcePort: number, lengthBytes: number): void {
    if (!this.#counted.has(place)) {
      this.#counted.add(place);
      this.#words[place * WORDS + SOURCE_PORT] = sourcePort;
      this.#octets[place] = 0;
    }
    this.#octets[place]! += lengthBytes;
  }

  #reportAt(place: number): void {
    this.#counted.delete(place);
    const at = place * WORDS;
    const [what, detail] = [this.#words[at + WHAT]!, this.#words[at + DETAIL]!];
    this.#report({
      flow: {
        remoteAddress: this.#names.addressOf(this.#words[at]!),
        remotePort: this.#words[at + SOURCE_PORT]!,
        localAddress: this.#names.addressOf(this.#words[at + DESTINATION]!),
        localPort: what >>> 16,
      },
      protocol: (what >>> 8) & 0xff,
      kind: what & 0xff,
      detail: detail & 0xffff,
      vlan: (detail >>> 16) * TWO_TO_32 + this.#words[at + VLAN]!,
      packets: this.#words[at + PACKETS]! - REPORTED_MAX,
      octets: this.#octets[place]!,
    });
  }
}
