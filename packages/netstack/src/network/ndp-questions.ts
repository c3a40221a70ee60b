/** The neighbor solicitation that asks who has an address, as a host's (RFC 4861 7.2.2). */
import {
  ethernet,
  etherType,
  icmpv6,
  ipProtocol,
  ipv6,
  pseudoHeaderSum,
  solicitedNodeAddress,
  writeMac,
  writeU16,
} from '@wormwood/wire';
import type { LinkDevice } from '../link/device.ts';

/** RFC 4861 7.1: from no further than this link. */
const HOP_LIMIT_NDP = 255;

/** Who asks for which address. */
interface Solicitation {
  readonly address: bigint;
  readonly tags: Uint8Array;
  readonly askerAddress: bigint;
  readonly askerLinkAddress: number;
}

/** Sends a solicitation to the group of the address; false where the device has no room. */
export function solicit(device: LinkDevice, question: Solicitation): boolean {
  const { address, tags, askerAddress, askerLinkAddress } = question;
  const destination = solicitedNodeAddress(address);
  const message: icmpv6.Repr = {
    kind: 'neighborSolicitation',
    code: 0,
    target: address,
    options: [{ kind: 'sourceLinkLayerAddress', mac: askerLinkAddress }],
  };
  const ip = {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: HOP_LIMIT_NDP,
    source: askerAddress,
    destination,
    extensions: [],
    protocol: ipProtocol.icmpv6,
    payload: new Uint8Array(icmpv6.length(message)),
  };
  const frame = device.reserve();
  if (frame < 0) return false;
  const out = device.transmitBuffer;
  const ipStart = frame + ethernet.HEADER_LENGTH + tags.length;
  writeMac(out, frame, multicastMac(destination));
  writeMac(out, frame + ethernet.field.source, askerLinkAddress);
  out.set(tags, frame + ethernet.field.etherType);
  writeU16(out, ipStart - 2, etherType.ipv6);
  icmpv6.emit(message, ip.payload, 0, pseudoHeaderSum(ip));
  device.commit(ipv6.emit(ip, out, ipStart) - frame);
  return true;
}

/** RFC 2464, section 7: 33:33 and the last four octets of the address. */
export function multicastMac(address: bigint): number {
  return 0x3333_0000_0000 + Number(address & 0xffff_ffffn);
}
