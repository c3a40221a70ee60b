/** The link header of a captured packet: what stands behind it, and between which machines the frame went. */
import {
  type CaptureRecord,
  etherType,
  isMalformed,
  linkType,
  parseLinkHeader,
  readMac,
  readU16,
} from '@wormwood/wire';
import { directionOf, type FrameEnds } from './handshake-proof.ts';

const ETHERNET_LENGTH = 14;
const TAGS_MAX = 2;
const UNKNOWN_FRAME: FrameEnds = { sourceMac: null, destinationMac: null, vlan: 0, direction: 'unknown' };

/** What stands behind a link header. */
interface Behind {
  /** An `etherType`. */
  readonly type: number;
  readonly start: number;
  /** One number for the tags of the frame; NaN, which equals nothing, for more tags than a service network has. */
  readonly vlan: number;
}

/** Returns null for a packet without a whole link header. */
export function behindLink({ bytes, linkType: link }: CaptureRecord): Behind | null {
  if (link !== linkType.ethernet) {
    const header = parseLinkHeader(link, bytes, 0, bytes.length);
    return isMalformed(header) ? null : { type: header.etherType, start: header.start, vlan: 0 };
  }
  let start = ETHERNET_LENGTH;
  let vlan = 0;
  if (bytes.length < start) return null;
  let type = readU16(bytes, start - 2);
  for (let tags = 1; type === etherType.vlan || type === etherType.vlanService; tags++) {
    if (bytes.length < start + 4) return null;
    // Priority tags, which name no network, count as none.
    vlan = vlan * 0x2000 + (readU16(bytes, start) & 0xfff) + (type === etherType.vlanService ? 0x1000 : 0);
    if (tags > TAGS_MAX) vlan = Number.NaN;
    type = readU16(bytes, start + 2);
    start += 4;
  }
  return { type, start, vlan };
}

/** The machines between which a frame went; nothing is known of them where the link is not Ethernet. */
export function frameEnds({ linkType: link, bytes, options }: CaptureRecord, vlan: number): FrameEnds {
  if (link !== linkType.ethernet) return UNKNOWN_FRAME;
  const direction = options.length === 0 ? 'unknown' : directionOf(options);
  return { sourceMac: readMac(bytes, 6), destinationMac: readMac(bytes, 0), vlan, direction };
}
