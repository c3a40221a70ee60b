/**
 * Draws probes by the block, in AssemblyScript for WebAssembly with vectors of four words; `tools/wasm/build.mjs` makes
 * `draw-kernel-wasm.ts` from it. Memory: a table of compactions, the generators, the two lists of candidates, the filter.
 */

/** Sixteen orders of bytes: order `mask` moves the words whose bit is set in `mask` to the front. */
const COMPACTIONS: usize = 0;
/** Two generators xoshiro128++ of four lanes: words 0 to 3 of the first, then of the second. */
const GENERATORS: usize = 256;

// @ts-ignore: decorator
@inline
function rotated(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

// @ts-ignore: decorator
@inline
function passes(run: i32, filter: usize): i32 {
  // The shift takes its count modulo 32.
  return (load<i32>(filter + ((<u32>run >>> 5) << 2)) >>> run) & 1;
}

// @ts-ignore: decorator
@inline
function maskOf(run: v128, filter: usize): i32 {
  return (
    passes(i32x4.extract_lane(run, 0), filter) |
    (passes(i32x4.extract_lane(run, 1), filter) << 1) |
    (passes(i32x4.extract_lane(run, 2), filter) << 2) |
    (passes(i32x4.extract_lane(run, 3), filter) << 3)
  );
}

/**
 * Draws `probes` words (a multiple of eight), uniform over 2^32; those whose leading bits, `runShift` fewer than 32, are
 * set in the filter are written to `word`, and their number in the block to `place`. Returns how many there are. Both
 * lists need room for three more.
 */
export function drawBlock(probes: i32, runShift: i32, place: usize, word: usize, filter: usize): i32 {
  let a0 = v128.load(GENERATORS);
  let a1 = v128.load(GENERATORS + 16);
  let a2 = v128.load(GENERATORS + 32);
  let a3 = v128.load(GENERATORS + 48);
  let b0 = v128.load(GENERATORS + 64);
  let b1 = v128.load(GENERATORS + 80);
  let b2 = v128.load(GENERATORS + 96);
  let b3 = v128.load(GENERATORS + 112);
  let number = i32x4(0, 1, 2, 3);
  const four = i32x4.splat(4);
  let count: usize = 0;
  for (let probe = 0; probe < probes; probe += 8) {
    const a = i32x4.add(rotated(i32x4.add(a0, a3), 7), a0);
    let t = i32x4.shl(a1, 9);
    a2 = v128.xor(a2, a0);
    a3 = v128.xor(a3, a1);
    a1 = v128.xor(a1, a2);
    a0 = v128.xor(a0, a3);
    a2 = v128.xor(a2, t);
    a3 = rotated(a3, 11);
    const b = i32x4.add(rotated(i32x4.add(b0, b3), 7), b0);
    t = i32x4.shl(b1, 9);
    b2 = v128.xor(b2, b0);
    b3 = v128.xor(b3, b1);
    b1 = v128.xor(b1, b2);
    b0 = v128.xor(b0, b3);
    b2 = v128.xor(b2, t);
    b3 = rotated(b3, 11);

    const maskA = maskOf(i32x4.shr_u(a, runShift), filter);
    const orderA = v128.load(COMPACTIONS + (<usize>maskA << 4));
    v128.store(word + count, i8x16.swizzle(a, orderA));
    v128.store(place + count, i8x16.swizzle(number, orderA));
    count += <usize>popcnt(maskA) << 2;
    number = i32x4.add(number, four);
    const maskB = maskOf(i32x4.shr_u(b, runShift), filter);
    const orderB = v128.load(COMPACTIONS + (<usize>maskB << 4));
    v128.store(word + count, i8x16.swizzle(b, orderB));
    v128.store(place + count, i8x16.swizzle(number, orderB));
    count += <usize>popcnt(maskB) << 2;
    number = i32x4.add(number, four);
  }
  v128.store(GENERATORS, a0);
  v128.store(GENERATORS + 16, a1);
  v128.store(GENERATORS + 32, a2);
  v128.store(GENERATORS + 48, a3);
  v128.store(GENERATORS + 64, b0);
  v128.store(GENERATORS + 80, b1);
  v128.store(GENERATORS + 96, b2);
  v128.store(GENERATORS + 112, b3);
  return <i32>(count >>> 2);
}
