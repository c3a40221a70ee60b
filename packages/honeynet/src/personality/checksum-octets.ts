/**
 * Octets with a given CRC-32: a fingerprint holds only that checksum of what a system writes into its resets (RD). The
 * checksum is that of ISO 3309, as in Ethernet and zlib.
 */

const POLYNOMIAL = 0xedb8_8320;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, octet) => {
  let rest = octet;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
  return rest;
});

/** By the upper octet of an entry: which one it is. */
const BY_UPPER: Uint8Array = new Uint8Array(256);
TABLE.forEach((entry, octet) => (BY_UPPER[entry >>> 24] = octet));

/** Returns four octets whose CRC-32 is `checksum`: the register is run backwards from it. */
export function octetsOfChecksum(checksum: number): Uint8Array {
  // Which entries the four steps took, the last one first: each leaves its upper octet behind.
  let rest = ~checksum >>> 0;
  const taken: number[] = [];
  for (let step = 0; step < 4; step++) {
    const index = BY_UPPER[rest >>> 24]!;
    taken.unshift(index);
    rest = ((rest ^ TABLE[index]!) << 8) >>> 0;
  }
  let register = 0xffff_ffff;
  return Uint8Array.from(taken, (index) => {
    const octet = (register ^ index) & 0xff;
    register = (register >>> 8) ^ TABLE[index]!;
    return octet;
  });
}
