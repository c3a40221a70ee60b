/** From what a person writes of a countermeasure to what it does to probes and to all hosts alike. */
import { unreachable } from '@wormwood/base';
import { avoidedHoneypots } from './avoided-honeypots.ts';
import { bandwidthCap } from './bandwidth-cap.ts';
import { cleanUp } from './clean-up.ts';
import { congestion } from './congestion.ts';
import { contentFiltering } from './content-filtering.ts';
import { counterWorm } from './counter-worm.ts';
import { disinfection } from './disinfection.ts';
import type { Effect } from './effect.ts';
import type { Countermeasure } from '../outbreak/countermeasure.ts';
import { patchScanning } from './patch-scanning.ts';
import { patching } from './patching.ts';

/** What acts on single hosts only, through their traits and clocks. */
const OF_SINGLE_HOSTS: Effect = {};

/** Returns the effect of a countermeasure from its start on. */
export function effectOf(countermeasure: Countermeasure, addressSpaceSize: number): Effect {
  switch (countermeasure.kind) {
    case 'blacklist':
    case 'quarantine':
    case 'kill-switch':
    case 'throttle':
      return OF_SINGLE_HOSTS;
    case 'avoided-honeypots':
      return avoidedHoneypots(countermeasure);
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
    case 'patch-scanning':
      return patchScanning(countermeasure, addressSpaceSize);
    case 'patching':
      return patching(countermeasure);
    default:
      return unreachable(countermeasure);
  }
}
