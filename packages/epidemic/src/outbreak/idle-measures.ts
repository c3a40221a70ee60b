/** A countermeasure that can do nothing is left out before a run, so that the run is the one without it, byte for byte. */
import { unreachable } from '@wormwood/base';
import type { Countermeasure } from './countermeasure.ts';
import type { Outbreak } from './outbreak.ts';

/** Returns the outbreak without countermeasures that cannot act: that of a coverage, a rate or an exponent of 0. */
export function withoutIdleMeasures(outbreak: Outbreak): Outbreak {
  const { countermeasures } = outbreak;
  if (countermeasures === undefined) return outbreak;
  const acting = countermeasures.filter((measure) => !isIdle(measure));
  if (acting.length === countermeasures.length && acting.length > 0) return outbreak;
  const { countermeasures: _, ...bare } = outbreak;
  return acting.length === 0 ? bare : { ...bare, countermeasures: acting };
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
