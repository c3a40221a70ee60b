/**
 * How long a test takes to find a scanner that draws its targets from the whole space, computed apart from the detector, from
 * the bound that docs/detect.md states: a client that knows n of our addresses knows one more with probability 1/2, so that a
 * scanner far above the slowest rate is found when chance has had to hit 1/2 often enough. Its first contact begins the test.
 */
import { exponential, type RandomStream } from '@wormwood/base';
import type { Telescope } from './telescope.ts';

export interface TestParameters {
  /** Probes a second of the slowest scanner that is to be found. */
  readonly slowestRate: number;
  /** How many times as often as an innocent host at the limit of the model that scanner reaches new addresses. */
  readonly contrast: number;
  /** Of false verdicts, and of missed scanners. */
  readonly falseRate: number;
  readonly missRate: number;
  /** The probability that a client with a list knows one more of our addresses than it has called. */
  readonly listContinues: number;
  /** Share of scanners that may bear the mark of a tool: the others are tested with the rest of the probability. */
  readonly toolShare: number;
}

const STATED: TestParameters = {
  slowestRate: 1,
  contrast: 50,
  falseRate: 1e-4,
  missRate: 0.01,
  listContinues: 0.5,
  toolShare: 0.15,
};

export interface VerdictTime {
  readonly meanSeconds: number;
  readonly standardError: number;
}

const RUNS = 20_000;
/** Beyond so many contacts a scanner that fast is found, whatever the dice: its odds rise with each new address. */
const CONTACTS_MAX = 100_000;

/** Returns the mean time from a scanner's first contact to the verdict on it, from many simulated tests. */
export function verdictTime(
  telescope: Telescope,
  probesPerSecond: number,
  stream: RandomStream,
  { falseRate, listContinues, toolShare }: TestParameters = STATED,
): VerdictTime {
  const trueRate = (probesPerSecond * telescope.size) / 2 ** 32;
  let [sum, squares] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const met = new Set([stream.nextBelow(telescope.size)]);
    let [seconds, odds] = [0, 1 - toolShare];
    for (let contact = 0; contact < CONTACTS_MAX && odds * falseRate < 1; contact++) {
      seconds += exponential(stream) / trueRate;
      const address = stream.nextBelow(telescope.size);
      const [chanceOfNew, chanceOfOld] = [1 - met.size / telescope.size, met.size / telescope.size];
      // A scanner meets each address alike; a client goes on along its list, or calls an address again.
      odds *= met.has(address) ? Math.min(chanceOfOld / (1 - listContinues), 1) : chanceOfNew / listContinues;
      met.add(address);
    }
    sum += seconds;
    squares += seconds * seconds;
  }
  const meanSeconds = sum / RUNS;
  return { meanSeconds, standardError: Math.sqrt((squares / RUNS - meanSeconds ** 2) / RUNS) };
}

/**
 * Returns the least mean time of any test with these errors (Wald 1945, 4.8: the expected information at a verdict is no less
 * than that of two certain outcomes), after the first contact.
 */
export function leastSeconds(
  telescope: Telescope,
  probesPerSecond: number,
  { falseRate, missRate, slowestRate, contrast }: TestParameters = STATED,
): number {
  const innocent = (slowestRate / contrast) * (telescope.size / 2 ** 32);
  const rate = probesPerSecond * (telescope.size / 2 ** 32);
  const information = rate * Math.log(rate / innocent) - (rate - innocent);
  const needed =
    (1 - missRate) * Math.log((1 - missRate) / falseRate) + missRate * Math.log(missRate / (1 - falseRate));
  return needed / information;
}
