/** The moments that a mean-field run passes: the peak, the fractions of N ever infected, the extinction. */
import type { TimeToFraction } from '../summary.ts';
import { crossing, cubicAt, cubicMaximum } from './step/cubic.ts';
import type { DenseStep } from './step/dense-step.ts';
import { type SimpleEpidemic, logisticInfected, logisticTimeToFraction } from '../../dynamics/logistic.ts';

type MutableTimes = { -readonly [fraction in keyof TimeToFraction]: number | null };

export interface Milestones {
  peakInfected: number;
  peakTime: number;
  extinctionTime: number | null;
  /** Hosts below which the outbreak counts as extinct. */
  readonly extinctBelow: number;
  readonly timeTo: MutableTimes;
  /** The fractions not yet reached and the susceptible hosts at which they are, most hosts first. */
  readonly ahead: { readonly fraction: keyof TimeToFraction; readonly susceptible: number }[];
}

/** Returns the milestones of the logistic from time 0 to `endSeconds`, after which honeypots may act. */
export function logisticMilestones(epidemic: SimpleEpidemic, endSeconds: number): Milestones {
  const { vulnerable, infected } = epidemic;
  const grows = infected < vulnerable && epidemic.contactRatePerSecond > 0;
  const timeTo: MutableTimes = { '0.5': null, '0.9': null, '0.99': null, '1': null };
  const ahead: Milestones['ahead'] = [];
  for (const fraction of ['0.5', '0.9', '0.99', '1'] as const) {
    // All but less than one host count as all: the mean field only approaches N.
    const susceptible = fraction === '1' ? 1 : (1 - Number(fraction)) * vulnerable;
    const reached =
      vulnerable === infected ? 0 : logisticTimeToFraction(epidemic, 1 - susceptible / vulnerable);
    if (reached !== null && reached <= endSeconds) timeTo[fraction] = reached;
    else ahead.push({ fraction, susceptible });
  }
  ahead.sort((a, b) => b.susceptible - a.susceptible);
  return {
    peakInfected: grows ? logisticInfected(epidemic, endSeconds) : infected,
    peakTime: grows ? endSeconds : 0,
    extinctionTime: null,
    // From one host on there are fewer at once; where half a host is expected, none is likelier than some (Markov).
    extinctBelow: infected > 1 ? 1 : 0.5,
    timeTo,
    ahead,
  };
}

/** Notes what one step of the integrator passes. */
export function passMilestones(milestones: Milestones, step: DenseStep): void {
  const { beginSeconds, lengthSeconds, dense, susceptibleAfter, infectedAfter } = step;
  if (infectedAfter > milestones.peakInfected) {
    milestones.peakInfected = infectedAfter;
    milestones.peakTime = beginSeconds + lengthSeconds;
  }
  const rises = dense[5]! > 0;
  const falls = dense[5]! + 2 * dense[6]! + 3 * dense[7]! < 0;
  if (rises && falls) {
    const theta = cubicMaximum(dense, 4);
    const peak = cubicAt(dense, 4, theta);
    if (peak > milestones.peakInfected) {
      milestones.peakInfected = peak;
      milestones.peakTime = beginSeconds + theta * lengthSeconds;
    }
  }
  const { ahead } = milestones;
  while (ahead.length > 0 && susceptibleAfter <= ahead[0]!.susceptible) {
    const { fraction, susceptible } = ahead.shift()!;
    const theta = crossing((at) => cubicAt(dense, 0, at) - susceptible);
    milestones.timeTo[fraction] = beginSeconds + theta * lengthSeconds;
  }
  // Delays of different length can let the infected fall below one host and rise again: the last fall counts.
  const { extinctBelow } = milestones;
  if (infectedAfter >= extinctBelow) milestones.extinctionTime = null;
  else if (milestones.extinctionTime === null) {
    const theta = crossing((at) => cubicAt(dense, 4, at) - extinctBelow);
    milestones.extinctionTime = beginSeconds + theta * lengthSeconds;
  }
}
