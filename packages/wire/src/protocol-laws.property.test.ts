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
import * as arp from './arp.ts';
import * as dhcpv4 from './dhcpv4.ts';
import * as ethernet from './ethernet.ts';
import * as gre from './gre.ts';
import * as icmpv4 from './icmpv4.ts';
import * as icmpv6 from './icmpv6.ts';
import * as ipv4 from './ipv4.ts';
import * as ipv6 from './ipv6.ts';
import * as pcap from './pcap.ts';
import * as pcapng from './pcapng.ts';
import * as tcp from './tcp.ts';
import * as udp from './udp.ts';
import { pseudoHeaderSum } from './ip-protocol.ts';
import { readU16 } from './bytes.ts';
import { describeProtocolLaws } from './protocol-laws.fixture.ts';

const pseudoSum = pseudoHeaderSum({ source: 0xc0a80001, destination: 0x0a09080f });
const pseudoSum6 = pseudoHeaderSum({ source: 0x20010db8n << 96n, destination: (0xff02n << 112n) | 1n });

describeProtocolLaws({
  name: 'ethernet',
  repr: ethernetRepr,
  parse: ethernet.parse,
  length: ethernet.length,
  emit: ethernet.emit,
  format: ethernet.format,
  fillChecksum: () => undefined,
});

describeProtocolLaws({
  name: 'arp',
  repr: arpRepr,
  parse: arp.parse,
  length: arp.length,
  emit: arp.emit,
  format: arp.format,
  fillChecksum: () => undefined,
});

describeProtocolLaws({
  name: 'ipv4',
  repr: ipv4Repr,
  parse: ipv4.parse,
  length: ipv4.length,
  emit: ipv4.emit,
  format: ipv4.format,
  verifyChecksum: ipv4.verifyChecksum,
  fillChecksum: ipv4.fillChecksum,
});

describeProtocolLaws({
  name: 'icmpv4',
  repr: icmpv4Repr,
  parse: icmpv4.parse,
  length: icmpv4.length,
  emit: icmpv4.emit,
  format: icmpv4.format,
  verifyChecksum: icmpv4.verifyChecksum,
  fillChecksum: icmpv4.fillChecksum,
});

describeProtocolLaws({
  name: 'udp',
  repr: udpRepr,
  parse: udp.parse,
  length: udp.length,
  emit: (repr, out, offset) => udp.emit(repr, out, offset, pseudoSum),
  format: udp.format,
  verifyChecksum: (bytes, start) => udp.verifyChecksum(bytes, start, pseudoSum),
  fillChecksum: (bytes, start) => {
    if (readU16(bytes, start + udp.field.checksum) !== 0) udp.fillChecksum(bytes, start, pseudoSum);
  },
});

describeProtocolLaws({
  name: 'tcp',
  repr: tcpRepr,
  parse: tcp.parse,
  length: tcp.length,
  emit: (repr, out, offset) => tcp.emit(repr, out, offset, pseudoSum),
  format: tcp.format,
  verifyChecksum: (bytes, start, end) => tcp.verifyChecksum(bytes, start, end, pseudoSum),
  fillChecksum: (bytes, start, end) => tcp.fillChecksum(bytes, start, end, pseudoSum),
});

describeProtocolLaws({
  name: 'ipv6',
  repr: ipv6Repr,
  parse: ipv6.parse,
  length: ipv6.length,
  emit: ipv6.emit,
  format: ipv6.format,
});

describeProtocolLaws({
  name: 'icmpv6',
  repr: icmpv6Repr,
  parse: icmpv6.parse,
  length: icmpv6.length,
  emit: (repr, out, offset) => icmpv6.emit(repr, out, offset, pseudoSum6),
  format: icmpv6.format,
  verifyChecksum: (bytes, start, end) => icmpv6.verifyChecksum(bytes, start, end, pseudoSum6),
});

describeProtocolLaws({
  name: 'gre',
  repr: greRepr,
  parse: gre.parse,
  length: gre.length,
  emit: gre.emit,
  format: gre.format,
  verifyChecksum: gre.verifyChecksum,
});

describeProtocolLaws({
  name: 'dhcpv4',
  repr: dhcpv4Repr,
  parse: dhcpv4.parse,
  length: dhcpv4.length,
  emit: dhcpv4.emit,
  format: dhcpv4.format,
});

describeProtocolLaws({
  name: 'pcap',
  repr: pcapRepr,
  parse: pcap.parse,
  length: pcap.length,
  emit: pcap.emit,
  format: pcap.format,
});

for (const order of ['little', 'big'] as const) {
  const file: pcap.Repr = { byteOrder: order, precision: 'nanoseconds', snapLength: 65_535, linkType: 1 };

  describeProtocolLaws({
    name: `pcap record, ${order}-endian`,
    repr: pcapRecordRepr,
    parse: (bytes, start = 0, end = bytes.length) => pcap.parseRecord(bytes, start, end, file),
    length: pcap.recordLength,
    emit: (repr, out, offset) => pcap.emitRecord(repr, out, offset, file),
    format: (repr) => `${repr.seconds}.${repr.nanoseconds} ${repr.bytes.length}`,
  });

  describeProtocolLaws({
    name: `pcapng, ${order}-endian`,
    repr: pcapngRepr,
    parse: (bytes, start = 0, end = bytes.length) => pcapng.parse(bytes, start, end, order),
    length: pcapng.length,
    emit: (repr, out, offset) => pcapng.emit(repr, out, offset, order),
    format: pcapng.format,
  });
}
