/**
 * Containment by a reaction time that is exact rather than drawn: every infected host is blocked `reactionSeconds` after
 * its own infection, or a filter stops all of them at one time. The measure `blacklist` of the mean field takes an
 * exponential time instead: both have R = βτ, so the same threshold and the same final size, but not the same speed.
 *
 * Source: Moore, Shannon, Voelker, Savage, "Internet Quarantine", INFOCOM 2003; docs/models.md#internet-quarantine.
 */
import { assert, exp, log } from '@wormwood/base';
import { type SimpleEpidemic, logisticTimeToFraction } from '../dynamics/logistic.ts';

/** Steps in one reaction time: of order 4, so an error in J of about (βτ/64)^4 βt/120, relative, as long as it grows. */
const STEPS_PER_REACTION = 64;

/**
 * Returns the hosts ever infected by `timeSeconds`, blocked ones included, when each is blocked exactly `reactionSeconds`
 * after its infection. Takes time proportional to `timeSeconds / reactionSeconds`.
 *
 * With J hosts ever infected, those infected in the last τ scan: J' = β (1 − J/N) (J(t) − J(t − τ)). In F = ∫ J this is an
 * equation of first order with one delay, F' = N − (N − I0) exp(−(β/N) (F(t) − F(t − τ))), whose solution has no jump but
 * at 0, where J jumps from 0 to I0, and is smooth between multiples of τ, all of which are steps.
 */
export function everInfectedAtFixedReaction(
  epidemic: SimpleEpidemic,
  { reactionSeconds, timeSeconds }: { readonly reactionSeconds: number; readonly timeSeconds: number },
): number {
  const { vulnerable, infected, contactRatePerSecond } = epidemic;
  assert(reactionSeconds > 0, 'a host that is blocked at once infects nobody');
  const step = reactionSeconds / STEPS_PER_REACTION;
  const last = timeSeconds / step;
  const steps = Math.ceil(last);
  const integral = new Float64Array(steps + 1);
  const ever = new Float64Array(steps + 1);
  ever[0] = infected;
  const slope = (now: number, delayed: number): number =>
    vulnerable - (vulnerable - infected) * exp((-contactRatePerSecond / vulnerable) * (now - delayed));
  const delayedAt = (index: number): number => integralAt(integral, ever, step, index - STEPS_PER_REACTION);
  for (let i = 0; i < steps; i++) {
    // Classical Runge–Kutta.
    const now = integral[i] ?? 0;
    const middle = delayedAt(i + 0.5);
    const k1 = ever[i] ?? 0;
    const k2 = slope(now + (step / 2) * k1, middle);
    const k3 = slope(now + (step / 2) * k2, middle);
    const k4 = slope(now + step * k3, delayedAt(i + 1));
    integral[i + 1] = now + (step / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    ever[i + 1] = slope(integral[i + 1] ?? 0, delayedAt(i + 1));
  }
  return slope(integralAt(integral, ever, step, last), delayedAt(last));
}

/** Returns F at a step number that need not be whole, by the cubic through F and F' = J of both neighbors; 0 before 0. */
function integralAt(integral: Float64Array, ever: Float64Array, step: number, index: number): number {
  if (index <= 0) return 0;
  const left = Math.floor(index);
  const x = index - left;
  const [f0 = 0, f1 = 0] = integral.subarray(left, left + 2);
  if (x === 0) return f0;
  const [j0 = 0, j1 = 0] = ever.subarray(left, left + 2);
  const y = 1 - x;
  return y * y * (1 + 2 * x) * f0 + x * x * (1 + 2 * y) * f1 + step * x * y * (y * j0 - x * j1);
}

/**
 * Returns the longest reaction time with which at most `fraction` of N is ever infected by `timeSeconds`, in seconds, to
 * one part in 10^12; Infinity when no blocking is needed.
 */
export function longestReactionSeconds(
  epidemic: SimpleEpidemic,
  { fraction, timeSeconds }: { readonly fraction: number; readonly timeSeconds: number },
): number {
  assert(epidemic.infected < fraction * epidemic.vulnerable, 'fewer hosts are infected at the start');
  const unblocked = logisticTimeToFraction(epidemic, fraction);
  if (unblocked === null || unblocked >= timeSeconds) return Infinity;
  let [low, high] = [0, timeSeconds];
  while (high - low > 1e-12 * high) {
    const reactionSeconds = (low + high) / 2;
    const ever = everInfectedAtFixedReaction(epidemic, { reactionSeconds, timeSeconds });
    if (ever <= fraction * epidemic.vulnerable) low = reactionSeconds;
    else high = reactionSeconds;
  }
  return low;
}

/**
 * Returns until when the infected hosts of the simple epidemic stay within `fraction` of N with the given probability, in
 * seconds: the time by which a universal filter must stand. Early growth is a Yule process, I(t) e^{−βt} → Gamma(I0), so
 * the logistic starts from the quantile of that law instead of I0 (docs/models.md#early-spread). `infected` is a whole
 * number.
 */
export function secondsWithinFraction(
  epidemic: SimpleEpidemic,
  { fraction, probability }: { readonly fraction: number; readonly probability: number },
): number | null {
  const infected = gammaQuantile(epidemic.infected, probability);
  return logisticTimeToFraction({ ...epidemic, infected }, fraction);
}

/** Returns the quantile of the gamma law of whole shape n and scale 1, where P(X > x) = e^{−x} Σ_{k<n} x^k/k!. */
function gammaQuantile(shape: number, probability: number): number {
  assert(shape >= 1 && Math.floor(shape) === shape, 'the shape is a whole number');
  // P(X > n + √(2 n a) + a) ≤ e^{−a}: a bound of the quantile.
  const surprise = -log(1 - probability);
  let [low, high] = [0, shape + Math.sqrt(2 * shape * surprise) + surprise];
  while (high - low > 1e-13 * high) {
    const x = (low + high) / 2;
    if (1 - gammaTail(shape, x) < probability) low = x;
    else high = x;
  }
  return low;
}

function gammaTail(shape: number, x: number): number {
  let term = exp(-x);
  let tail = term;
  for (let k = 1; k < shape; k++) {
    term *= x / k;
    tail += term;
  }
  return tail;
}
