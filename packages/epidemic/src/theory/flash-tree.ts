/**
 * A worm that carries its targets with it: no scanning, but a tree laid out beforehand, in which each infected host of a
 * tier delivers to the hosts below it one after the other. What decides is the depth of the tree, times the latency and the
 * time of sending a tier's deliveries.
 *
 * Source: Staniford, Moore, Paxson, Weaver, "The top speed of flash worms", WORM 2004; docs/models.md#flash-worm.
 */
import { assert, exp, log } from '@wormwood/base';

export interface FlashTree {
  /** From the first infected host down. */
  readonly tiers: readonly FlashTier[];
  /** Latency of one delivery's packet from host to host: log-normal, `sigma` of its natural logarithm, above 0. */
  readonly latency: { readonly medianSeconds: number; readonly sigma: number };
  /** One-way latencies that a delivery takes: 1 for a datagram, 3 where a TCP handshake comes before the data. */
  readonly latenciesPerDelivery: number;
}

/** What each host above a tier does. */
export interface FlashTier {
  /** Hosts that it delivers to. */
  readonly fanOut: number;
  /** Octets sent for each, with all headers and the addresses passed on. */
  readonly octets: number;
  readonly bitsPerSecond: number;
}

/**
 * Returns the fraction of all hosts of the tree infected at 0, `stepSeconds`, 2 · `stepSeconds`, …, `untilSeconds`, in
 * expectation: the i-th delivery of a host ends i sending times after its own infection and arrives a latency later. Times
 * are rounded to steps with their mean kept: an error of the order of the step squared.
 */
export function flashTreeCurve(
  tree: FlashTree,
  { untilSeconds, stepSeconds }: { readonly untilSeconds: number; readonly stepSeconds: number },
): Float64Array {
  const length = Math.floor(untilSeconds / stepSeconds + 1e-9) + 1;
  const latency = latencyMasses(tree, length, stepSeconds);
  // Probability that a host of the present tier is infected in each step.
  let arrivals: Float64Array = new Float64Array(length);
  arrivals[0] = 1;
  let hosts = 1;
  let hostsInAll = 1;
  const infected = new Float64Array(length).fill(1);
  for (const tier of tree.tiers) {
    arrivals = sumMasses(sumMasses(arrivals, sendingMasses(tier, length, stepSeconds)), latency);
    hosts *= tier.fanOut;
    hostsInAll += hosts;
    let reached = 0;
    for (let k = 0; k < length; k++) {
      // Half of a step's arrivals come before its middle.
      const half = (arrivals[k] ?? 0) / 2;
      reached += half;
      infected[k] = (infected[k] ?? 0) + hosts * reached;
      reached += half;
    }
  }
  return infected.map((count) => count / hostsInAll);
}

/** The latency of a delivery by steps: the trapezoid of a density that vanishes at both ends with all its slopes. */
function latencyMasses(
  { latency, latenciesPerDelivery }: FlashTree,
  length: number,
  stepSeconds: number,
): Float64Array {
  assert(latency.sigma > 0, 'latencies differ');
  const median = latency.medianSeconds * latenciesPerDelivery;
  const masses = new Float64Array(length);
  for (let k = 1; k < length; k++) {
    const deviation = log((k * stepSeconds) / median) / latency.sigma;
    masses[k] = exp(-(deviation * deviation) / 2) / (k * latency.sigma * Math.sqrt(2 * Math.PI));
  }
  return masses;
}

/** The end of sending to a host, any one of the fan-out: each split between the two nearest steps, so the mean is kept. */
function sendingMasses(
  { fanOut, octets, bitsPerSecond }: FlashTier,
  length: number,
  stepSeconds: number,
): Float64Array {
  const masses = new Float64Array(length);
  const stepsPerDelivery = (octets * 8) / bitsPerSecond / stepSeconds;
  for (let i = 1; i <= fanOut; i++) {
    const left = Math.floor(i * stepsPerDelivery);
    const rest = i * stepsPerDelivery - left;
    if (left < length) masses[left] = (masses[left] ?? 0) + (1 - rest) / fanOut;
    if (left + 1 < length) masses[left + 1] = (masses[left + 1] ?? 0) + rest / fanOut;
  }
  return masses;
}

/** The law of the sum of two independent times; what lies beyond the last step is left out of both and of the sum. */
function sumMasses(a: Float64Array, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length);
  for (const [i, mass] of a.entries()) {
    if (mass === 0) continue;
    for (let k = i; k < sum.length; k++) sum[k] = (sum[k] ?? 0) + mass * (b[k - i] ?? 0);
  }
  return sum;
}
