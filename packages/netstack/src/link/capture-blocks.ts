/** The blocks of a pcapng file of one device: its head, and a frame with its time and direction. */
import { linkType, pcapng, pcapngOption } from '@wormwood/wire';
import type { LinkDevice } from './device.ts';

/** The option of a packet that holds its direction (draft-ietf-opsawg-pcapng §4.3.1, epb_flags). */
const FLAGS_OPTION = 2;
/** "wormwood" */
const NAME = [0x77, 0x6f, 0x72, 0x6d, 0x77, 0x6f, 0x6f, 0x64];

export type Direction = 'in' | 'out';

/** Returns what a file begins with; `comment`, in ASCII, stands in the head of its section. */
export function captureHead(medium: LinkDevice['medium'], comment?: string): readonly Uint8Array[] {
  const options = comment === undefined ? [] : [{ code: pcapngOption.code.comment, data: asciiOf(comment) }];
  return [
    blockOf({ kind: 'section', options }),
    // if_tsresol is left out: microseconds.
    blockOf({
      kind: 'interface',
      linkType: medium === 'ethernet' ? linkType.ethernet : linkType.raw,
      snapLength: 0,
      options: [{ code: pcapngOption.code.interfaceName, data: Uint8Array.from(NAME) }],
    }),
  ];
}

/** Returns a frame that was seen `clockSeconds` after `originSeconds`, the zero of the clock since 1970-01-01 UTC. */
export function captureFrame(
  bytes: Uint8Array,
  direction: Direction,
  { clockSeconds, originSeconds }: { readonly clockSeconds: number; readonly originSeconds: number },
): Uint8Array {
  // Both halves apart, since their sum in microseconds has no place for fractions beyond 2^53.
  const timestamp =
    BigInt(Math.floor(originSeconds)) * 1_000_000n +
    BigInt(Math.round((clockSeconds + (originSeconds % 1)) * 1e6));
  return blockOf({
    kind: 'enhancedPacket',
    interfaceIndex: 0,
    timestamp,
    originalLength: bytes.length,
    bytes,
    options: [{ code: FLAGS_OPTION, data: Uint8Array.of(direction === 'in' ? 1 : 2, 0, 0, 0) }],
  });
}

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}

function blockOf(block: pcapng.Repr): Uint8Array {
  const octets = new Uint8Array(pcapng.length(block));
  pcapng.emit(block, octets, 0, 'little');
  return octets;
}
