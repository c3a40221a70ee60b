/** What is known of outbreaks without simulating them, and models of others for comparison: `@wormwood/epidemic/theory`. */
export { logisticTimeToFraction } from '../dynamics/logistic.ts';
export { throttleStopSeconds } from '../countermeasure/virus-throttle.ts';
export {
  earlyCoefficientOfVariation,
  extinctionProbability,
  finalSizeFraction,
  growthTime,
  type LocalPreference,
  localPreferenceFactor,
  peakInfectedFraction,
  peakInfectionRatePerSecond,
  riseTimeSeconds,
  startTimeJitterSeconds,
  sufficientHoneypots,
} from './closed-forms.ts';
export { finalSizeLaw } from './final-size-law.ts';
export {
  everInfectedAtFixedReaction,
  longestReactionSeconds,
  secondsWithinFraction,
} from './fixed-reaction.ts';
export { aawpInfected } from './aawp.ts';
export { flashTreeCurve } from './flash-tree.ts';
