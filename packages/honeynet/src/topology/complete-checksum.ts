/** What offloading leaves undone in packets that go on to another machine. */
import {
  checkTcp,
  checkUdp,
  fillTcpChecksum,
  fillUdpChecksum,
  ipProtocol,
  ipv4Field,
  isIpv4Fragment,
  readIpv4HeaderLength,
  readPseudoHeaderSumIpv4,
  readU16,
  readU8,
} from '@wormwood/wire';

/** Fills in the transport checksum that a sender on this machine has left to hardware. */
export function completeChecksum(bytes: Uint8Array, ipStart: number): void {
  if (isIpv4Fragment(bytes, ipStart)) return;
  const start = ipStart + readIpv4HeaderLength(bytes, ipStart);
  const end = ipStart + readU16(bytes, ipStart + ipv4Field.totalLength);
  const protocol = readU8(bytes, ipStart + ipv4Field.protocol);
  const sum = readPseudoHeaderSumIpv4(bytes, ipStart);
  if (protocol === ipProtocol.tcp && checkTcp(bytes, start, end) === undefined)
    fillTcpChecksum(bytes, start, end, sum);
  else if (protocol === ipProtocol.udp && checkUdp(bytes, start, end) === undefined)
    fillUdpChecksum(bytes, start, sum);
}
