/**
 * How long a test takes to find a scanner that draws its targets from the whole space, computed apart from the detector: the
 * sequential probability ratio test of Wald (1945) on a Poisson process (Dvoretzky, Kiefer, Wolfowitz 1953), with the parameters
 * that docs/detect.md states. Its first contact begins the test, so that only later ones are evidence.
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
}

/** 1/s on a /16 is a contact in 18 h 12 min, an innocent host at the limit is 20 times rarer: 15 d 04 h. */
const STATED: TestParameters = { slowestRate: 1, contrast: 20, falseRate: 1e-4, missRate: 0.01 };

export interface VerdictTime {
  readonly meanSeconds: number;
  readonly standardError: number;
}

const RUNS = 20_000;
/** Beyond so many contacts a scanner that fast is found, whatever the dice: its log-likelihood ratio drifts upward. */
const CONTACTS_MAX = 100_000;

/** Returns the mean time from a scanner's first contact to the verdict on it, from many simulated tests. */
export function verdictTime(
  telescope: Telescope,
  probesPerSecond: number,
  stream: RandomStream,
  parameters: TestParameters = STATED,
): VerdictTime {
  const share = telescope.size / 2 ** 32;
  const [trueRate, slowest] = [probesPerSecond * share, parameters.slowestRate * share];
  const drift = slowest - slowest / parameters.contrast;
  const gain = Math.log(parameters.contrast);
  const upper = Math.log((1 - parameters.missRate) / parameters.falseRate);
  const lower = Math.log(parameters.missRate / (1 - parameters.falseRate));
  let [sum, squares] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    let [seconds, ratio] = [0, 0];
    for (let contact = 0; contact < CONTACTS_MAX && ratio < upper; contact++) {
      const gap = exponential(stream) / trueRate;
      seconds += gap;
      ratio -= drift * gap;
      // Cleared in the meantime: this contact begins a new test.
      ratio = ratio <= lower ? 0 : ratio + gain;
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
