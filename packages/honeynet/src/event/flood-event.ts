/** Floods as events, and which packets can be one. */
import { printable } from '@wormwood/base';
import { formatIp, formatIpProtocol, icmpv4, icmpv6, ipProtocol, tcp } from '@wormwood/wire';
import { formatTcpLetters } from '../log/tcp-letters.ts';
import type { FloodFields } from './event.ts';
import type { Flood } from './flood-counts.ts';
import { vlanFields } from './link-contacts.ts';

type Flooding = FloodFields['of'];

/** What is asked about a packet of each kind. */
export const flooding = { tcpProbe: 0, udpProbe: 1, icmp: 2, other: 3, conversation: 4, data: 5 } as const;

const KINDS: readonly Flooding[] = [
  'probe.tcp',
  'probe.udp',
  'probe.icmp',
  'probe.other',
  'flow.open',
  'service.data',
];

/** ICMP messages that nobody sends unasked. */
const ANSWERS: ReadonlySet<number> = new Set([
  icmpv4.messageType.echoReply,
  icmpv4.messageType.destinationUnreachable,
  icmpv4.messageType.timeExceeded,
  icmpv4.messageType.timestampReply,
]);

/** Whether a segment answers what somebody else has sent in the name of an address of ours. */
export function isTcpBackscatter(flags: number): boolean {
  const answer = tcp.flag.SYN | tcp.flag.ACK;
  return (flags & tcp.flag.RST) !== 0 || (flags & answer) === answer;
}

/** The same of a message of ICMP or ICMPv6, of which every error answers something (RFC 4443 2.1). */
export function isIcmpBackscatter(type: number, protocol: number): boolean {
  if (protocol !== ipProtocol.icmpv6) return ANSWERS.has(type);
  return type < icmpv6.messageType.echoRequest || type === icmpv6.messageType.echoReply;
}

/** What is reported of a flood to a host of that name. */
export function floodEvent(flood: Flood, host: string | null): FloodFields & { readonly message: string } {
  const { kind, flow, protocol, vlan, packets, octets } = flood;
  const of = KINDS[kind] ?? 'probe.other';
  const [from, to] = [formatIp(flow.remoteAddress), formatIp(flow.localAddress)];
  const proto = formatIpProtocol(protocol);
  const hasPorts = protocol === ipProtocol.tcp || protocol === ipProtocol.udp;
  return {
    event: 'probe.flood',
    of,
    host: host === null ? null : printable(host),
    src_ip: from,
    dst_ip: to,
    proto,
    ...(hasPorts && { src_port: flow.remotePort, dst_port: flow.localPort }),
    ...vlanFields(vlan),
    ...detailOf(of, flood.detail, protocol),
    packets,
    octets,
    message: `${packets} more of ${proto} from ${from} to ${to} within a second`,
  };
}

function detailOf(of: Flooding, detail: number, protocol: number): Partial<FloodFields> {
  if (of === 'probe.tcp')
    return { tcp_flags: formatTcpLetters(detail), backscatter: isTcpBackscatter(detail) };
  if (of !== 'probe.icmp') return {};
  const [type, code] = [detail >>> 8, detail & 0xff];
  return { icmp_type: type, icmp_code: code, backscatter: isIcmpBackscatter(type, protocol) };
}
