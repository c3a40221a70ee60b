/** UUIDs (RFC 9562): of a name, of a moment and a text, of a moment and random bits. The last two sort by time. */
import { assert } from '../assert.ts';
import { sha1, sha256 } from '../hash/secure-hash.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { emitHex } from '../text/ascii-kernel.ts';
import { hexadecimal, utf8 } from '../text/utf8.ts';

const MS_LOW_SPAN = 0x10000;
const FRACTION_SPAN = 0x1000;
const DASH = 0x2d;
const UUID_LENGTH = 36;

/** Returns the UUID, version 5, of `name` in the given namespace, itself a UUID: RFC 9562 §5.5. */
export function uuidOfName(name: string, namespace: string): string {
  const space = octetsOfUuid(namespace);
  const text = utf8(name);
  const octets = new Uint8Array(space.length + text.length);
  octets.set(space);
  octets.set(text, space.length);
  return format(sha1(octets), 5);
}

/**
 * Returns a UUID, version 7, of this Unix time: RFC 9562 §5.7. Its random bits are the SHA-256 of `uniqueText`, so the same
 * arguments give the same UUID.
 */
export function uuidOfTime(timeSeconds: number, uniqueText: string): string {
  const milliseconds = Math.floor(timeSeconds * 1000);
  assert(milliseconds >= 0 && milliseconds < 2 ** 48, 'a version 7 UUID has a Unix time of 48 bits');
  const octets = sha256(utf8(uniqueText));
  const view = new DataView(octets.buffer, octets.byteOffset);
  view.setUint16(0, Math.floor(milliseconds / 2 ** 32));
  view.setUint32(2, milliseconds % 2 ** 32);
  return format(octets, 7);
}

/**
 * Draws a UUID, version 7, of this Unix time, and writes its four words. The twelve bits after the milliseconds are a
 * finer fraction of the time (RFC 9562 §6.2, method 3), the other 62 are drawn. `formatUuid` and `emitUuid` make a text
 * of it.
 */
export function drawUuid(timeSeconds: number, stream: RandomStream, words: Uint32Array): void {
  const exactMs = timeSeconds * 1000;
  const ms = Math.floor(exactMs);
  const high = Math.floor(ms / MS_LOW_SPAN);
  words[0] = high;
  words[1] = ((ms - high * MS_LOW_SPAN) << 16) | 0x7000 | Math.floor((exactMs - ms) * FRACTION_SPAN);
  words[2] = 0x8000_0000 | (stream.nextUint32() >>> 2);
  words[3] = stream.nextUint32();
}

/** Writes the 36 characters of the UUID in four words as ASCII; returns the offset after them. */
export function emitUuid(words: Uint32Array, out: Uint8Array, at: number): number {
  const second = words[1]!;
  const third = words[2]!;
  let end = emitHex(words[0]!, 8, out, at);
  out[end] = DASH;
  end = emitHex(second >>> 16, 4, out, end + 1);
  out[end] = DASH;
  end = emitHex(second & 0xffff, 4, out, end + 1);
  out[end] = DASH;
  end = emitHex(third >>> 16, 4, out, end + 1);
  out[end] = DASH;
  end = emitHex(third & 0xffff, 4, out, end + 1);
  return emitHex(words[3]!, 8, out, end);
}

/** Returns the text of the UUID in four words. */
export function formatUuid(words: Uint32Array): string {
  const text = new Uint8Array(UUID_LENGTH);
  emitUuid(words, text, 0);
  return String.fromCharCode(...text);
}

/** The first 16 octets with version and variant put in: RFC 9562 §4.1 and §4.2. */
function format(octets: Uint8Array, version: number): string {
  const uuid = Uint8Array.from(octets.subarray(0, 16));
  uuid[6] = (uuid[6]! & 0x0f) | (version << 4);
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  const text = hexadecimal(uuid);
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([start, end]) => text.slice(start, end))
    .join('-');
}

function octetsOfUuid(uuid: string): Uint8Array {
  const text = uuid.replaceAll('-', '');
  assert(/^[0-9a-f]{32}$/i.test(text), 'a UUID has 32 hexadecimal digits');
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
