/**
 * SHA-256 and SHA-1 (FIPS 180-4). The second is there for what prescribes it, such as UUIDs made from names (RFC 9562 §5.5).
 * A package has no `node:` module, so both are written out; what is hashed is short.
 */

const BLOCK_LENGTH = 64;

/** FIPS 180-4 §4.2.2: the fractional parts of the cube roots of the first 64 primes. */
const SHA256_ROUNDS = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
);
/** FIPS 180-4 §5.3.3: the fractional parts of the square roots of the first 8 primes. */
const SHA256_INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
/** The state of a SHA-1 before its first block: FIPS 180-4 §5.3.1. */
export const SHA1_INITIAL: readonly number[] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/** Returns the 32 octets of the SHA-256 of `octets`. */
export function sha256(octets: Uint8Array): Uint8Array {
  return digest(octets, SHA256_INITIAL, sha256Block);
}

/** Returns the 20 octets of the SHA-1 of `octets`. Not for anything that somebody would want to forge. */
export function sha1(octets: Uint8Array): Uint8Array {
  return digest(octets, SHA1_INITIAL, sha1Block);
}

/** Absorbs the block that stands in the first 16 words of the schedule. */
type BlockFunction = (state: Int32Array, schedule: Int32Array) => void;

function digest(octets: Uint8Array, initial: readonly number[], absorb: BlockFunction): Uint8Array {
  const state = Int32Array.from(initial);
  const schedule = new Int32Array(80);
  const padded = new DataView(pad(octets).buffer);
  for (let start = 0; start < padded.byteLength; start += BLOCK_LENGTH) {
    for (let t = 0; t < 16; t++) schedule[t] = padded.getInt32(start + 4 * t);
    absorb(state, schedule);
  }
  const result = new DataView(new ArrayBuffer(4 * state.length));
  state.forEach((word, i) => result.setInt32(4 * i, word));
  return new Uint8Array(result.buffer);
}

/** FIPS 180-4 §5.1.1: a one bit, zeros, and the length in bits as 64 bits fill the last block. */
function pad(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((octets.length + 9) / BLOCK_LENGTH) * BLOCK_LENGTH);
  padded.set(octets);
  padded[octets.length] = 0x80;
  const bits = new DataView(padded.buffer, padded.length - 8);
  bits.setUint32(0, Math.floor((octets.length * 8) / 2 ** 32));
  bits.setUint32(4, (octets.length * 8) >>> 0);
  return padded;
}

/** FIPS 180-4 §6.2.2. */
function sha256Block(state: Int32Array, w: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const w15 = w[t - 15]!;
    const w2 = w[t - 2]!;
    const s0 = rotateRight(w15, 7) ^ rotateRight(w15, 18) ^ (w15 >>> 3);
    const s1 = rotateRight(w2, 17) ^ rotateRight(w2, 19) ^ (w2 >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const sum1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + SHA256_ROUNDS[t]! + w[t]!) | 0;
    const sum0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  addTo(state, [a, b, c, d, e, f, g, h]);
}

/**
 * Absorbs a block into the state of a SHA-1, five words (FIPS 180-4 §6.1.2). The block stands in the first 16 words of the
 * schedule, of 80, whose others are overwritten. For who hashes short texts without end and wants no garbage.
 */
export function sha1Block(state: Int32Array, w: Int32Array): void {
  for (let t = 16; t < 80; t++) {
    const word = w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!;
    w[t] = (word << 1) | (word >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  // FIPS 180-4 §4.1.1 and §4.2.1: a function and a constant for each twenty rounds. One loop that chose takes half as long again.
  for (let t = 0; t < 20; t++) {
    const next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + w[t]! + 0x5a827999) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let t = 20; t < 40; t++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + w[t]! + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let t = 40; t < 60; t++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e + w[t]! + 0x8f1bbcdc) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let t = 60; t < 80; t++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + w[t]! + 0xca62c1d6) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

function addTo(state: Int32Array, words: readonly number[]): void {
  for (let i = 0; i < words.length; i++) state[i]! += words[i]!;
}

function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
