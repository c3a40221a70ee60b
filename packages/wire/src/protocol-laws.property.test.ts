import { icmpv6Repr, ipv6Repr } from './arbitrary-ipv6-test-support.ts';
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
} from './arbitrary-packet-test-support.ts';
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
import { describeProtocolLaws, type Protocol } from './protocol-laws-test-support.ts';

const pseudoSum = pseudoHeaderSum({ source: 0xc0a80001, destination: 0x0a09080f });
const pseudoSum6 = pseudoHeaderSum({ source: 0x20010db8n << 96n, destination: (0xff02n << 112n) | 1n });

describeProtocolLaws('ethernet', ethernetRepr, ethernet, { isWhole: true });
describeProtocolLaws('arp', arpRepr, arp, { isWhole: true });
describeProtocolLaws('ipv4', ipv4Repr, ipv4, { isWhole: true });
describeProtocolLaws('icmpv4', icmpv4Repr, icmpv4, { isWhole: true });
describeProtocolLaws('ipv6', ipv6Repr, ipv6);
describeProtocolLaws('gre', greRepr, gre);
describeProtocolLaws('dhcpv4', dhcpv4Repr, dhcpv4);
describeProtocolLaws('pcap', pcapRepr, pcap);

const udpOverIpv4: Protocol<udp.Repr> = {
  ...udp,
  emit: (repr, out, offset) => udp.emit(repr, out, offset, pseudoSum),
  verifyChecksum: (bytes, start) => udp.verifyChecksum(bytes, start, pseudoSum),
  fillChecksum: (bytes, start) => {
    if (readU16(bytes, start + udp.field.checksum) !== 0) udp.fillChecksum(bytes, start, pseudoSum);
  },
};
describeProtocolLaws('udp', udpRepr, udpOverIpv4, { isWhole: true });

const tcpOverIpv4: Protocol<tcp.Repr> = {
  ...tcp,
  emit: (repr, out, offset) => tcp.emit(repr, out, offset, pseudoSum),
  verifyChecksum: (bytes, start, end) => tcp.verifyChecksum(bytes, start, end, pseudoSum),
  fillChecksum: (bytes, start, end) => tcp.fillChecksum(bytes, start, end, pseudoSum),
};
describeProtocolLaws('tcp', tcpRepr, tcpOverIpv4, { isWhole: true });

const icmpOverIpv6: Protocol<icmpv6.Repr> = {
  ...icmpv6,
  emit: (repr, out, offset) => icmpv6.emit(repr, out, offset, pseudoSum6),
  verifyChecksum: (bytes, start, end) => icmpv6.verifyChecksum(bytes, start, end, pseudoSum6),
  fillChecksum: (bytes, start, end) => icmpv6.fillChecksum(bytes, start, end, pseudoSum6),
};
describeProtocolLaws('icmpv6', icmpv6Repr, icmpOverIpv6);

for (const order of ['little', 'big'] as const) {
  const file: pcap.Repr = { byteOrder: order, precision: 'nanoseconds', snapLength: 65_535, linkType: 1 };

  describeProtocolLaws(`pcap record, ${order}-endian`, pcapRecordRepr, {
    parse: (bytes, start = 0, end = bytes.length) => pcap.parseRecord(bytes, start, end, file),
    length: pcap.recordLength,
    emit: (repr, out, offset) => pcap.emitRecord(repr, out, offset, file),
    format: (repr) => `${repr.seconds}.${repr.nanoseconds} ${repr.bytes.length}`,
  });

  describeProtocolLaws(`pcapng, ${order}-endian`, pcapngRepr, {
    ...pcapng,
    parse: (bytes, start = 0, end = bytes.length) => pcapng.parse(bytes, start, end, order),
    emit: (repr, out, offset) => pcapng.emit(repr, out, offset, order),
  });
}
