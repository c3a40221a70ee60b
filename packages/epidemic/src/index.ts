/**
 * Outbreaks: what is simulated, the engines that simulate it, ensembles of runs, and what a telescope sees of one. What is
 * known in closed form is in `@wormwood/epidemic/theory`.
 */

// What is simulated, as plain data.
export type { Outbreak } from './outbreak/outbreak.ts';
export { checkedOutbreak } from './outbreak/checked-outbreak.ts';
export type { HostPlacement, PopulatedRange, UniformPlacement } from './outbreak/population.ts';
export type { Dormancy, RateChange, ScanRates } from './outbreak/worm.ts';
export type {
  AroundSender,
  CandidateList,
  CoverageHoleScan,
  ImmuneHosts,
  LocalPreferenceScan,
  PermutationScan,
  RandomGraph,
  ScanStrategy,
  SequentialScan,
  ShortCycleScan,
  UniformScan,
} from './outbreak/scan-strategy.ts';
export type { DelayLaw } from './outbreak/delay-law.ts';
export type { Honeypots, HoneypotStart } from './outbreak/honeypots.ts';
export type { Countermeasure, StartRule } from './outbreak/countermeasure.ts';
export { plainObstacles } from './outbreak/plain-outbreak.ts';
export { contactRatePerSecond } from './dynamics/rates.ts';
export { graphObstacles } from './scan/random-graph.ts';

// Where hosts and honeypots lie.
export {
  placeHosts,
  placePopulation,
  PLACEMENT_STREAM,
  type PlacedPopulation,
} from './placement/place-population.ts';

// The engines and what they return.
export type { EngineName, InfectionLog, Run, RunControl } from './engine/engine.ts';
export { sampleTimes, type Trajectory } from './engine/trajectory.ts';
export type { Summary } from './engine/summary.ts';
export { engineNamed } from './engine/engines.ts';
export { hosts } from './engine/hosts/hosts.ts';
export { ode } from './engine/ode/ode.ts';
export { stageError } from './engine/ode/stage-error.ts';
export { probes } from './engine/probes/probes.ts';
export { stochastic } from './engine/stochastic/direct.ts';

// Many runs of one outbreak.
export { chooseEngine, type EngineChoice } from './ensemble/engine-choice.ts';
export {
  type ChunkRequest,
  columnOfFigure,
  FRACTIONS,
  type RunChunk,
  runChunk,
  SUMMARY_FIGURES,
  transferables,
} from './ensemble/run-chunk.ts';
export {
  type Distribution,
  type Ensemble,
  type EnsembleSeries,
  type EnsembleSummary,
  runEnsemble,
  type SeriesBand,
} from './ensemble/ensemble.ts';

// What is seen of a run.
export { trajectoryHash } from './observe/trajectory-hash.ts';
export { correctedInfected } from './observe/bias-correction.ts';
export { observeOutbreak } from './observe/observed-outbreak.ts';
export { detectionSeconds, observationProbability } from './observe/telescope.ts';
export { trendAlarm, vulnerableFromGrowth } from './observe/trend-alarm.ts';
