/**
 * The threshold random walk: each first contact of a source to a destination succeeds or fails; an innocent host mostly
 * succeeds, a scanner mostly fails. Needs a sensor that sees contacts to live addresses too: on dark space alone
 * nothing can succeed, and the test would condemn whoever strays there (see `dark-contacts.ts`).
 *
 * Source: Jung, Paxson, Berger, Balakrishnan, "Fast portscan detection using sequential hypothesis testing", IEEE
 * Symposium on Security and Privacy, 2004.
 */
import { assert, log } from '@wormwood/base';
import {
  type ErrorRates,
  type ExpectedSteps,
  type Thresholds,
  waldExpectedSteps,
  waldThresholds,
} from './sequential-test.ts';

/** Probability that a first contact succeeds, for either kind of host. */
export interface WalkModel {
  /** θ0. @default 0.8 */
  readonly successWhenInnocent: number;
  /** θ1. @default 0.2 */
  readonly successWhenInfected: number;
}

const DEFAULT_WALK_MODEL: WalkModel = { successWhenInnocent: 0.8, successWhenInfected: 0.2 };

/** What a walk so far says. */
export type WalkState = 'infected' | 'innocent' | 'undecided';

/** The walk of one pair of error rates: steps and thresholds are natural logarithms. */
export interface ThresholdRandomWalk {
  readonly thresholds: Thresholds;
  /** Change at a failed contact, positive. */
  readonly failureStep: number;
  /** Change at a successful contact, negative. */
  readonly successStep: number;
  /** Wald's approximation of the contacts until the decision; the exact walk takes longer, for its steps overshoot. */
  readonly expectedContacts: ExpectedSteps;
}

/** Returns the walk for the error rates. */
export function thresholdRandomWalk(
  rates: ErrorRates,
  model: WalkModel = DEFAULT_WALK_MODEL,
): ThresholdRandomWalk {
  const { successWhenInnocent: theta0, successWhenInfected: theta1 } = model;
  assert(theta1 > 0 && theta1 < theta0 && theta0 < 1, 'innocent hosts succeed more often than infected ones');
  const failureStep = log((1 - theta1) / (1 - theta0));
  const successStep = log(theta1 / theta0);
  return {
    thresholds: waldThresholds(rates),
    failureStep,
    successStep,
    expectedContacts: waldExpectedSteps(rates, {
      innocent: theta0 * successStep + (1 - theta0) * failureStep,
      infected: theta1 * successStep + (1 - theta1) * failureStep,
    }),
  };
}

/** The log-likelihood ratio after so many failures and successes. */
export function walkPosition(
  walk: ThresholdRandomWalk,
  seen: { readonly failures: number; readonly successes: number },
): number {
  return seen.failures * walk.failureStep + seen.successes * walk.successStep;
}

/** What the walk says at a position. */
export function walkState({ thresholds }: ThresholdRandomWalk, position: number): WalkState {
  if (position >= thresholds.upper) return 'infected';
  return position <= thresholds.lower ? 'innocent' : 'undecided';
}
