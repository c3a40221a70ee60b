/**
 * UUIDs that depend on nothing but their input (RFC 9562): the same event or indicator has the same identifier
 * whenever and wherever it is written.
 */
import { assert } from '@wormwood/base';
import { sha1, sha256 } from './secure-hash.ts';
import { hexadecimal, utf8 } from './utf8.ts';

/**
 * The namespace of all identifiers that Wormwood makes from names. STIX 2.1 §2.9 keeps its own namespace for cyber
 * observables, so that domain objects need another.
 */
const WORMWOOD_NAMESPACE = '1f0a4c7e-6a3d-5b0e-9d53-4c1b0e7a92d6';

/** Returns the UUID, version 5, of `name` in the given namespace: RFC 9562 §5.5. @default Wormwood's own namespace */
export function uuidOfName(name: string, namespace: string = WORMWOOD_NAMESPACE): string {
  const space = octetsOfUuid(namespace);
  const text = utf8(name);
  const octets = new Uint8Array(space.length + text.length);
  octets.set(space);
  octets.set(text, space.length);
  return format(sha1(octets), 5);
}

/**
 * Returns a UUID, version 7, of this Unix time: RFC 9562 §5.7. Its random bits are the SHA-256 of `uniqueText`, so that
 * reading a log again gives its events the identifiers they had.
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

/** The first 16 octets with version and variant put in: RFC 9562 §4.1 and §4.2. */
function format(octets: Uint8Array, version: number): string {
  const uuid = Uint8Array.from(octets.subarray(0, 16));
  uuid[6] = (uuid[6]! & 0x0f) | (version << 4);
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  const digits = hexadecimal(uuid);
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([start, end]) => digits.slice(start, end))
    .join('-');
}

function octetsOfUuid(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '');
  assert(/^[0-9a-f]{32}$/i.test(digits), 'a UUID has 32 hexadecimal digits');
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
