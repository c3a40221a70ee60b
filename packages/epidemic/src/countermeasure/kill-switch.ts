/**
 * Kill switch: from its start infected hosts that reach it stop to scan, as those of WannaCry did on 12 May 2017 once its
 * name was registered. They stay infected.
 */
import { constant, type Effect } from './effect.ts';
import type { KillSwitch } from '../outbreak/countermeasure.ts';

export function killSwitch({ coverage }: KillSwitch): Effect {
  return { scanFactor: constant(1 - coverage) };
}
