export type {
  Defense,
  HoneypotDefense,
  HoneypotStart,
  Outbreak,
  Population,
  ScanStrategy,
  UniformScan,
  Worm,
} from './outbreak.ts';
export type { Engine, EngineName, InfectionLog, Randomness, Run, RunControl } from './engine.ts';
export { sampleTimes, type Trajectory } from './trajectory.ts';
export { summarize, type RunFacts, type Summary, type TimeToFraction } from './summary.ts';
export {
  contactRatePerSecond,
  effectiveContactRatePerSecond,
  pairwiseRatePerSecond,
  reproductionNumber,
} from './reproduction-number.ts';

// Where hosts and honeypots lie.
export {
  placementObstacles,
  placeHosts,
  placePopulation,
  PLACED_ADDRESSES_MAX,
  PLACEMENT_STREAM,
  type PlacedPopulation,
} from './population.ts';

// The engines.
export { ode } from './ode/ode.ts';

// What is known in closed form.
export {
  earlyCoefficientOfVariation,
  extinctionProbability,
  finalSizeFraction,
  firstHoneypotContactSeconds,
  type GeneralEpidemic,
  growthTime,
  honeypotLoadPerSecond,
  logisticInfected,
  logisticInfectedSeconds,
  logisticSusceptible,
  logisticTimeOfInfectedSeconds,
  logisticTimeToFraction,
  type MeanAndVariance,
  noHoneypotContactProbability,
  peakInfectedFraction,
  peakInfectionRatePerSecond,
  riseTimeSeconds,
  type SimpleEpidemic,
  startTimeJitterSeconds,
  sufficientHoneypots,
  trigamma,
} from './closed-forms.ts';
