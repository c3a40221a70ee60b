/** Draws from a seed, the same on every machine. */

/**
 * Returns `count` of the items, in random order; all of them when there are fewer. The same seed draws the same.
 * Source: Fisher and Yates's shuffle, driven by the mulberry32 generator (Ettinger, public domain).
 * @template T
 * @param {readonly T[]} items @param {number} count @param {number} seed @returns {T[]}
 */
export function sample(items, count, seed) {
  const random = mulberry32(seed);
  const drawn = [...items];
  const size = Math.min(count, drawn.length);
  for (let i = 0; i < size; i++) {
    const other = i + Math.floor(random() * (drawn.length - i));
    [drawn[i], drawn[other]] = [drawn[other], drawn[i]];
  }
  return drawn.slice(0, size);
}

/** @param {number} seed @returns {() => number} */
function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
