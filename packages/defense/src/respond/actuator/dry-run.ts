/** The dry run: everything is decided, limited and recorded as it would be, and nothing is done. */
import type { Actuator } from '../action.ts';
import { DONE, type Outcome } from '../outcome.ts';

/** Returns an actuator that says what the given one would do, and does nothing. */
export function dryRunOf(actuator: Actuator): Actuator {
  const nothing = async (): Promise<Outcome> => DONE;
  return {
    name: actuator.name,
    actions: actuator.actions,
    describe: (step, request) => actuator.describe(step, request),
    isActive: async () => ({ ok: true, active: false }),
    apply: nothing,
    release: nothing,
  };
}
