/**
 * The simple epidemic in closed form: what the transitions of an outbreak come to in the mean while nothing is immunized.
 *
 * β is the contact rate of the fraction form, sN/Ω per second (`contactRatePerSecond`); the pairwise rate is s/Ω.
 */
import { exp, expm1, log, log1p } from '@wormwood/base';

/** N hosts of which I0 are infected at time 0, at the contact rate β; dI/dt = β I (1 − I/N). */
export interface SimpleEpidemic {
  readonly vulnerable: number;
  readonly infected: number;
  readonly contactRatePerSecond: number;
}

/**
 * Returns I(t) = N / (1 + ((N − I0)/I0) e^{−βt}): infected hosts at `timeSeconds`.
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in your spare time", 2002, section 2.
 */
export function logisticInfected(epidemic: SimpleEpidemic, timeSeconds: number): number {
  const { vulnerable, infected, contactRatePerSecond } = epidemic;
  const susceptibleWeight = (vulnerable - infected) * exp(-contactRatePerSecond * timeSeconds);
  return (vulnerable * infected) / (infected + susceptibleWeight);
}

/** Returns N − I(t) without the cancellation of the difference. */
export function logisticSusceptible(epidemic: SimpleEpidemic, timeSeconds: number): number {
  const { vulnerable, infected, contactRatePerSecond } = epidemic;
  const susceptibleWeight = (vulnerable - infected) * exp(-contactRatePerSecond * timeSeconds);
  return (vulnerable * susceptibleWeight) / (infected + susceptibleWeight);
}

/**
 * Returns ∫0^t I dt = (N/β) ln(1 + (I0/N)(e^{βt} − 1)), in host seconds: by it the probes (times s) and the honeypot
 * contacts (times s h/Ω) of the simple epidemic (docs/models.md#simple-epidemic).
 */
export function logisticInfectedSeconds(epidemic: SimpleEpidemic, timeSeconds: number): number {
  const { vulnerable, infected, contactRatePerSecond: beta } = epidemic;
  if (beta === 0) return infected * timeSeconds;
  return (vulnerable / beta) * logOfMixedExponential(beta * timeSeconds, infected / vulnerable);
}

/** Returns the time at which ∫ I dt reaches `infectedSeconds`: the inverse of `logisticInfectedSeconds`. */
export function logisticTimeOfInfectedSeconds(epidemic: SimpleEpidemic, infectedSeconds: number): number {
  const { vulnerable, infected, contactRatePerSecond: beta } = epidemic;
  if (beta === 0) return infectedSeconds / infected;
  return logOfMixedExponential((beta * infectedSeconds) / vulnerable, vulnerable / infected) / beta;
}

/** ln(1 + weight · (e^x − 1)) for x ≥ 0, without overflow and without losing small x. */
function logOfMixedExponential(x: number, weight: number): number {
  if (x < 1) return log1p(weight * expm1(x));
  return x + log(weight + (1 - weight) * exp(-x));
}

/**
 * Returns when the infected hosts reach `fraction` of N, in seconds: 0 when they are as many at the start, null when they
 * never do (β = 0, or a fraction of 1 and more, which the logistic only approaches).
 */
export function logisticTimeToFraction(epidemic: SimpleEpidemic, fraction: number): number | null {
  const { vulnerable, infected, contactRatePerSecond } = epidemic;
  if (infected >= fraction * vulnerable) return 0;
  if (contactRatePerSecond === 0 || fraction >= 1) return null;
  const oddsAtStart = infected / (vulnerable - infected);
  return log(fraction / (1 - fraction) / oddsAtStart) / contactRatePerSecond;
}
