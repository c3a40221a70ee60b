/**
 * Whether runs keep a goal. A mean field keeps it or not; of runs that draw, the goal holds with a stated confidence: one-sided
 * bounds on the mean (normal) and on a share of the runs (Wilson, 1927).
 */
import type { Bound, Comparison, Condition, Goal, GoalFigure } from './goal.ts';

/** The figures of some runs of one outbreak; NaN where a run has no such figure, as when a time was never reached. */
export interface RunFigures {
  readonly runs: number;
  readonly column: (figure: GoalFigure) => ArrayLike<number>;
}

export interface GoalSettings {
  /** N: all vulnerable hosts. */
  readonly vulnerable: number;
  /** z of the one-sided confidence; 0 takes the figures as exact. */
  readonly z: number;
}

export interface Achieved {
  readonly isMet: boolean;
  /** One entry a condition, in the order of the goal. */
  readonly conditions: readonly {
    readonly text: string;
    readonly isMet: boolean;
    /** The mean of the figure, or the share of the runs; null where a run never reached what is measured. */
    readonly value: number | null;
  }[];
}

/** Returns what the runs achieved of the goal. */
export function achievedBy(figures: RunFigures, goal: Goal, settings: GoalSettings): Achieved {
  const conditions = goal.conditions.map((condition) => ({
    text: condition.text,
    ...(condition.kind === 'mean'
      ? meanOf(figures, condition.bound, settings)
      : shareOf(figures, condition, settings)),
  }));
  return { isMet: conditions.every(({ isMet }) => isMet), conditions };
}

interface Outcome {
  readonly isMet: boolean;
  readonly value: number | null;
}

function meanOf({ runs, column }: RunFigures, bound: Bound, { vulnerable, z }: GoalSettings): Outcome {
  const values = Array.from(column(bound.figure));
  const limit = bound.isOfAllHosts ? bound.value * vulnerable : bound.value;
  const isUpper = bound.comparison.startsWith('<');
  // What never happened lies beyond every bound.
  if (values.some(Number.isNaN)) return { isMet: !isUpper, value: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / runs;
  const variance = runs === 1 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1);
  const margin = z * Math.sqrt(variance / runs);
  return { isMet: compares(isUpper ? mean + margin : mean - margin, bound.comparison, limit), value: mean };
}

function shareOf(
  figures: RunFigures,
  { of, comparison, share }: Extract<Condition, { kind: 'share' }>,
  { vulnerable, z }: GoalSettings,
): Outcome {
  const { runs, column } = figures;
  const kept = of === null ? extinct(column('stillInfected')) : keeping(column(of.figure), of, vulnerable);
  const value = kept / runs;
  const side = comparison.startsWith('>') ? -1 : 1;
  return { isMet: compares(wilson(kept, runs, side * z), comparison, share), value };
}

function extinct(stillInfected: ArrayLike<number>): number {
  return Array.from(stillInfected).filter((hosts) => hosts < 1).length;
}

function keeping(
  values: ArrayLike<number>,
  { comparison, value, isOfAllHosts }: Bound,
  vulnerable: number,
): number {
  const limit = isOfAllHosts ? value * vulnerable : value;
  return Array.from(values).filter((one) => compares(Number.isNaN(one) ? Infinity : one, comparison, limit))
    .length;
}

/** The end of Wilson's interval for `kept` of `runs` on the side of z's sign; the share itself for z = 0. */
function wilson(kept: number, runs: number, z: number): number {
  const share = kept / runs;
  const spread = z * Math.sqrt((share * (1 - share)) / runs + (z * z) / (4 * runs * runs));
  return (share + (z * z) / (2 * runs) + spread) / (1 + (z * z) / runs);
}

function compares(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return false;
  }
}
