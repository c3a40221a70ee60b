export type { Outbreak } from './outbreak/outbreak.ts';

// How hosts scan.
export type {
  ScanStrategy,
  CandidateList,
  CoverageHoleScan,
  HitlistScan,
  ListScan,
  LocalLevel,
  LocalPreferenceScan,
  PermutationScan,
  RoutableScan,
  SequentialScan,
  ShortCycleScan,
  TopologicalScan,
  UniformScan,
} from './outbreak/scan-strategy.ts';

export type { Countermeasure, StartRule } from './outbreak/countermeasure.ts';
export { throttleStopSeconds } from './countermeasure/virus-throttle.ts';
export type { Engine, EngineName, InfectionLog, Randomness, Run, RunControl } from './engine/engine.ts';
export { sampleTimes, type Trajectory } from './engine/trajectory.ts';
export { summarize, type RunFacts, type Summary, type TimeToFraction } from './engine/summary.ts';
export {
  contactRatePerSecond,
  effectiveContactRatePerSecond,
  pairwiseRatePerSecond,
  reproductionNumber,
} from './dynamics/rates.ts';

export { plainObstacles } from './outbreak/plain-outbreak.ts';

// Where hosts and honeypots lie.
export {
  placementObstacles,
  placeHosts,
  placePopulation,
  PLACED_ADDRESSES_MAX,
  PLACEMENT_STREAM,
  type PlacedPopulation,
} from './placement/place-population.ts';

// The engines.
export { engineNamed } from './engine/engines.ts';
export { hosts, HOSTS_MAX } from './engine/hosts/hosts.ts';
export { ode } from './engine/ode/ode.ts';
export { probes } from './engine/probes/probes.ts';
export { EXACT_EVENTS_MAX, stochastic } from './engine/stochastic/direct.ts';
export { trajectoryHash } from './observe/trajectory-hash.ts';

// Many runs of one outbreak.
export { type ChunkRequest, type RunChunk, runChunk, transferables } from './ensemble/run-chunk.ts';
export {
  type Distribution,
  type Ensemble,
  ENSEMBLE_SAMPLES_MAX,
  type EnsembleOptions,
  type EnsembleRequest,
  type EnsembleSeries,
  type EnsembleSummary,
  runEnsemble,
  type SeriesBand,
} from './ensemble/ensemble.ts';

// Another model, for comparison.
export { type AawpOutbreak, aawpInfected } from './theory/aawp.ts';

// A worm that does not scan.
export { type FlashTier, type FlashTree, flashTreeCurve } from './theory/flash-tree.ts';

// What is seen of an outbreak.
export { correctedInfected } from './observe/bias-correction.ts';
export { type ObservedOutbreak, observeOutbreak } from './observe/observed-outbreak.ts';
export { detectionSeconds, observationProbability, type Telescope } from './observe/telescope.ts';
export { trendAlarm, type TrendAlarm, vulnerableFromGrowth } from './observe/trend-alarm.ts';

// What is known in closed form.
export {
  earlyCoefficientOfVariation,
  extinctionProbability,
  finalSizeFraction,
  firstHoneypotContactSeconds,
  type GeneralEpidemic,
  growthTime,
  honeypotLoadPerSecond,
  type LocalPreference,
  localPreferenceFactor,
  type MeanAndVariance,
  noHoneypotContactProbability,
  peakInfectedFraction,
  peakInfectionRatePerSecond,
  riseTimeSeconds,
  startTimeJitterSeconds,
  sufficientHoneypots,
  trigamma,
} from './theory/closed-forms.ts';
export { finalSizeLaw, type FinalSizeSetting } from './theory/final-size-law.ts';
export {
  everInfectedAtFixedReaction,
  longestReactionSeconds,
  secondsWithinFraction,
} from './theory/fixed-reaction.ts';
export type {
  AddressRange,
  ClusteredPlacement,
  HostPlacement,
  PopulatedRange,
  Population,
  RangedPlacement,
  UniformPlacement,
} from './outbreak/population.ts';
export type { HoneypotStart, Honeypots } from './outbreak/honeypots.ts';
export type { ScanRates, Worm } from './outbreak/worm.ts';
export {
  type SimpleEpidemic,
  logisticInfected,
  logisticInfectedSeconds,
  logisticSusceptible,
  logisticTimeOfInfectedSeconds,
  logisticTimeToFraction,
} from './dynamics/logistic.ts';
