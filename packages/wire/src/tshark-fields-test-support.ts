/** Packets as Wireshark shows them, by the names of its fields. */
import { formatIpv4 } from '@wormwood/base';
import { expect } from 'vitest';
import type { CaptureRecord } from './capture-reader.ts';
import { etherType } from './ether-type.ts';
import type * as ethernet from './ethernet.ts';
import * as tcpOption from './tcp-option.ts';
import { communityId } from './community-id.ts';
import { formatIpv6 } from './ipv6-address.ts';
import { formatMac } from './mac-address.ts';
import { dissect, findLayer, type Packet } from './packet.ts';

/** A field of Wireshark's: one number or text, which its first occurrence must be, or all its occurrences. */
export type Fields = Readonly<Record<string, string | number | readonly (string | number)[]>>;

const flag = (value: boolean): number => (value ? 1 : 0);
/** Wireshark's verdict on a checksum. */
const GOOD = 1;
const NOT_PRESENT = 3;

function linkFields(packet: Packet): Fields {
  const frame = findLayer(packet, 'ethernet');
  const arp = findLayer(packet, 'arp');
  const tagsOf = (type: number): readonly ethernet.VlanTag[] =>
    (frame?.tags ?? []).filter((tag) => tag.tagType === type);
  return {
    ...(frame && {
      'eth.dst': formatMac(frame.destination),
      'eth.src': formatMac(frame.source),
      'vlan.id': tagsOf(etherType.vlan).map((tag) => tag.vlan),
      'vlan.priority': tagsOf(etherType.vlan).map((tag) => tag.priority),
      'vlan.dei': tagsOf(etherType.vlan).map((tag) => flag(tag.dropEligible)),
      'ieee8021ad.id': tagsOf(etherType.vlanService).map((tag) => tag.vlan),
    }),
    ...(arp && {
      'arp.opcode': arp.operation,
      'arp.src.hw_mac': formatMac(arp.senderMac),
      'arp.src.proto_ipv4': formatIpv4(arp.senderAddress),
      'arp.dst.hw_mac': formatMac(arp.targetMac),
      'arp.dst.proto_ipv4': formatIpv4(arp.targetAddress),
    }),
  };
}

function ipFields(packet: Packet): Fields {
  const ipv4 = findLayer(packet, 'ipv4');
  const ipv6 = findLayer(packet, 'ipv6');
  const fragment = ipv6?.extensions.find((extension) => extension.kind === 'fragment');
  const routing = ipv6?.extensions.find((extension) => extension.kind === 'routing');
  return {
    ...(ipv4 && {
      'ip.dsfield': ipv4.typeOfService,
      'ip.id': ipv4.identification,
      'ip.flags.rb': flag(ipv4.reservedFlag),
      'ip.flags.df': flag(ipv4.dontFragment),
      'ip.flags.mf': flag(ipv4.moreFragments),
      // Wireshark 4.0 shows the units of the header, here and in IPv6.
      'ip.frag_offset': ipv4.fragmentOffset / 8,
      'ip.ttl': ipv4.timeToLive,
      'ip.proto': ipv4.protocol,
      'ip.src': formatIpv4(ipv4.source),
      // A source route says where the packet goes in the end, and Wireshark shows that.
      ...(!ipv4.options.some((option) => option.kind.endsWith('SourceRoute')) && {
        'ip.dst': formatIpv4(ipv4.destination),
      }),
      'ip.checksum.status': GOOD,
    }),
    ...(ipv6 && {
      'ipv6.tclass': ipv6.trafficClass,
      'ipv6.flow': ipv6.flowLabel,
      'ipv6.hlim': ipv6.hopLimit,
      'ipv6.src': formatIpv6(ipv6.source),
      'ipv6.dst': formatIpv6(ipv6.destination),
    }),
    ...(fragment && {
      'ipv6.fraghdr.offset': fragment.fragmentOffset / 8,
      'ipv6.fraghdr.more': flag(fragment.moreFragments),
      'ipv6.fraghdr.ident': fragment.identification,
    }),
    ...(routing && {
      'ipv6.routing.type': routing.routingType,
      'ipv6.routing.segleft': routing.segmentsLeft,
    }),
  };
}

function icmpFields(packet: Packet): Fields {
  const icmpv4 = findLayer(packet, 'icmpv4');
  const icmpv6 = findLayer(packet, 'icmpv6');
  return {
    ...(icmpv4 && { 'icmp.code': icmpv4.code, 'icmp.checksum.status': GOOD }),
    ...(icmpv4 &&
      'identifier' in icmpv4 && { 'icmp.ident': icmpv4.identifier, 'icmp.seq': icmpv4.sequenceNumber }),
    ...(icmpv4?.kind === 'redirect' && { 'icmp.redir_gw': formatIpv4(icmpv4.gateway) }),
    ...(icmpv4?.kind === 'parameterProblem' && { 'icmp.pointer': icmpv4.pointer }),
    ...(icmpv4 && 'addressMask' in icmpv4 && { 'icmp.address_mask': formatIpv4(icmpv4.addressMask) }),
    ...(icmpv6 && { 'icmpv6.code': icmpv6.code, 'icmpv6.checksum.status': GOOD }),
    ...(icmpv6?.kind === 'packetTooBig' && { 'icmpv6.mtu': icmpv6.mtuBytes }),
    ...(icmpv6 &&
      'identifier' in icmpv6 && {
        'icmpv6.echo.identifier': icmpv6.identifier,
        'icmpv6.echo.sequence_number': icmpv6.sequenceNumber,
      }),
    ...(icmpv6?.kind === 'neighborSolicitation' && {
      'icmpv6.nd.ns.target_address': formatIpv6(icmpv6.target),
    }),
    ...(icmpv6?.kind === 'neighborAdvertisement' && {
      'icmpv6.nd.na.target_address': formatIpv6(icmpv6.target),
      'icmpv6.nd.na.flag.r': flag(icmpv6.router),
      'icmpv6.nd.na.flag.s': flag(icmpv6.solicited),
      'icmpv6.nd.na.flag.o': flag(icmpv6.override),
    }),
    ...(icmpv6?.kind === 'routerAdvertisement' && {
      'icmpv6.nd.ra.cur_hop_limit': icmpv6.hopLimit,
      'icmpv6.nd.ra.router_lifetime': icmpv6.routerLifetimeSeconds,
      'icmpv6.nd.ra.reachable_time': icmpv6.reachableTimeMilliseconds,
      'icmpv6.nd.ra.retrans_timer': icmpv6.retransmitTimeMilliseconds,
    }),
    ...(icmpv6?.kind === 'multicastListenerReportV2' && {
      'icmpv6.mldr.mar.multicast_address': icmpv6.records.map((record) => formatIpv6(record.group)),
      'icmpv6.mldr.mar.source_address': icmpv6.records.flatMap((record) => record.sources.map(formatIpv6)),
    }),
  };
}

/** No program has claimed these kinds; of those that Wireshark knows, it gives up at one of a wrong length. */
const isUnassigned = (code: number): boolean => code >= 80 && code <= 252;

function tcpOptionFields(options: readonly tcpOption.Repr[]): Fields {
  const isOrdinary = options.every((option) =>
    option.kind === 'unknown' ? isUnassigned(option.code) : option.kind !== 'garbled',
  );
  if (!isOrdinary) return {};
  const blocks = options.flatMap((option) => (option.kind === 'sack' ? option.blocks : []));
  const stamps = options.flatMap((option) => (option.kind === 'timestamps' ? [option] : []));
  return {
    // Each octet of filling counts as one more end with Wireshark.
    ...(options.at(-1)?.kind !== 'end' && { 'tcp.option_kind': options.map(optionCode) }),
    'tcp.options.mss_val': options.flatMap((option) => (option.kind === 'mss' ? [option.mssBytes] : [])),
    'tcp.options.wscale.shift': options.flatMap((option) =>
      option.kind === 'windowScale' ? [option.shift] : [],
    ),
    'tcp.options.sack_le': blocks.map((block) => block.left),
    'tcp.options.sack_re': blocks.map((block) => block.right),
    'tcp.options.timestamp.tsval': stamps.map((stamp) => stamp.value),
    'tcp.options.timestamp.tsecr': stamps.map((stamp) => stamp.echo),
  };
}

function optionCode(option: tcpOption.Repr): number {
  switch (option.kind) {
    case 'noOperation':
      return 1;
    case 'unknown':
      return option.code;
    case 'end':
    case 'garbled':
      return -1;
    default:
      return tcpOption.code[option.kind];
  }
}

function transportFields(packet: Packet): Fields {
  const udp = findLayer(packet, 'udp');
  const tcp = findLayer(packet, 'tcp');
  const gre = findLayer(packet, 'gre');
  const dhcp = findLayer(packet, 'dhcpv4');
  return {
    ...(udp && {
      'udp.srcport': udp.sourcePort,
      'udp.dstport': udp.destinationPort,
      'udp.length': udp.payload.length + 8,
      'udp.checksum.status': udp.checksummed ? GOOD : NOT_PRESENT,
    }),
    ...(tcp && {
      'tcp.srcport': tcp.sourcePort,
      'tcp.dstport': tcp.destinationPort,
      'tcp.seq_raw': tcp.sequenceNumber,
      'tcp.ack_raw': tcp.acknowledgmentNumber,
      'tcp.flags': (tcp.reserved << 8) | tcp.flags,
      'tcp.window_size_value': tcp.window,
      'tcp.urgent_pointer': tcp.urgentPointer,
      'tcp.len': tcp.payload.length,
      'tcp.checksum.status': GOOD,
      ...tcpOptionFields(tcp.options),
    }),
    ...(gre && {
      'gre.proto': gre.protocolType,
      ...(gre.checksummed && { 'gre.checksum.status': GOOD }),
      ...(gre.key !== undefined && { 'gre.key': gre.key }),
      ...(gre.sequenceNumber !== undefined && { 'gre.sequence_number': gre.sequenceNumber }),
    }),
    ...(dhcp && {
      'dhcp.id': dhcp.transactionId,
      'dhcp.secs': dhcp.secondsElapsed,
      'dhcp.flags.bc': flag(dhcp.broadcast),
      'dhcp.ip.your': formatIpv4(dhcp.yourAddress),
      'dhcp.hw.mac_addr': formatMac(dhcp.clientMac),
    }),
  };
}

function flowFields(packet: Packet): Fields {
  const ip = findLayer(packet, 'ipv4') ?? findLayer(packet, 'ipv6');
  const transport = findLayer(packet, 'tcp') ?? findLayer(packet, 'udp');
  if (ip === undefined || transport === undefined) return {};
  const { protocol, source, destination } = ip;
  const { sourcePort, destinationPort } = transport;
  return { communityid: communityId({ protocol, source, destination, sourcePort, destinationPort }) };
}

/** The fields that Wireshark must show of a record, as we read it. */
export function expectedFields(record: CaptureRecord): Fields {
  const packet = dissect({ bytes: record.bytes, linkType: record.linkType });
  expect(packet.fault).toBeUndefined();
  return {
    'frame.time_epoch': `${record.seconds}.${String(record.nanoseconds).padStart(9, '0')}`,
    'frame.len': record.originalLength,
    ...linkFields(packet),
    ...ipFields(packet),
    ...icmpFields(packet),
    ...transportFields(packet),
    ...flowFields(packet),
  };
}
