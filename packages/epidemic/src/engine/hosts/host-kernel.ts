/**
 * The kernel that chooses hosts (`choose-hosts-kernel.as.ts`), with the lists of hosts in its memory. One instance serves
 * a thread: a run, which no other interrupts, is done with it when it returns.
 */
import type { Draws } from '../stochastic/draws-kernel.ts';
import { instantiateKernel } from '../wasm-kernel.ts';
import { kernelInBase64 } from './choose-hosts-kernel-wasm.ts';

/** Where the kernel expects what it is handed: kinds and times of 1,024 events, then words. */
const EVENTS = 1024;
const TIMES_AT = 4096;
const WORDS_AT = 12_288;
const STATE_WORDS = 4;
const LISTS_AT = 2 ** 16;
/** A larger memory is released after its run. */
const KEPT_OCTETS_MAX: number = 2 ** 26;

interface ChooseKernel {
  chooseHosts(
    from: number,
    to: number,
    leaves: number,
    infected: number,
    infector: number,
    infectionTime: number,
    immunizationTime: number,
    spare: number,
  ): void;
}

/** Where in the list of infected hosts what is; brought up to date by `choose`. */
export interface Counts {
  fresh: number;
  infected: number;
  everInfected: number;
}

export interface HostKernel {
  /** Room for one more host than requested. */
  readonly infected: Int32Array;
  readonly infector: Int32Array;
  readonly timeSeconds: Float64Array;
  /** By host; as the last run left it. */
  readonly immunizedSeconds: Float64Array;
  /** Chooses the hosts of events `from` to `to` of the draws; `waits`: contacted hosts stay in the list. */
  choose(
    draws: Draws,
    range: { readonly from: number; readonly to: number },
    counts: Counts,
    waits: boolean,
  ): void;
}

interface SizedKernel extends HostKernel {
  readonly hosts: number;
}

let kernelOfThread: SizedKernel | undefined;

/** Returns a kernel of this thread with lists for so many hosts, as the last run left them. */
export function hostKernel(hosts: number): HostKernel {
  if (kernelOfThread !== undefined && kernelOfThread.hosts >= hosts) return kernelOfThread;
  const made = instantiate(hosts);
  kernelOfThread = octetsFor(hosts) <= KEPT_OCTETS_MAX ? made : undefined;
  return made;
}

/** The list of infected hosts and that of infectors take a word a host, those of times two; the kernel writes a row ahead. */
function octetsFor(hosts: number): number {
  return LISTS_AT + 24 * (hosts + 1);
}

function instantiate(hosts: number): SizedKernel {
  const rows = hosts + 1;
  const { exports: kernel, memory } = instantiateKernel<ChooseKernel>(kernelInBase64, octetsFor(hosts));
  const timesAt = LISTS_AT;
  const infectedAt = timesAt + 8 * rows;
  const infectorAt = infectedAt + 4 * rows;
  const immunizedAt = infectorAt + 4 * rows;
  const kinds = new Int32Array(memory, 0, EVENTS);
  const times = new Float64Array(memory, TIMES_AT, EVENTS);
  const words = new Int32Array(memory, WORDS_AT, STATE_WORDS + 3);
  return {
    hosts,
    infected: new Int32Array(memory, infectedAt, rows),
    infector: new Int32Array(memory, infectorAt, rows),
    timeSeconds: new Float64Array(memory, timesAt, rows),
    immunizedSeconds: new Float64Array(memory, immunizedAt, rows),
    choose({ kind, timeSeconds, stream }, { from, to }, counts, waits) {
      kinds.set(kind.subarray(from, to));
      times.set(timeSeconds.subarray(from, to));
      words.set(stream.state);
      words[STATE_WORDS] = counts.fresh;
      words[STATE_WORDS + 1] = counts.infected;
      words[STATE_WORDS + 2] = counts.everInfected;
      kernel.chooseHosts(0, to - from, waits ? 0 : -1, infectedAt, infectorAt, timesAt, immunizedAt, hosts);
      for (let i = 0; i < STATE_WORDS; i++) stream.state[i] = words[i]!;
      counts.fresh = words[STATE_WORDS]!;
      counts.infected = words[STATE_WORDS + 1]!;
      counts.everInfected = words[STATE_WORDS + 2]!;
    },
  };
}
