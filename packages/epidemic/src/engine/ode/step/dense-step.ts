/** One accepted step of the integrator, as those who read it see it. */
export interface DenseStep {
  beginSeconds: number;
  lengthSeconds: number;
  endSeconds: number;
  /** S, then A (all infected): four coefficients each of a cubic in θ = (t − begin)/length. */
  readonly dense: Float64Array;
  susceptibleAfter: number;
  infectedAfter: number;
}
