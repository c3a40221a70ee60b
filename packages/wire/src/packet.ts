/**
 * A whole packet taken apart layer by layer, as far as its protocols are known here: for captures, logs and tests. The
 * stack does not come this way; it reads fields where they lie.
 */

import * as arp from './arp.ts';
import * as dhcpv4 from './dhcpv4.ts';
import * as ethernet from './ethernet.ts';
import * as gre from './gre.ts';
import * as icmpv4 from './icmpv4.ts';
import * as icmpv6 from './icmpv6.ts';
import * as ipv4 from './ipv4.ts';
import * as ipv6 from './ipv6.ts';
import * as tcp from './tcp.ts';
import * as udp from './udp.ts';
import { etherType } from './ether-type.ts';
import { ipProtocol } from './ip-protocol.ts';
import { linkType, parseLinkHeader } from './link-type.ts';
import { formatMalformed, isMalformed, type Malformed } from './malformed.ts';

interface Reprs {
  readonly ethernet: ethernet.Repr;
  readonly arp: arp.Repr;
  readonly ipv4: ipv4.Repr;
  readonly ipv6: ipv6.Repr;
  readonly gre: gre.Repr;
  readonly icmpv4: icmpv4.Repr;
  readonly icmpv6: icmpv6.Repr;
  readonly udp: udp.Repr;
  readonly tcp: tcp.Repr;
  readonly dhcpv4: dhcpv4.Repr;
}

export type Protocol = keyof Reprs;

/** One of `{ protocol: 'udp', repr: udp.Repr }` and so on. */
export type Layer = { readonly [P in Protocol]: { readonly protocol: P; readonly repr: Reprs[P] } }[Protocol];

export interface Packet {
  /** Outermost first. What the last one carries is in its payload. */
  readonly layers: readonly Layer[];
  /** What is wrong behind the last layer; undefined where all is well or the rest is of no known protocol. */
  readonly fault: Malformed | undefined;
}

/** Where a packet lies and what it begins with. */
export interface PacketSource {
  readonly bytes: Uint8Array;
  /** 0 where left out. */
  readonly start?: number;
  /** The length of `bytes` where left out. */
  readonly end?: number;
  readonly linkType: number;
  /** The capture kept only the beginning, so that lengths may claim more than there is. */
  readonly isCut?: boolean;
}

/** Tunnels in tunnels beyond this number of layers are an attack on the reader, and stay octets. */
const LAYERS_MAX = 16;

const DHCP_PORTS: ReadonlySet<number> = new Set([67, 68]);

/** What comes next: a network protocol by its `etherType`, a transport by its `ipProtocol`, or nothing known. */
interface Step {
  readonly next: 'link' | 'network' | 'transport' | 'dhcp' | 'end';
  readonly number: number;
  readonly payload: Uint8Array;
}

const END: Step = { next: 'end', number: 0, payload: new Uint8Array(0) };

/** Takes the packet apart. Offsets of faults count from `start`. */
export function dissect(source: PacketSource): Packet {
  const bytes = source.bytes.subarray(source.start ?? 0, source.end);
  const isCut = source.isCut ?? false;
  const layers: Layer[] = [];
  let step: Step = { next: 'link', number: source.linkType, payload: bytes };
  while (step.next !== 'end' && layers.length < LAYERS_MAX) {
    const taken: Layer | Malformed | Step = take(step, isCut);
    if (isMalformed(taken)) {
      const offset = step.payload.byteOffset - bytes.byteOffset + taken.offset;
      return { layers, fault: { ...taken, offset } };
    }
    if ('next' in taken) {
      step = taken;
    } else {
      layers.push(taken);
      step = stepAfter(taken);
    }
  }
  return { layers, fault: undefined };
}

/** The layer at this step, or the step after a link header that is not a layer of its own. */
function take(step: Step, isCut: boolean): Layer | Malformed | Step {
  switch (step.next) {
    case 'link':
      return takeLink(step);
    case 'network':
      return takeNetwork(step, isCut);
    case 'transport':
      return takeTransport(step, isCut);
    default:
      return layerOf('dhcpv4', dhcpv4.parse(step.payload));
  }
}

function takeLink({ number, payload }: Step): Layer | Malformed | Step {
  if (number === linkType.ethernet) return layerOf('ethernet', ethernet.parse(payload));
  const behind = parseLinkHeader(number, payload, 0, payload.length);
  if (isMalformed(behind)) return behind;
  return { next: 'network', number: behind.etherType, payload: payload.subarray(behind.start) };
}

function takeNetwork({ number, payload }: Step, isCut: boolean): Layer | Malformed | Step {
  switch (number) {
    case etherType.arp:
      return layerOf('arp', arp.parse(payload));
    case etherType.ipv4:
      return layerOf('ipv4', isCut ? ipv4.parseQuote(payload) : ipv4.parse(payload));
    case etherType.ipv6:
      return layerOf('ipv6', isCut ? ipv6.parseQuote(payload) : ipv6.parse(payload));
    default:
      return END;
  }
}

function takeTransport({ number, payload }: Step, isCut: boolean): Layer | Malformed | Step {
  switch (number) {
    case ipProtocol.icmpv4:
      return layerOf('icmpv4', icmpv4.parse(payload));
    case ipProtocol.icmpv6:
      return layerOf('icmpv6', icmpv6.parse(payload));
    case ipProtocol.udp:
      return layerOf('udp', isCut ? udp.parseQuote(payload) : udp.parse(payload));
    case ipProtocol.tcp:
      return layerOf('tcp', tcp.parse(payload));
    case ipProtocol.gre:
      return layerOf('gre', gre.parse(payload));
    case ipProtocol.ipv4:
      return { next: 'network', number: etherType.ipv4, payload };
    case ipProtocol.ipv6:
      return { next: 'network', number: etherType.ipv6, payload };
    default:
      return END;
  }
}

function layerOf<P extends Protocol>(protocol: P, repr: Reprs[P] | Malformed): Layer | Malformed {
  return isMalformed(repr) ? repr : ({ protocol, repr } as Layer);
}

function stepAfter(layer: Layer): Step {
  switch (layer.protocol) {
    case 'ethernet':
      return { next: 'network', number: layer.repr.etherType, payload: layer.repr.payload };
    case 'gre':
      return { next: 'network', number: layer.repr.protocolType, payload: layer.repr.payload };
    case 'ipv4':
      // A later piece begins in the middle of its transport's octets.
      return layer.repr.fragmentOffset > 0
        ? END
        : { next: 'transport', number: layer.repr.protocol, payload: layer.repr.payload };
    case 'ipv6':
      return layer.repr.extensions.some((next) => next.kind === 'fragment' && next.fragmentOffset > 0)
        ? END
        : { next: 'transport', number: layer.repr.protocol, payload: layer.repr.payload };
    case 'udp':
      return DHCP_PORTS.has(layer.repr.sourcePort) && DHCP_PORTS.has(layer.repr.destinationPort)
        ? { next: 'dhcp', number: 0, payload: layer.repr.payload }
        : END;
    default:
      return END;
  }
}

/** The first layer of that protocol, from the outermost on. */
export function findLayer<P extends Protocol>(packet: Packet, protocol: P): Reprs[P] | undefined {
  return packet.layers.find((layer) => layer.protocol === protocol)?.repr as Reprs[P] | undefined;
}

function formatLayer(layer: Layer): string {
  switch (layer.protocol) {
    case 'ethernet':
      return ethernet.format(layer.repr);
    case 'arp':
      return arp.format(layer.repr);
    case 'ipv4':
      return ipv4.format(layer.repr);
    case 'ipv6':
      return ipv6.format(layer.repr);
    case 'gre':
      return gre.format(layer.repr);
    case 'icmpv4':
      return icmpv4.format(layer.repr);
    case 'icmpv6':
      return icmpv6.format(layer.repr);
    case 'udp':
      return udp.format(layer.repr);
    case 'tcp':
      return tcp.format(layer.repr);
    default:
      return dhcpv4.format(layer.repr);
  }
}

/** One line, its layers between bars, and at the end what is wrong. */
export function formatPacket(packet: Packet): string {
  const fault = packet.fault === undefined ? [] : [`malformed ${formatMalformed(packet.fault)}`];
  return [...packet.layers.map(formatLayer), ...fault].join(' | ');
}
