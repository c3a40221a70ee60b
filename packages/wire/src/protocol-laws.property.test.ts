import {
  arpRepr,
  ethernetRepr,
  greRepr,
  icmpv4Repr,
  icmpv6Repr,
  ipv4Repr,
  ipv6Repr,
  tcpRepr,
  udpRepr,
} from './arbitrary-packet.fixture.ts';
import { arpLength, emitArp, formatArp, parseArp } from './arp.ts';
import { emitEthernet, ethernetLength, formatEthernet, parseEthernet } from './ethernet.ts';
import { emitGre, formatGre, greLength, parseGre, verifyGreChecksum } from './gre.ts';
import { emitIcmpv6, formatIcmpv6, icmpv6Length, parseIcmpv6, verifyIcmpv6Checksum } from './icmpv6.ts';
import { emitIpv6, formatIpv6Packet, ipv6Length, parseIpv6Packet } from './ipv6.ts';
import { emitIcmpv4, formatIcmpv4, icmpv4Length, parseIcmpv4, verifyIcmpv4Checksum } from './icmpv4.ts';
import { pseudoHeaderSum } from './ip-protocol.ts';
import { emitIpv4, formatIpv4Packet, ipv4Length, parseIpv4Packet, verifyIpv4Checksum } from './ipv4.ts';
import { describeProtocolLaws } from './protocol-laws.fixture.ts';
import { emitTcp, formatTcp, parseTcp, tcpLength, verifyTcpChecksum } from './tcp.ts';
import { emitUdp, formatUdp, parseUdp, udpLength, verifyUdpChecksum } from './udp.ts';

const pseudoSum = pseudoHeaderSum({ source: 0xc0a80001, destination: 0x0a09080f });
const pseudoSum6 = pseudoHeaderSum({ source: 0x20010db8n << 96n, destination: (0xff02n << 112n) | 1n });

describeProtocolLaws({
  name: 'ethernet',
  repr: ethernetRepr,
  parse: parseEthernet,
  length: ethernetLength,
  emit: emitEthernet,
  format: formatEthernet,
});

describeProtocolLaws({
  name: 'arp',
  repr: arpRepr,
  parse: parseArp,
  length: arpLength,
  emit: emitArp,
  format: formatArp,
});

describeProtocolLaws({
  name: 'ipv4',
  repr: ipv4Repr,
  parse: parseIpv4Packet,
  length: ipv4Length,
  emit: emitIpv4,
  format: formatIpv4Packet,
  verifyChecksum: verifyIpv4Checksum,
});

describeProtocolLaws({
  name: 'icmpv4',
  repr: icmpv4Repr,
  parse: parseIcmpv4,
  length: icmpv4Length,
  emit: emitIcmpv4,
  format: formatIcmpv4,
  verifyChecksum: verifyIcmpv4Checksum,
});

describeProtocolLaws({
  name: 'udp',
  repr: udpRepr,
  parse: parseUdp,
  length: udpLength,
  emit: (repr, out, offset) => emitUdp(repr, out, offset, pseudoSum),
  format: formatUdp,
  verifyChecksum: (bytes, start) => verifyUdpChecksum(bytes, start, pseudoSum),
});

describeProtocolLaws({
  name: 'tcp',
  repr: tcpRepr,
  parse: parseTcp,
  length: tcpLength,
  emit: (repr, out, offset) => emitTcp(repr, out, offset, pseudoSum),
  format: formatTcp,
  verifyChecksum: (bytes, start, end) => verifyTcpChecksum(bytes, start, end, pseudoSum),
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
