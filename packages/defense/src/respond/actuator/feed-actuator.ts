/**
 * The actuator of a block-list feed. There is nothing to be done: the feed lists the decisions that are in force, so that
 * a decision is in the feed because its act is recorded as done, and out of it because its release is.
 */
import { type Actuator, formatTarget } from '../action.ts';
import { DONE } from '../outcome.ts';

/** Returns the actuator of the feed of this name; `Responder.feed` gives what the feed lists. */
export function feedActuator(name: string): Actuator {
  return {
    name,
    actions: ['block'],
    describe: (step, request) => {
      const link = request.linkAddress === null ? '' : ` (${request.linkAddress})`;
      return `${step === 'apply' ? 'list' : 'strike'} ${formatTarget(request)}${link} in the feed ${name}`;
    },
    isActive: async () => ({ ok: true, active: false }),
    apply: async () => DONE,
    release: async () => DONE,
  };
}
