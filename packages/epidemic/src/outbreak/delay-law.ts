/** How a time spreads about its mean, as plain data. */

/** The law of a time of which the mean stands beside it. */
export type DelayLaw =
  | { readonly kind: 'exponential' }
  /** Always the mean. */
  | { readonly kind: 'fixed' }
  /** Any time from (1 − spread) to (1 + spread) of the mean, all equally likely. */
  | { readonly kind: 'uniform'; readonly spread: number }
  /** The sum of `shape` exponential times, where that is a whole number. */
  | { readonly kind: 'gamma'; readonly shape: number }
  /** `sigma`: standard deviation of the natural logarithm. */
  | { readonly kind: 'log-normal'; readonly sigma: number };

/** The most stages that stand for a time in models of counts. */
export const STAGES_MAX = 16;

/** Whether the time is a sum of so many exponential stages, at most `STAGES_MAX`. */
export function isStaged(law: DelayLaw | undefined): boolean {
  if (law === undefined || law.kind === 'exponential') return true;
  return law.kind === 'gamma' && Number.isInteger(law.shape) && law.shape <= STAGES_MAX;
}
