/** What offloading leaves undone in packets that go on to another machine. */
import { ipProtocol, ipv4, readPseudoHeaderSumIpv4, readU16, readU8, tcp, udp } from '@wormwood/wire';

/** Fills in the transport checksum that a sender on this machine has left to hardware. */
export function completeChecksum(bytes: Uint8Array, ipStart: number): void {
  if (ipv4.isFragment(bytes, ipStart)) return;
  const start = ipStart + ipv4.readHeaderLength(bytes, ipStart);
  const end = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
  const protocol = readU8(bytes, ipStart + ipv4.field.protocol);
  const sum = readPseudoHeaderSumIpv4(bytes, ipStart);
  if (protocol === ipProtocol.tcp && tcp.check(bytes, start, end) === undefined)
    tcp.fillChecksum(bytes, start, end, sum);
  else if (protocol === ipProtocol.udp && udp.check(bytes, start, end) === undefined)
    udp.fillChecksum(bytes, start, sum);
}
