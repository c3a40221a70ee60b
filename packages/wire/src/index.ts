/**
 * Octets <-> packets: pure, one protocol a file and a namespace, the same cast of names in each. Start with `udp.ts`.
 *
 * - **Octets to a value**: `udp.parse(bytes, start, end)` returns a `udp.Repr` or a `Malformed` (`isMalformed` distinguishes
 *   them) and never throws, whatever the octets. The packet lies in [start, end) of `bytes`, which may be a whole ring
 *   buffer. A payload is a view into `bytes`: copy what shall outlive them.
 * - **A value to octets**: `udp.length(repr)` is how many octets `udp.emit(repr, out, offset, …)` writes; it computes lengths
 *   and checksums and returns the offset after the packet. Ethernet, ARP, IPv4, ICMPv4, UDP and TCP keep every bit of what was
 *   parsed; the others emit zero where bits must be zero. `udp.format(repr)` is one line for a person.
 * - **Without values**, for the hot path: `udp.check(bytes, start, end)` returns undefined or a `Malformed`; after it
 *   `readU16(bytes, start + udp.field.sourcePort)` and the `read…`/`write…` functions stay within the packet. Only the
 *   `Malformed` is allocated.
 * - **Checksums**: only `verifyChecksum` verifies them, `fillChecksum` and `emit` compute them. Those of UDP, TCP and ICMPv6 take
 *   the sum of the addresses as their last argument: `pseudoHeaderSum(ip)`, or `readPseudoHeaderSumIpv4` of octets.
 * - **Quotes**: `ipv4.parseQuote` and its like read packets whose end is missing, as ICMP errors and captures cut them.
 *
 * An IPv4 address is a number, an IPv6 address a bigint, a MAC address a number. What a header measures in words or units
 * of 8 octets is in octets here.
 */

export { readU16, readU32, readU8, writeU16, writeU32, writeU8 } from './bytes.ts';
export { formatMalformed, isMalformed, type Malformed } from './malformed.ts';
export {
  checksum,
  complementSum,
  isChecksumValid,
  rewriteU16,
  sumWords,
  updateChecksum,
} from './checksum.ts';
export { seqAdd, seqBefore, seqBeforeOrAt, seqDistance, seqInWindow } from './seqnum.ts';
export { MAC_ADDRESS_LENGTH, MAC_BROADCAST } from './mac-address.ts';
export { formatMac, isMacMulticast, parseMac, readMac, writeMac } from './mac-address.ts';
export {
  formatIp,
  formatIpv6,
  formatIpv6Prefix,
  type IpAddress,
  type Ipv6Prefix,
  isInIpv6Prefix,
  isIpv6LinkLocal,
  isIpv6Martian,
  isIpv6Multicast,
  parseIp,
  parseIpv6,
  parseIpv6Prefix,
  readIpv6Address,
  solicitedNodeAddress,
  writeIpv6Address,
} from './ipv6-address.ts';
export { formatIpPrefix, type IpPrefix, ipPrefixOf, isIpv6Prefix, parseIpPrefix } from './ip-prefix.ts';
export { IpSet, Ipv6Set } from './ip-set.ts';

// Link.
export { etherType } from './ether-type.ts';
export * as ethernet from './ethernet.ts';
export * as arp from './arp.ts';

// Network.
export {
  formatIpProtocol,
  ipProtocol,
  pseudoHeaderSum,
  readPseudoHeaderSumIpv4,
  readPseudoHeaderSumIpv6,
} from './ip-protocol.ts';
export * as ipv4 from './ipv4.ts';
export { code as ipv4OptionCode } from './ipv4-option.ts';
export * as icmpv4 from './icmpv4.ts';
export * as ipv6 from './ipv6.ts';
export * as icmpv6 from './icmpv6.ts';
export * as gre from './gre.ts';

// Transport, and the configuration of hosts.
export * as udp from './udp.ts';
export * as tcp from './tcp.ts';
export * as tcpOption from './tcp-option.ts';
export * as dhcpv4 from './dhcpv4.ts';

// Whole packets, flows and capture files.
export { dissect, findLayer } from './packet.ts';
export { linkType, parseLinkHeader } from './link-type.ts';
export { type Flow, hashFlow } from './flow.ts';
export { communityId, CommunityIds } from './community-id.ts';
export { readSynMarks, SYN_MARK_NAMES, synMark, synMarkNames, type SynMarkName } from './syn-marks.ts';
export { CaptureReader, type CaptureRecord } from './capture-reader.ts';
export * as pcap from './pcap.ts';
export * as pcapng from './pcapng.ts';
export * as pcapngOption from './pcapng-option.ts';
