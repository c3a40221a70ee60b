/** From observations to verdicts to responses: start with `observation.ts` and `verdict.ts`. */

export type { Observation, ObservationKind } from './observation.ts';
export type { Evidence, Verdict } from './verdict.ts';
