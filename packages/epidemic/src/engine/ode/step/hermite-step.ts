/** A step of an explicit method as a cubic in each quantity: the one that has the values and derivatives of both ends. */
import type { DenseStep } from './dense-step.ts';

/** A quantity at both ends of a step. */
export interface Ends {
  readonly before: number;
  readonly after: number;
  readonly derivativeBefore: number;
  readonly derivativeAfter: number;
}

export function emptyDenseStep(): DenseStep {
  const dense = new Float64Array(8);
  return { beginSeconds: 0, lengthSeconds: 0, endSeconds: 0, dense, susceptibleAfter: 0, infectedAfter: 0 };
}

/** Writes the cubic of a quantity over a step of `taken` seconds. */
export function hermite(dense: Float64Array, at: number, of: Ends & { readonly taken: number }): void {
  const first = of.taken * of.derivativeBefore;
  const last = of.taken * of.derivativeAfter;
  const rise = of.after - of.before;
  dense[at] = of.before;
  dense[at + 1] = first;
  dense[at + 2] = 3 * rise - 2 * first - last;
  dense[at + 3] = first + last - 2 * rise;
}
