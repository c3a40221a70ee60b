/** What the sources of connections run, by the SYN of the last connection of each: what `source os` in a rule compares. */
import { type Clock, RecentMap } from '@wormwood/base';
import { type LinkDevice, TappedDevice } from '@wormwood/netstack';
import {
  ethernet,
  etherType,
  type IpAddress,
  ipProtocol,
  ipv4,
  readU16,
  readU32,
  readU8,
  tcp,
} from '@wormwood/wire';
import { type SynFingerprints, systemOfSyn } from './syn-fingerprints.ts';
import { type TcpTraits, tcpTraitsOf } from './tcp-traits.ts';

interface Seen {
  readonly system: string | null;
  readonly atSeconds: number;
}

/** Honeyd's: as long as it believes what it has seen. */
const BELIEVED_SECONDS = 300;
const SOURCES_MAX = 65_536;
/** Different beginnings that are remembered with what they mean; there are few. */
const KINDS_MAX = 4096;

export class SourceSystems {
  readonly #clock: Clock;
  readonly #databases: readonly SynFingerprints[];
  /** By source, the latest at the end. */
  readonly #sources: RecentMap<number, Seen> = new RecentMap();
  readonly #kinds: Map<string, string | null> = new Map();

  /** The databases are asked in their order. */
  constructor(databases: readonly SynFingerprints[], clock: Clock) {
    this.#databases = databases;
    this.#clock = clock;
  }

  /** Returns what the source runs, as `Linux 2.6`; null where that is not known. */
  systemOf(source: IpAddress): string | null {
    // Nobody's SYN over IPv6 is looked at.
    const seen = typeof source === 'number' ? this.#sources.get(source) : undefined;
    return seen === undefined || this.#clock.nowSeconds() - seen.atSeconds > BELIEVED_SECONDS
      ? null
      : seen.system;
  }

  /** Returns a device whose incoming SYNs are looked at. */
  watch(device: LinkDevice): LinkDevice {
    return new TappedDevice(device, (bytes, start, end, direction) => {
      if (direction === 'in') this.#see(bytes, start, end, device.medium);
    });
  }

  #see(bytes: Uint8Array, start: number, end: number, medium: LinkDevice['medium']): void {
    let ipStart = start;
    if (medium === 'ethernet') {
      if (ethernet.check(bytes, start, end) !== undefined) return;
      ipStart += ethernet.readHeaderLength(bytes, start);
      if (readU16(bytes, ipStart - 2) !== etherType.ipv4) return;
    }
    if (ipv4.check(bytes, ipStart, end) !== undefined || ipv4.isFragment(bytes, ipStart)) return;
    if (readU8(bytes, ipStart + ipv4.field.protocol) !== ipProtocol.tcp) return;
    const tcpStart = ipStart + ipv4.readHeaderLength(bytes, ipStart);
    const packetEnd = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
    if (tcp.check(bytes, tcpStart, packetEnd) !== undefined) return;
    if ((bytes[tcpStart + tcp.field.flags]! & (tcp.flag.SYN | tcp.flag.ACK)) !== tcp.flag.SYN) return;
    const source = readU32(bytes, ipStart + ipv4.field.source);
    this.#sources.set(source, {
      system: this.#recognize(tcpTraitsOf(bytes, ipStart, tcpStart, packetEnd), packetEnd - ipStart),
      atSeconds: this.#clock.nowSeconds(),
    });
    if (this.#sources.size > SOURCES_MAX) this.#sources.delete(this.#sources.oldest()?.key ?? 0);
  }

  #recognize(traits: TcpTraits, lengthBytes: number): string | null {
    // What a timestamp says is another thing each time; whether it is 0 stands among the quirks.
    const key = `${lengthBytes} ${Object.values({ ...traits, timestamp: traits.timestamp === null }).join(' ')}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const system = systemOfSyn(traits, lengthBytes, this.#databases);
    // A scanner that invents its SYNs fills no memory.
    if (this.#kinds.size >= KINDS_MAX) this.#kinds.clear();
    this.#kinds.set(key, system);
    return system;
  }
}
