/** From what a person writes of a countermeasure to what it does. */
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

/** Returns the effect of a countermeasure from its start on. */
export function effectOf(countermeasure: Countermeasure, context: EffectContext): Effect {
  switch (countermeasure.kind) {
    case 'blacklist':
      return addressBlacklisting(countermeasure);
    case 'avoided-honeypots':
      return avoidedHoneypots(countermeasure, context);
    case 'bandwidth-cap':
      return bandwidthCap(countermeasure);
    case 'clean-up':
      return cleanUp(countermeasure);
    case 'congestion':
      return congestion(countermeasure);
    case 'filter':
      return contentFiltering(countermeasure);
    case 'counter-worm':
      return counterWorm(countermeasure);
    case 'disinfection':
      return disinfection(countermeasure);
    case 'quarantine':
      return dynamicQuarantine(countermeasure);
    case 'kill-switch':
      return killSwitch(countermeasure);
    case 'patch-scanning':
      return patchScanning(countermeasure, context.addressSpaceSize);
    case 'patching':
      return patching(countermeasure);
    case 'throttle':
      return virusThrottle(countermeasure, context.scanRatePerSecond);
    default:
      return unreachable(countermeasure);
  }
}
