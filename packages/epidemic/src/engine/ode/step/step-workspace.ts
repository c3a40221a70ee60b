/** What a step of the integrator reads and writes; allocated once a run. */

/**
 * The state is S, I (infected, not contacted) and C (contacted, waiting). `rates` is b = s/Ω, the rate of contacts that
 * immunize at once, and for the delay the rate γ of contacts and κ = 1/δ.
 */
export interface StepWorkspace {
  readonly vulnerable: number;
  readonly reciprocalTolerance: number;
  /** Errors count as a part of the value, or of so many hosts where the value is smaller. */
  readonly smallestScale: number;
  readonly state: Float64Array;
  readonly rates: Float64Array;
  /** The state after the step. */
  readonly next: Float64Array;
  /** S, then A = I + ΣC, within the step: four coefficients each of a polynomial in θ = (t − t0)/h. */
  readonly dense: Float64Array;
}

/** Writes `next` and `dense`; returns the estimated error of the step in units of the tolerance. */
export type StepFunction = (work: StepWorkspace, h: number) => number;

/** Returns the scratch of a step. */
export function stepWorkspace(options: {
  readonly vulnerable: number;
  readonly tolerance: number;
}): StepWorkspace {
  return {
    vulnerable: options.vulnerable,
    reciprocalTolerance: 1 / options.tolerance,
    // N − S − A is known to the rounding of N only: past 10^8 hosts that is more than the tolerance of one host.
    smallestScale: Math.max(1, (1e-15 * options.vulnerable) / options.tolerance),
    state: new Float64Array(3),
    rates: new Float64Array(4),
    next: new Float64Array(3),
    dense: new Float64Array(8),
  };
}
