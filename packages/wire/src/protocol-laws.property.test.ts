import { icmpv6Repr, ipv6Repr } from './arbitrary-ipv6.fixture.ts';
import {
  arpRepr,
  dhcpv4Repr,
  ethernetRepr,
  greRepr,
  icmpv4Repr,
  ipv4Repr,
  pcapngRepr,
  pcapRecordRepr,
  pcapRepr,
  tcpRepr,
  udpRepr,
} from './arbitrary-packet.fixture.ts';
import { arpLength, emitArp, formatArp, parseArp } from './arp.ts';
import { emitEthernet, ethernetLength, formatEthernet, parseEthernet } from './ethernet.ts';
import { emitGre, formatGre, greLength, parseGre, verifyGreChecksum } from './gre.ts';
import { emitIcmpv6, formatIcmpv6, icmpv6Length, parseIcmpv6, verifyIcmpv6Checksum } from './icmpv6.ts';
import { emitIpv6, formatIpv6Packet, ipv6Length, parseIpv6Packet } from './ipv6.ts';
import {
  emitIcmpv4,
  fillIcmpv4Checksum,
  formatIcmpv4,
  icmpv4Length,
  parseIcmpv4,
  verifyIcmpv4Checksum,
} from './icmpv4.ts';
import { pseudoHeaderSum } from './ip-protocol.ts';
import {
  emitIpv4,
  fillIpv4Checksum,
  formatIpv4Packet,
  ipv4Length,
  parseIpv4Packet,
  verifyIpv4Checksum,
} from './ipv4.ts';
import { readU16 } from './bytes.ts';
import { dhcpv4Length, emitDhcpv4, formatDhcpv4, parseDhcpv4 } from './dhcpv4.ts';
import {
  emitPcap,
  emitPcapRecord,
  formatPcap,
  parsePcap,
  parsePcapRecord,
  pcapLength,
  pcapRecordLength,
  type PcapRepr,
} from './pcap.ts';
import { emitPcapng, formatPcapng, parsePcapng, pcapngLength } from './pcapng.ts';
import { describeProtocolLaws } from './protocol-laws.fixture.ts';
import { emitTcp, fillTcpChecksum, formatTcp, parseTcp, tcpLength, verifyTcpChecksum } from './tcp.ts';
import {
  emitUdp,
  fillUdpChecksum,
  udpField,
  formatUdp,
  parseUdp,
  udpLength,
  verifyUdpChecksum,
} from './udp.ts';

const pseudoSum = pseudoHeaderSum({ source: 0xc0a80001, destination: 0x0a09080f });
const pseudoSum6 = pseudoHeaderSum({ source: 0x20010db8n << 96n, destination: (0xff02n << 112n) | 1n });

describeProtocolLaws({
  name: 'ethernet',
  repr: ethernetRepr,
  parse: parseEthernet,
  length: ethernetLength,
  emit: emitEthernet,
  format: formatEthernet,
  fillChecksum: () => undefined,
});

describeProtocolLaws({
  name: 'arp',
  repr: arpRepr,
  parse: parseArp,
  length: arpLength,
  emit: emitArp,
  format: formatArp,
  fillChecksum: () => undefined,
});

describeProtocolLaws({
  name: 'ipv4',
  repr: ipv4Repr,
  parse: parseIpv4Packet,
  length: ipv4Length,
  emit: emitIpv4,
  format: formatIpv4Packet,
  verifyChecksum: verifyIpv4Checksum,
  fillChecksum: fillIpv4Checksum,
});

describeProtocolLaws({
  name: 'icmpv4',
  repr: icmpv4Repr,
  parse: parseIcmpv4,
  length: icmpv4Length,
  emit: emitIcmpv4,
  format: formatIcmpv4,
  verifyChecksum: verifyIcmpv4Checksum,
  fillChecksum: fillIcmpv4Checksum,
});

describeProtocolLaws({
  name: 'udp',
  repr: udpRepr,
  parse: parseUdp,
  length: udpLength,
  emit: (repr, out, offset) => emitUdp(repr, out, offset, pseudoSum),
  format: formatUdp,
  verifyChecksum: (bytes, start) => verifyUdpChecksum(bytes, start, pseudoSum),
  fillChecksum: (bytes, start) => {
    if (readU16(bytes, start + udpField.checksum) !== 0) fillUdpChecksum(bytes, start, pseudoSum);
  },
});

describeProtocolLaws({
  name: 'tcp',
  repr: tcpRepr,
  parse: parseTcp,
  length: tcpLength,
  emit: (repr, out, offset) => emitTcp(repr, out, offset, pseudoSum),
  format: formatTcp,
  verifyChecksum: (bytes, start, end) => verifyTcpChecksum(bytes, start, end, pseudoSum),
  fillChecksum: (bytes, start, end) => fillTcpChecksum(bytes, start, end, pseudoSum),
});

describeProtocolLaws({
  name: 'ipv6',
  repr: ipv6Repr,
  parse: parseIpv6Packet,
  length: ipv6Length,
  emit: emitIpv6,
  format: formatIpv6Packet,
});

describeProtocolLaws({
  name: 'icmpv6',
  repr: icmpv6Repr,
  parse: parseIcmpv6,
  length: icmpv6Length,
  emit: (repr, out, offset) => emitIcmpv6(repr, out, offset, pseudoSum6),
  format: formatIcmpv6,
  verifyChecksum: (bytes, start, end) => verifyIcmpv6Checksum(bytes, start, end, pseudoSum6),
});

describeProtocolLaws({
  name: 'gre',
  repr: greRepr,
  parse: parseGre,
  length: greLength,
  emit: emitGre,
  format: formatGre,
  verifyChecksum: verifyGreChecksum,
});

describeProtocolLaws({
  name: 'dhcpv4',
  repr: dhcpv4Repr,
  parse: parseDhcpv4,
  length: dhcpv4Length,
  emit: emitDhcpv4,
  format: formatDhcpv4,
});

describeProtocolLaws({
  name: 'pcap',
  repr: pcapRepr,
  parse: parsePcap,
  length: pcapLength,
  emit: emitPcap,
  format: formatPcap,
});

for (const order of ['little', 'big'] as const) {
  const file: PcapRepr = { byteOrder: order, precision: 'nanoseconds', snapLength: 65_535, linkType: 1 };

  describeProtocolLaws({
    name: `pcap record, ${order}-endian`,
    repr: pcapRecordRepr,
    parse: (bytes, start = 0, end = bytes.length) => parsePcapRecord(bytes, start, end, file),
    length: pcapRecordLength,
    emit: (repr, out, offset) => emitPcapRecord(repr, out, offset, file),
    format: (repr) => `${repr.seconds}.${repr.nanoseconds} ${repr.bytes.length}`,
  });

  describeProtocolLaws({
    name: `pcapng, ${order}-endian`,
    repr: pcapngRepr,
    parse: (bytes, start = 0, end = bytes.length) => parsePcapng(bytes, start, end, order),
    length: pcapngLength,
    emit: (repr, out, offset) => emitPcapng(repr, out, offset, order),
    format: formatPcapng,
  });
}
