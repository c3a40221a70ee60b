/**
 * Innocent or scanning, decided by the times at which a source reaches *new* dark addresses. An innocent host strays onto
 * dark space now and then, a scanner keeps coming: two Poisson processes of different rates, and Wald's test between
 * them. Each new address weighs ln(λ1/λ0) for infection, each second of quiet λ1 − λ0 against it.
 *
 * What happens to innocent hosts does not look like that: a misconfigured one calls the same address again and again,
 * which counts once; answers to forged packets are not contacts at all.
 *
 * Source: Dvoretzky, Kiefer, Wolfowitz, "Sequential decision problems for processes with continuous time parameter",
 * Annals of Mathematical Statistics 24(2), 1953.
 */
import { assert, log } from '@wormwood/base';
import { poissonProbability } from './poisson-interval.ts';
import { type ErrorRates, type Thresholds, waldExpectedSteps, strictThresholds } from './sequential-test.ts';

/** What the model is given; rates are probes per second over the whole address space. */
export interface ContactModelOptions {
  /** The fraction of the address space that is dark and watched. */
  readonly monitoredFraction: number;
  /** The slowest scanner that is to be found with the promised miss rate. */
  readonly slowestScanRatePerSecond: number;
  /** As if an innocent host probed at random, at most this often. */
  readonly strayRatePerSecond: number;
  readonly rates: ErrorRates;
}

export interface ContactModel {
  readonly thresholds: Thresholds;
  /** λ1: new dark addresses per second of the slowest scanner. */
  readonly scannerContactsPerSecond: number;
  /** λ0: new dark addresses per second of an innocent host. */
  readonly strayContactsPerSecond: number;
  /** Change of the log-likelihood ratio at a new dark address, positive. */
  readonly weightPerAddress: number;
  /** Loss of the log-likelihood ratio per second. */
  readonly lossPerSecond: number;
}

export function contactModel(options: ContactModelOptions): ContactModel {
  const { monitoredFraction, slowestScanRatePerSecond, strayRatePerSecond, rates } = options;
  assert(monitoredFraction > 0 && monitoredFraction < 1, 'a monitored fraction lies between 0 and 1');
  assert(
    strayRatePerSecond > 0 && strayRatePerSecond < slowestScanRatePerSecond,
    'an innocent host strays, and more slowly than a scanner scans',
  );
  const scannerContactsPerSecond = slowestScanRatePerSecond * monitoredFraction;
  const strayContactsPerSecond = strayRatePerSecond * monitoredFraction;
  return {
    thresholds: strictThresholds(rates),
    scannerContactsPerSecond,
    strayContactsPerSecond,
    weightPerAddress: log(slowestScanRatePerSecond / strayRatePerSecond),
    lossPerSecond: scannerContactsPerSecond - strayContactsPerSecond,
  };
}

/** How the test of a host ends that reaches new dark addresses at a steady rate. */
export interface TestOutcome {
  readonly verdictProbability: number;
  /** From the first contact on, whichever way the test ends. */
  readonly meanSeconds: number;
}

/** The test is followed until it goes on with less than this probability. */
const UNDECIDED_MAX = 1e-12;

/**
 * The exact outcome of the test, by following the probabilities of all numbers of addresses reached from one moment to
 * the next at which a number stops, or starts, to mean a decision.
 */
export function exactOutcome(model: ContactModel, contactsPerSecond: number): TestOutcome {
  assert(contactsPerSecond > 0, 'a rate of contacts is positive');
  const { upper, lower } = model.thresholds;
  /** Probabilities of `fewest`, `fewest + 1`, … addresses reached after the first, the test undecided. */
  const states = [1];
  let fewest = 0;
  let seconds = 0;
  let verdictProbability = 0;
  let meanSeconds = 0;
  while (sumOf(states) > UNDECIDED_MAX) {
    // One more address than the most means infection, until the loss has eaten up its weight …
    const verdictUntil = secondsAt(model, { addresses: fewest + states.length, level: upper });
    // … and the fewest addresses mean innocence from then on.
    const clearedFrom = secondsAt(model, { addresses: fewest, level: lower });
    const until = Math.min(verdictUntil, clearedFrom);
    if (until > seconds) {
      const arrivals = contactsPerSecond * (until - seconds);
      meanSeconds += undecidedGaps(states, arrivals) / contactsPerSecond;
      verdictProbability += advance(states, arrivals);
      seconds = until;
    }
    if (verdictUntil <= clearedFrom) states.push(0);
    else {
      states.shift();
      fewest++;
    }
  }
  return { verdictProbability, meanSeconds };
}

/** When the log-likelihood ratio of so many addresses has sunk to the level. */
function secondsAt(
  { weightPerAddress, lossPerSecond }: ContactModel,
  at: { readonly addresses: number; readonly level: number },
): number {
  return (at.addresses * weightPerAddress - at.level) / lossPerSecond;
}

/** Moves `states` on by a Poisson number of `arrivals`; returns the probability of passing beyond the last of them. */
function advance(states: number[], arrivals: number): number {
  const probability = poissonProbabilities(states.length, arrivals);
  const before = sumOf(states);
  let after = 0;
  for (let i = states.length - 1; i >= 0; i--) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += (states[i - k] ?? 0) * (probability[k] ?? 0);
    states[i] = sum;
    after += sum;
  }
  return before - after;
}

/** The expected time, in mean gaps between arrivals, that is spent inside `states` meanwhile. */
function undecidedGaps(states: readonly number[], arrivals: number): number {
  const probability = poissonProbabilities(states.length, arrivals);
  // The time spent with exactly k arrivals, in gaps, is the probability of more than k arrivals in the end.
  const spent: number[] = [];
  let tail = 1;
  let total = 0;
  for (let k = 0; k < states.length; k++) {
    tail -= probability[k] ?? 0;
    total += Math.max(tail, 0);
    spent.push(total);
  }
  return states.reduce((sum, each, i) => sum + each * (spent[states.length - 1 - i] ?? 0), 0);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function poissonProbabilities(count: number, mean: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => poissonProbability(k, mean));
}

/**
 * The least mean time to a verdict that any test with these error rates can reach against a scanner of that contact rate:
 * Wald's bound, the information needed over the information gained per second.
 */
export function leastMeanSeconds(model: ContactModel, rates: ErrorRates, contactsPerSecond: number): number {
  const { strayContactsPerSecond: stray } = model;
  const gainPerSecond = contactsPerSecond * log(contactsPerSecond / stray) - (contactsPerSecond - stray);
  return waldExpectedSteps(rates, { innocent: -1, infected: gainPerSecond }).infected;
}
