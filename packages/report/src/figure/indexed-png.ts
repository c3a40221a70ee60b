/**
 * Pictures of few colours as PNG (W3C PNG, third edition): indexed, four bits per pixel, the image data stored uncompressed
 * (RFC 1951, 3.2.4), which needs no compressor and costs little in a small picture.
 */

export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** At most 16 colours as `#rrggbb`. */
  readonly colors: readonly string[];
  /** How opaque each colour is, from 0 to 1. @default all are opaque */
  readonly opacities?: readonly number[];
  /** Index of the colour of each pixel, row after row. */
  readonly pixels: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const BIT_DEPTH = 4;
const INDEXED = 3;
/** A stored block of deflate holds up to this many octets. */
const BLOCK_MAX = 0xffff;

/** Returns the picture as the bytes of a PNG file. */
export function indexedPng({ width, height, colors, opacities, pixels }: IndexedPicture): Uint8Array {
  const header = [...word(width), ...word(height), BIT_DEPTH, INDEXED, 0, 0, 0];
  const palette = colors.flatMap((color) =>
    [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)),
  );
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk('IHDR', header),
    ...chunk('PLTE', palette),
    ...(opacities === undefined
      ? []
      : chunk(
          'tRNS',
          opacities.map((opacity) => Math.round(255 * opacity)),
        )),
    ...chunk('IDAT', stored(packRows(width, height, pixels))),
    ...chunk('IEND', []),
  ]);
}

/** Each row is led by its filter, none, and has two pixels in an octet. */
function packRows(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const stride = 1 + Math.ceil(width / 2);
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * stride + 1 + (x >> 1)]! |= pixels[y * width + x]! << (x & 1 ? 0 : 4);
    }
  }
  return rows;
}

/** A zlib stream (RFC 1950) of stored blocks. */
function stored(octets: Uint8Array): readonly number[] {
  const stream = [0x78, 0x01];
  for (let start = 0; start < octets.length; start += BLOCK_MAX) {
    const block = octets.subarray(start, start + BLOCK_MAX);
    const size = [block.length & 0xff, block.length >> 8];
    const isLast = start + BLOCK_MAX >= octets.length ? 1 : 0;
    stream.push(isLast, ...size, ...size.map((octet) => octet ^ 0xff));
    for (const octet of block) stream.push(octet);
  }
  return [...stream, ...word(adler32(octets))];
}

function chunk(type: string, octets: readonly number[]): readonly number[] {
  const body = [...Array.from(type, (letter) => letter.charCodeAt(0)), ...octets];
  return [...word(octets.length), ...body, ...word(crc32(body))];
}

function word(value: number): readonly number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function adler32(octets: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const octet of octets) {
    a = (a + octet) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

function crc32(octets: readonly number[]): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
