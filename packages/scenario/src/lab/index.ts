/** The lab: an outbreak acted out with real packets and an inert marker, laid over its prediction. Start with `lab-file.ts`. */

export {
  checkLab,
  honeypotsOf,
  type Lab,
  type LabCheck,
  type LabDetector,
  type LabResponse,
} from './lab-file.ts';
export { type LabCounts, type LabPlan, type LabRun } from './lab-course.ts';
export { runLabInMemory } from './run-in-memory.ts';
export { type Agreement, combinePValues, compareWithEnsemble } from './agreement.ts';
export { calibrated, type MeasuredDelays, measureDelays, predict } from './prediction.ts';
