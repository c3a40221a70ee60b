/**
 * Chooses the hosts that a batch of events concerns, in AssemblyScript for WebAssembly: the loop over lists of hosts,
 * without bounds checks at its eight accesses; `tools/wasm/build.mjs` makes `choose-hosts-kernel-wasm.ts`.
 */

/** Kinds of the events, a word each, and their times; then the words that `chooseHosts` takes up and puts back. */
const KINDS: usize = 0;
const TIMES: usize = 4096;
const WORDS: usize = 12288;

/**
 * Chooses the hosts of events `from` to `to` and updates the lists. Words: state of a generator xoshiro128++, then
 * the number of fresh hosts, of infected ones, and of those ever infected. `leaves` is −1 where contacted hosts leave
 * the list at once, else 0; `spare`: a row behind those of the hosts. Under uniform scanning any infected host is as likely as another to have sent the probe,
 * and any host of a state to be the one that leaves it.
 */
export function chooseHosts(
  from: i32,
  to: i32,
  leaves: i32,
  infected: usize,
  infector: usize,
  infectionTime: usize,
  immunizationTime: usize,
  spare: i32,
): void {
  let s0 = load<u32>(WORDS);
  let s1 = load<u32>(WORDS + 4);
  let s2 = load<u32>(WORDS + 8);
  let s3 = load<u32>(WORDS + 12);
  let fresh = load<i32>(WORDS + 16);
  let count = load<i32>(WORDS + 20);
  let next = load<i32>(WORDS + 24);
  for (let at = from; at < to; at++) {
    // Kinds as masks, −1 or 0, and one exchange for all of them: which kind comes next cannot be predicted, so a branch
    // would go wrong for every other event.
    const what = load<i32>(KINDS + (<usize>at << 2));
    const infects = (what - 1) >> 31;
    const catches = -(what & 1);
    const immunizes = ~(infects | catches);
    const bound: u32 = (count & infects) | (fresh & catches) | ((count - fresh) & immunizes);
    // A whole number below `bound` without bias: Lemire 2019, the upper half of word × bound, drawn again for the few
    // lower halves that would favour some numbers. The word is a step of xoshiro128++ (base/random/random-stream.ts).
    let pick: i32 = 0;
    for (;;) {
      const word = rotl<u32>(s0 + s3, 7) + s0;
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = rotl<u32>(s3, 11);
      const product = <u64>word * <u64>bound;
      const lower = <u32>product;
      pick = <i32>(product >>> 32);
      if (lower >= bound || lower >= (0 - bound) % bound) break;
    }
    // Beyond the last infection this writes where the next one will.
    store<i32>(infector + (<usize>next << 2), load<i32>(infected + (<usize>pick << 2)));
    store<f64>(infectionTime + (<usize>next << 3), load<f64>(TIMES + (<usize>at << 3)));
    // An infected host is exchanged with the last of its part, which then ends before it; behind the fresh hosts wait
    // those that were caught. A newly infected host takes the place of the first of these, which moves to their end.
    const place = (fresh & infects) | (pick & catches) | ((fresh + pick) & immunizes);
    const last = (count & infects) | ((fresh - 1) & catches) | ((count - 1) & immunizes);
    const host = load<i32>(infected + (<usize>place << 2));
    const other = load<i32>(infected + (<usize>last << 2));
    // Times of hosts that leave for good; all others go to a row that nobody reads.
    const leavesNow = immunizes | (catches & leaves);
    const row = (host & leavesNow) | (spare & ~leavesNow);
    store<f64>(immunizationTime + (<usize>row << 3), load<f64>(TIMES + (<usize>at << 3)));
    // In this order: where nobody waits, both are the place behind the last host.
    store<i32>(infected + (<usize>last << 2), host);
    store<i32>(infected + (<usize>place << 2), (next & infects) | (other & ~infects));
    next -= infects;
    fresh += catches - infects;
    count += immunizes - infects + (catches & leaves);
  }
  store<u32>(WORDS, s0);
  store<u32>(WORDS + 4, s1);
  store<u32>(WORDS + 8, s2);
  store<u32>(WORDS + 12, s3);
  store<i32>(WORDS + 16, fresh);
  store<i32>(WORDS + 20, count);
  store<i32>(WORDS + 24, next);
}
