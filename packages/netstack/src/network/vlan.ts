/** The VLAN that the tags of a frame name: part of where the frame came from. */
import { ethernet, etherType, readU16 } from '@wormwood/wire';

const TAG_LENGTH = 4;
/** VID of IEEE 802.1Q 9.6; the other bits of the control word are a priority. */
const VID_MASK = 0x0fff;
const VID_SPAN = 0x1000;

/** Frames without a tag, or with one that holds a priority alone. */
const UNTAGGED = 0;

/**
 * Returns the VLAN of the Ethernet header in [start, end): 0 without a tag, the VID with one tag of IEEE 802.1Q, and a number
 * that no VID equals with a service tag or several. Two frames are of one VLAN exactly when the numbers are equal, for up to
 * three tags.
 */
export function vlanOf(bytes: Uint8Array, start: number, end: number): number {
  let vlan = UNTAGGED;
  for (let at = start + ethernet.field.etherType; at < end - 2; at += TAG_LENGTH) {
    const vid = readU16(bytes, at + 2) & VID_MASK;
    if (vid === 0) continue;
    const isService = readU16(bytes, at) === etherType.vlanService;
    vlan = vlan * 2 * VID_SPAN + (isService ? VID_SPAN : 0) + vid;
  }
  return vlan;
}

/** Returns the tags that a frame of a VLAN of one 802.1Q tag carries; none where it is `UNTAGGED`. */
export function tagsOf(vlan: number): Uint8Array {
  return vlan === UNTAGGED
    ? new Uint8Array(0)
    : Uint8Array.of(etherType.vlan >> 8, etherType.vlan & 0xff, vlan >> 8, vlan & 0xff);
}

/** Returns a copy of the tags in the Ethernet header in [start, end), to ask in the VLAN that it came from. */
export function copyTags(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.slice(
    start + ethernet.field.etherType,
    end - (ethernet.HEADER_LENGTH - ethernet.field.etherType),
  );
}
