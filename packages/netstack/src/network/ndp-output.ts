/** Messages of neighbor discovery as they go out (RFC 4861), the question who has an address among them (7.2.2). */
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
export const HOP_LIMIT_NDP = 255;

/** Where a frame goes. */
export interface NdpFrame {
  readonly to: number;
  readonly from: number;
  readonly tags: Uint8Array;
}

export interface NdpPacket extends Pick<ipv6.Repr, 'source' | 'destination'> {
  readonly message: icmpv6.Repr;
}

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
  const frame = { to: multicastMac(destination), from: askerLinkAddress, tags };
  const message: icmpv6.Repr = {
    kind: 'neighborSolicitation',
    code: 0,
    target: address,
    options: [{ kind: 'sourceLinkLayerAddress', mac: askerLinkAddress }],
  };
  return sendNdp(device, frame, { source: askerAddress, destination, message });
}

/** Sends a message; false where the device has no room, or its MTU does not. */
export function sendNdp(
  device: LinkDevice,
  { to, from, tags }: NdpFrame,
  { source, destination, message }: NdpPacket,
): boolean {
  const linkLength = ethernet.HEADER_LENGTH + tags.length;
  const messageLength = icmpv6.length(message);
  const length = ipv6.HEADER_LENGTH + messageLength;
  if (length > device.mtuBytes) return false;
  const frame = device.reserve();
  if (frame < 0) return false;
  const out = device.transmitBuffer;
  writeMac(out, frame, to);
  writeMac(out, frame + ethernet.field.source, from);
  out.set(tags, frame + ethernet.field.etherType);
  writeU16(out, frame + linkLength - 2, etherType.ipv6);
  const ip = {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: HOP_LIMIT_NDP,
    source,
    destination,
    extensions: [],
    protocol: ipProtocol.icmpv6,
    payload: new Uint8Array(messageLength),
  };
  icmpv6.emit(message, ip.payload, 0, pseudoHeaderSum(ip));
  ipv6.emit(ip, out, frame + linkLength);
  device.commit(linkLength + length);
  return true;
}

/** RFC 2464, section 7: 33:33 and the last four octets of the address. */
export function multicastMac(address: bigint): number {
  return 0x3333_0000_0000 + Number(address & 0xffff_ffffn);
}
