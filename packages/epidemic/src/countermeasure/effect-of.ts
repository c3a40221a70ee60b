/** From what a person writes of a measure to what it does. */
import { unreachable } from '@wormwood/base';
import { addressBlacklisting } from './address-blacklisting.ts';
import { avoidedHoneypots } from './avoided-honeypots.ts';
import { bandwidthCap } from './bandwidth-cap.ts';
import { cleanUp } from './clean-up.ts';
import { congestion } from './congestion.ts';
import { contentFiltering } from './content-filtering.ts';
import { counterWorm } from './counter-worm.ts';
import { disinfection } from './disinfection.ts';
import { dynamicQuarantine } from './dynamic-quarantine.ts';
import type { Effect } from './effect.ts';
import { killSwitch } from './kill-switch.ts';
import type { Countermeasure } from '../outbreak/countermeasure.ts';
import { patchScanning } from './patch-scanning.ts';
import { patching } from './patching.ts';
import { virusThrottle } from './virus-throttle.ts';

/** What an effect needs to know of the worm and its space. */
export interface EffectContext {
  readonly addressSpaceSize: number;
  readonly scanRatePerSecond: number;
}

/** Returns the effect of a measure from its start on. */
export function effectOf(measure: Countermeasure, context: EffectContext): Effect {
  switch (measure.kind) {
    case 'blacklist':
      return addressBlacklisting(measure);
    case 'avoided-honeypots':
      return avoidedHoneypots(measure, context);
    case 'bandwidth-cap':
      return bandwidthCap(measure);
    case 'clean-up':
      return cleanUp(measure);
    case 'congestion':
      return congestion(measure);
    case 'filter':
      return contentFiltering(measure);
    case 'counter-worm':
      return counterWorm(measure);
    case 'disinfection':
      return disinfection(measure);
    case 'quarantine':
      return dynamicQuarantine(measure);
    case 'kill-switch':
      return killSwitch(measure);
    case 'patch-scanning':
      return patchScanning(measure, context.addressSpaceSize);
    case 'patching':
      return patching(measure);
    case 'throttle':
      return virusThrottle(measure, context.scanRatePerSecond);
    default:
      return unreachable(measure);
  }
}
