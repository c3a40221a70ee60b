/**
 * The kernel that draws probes four at a time (`draw-kernel.as.ts`), with its memory. One instance serves a thread, since
 * a memory reserves gigabytes of address space, and a run, which no other interrupts, is done with it when it returns.
 */
import { instantiateKernel } from '../wasm-kernel.ts';
import { kernelInBase64 } from './draw-kernel-wasm.ts';

/** Bits of the largest filter: 2^24 bits are 2 MiB. */
export const FILTER_BITS_LOG2 = 24;
/** Probes that a block can have at most. */
export const BLOCK_PROBES_MAX: number = 1 << 15;

const WORDS_OF_GENERATORS = 32;
const GENERATORS_AT = 256;
const PLACES_AT = 4096;
/** A vector is written where a list ends. */
const LIST_OCTETS: number = (BLOCK_PROBES_MAX + 4) * 4;
const WORDS_AT: number = PLACES_AT + LIST_OCTETS;
const FILTER_AT: number = 2 ** 19;

interface DrawKernel {
  drawBlock(probes: number, runShift: number, place: number, word: number, filter: number): number;
}

export interface VectorKernel {
  /** State of two generators xoshiro128++ of four lanes each; any words that are not all 0. */
  readonly generators: Int32Array;
  readonly filter: Uint32Array;
  /** Numbers in the block of the words that passed the filter, and the words, after `draw`. */
  readonly place: Int32Array;
  readonly word: Int32Array;
  /** Draws `probes` words, a multiple of 8, and returns how many have their leading 32 − `runShift` bits in the filter. */
  draw(probes: number, runShift: number): number;
}

let kernelOfThread: VectorKernel | undefined;

/** Returns the kernel of this thread, its filter as the last user left it. */
export function vectorKernel(): VectorKernel {
  kernelOfThread ??= instantiate();
  return kernelOfThread;
}

function instantiate(): VectorKernel {
  const octets = FILTER_AT + 2 ** (FILTER_BITS_LOG2 - 3);
  const { exports: kernel, memory: buffer } = instantiateKernel<DrawKernel>(kernelInBase64, octets);
  new Uint8Array(buffer, 0, GENERATORS_AT).set(compactions());
  return {
    generators: new Int32Array(buffer, GENERATORS_AT, WORDS_OF_GENERATORS),
    filter: new Uint32Array(buffer, FILTER_AT, 2 ** (FILTER_BITS_LOG2 - 5)),
    place: new Int32Array(buffer, PLACES_AT, BLOCK_PROBES_MAX),
    word: new Int32Array(buffer, WORDS_AT, BLOCK_PROBES_MAX),
    draw: (probes, runShift) => kernel.drawBlock(probes, runShift, PLACES_AT, WORDS_AT, FILTER_AT),
  };
}

/** For each of sixteen masks, the order of octets that moves the words with a bit in it to the front. */
function compactions(): readonly number[] {
  return Array.from({ length: 16 }, (_, mask) => {
    const kept = [0, 1, 2, 3].filter((word) => (mask >>> word) & 1);
    const dropped = [0, 1, 2, 3].filter((word) => !kept.includes(word));
    return [...kept, ...dropped].flatMap((word) => [0, 1, 2, 3].map((octet) => word * 4 + octet));
  }).flat();
}
