/**
 * Octets <-> packets: pure, one protocol a file, the same cast in each. Start with `udp.ts`, the shortest.
 *
 * **Octets.** Everything that reads takes `(bytes, start, end)`: the packet lies in [start, end) of `bytes`, which may be
 * a whole ring buffer. `start` is 0 and `end` the length where left out. Everything that writes takes `(out, offset)`.
 *
 * **Values.** `parseXxx(bytes, start, end)` returns an `XxxRepr` or a `Malformed` (`isMalformed` tells them apart) and
 * never throws, whatever the octets. `xxxLength(repr)` is how many octets `emitXxx(repr, out, offset)` writes; it computes
 * lengths and checksums and returns the offset after the packet. Ethernet, ARP, IPv4, ICMPv4, UDP and TCP keep every bit:
 * what was parsed is emitted to the same octets; of the others, bits that must be zero are emitted as zero.
 * `formatXxx(repr)` is one line for a person. Payloads are views into `bytes`: copy what shall outlive them.
 *
 * **Without values**, for the hot path: `checkXxx(bytes, start, end)` returns undefined or why the octets are no such
 * packet; after it `readU16(bytes, start + xxxField.name)` and the `readXxx…`/`writeXxx…` functions for what is not whole
 * octets stay within the packet. None of these allocates, but for the `Malformed`.
 *
 * **Checksums** are verified by nobody but `verifyXxxChecksum` and filled in by `fillXxxChecksum` and `emitXxx`. Those of
 * UDP, TCP and ICMPv6 take the sum of the pseudo-header's addresses as their last argument: `pseudoHeaderSum(ip)` of a
 * value, `readPseudoHeaderSumIpv4(bytes, ipStart)` of octets.
 *
 * **Values of fields.** An IPv4 address is a number, an IPv6 address a bigint, a MAC address a number; flags of TCP are
 * bits of `tcpFlag`; what the protocol measures in words or units of 8 octets is in octets here. Packets whose
 * end is missing, as ICMP errors quote them and captures cut them, are read by `parseIpv4Quote`, `parseIpv6Quote` and
 * `parseUdpQuote`. The bare names of IP are addresses (`formatIpv6`), the packets have theirs (`formatIpv6Packet`).
 */

// Octets, sums, sequence numbers, addresses.
export { readU16, readU24, readU32, readU8, writeU16, writeU24, writeU32, writeU8 } from './bytes.ts';
export { formatMalformed, isMalformed, type Malformed } from './malformed.ts';
export {
  checksum,
  complementSum,
  foldSum,
  isChecksumValid,
  rewriteU16,
  sumWords,
  updateChecksum,
  updateChecksumU32,
  writeChecksum,
} from './checksum.ts';
export { seqAdd, seqBefore, seqBeforeOrAt, seqDistance, seqInWindow, seqMax, seqMin } from './seqnum.ts';
export {
  formatMac,
  isMacMulticast,
  MAC_ADDRESS_LENGTH,
  MAC_BROADCAST,
  macOfIpv4Multicast,
  macOfIpv6Multicast,
  parseMac,
  readMac,
  writeMac,
} from './mac-address.ts';
export {
  formatIp,
  formatIpv6,
  type IpAddress,
  IPV6_ADDRESS_LENGTH,
  isIpv6LinkLocal,
  isIpv6Multicast,
  parseIpv6,
  readIpv6Address,
  solicitedNodeAddress,
  writeIpv6Address,
} from './ipv6-address.ts';

// Link.
export { etherType } from './ether-type.ts';
export {
  checkEthernet,
  emitEthernet,
  ETHERNET_HEADER_LENGTH,
  ethernetField,
  ethernetLength,
  type EthernetRepr,
  formatEthernet,
  parseEthernet,
  readEthernetHeaderLength,
  swapEthernetAddresses,
  type VlanTag,
} from './ethernet.ts';
export {
  ARP_LENGTH,
  arpField,
  arpLength,
  arpOperation,
  type ArpRepr,
  checkArp,
  emitArp,
  formatArp,
  parseArp,
} from './arp.ts';

// Network.
export {
  formatIpProtocol,
  ipProtocol,
  pseudoHeaderSum,
  readPseudoHeaderSumIpv4,
  readPseudoHeaderSumIpv6,
} from './ip-protocol.ts';
export {
  checkIpv4,
  checkIpv4Header,
  emitIpv4,
  fillIpv4Checksum,
  formatIpv4Packet,
  IPV4_HEADER_LENGTH,
  ipv4Field,
  ipv4Flag,
  ipv4HeaderLength,
  ipv4Length,
  type Ipv4Repr,
  isIpv4Fragment,
  isIpv4Martian,
  parseIpv4Packet,
  parseIpv4Quote,
  readIpv4FragmentOffset,
  readIpv4HeaderLength,
  verifyIpv4Checksum,
} from './ipv4.ts';
export {
  emitIpv4Options,
  formatIpv4Option,
  type Ipv4Option,
  ipv4OptionCode,
  ipv4OptionsLength,
  parseIpv4Options,
} from './ipv4-option.ts';
export {
  checkIcmpv4,
  emitIcmpv4,
  fillIcmpv4Checksum,
  formatIcmpv4,
  ICMPV4_HEADER_LENGTH,
  icmpv4Field,
  icmpv4Length,
  type Icmpv4Repr,
  icmpv4Type,
  parseIcmpv4,
  unreachableCode,
  verifyIcmpv4Checksum,
} from './icmpv4.ts';
export {
  checkIpv6,
  emitIpv6,
  formatIpv6Packet,
  IPV6_HEADER_LENGTH,
  ipv6Field,
  ipv6Length,
  type Ipv6Repr,
  parseIpv6Packet,
  parseIpv6Quote,
  scanIpv6,
} from './ipv6.ts';
export {
  formatIpv6Extension,
  type Ipv6Extension,
  type Ipv6Option,
  type Ipv6Scan,
  isIpv6Extension,
  newIpv6Scan,
  readIpv6FragmentOffset,
} from './ipv6-extension.ts';
export {
  checkIcmpv6,
  emitIcmpv6,
  fillIcmpv6Checksum,
  formatIcmpv6,
  ICMPV6_HEADER_LENGTH,
  icmpv6Field,
  icmpv6Length,
  type Icmpv6Repr,
  icmpv6Type,
  parseIcmpv6,
  unreachableCode6,
  verifyIcmpv6Checksum,
} from './icmpv6.ts';
export { ndpField, ndpFlag, type NdpRepr } from './ndp.ts';
export type { NdpOption } from './ndp-option.ts';
export { mldField, type MldRepr, type MulticastRecord } from './mld.ts';
export {
  checkGre,
  emitGre,
  formatGre,
  greField,
  greFlag,
  greHeaderLength,
  greLength,
  type GreRepr,
  parseGre,
  readGreHeaderLength,
  verifyGreChecksum,
} from './gre.ts';

// Transport.
export {
  checkUdp,
  emitUdp,
  fillUdpChecksum,
  formatUdp,
  parseUdp,
  parseUdpQuote,
  UDP_HEADER_LENGTH,
  udpField,
  udpLength,
  type UdpRepr,
  verifyUdpChecksum,
} from './udp.ts';
export {
  checkTcp,
  emitTcp,
  fillTcpChecksum,
  formatTcp,
  formatTcpFlags,
  parseTcp,
  readTcpHeaderLength,
  TCP_HEADER_LENGTH,
  tcpField,
  tcpFlag,
  tcpHeaderLength,
  tcpLength,
  type TcpRepr,
  verifyTcpChecksum,
  writeTcpHeaderLength,
} from './tcp.ts';
export {
  emitTcpOptions,
  formatTcpOption,
  newTcpOptionScan,
  parseTcpOptions,
  type SackBlock,
  scanTcpOptions,
  type TcpOption,
  tcpOptionCode,
  type TcpOptionScan,
  tcpOptionsLength,
} from './tcp-option.ts';
export type { PlainOption } from './tlv-option.ts';

// Configuration of hosts.
export {
  checkDhcpv4,
  dhcpMessageType,
  dhcpOctetsOption,
  dhcpv4Field,
  dhcpv4Length,
  dhcpv4MessageType,
  dhcpv4Operation,
  type Dhcpv4Option,
  dhcpv4OptionCode,
  type Dhcpv4Repr,
  dhcpWordsOption,
  emitDhcpv4,
  findDhcpOption,
  formatDhcpv4,
  parseDhcpv4,
} from './dhcpv4.ts';

// Whole packets and flows.
export {
  dissect,
  findLayer,
  formatPacket,
  type Layer,
  type Packet,
  type PacketSource,
  type Protocol,
} from './packet.ts';
export { type LinkPayload, linkType, parseLinkHeader } from './link-type.ts';
export { communityId, type Flow, foldIpv6Address, hashFlow } from './flow.ts';

// Capture files.
export { CaptureReader, type CaptureRecord } from './capture-reader.ts';
export type { ByteOrder } from './byte-order.ts';
export {
  emitPcap,
  emitPcapRecord,
  formatPcap,
  parsePcap,
  parsePcapRecord,
  PCAP_HEADER_LENGTH,
  PCAP_RECORD_HEADER_LENGTH,
  pcapLength,
  pcapRecordLength,
  type PcapRecordRepr,
  type PcapRepr,
} from './pcap.ts';
export { emitPcapng, formatPcapng, parsePcapng, pcapngLength, type PcapngRepr } from './pcapng.ts';
export { type PcapngClock, pcapngClock, type PcapngOption, pcapngOptionCode } from './pcapng-option.ts';
