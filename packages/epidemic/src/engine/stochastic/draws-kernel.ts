/**
 * Draws of the event loops, made in batches: an exponential and a uniform for each event, beside what came of them.
 * Apart from the loop that uses them, the generator's state stays in registers, and the 2 % of exponentials that fall
 * outside their ziggurat layer are put off to the end of the batch: a call within the loop would have it keep everything
 * in memory.
 */
import { exponentialOutsideLayer, exponentialZiggurat, type RandomStream } from '@wormwood/base';

/**
 * Pairs in the first batch of a run, and in the largest: each batch is twice the one before. Small outbreaks then waste
 * little; and each loop has been left a few times before it turns hot, without which compilers of JavaScript take what
 * follows it for dead code, compile it away, and stumble over it batch after batch.
 */
const BATCH_MIN = 16;
const BATCH_MAX = 1024;
const TWO_TO_32 = 4294967296;
const TWO_TO_MINUS_32 = 1 / TWO_TO_32;

export interface Draws {
  readonly stream: RandomStream;
  /** Exponential draws of mean 1. */
  readonly exponential: Float64Array;
  /** Uniform multiples of 2^-32 in [0, 1). An event is misjudged with a probability below 2^-32. */
  readonly uniform: Float64Array;
  /** Pairs in this batch, and the position of the first not yet used. */
  size: number;
  next: number;
  /**
   * What became of each pair: 0 for an infection; for the group of honeypots at position g, 1 + 2g for a contact that
   * succeeds and 2 + 2g for the immunization of a host that waited; and when, in seconds.
   */
  readonly kind: Int32Array;
  readonly timeSeconds: Float64Array;
  readonly outsideAt: Int32Array;
  readonly outsideLayer: Int32Array;
}

/** Returns draws from `stream`, none made yet. */
export function drawsFrom(stream: RandomStream): Draws {
  return {
    stream,
    exponential: new Float64Array(BATCH_MAX),
    uniform: new Float64Array(BATCH_MAX),
    size: 0,
    next: 0,
    kind: new Int32Array(BATCH_MAX),
    timeSeconds: new Float64Array(BATCH_MAX),
    outsideAt: new Int32Array(BATCH_MAX),
    outsideLayer: new Int32Array(BATCH_MAX),
  };
}

/** Replaces all draws by a new batch. */
export function refill(draws: Draws): void {
  const { exponential, uniform, stream, outsideAt, outsideLayer } = draws;
  const { k, w } = exponentialZiggurat;
  const { state } = stream;
  const count = Math.min(BATCH_MAX, Math.max(BATCH_MIN, 2 * draws.size));
  let s0 = state[0]! | 0;
  let s1 = state[1]! | 0;
  let s2 = state[2]! | 0;
  let s3 = state[3]! | 0;
  let outside = 0;
  for (let i = 0; i < count; i++) {
    // Three steps of xoshiro128++ (packages/base/src/random/random-stream.ts).
    let sum = (s0 + s3) | 0;
    let shifted = s1 << 9;
    const a = (((sum << 7) | (sum >>> 25)) + s0) | 0;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    sum = (s0 + s3) | 0;
    shifted = s1 << 9;
    const b = (((sum << 7) | (sum >>> 25)) + s0) | 0;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    sum = (s0 + s3) | 0;
    shifted = s1 << 9;
    const c = (((sum << 7) | (sum >>> 25)) + s0) | 0;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);

    const layer = a & 255;
    const j = (a >>> 11) * TWO_TO_32 + (b >>> 0);
    exponential[i] = j * w[layer]!;
    uniform[i] = (c >>> 0) * TWO_TO_MINUS_32;
    if (j >= k[layer]!) {
      outsideAt[outside] = i;
      outsideLayer[outside] = layer;
      outside = (outside + 1) | 0;
    }
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
  for (let i = 0; i < outside; i++) {
    const at = outsideAt[i]!;
    exponential[at] = exponentialOutsideLayer(stream, outsideLayer[i]!, exponential[at]!);
  }
  draws.size = count;
  draws.next = 0;
}
