/** What can do nothing is left out before a run, so that the run is the one without it, byte for byte. */
import { unreachable } from '@wormwood/base';
import type { Countermeasure } from './countermeasure.ts';
import type { Outbreak } from './outbreak.ts';
import type { Worm } from './worm.ts';

/**
 * Returns the outbreak without what cannot act: countermeasures of a coverage, a rate or an exponent of 0, changes of rates by
 * the factor 1, hosts that never sleep.
 */
export function withoutIdleMeasures(outbreak: Outbreak): Outbreak {
  const { countermeasures, ...bare } = outbreak;
  const worm = withoutIdleTraits(outbreak);
  const acting = (countermeasures ?? []).filter((measure) => !isIdle(measure));
  const plain = acting.map((measure) => withoutIdleChoices(measure, worm));
  return plain.length === 0 ? { ...bare, worm } : { ...bare, worm, countermeasures: plain };
}

function withoutIdleTraits({ worm: given, durationSeconds }: Outbreak): Worm {
  const { rateChanges = [], dormancy, ...worm } = given;
  const changes = rateChanges.filter(({ timeSeconds, factor }, row) => {
    return timeSeconds < durationSeconds && factor !== (rateChanges[row - 1]?.factor ?? 1);
  });
  return {
    ...worm,
    ...(changes.length === 0 ? {} : { rateChanges: changes }),
    ...(dormancy === undefined || dormancy.sleepRatePerSecond === 0 ? {} : { dormancy }),
  };
}

/** Without latent hosts none are spared, and the law of a time that no law is given for is exponential. */
function withoutIdleChoices(measure: Countermeasure, { latentSeconds = 0 }: Worm): Countermeasure {
  if (measure.kind === 'quarantine' && measure.quarantineLaw?.kind === 'exponential') {
    const { quarantineLaw: _, ...rest } = measure;
    return rest;
  }
  if (measure.kind !== 'clean-up' && measure.kind !== 'disinfection') return measure;
  if (measure.sparesLatent === undefined || (measure.sparesLatent && latentSeconds > 0)) return measure;
  const { sparesLatent: _, ...rest } = measure;
  return rest;
}

function isIdle(measure: Countermeasure): boolean {
  switch (measure.kind) {
    case 'blacklist':
    case 'filter':
    case 'kill-switch':
    case 'throttle':
      return measure.coverage === 0;
    case 'clean-up':
    case 'bandwidth-cap':
      return false;
    case 'avoided-honeypots':
      return measure.coverage === 0 || measure.count === 0;
    case 'congestion':
      return measure.exponent === 0;
    case 'counter-worm':
      return measure.hosts === 0 || measure.scanRatePerSecond === 0;
    case 'disinfection':
      return measure.coverage === 0 || measure.ratePerSecond === 0;
    case 'patch-scanning':
      return measure.coverage === 0 || measure.probesPerSecond === 0;
    case 'patching':
      return measure.coverage === 0 || measure.curve.ratePerSecond === 0;
    case 'quarantine': {
      const alarms = measure.alarmRatePerSecond + measure.falseAlarmRatePerSecond;
      return measure.coverage === 0 || alarms === 0 || measure.quarantineSeconds === 0;
    }
    default:
      return unreachable(measure);
  }
}
