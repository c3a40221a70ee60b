/** The inverse question: the least number of honeypots that keeps the hosts ever infected below a fraction. */
import { signal } from '@preact/signals';
import { ode } from '@wormwood/epidemic';
import { parseGoal, parseVariation } from '@wormwood/study';
import { honeypotCount, honeypotsIndex } from '../controls/parameters.ts';
import type { Plan } from '../engine/task.ts';
import { Cancelled, inWorker } from '../engine/workers.ts';
import { changesOf, type Setup, withChanges } from '../scenario/setup.ts';
import { honeypotChange } from './actions.ts';

export type Planned =
  | { readonly state: 'computing' }
  | { readonly state: 'done'; readonly plan: Plan }
  | { readonly state: 'none'; readonly reason: string };

/** What is known of the goal in the newest setup. */
export const planned = signal<Planned>({ state: 'computing' });
/** The fraction that is to be kept, in percent. */
export const percentKept = signal(5);

let cancel = new AbortController();
let known = '';

/** Finds the plan of a setup, unless nothing but the number of honeypots has changed. */
export async function findLeast(setup: Setup, percent: number): Promise<void> {
  const key = keyOf(setup, percent);
  if (key === known) return;
  known = key;
  cancel.abort();
  cancel = new AbortController();
  const { signal: ended } = cancel;
  planned.value = { state: 'computing' };
  const answer = await planOf(setup, percent, ended);
  if (answer !== null && known === key) planned.value = answer;
}

function keyOf(setup: Setup, percent: number): string {
  const { path } = honeypotCount(setup.document);
  const changes = changesOf(setup).filter((one) => one.path !== path);
  return JSON.stringify([setup.preset.name, changes, percent, honeypotsIndex(setup.document) < 0]);
}

async function planOf(setup: Setup, percent: number, ended: AbortSignal): Promise<Planned | null> {
  const { scale } = honeypotCount(setup.document);
  const withOne = withChanges(setup, [honeypotChange(setup, 1)]);
  if (!withOne.ok) return { state: 'none', reason: withOne.reason };
  const { document, outbreak } = withOne.setup;
  const [unsupported] = ode.unsupported(outbreak);
  if (unsupported !== undefined) {
    return {
      state: 'none',
      reason:
        'The mean field has no equations for this outbreak; wormwood sim plan finds it with many runs of hosts.',
    };
  }
  const goal = parseGoal(`everInfectedFraction < ${percent}%`);
  const variable = parseVariation(`defenses.${honeypotsIndex(document)}.count=1..${scale.max}`);
  if (!goal.ok || !variable.ok || variable.value.kind !== 'range')
    return { state: 'none', reason: 'There is no room for honeypots in this address space.' };
  const request = {
    document,
    goal: goal.value,
    variable: variable.value,
    engine: 'ode',
    seed: '1',
    runs: 1,
    z: 0,
  } as const;
  try {
    return { state: 'done', plan: await inWorker({ kind: 'plan', request }, ended) };
  } catch (error) {
    if (error instanceof Cancelled) return null;
    return { state: 'none', reason: error instanceof Error ? error.message : String(error) };
  }
}
