export type {
  AddressRange,
  ClusteredPlacement,
  Honeypots,
  HoneypotStart,
  HostPlacement,
  Outbreak,
  PopulatedRange,
  Population,
  RangedPlacement,
  ScanRates,
  UniformPlacement,
  Worm,
} from './outbreak.ts';

// How hosts scan.
export type { CoverageHoleScan } from './scan/coverage-hole.ts';
export type { HitlistScan } from './scan/hitlist.ts';
export type { CandidateList, ListScan } from './scan/lists.ts';
export type { LocalLevel, LocalPreferenceScan } from './scan/local-preference.ts';
export type { PermutationScan } from './scan/permutation.ts';
export type { RoutableScan } from './scan/routable.ts';
export type { SequentialScan } from './scan/sequential.ts';
export type { ShortCycleScan } from './scan/short-cycles.ts';
export type { ScanStrategy } from './scan/strategy.ts';
export type { TopologicalScan } from './scan/topological.ts';
export type { UniformScan } from './scan/uniform.ts';

export type { Countermeasure, StartRule } from './defense/measure.ts';
export { throttleStopSeconds } from './defense/virus-throttle.ts';
export type { Engine, EngineName, InfectionLog, Randomness, Run, RunControl } from './engine.ts';
export { sampleTimes, type Trajectory } from './trajectory.ts';
export { summarize, type RunFacts, type Summary, type TimeToFraction } from './summary.ts';
export {
  contactRatePerSecond,
  effectiveContactRatePerSecond,
  pairwiseRatePerSecond,
  reproductionNumber,
} from './reproduction-number.ts';

export { plainObstacles } from './plain-outbreak.ts';

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
export { engineNamed } from './engines.ts';
export { hosts, HOSTS_MAX } from './hosts/hosts.ts';
export { ode } from './ode/ode.ts';
export { probes } from './probes/probes.ts';
export { EXACT_EVENTS_MAX, stochastic } from './stochastic/direct.ts';
export { trajectoryHash } from './trajectory-hash.ts';

// Many runs of one outbreak.
export { type ChunkRequest, type RunChunk, runChunk, transferables } from './run-chunk.ts';
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
} from './ensemble.ts';

// Another model, for comparison.
export { type AawpOutbreak, aawpInfected } from './aawp.ts';

// A worm that does not scan.
export { type FlashTier, type FlashTree, flashTreeCurve } from './flash-tree.ts';

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
export { finalSizeLaw, type FinalSizeSetting } from './final-size-law.ts';
export {
  everInfectedAtFixedReaction,
  longestReactionSeconds,
  secondsWithinFraction,
} from './fixed-reaction.ts';
