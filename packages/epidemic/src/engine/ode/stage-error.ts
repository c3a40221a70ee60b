/**
 * How far the mean field is off where it takes times as stages (dynamics/delay-stages.ts). To first order what stages get wrong
 * is in proportion to the variance that they leave too much, 1/n for n stages in place of a fixed time; so as much changes from
 * n/2 to n stages as is still wrong with n. That is measured, with the times of all laws changed at once.
 */
import { stagesOf } from '../../dynamics/delay-stages.ts';
import type { Countermeasure } from '../../outbreak/countermeasure.ts';
import { type DelayLaw, isStaged } from '../../outbreak/delay-law.ts';
import { withoutIdleMeasures } from '../../outbreak/idle-measures.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { randomStreams } from '@wormwood/base';
import { ode } from './ode.ts';

export interface StageError {
  /** The most stages that stand for a time. */
  readonly stages: number;
  /** Hosts ever infected, about; null where a time spreads more than an exponential one, which has no fewer stages than one. */
  readonly everInfected: number | null;
}

/** Returns the error of the mean field of an outbreak that it runs; null where all times are exponential or whole stages. */
export function stageError(given: Outbreak): StageError | null {
  const outbreak = withoutIdleMeasures(given);
  const laws: number[] = [];
  withLaws(outbreak, (law) => {
    if (!isStaged(law)) laws.push(stagesOf(law));
    return law;
  });
  if (laws.length === 0) return null;
  const stages = Math.max(...laws);
  if (laws.includes(1)) return { stages, everInfected: null };
  const [all, half] = [1, 2].map((part) => everInfected(withLaws(outbreak, (law) => staged(law, part))));
  return { stages, everInfected: Math.abs(all! - half!) };
}

function everInfected(outbreak: Outbreak): number {
  return ode.run(outbreak, { streams: randomStreams('1'), replicate: 0 }).summary.everInfected;
}

/** The stages of a time that is not made of any, or a part of them. */
function staged(law: DelayLaw | undefined, part: number): DelayLaw | undefined {
  return isStaged(law) ? law : { kind: 'gamma', shape: Math.max(1, Math.floor(stagesOf(law) / part)) };
}

type Change = (law: DelayLaw | undefined) => DelayLaw | undefined;

/** Returns the outbreak with all laws of times changed. */
function withLaws(outbreak: Outbreak, change: Change): Outbreak {
  const { worm, honeypots, countermeasures } = outbreak;
  return {
    ...outbreak,
    worm: { ...worm, ...lawUnder('latentLaw', change(worm.latentLaw)) },
    honeypots: honeypots.map((group) =>
      Object.assign({}, group, lawUnder('delayLaw', change(group.delayLaw))),
    ),
    ...(countermeasures === undefined
      ? {}
      : { countermeasures: countermeasures.map((measure) => withLaw(measure, change)) }),
  };
}

function withLaw(measure: Countermeasure, change: Change): Countermeasure {
  switch (measure.kind) {
    case 'blacklist':
      return { ...measure, ...lawUnder('reactionLaw', change(measure.reactionLaw)) };
    case 'clean-up':
      return { ...measure, ...lawUnder('containLaw', change(measure.containLaw)) };
    case 'quarantine':
      return { ...measure, ...lawUnder('quarantineLaw', change(measure.quarantineLaw)) };
    default:
      return measure;
  }
}

function lawUnder<Key extends string>(
  key: Key,
  value: DelayLaw | undefined,
): { readonly [K in Key]?: DelayLaw } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: DelayLaw };
}
