/**
 * The network that the captures are taken on: a dark prefix behind one sensor, the live network beside it, two routers. The
 * addresses are those set aside for tests of networks (RFC 2544), so that nothing here names anybody.
 */
import { AddressSet, type RandomStream } from '@wormwood/base';

/** 5 January 2026, 00:00 UTC: when every capture begins. */
export const START_SECONDS = 1_767_571_200;

export const SENSOR_MAC = 0x0200_5e10_0001;
/** The router that traffic from outside comes over, and its neighbour. */
export const ROUTER_MAC = 0x0200_5e10_00fe;
export const NEIGHBOUR_MAC = 0x0200_5e10_00fd;
/** Where servers send their answers: the address that the two routers share (RFC 9568 7.3). */
export const VIRTUAL_ROUTER_MAC = 0x0000_5e00_0107;
const LIVE_MAC = 0x0200_5e20_0000;
const STATION_MAC = 0x0200_5e30_0000;

/** Servers of the live network, from its first address on. */
const LIVE_SERVERS = 20;
const LIVE_FIRST = 0xc613_0700;
export const LIVE_CIDR = '198.19.7.0/24';
/** Our own hosts, whose traffic to the dark prefix comes over the router: stations, monitors. */
const OWN_FIRST = 0xc613_2000;
const OWN_COUNT = 0x2000;

export type PrefixLength = 16 | 20 | 24;

const FIRST: Readonly<Record<PrefixLength, number>> = {
  16: 0xc612_0000,
  20: 0xc612_1000,
  24: 0xc612_1000,
};

export class Telescope {
  readonly prefixLength: PrefixLength;
  readonly first: number;
  readonly size: number;
  readonly cidr: string;
  readonly addresses: AddressSet;

  constructor(prefixLength: PrefixLength) {
    this.prefixLength = prefixLength;
    this.first = FIRST[prefixLength];
    this.size = 2 ** (32 - prefixLength);
    this.cidr = `198.18.${(this.first >>> 8) & 0xff}.0/${prefixLength}`;
    this.addresses = AddressSet.fromRanges([{ first: this.first, last: this.first + this.size - 1 }]);
  }

  contains(address: number): boolean {
    return address >= this.first && address < this.first + this.size;
  }

  /** Whether something answers at a dark address: at every second one. */
  isHoneypot(address: number): boolean {
    return this.contains(address) && address % 2 === 0;
  }

  /** Returns a dark address, each as likely as any other. */
  draw(stream: RandomStream): number {
    return this.first + stream.nextBelow(this.size);
  }

  /** Returns the address of something that answers. */
  drawHoneypot(stream: RandomStream): number {
    return this.first + 2 * stream.nextBelow(this.size / 2);
  }

  /** Returns `count` different dark addresses. */
  drawSeveral(stream: RandomStream, count: number): readonly number[] {
    const drawn = new Set<number>();
    while (drawn.size < count) drawn.add(this.draw(stream));
    return [...drawn];
  }
}

export function isLive(address: number): boolean {
  return address >= LIVE_FIRST && address < LIVE_FIRST + LIVE_SERVERS;
}

export function liveAddress(index: number): number {
  return LIVE_FIRST + (index % LIVE_SERVERS);
}

export function liveMac(address: number): number {
  return LIVE_MAC + (address - LIVE_FIRST);
}

/** The link address of one of our own hosts, where it stands on the sensor's link. */
export function stationMac(address: number): number {
  return STATION_MAC + (address & 0xffff);
}

export function isStation(mac: number): boolean {
  return mac >= STATION_MAC && mac < STATION_MAC + 0x1_0000;
}

/** Draws addresses of sources, none of them twice. */
export class SourceAddresses {
  readonly #taken: Set<number> = new Set();

  /** From anywhere outside our networks. */
  anywhere(stream: RandomStream): number {
    return this.#fresh(() => {
      const address = (1 + stream.nextBelow(222)) * 0x100_0000 + stream.nextBelow(0x100_0000);
      const octet = address >>> 24;
      return octet === 10 || octet === 127 || octet === 198 ? null : address;
    });
  }

  /** In the /8 of the telescope, outside our networks. */
  near(stream: RandomStream): number {
    return this.#fresh(() => {
      const address = 0xc600_0000 + stream.nextBelow(0x100_0000);
      return address >>> 17 === 0xc612_0000 >>> 17 ? null : address;
    });
  }

  /** One of our own hosts. */
  own(stream: RandomStream): number {
    return this.#fresh(() => OWN_FIRST + stream.nextBelow(OWN_COUNT));
  }

  #fresh(draw: () => number | null): number {
    for (;;) {
      const address = draw();
      if (address === null || this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
  }
}
