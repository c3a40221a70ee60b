/** What the other times of a defense are worth in the planned quantity: one more honeypot against one second less. */
import { parseDuration } from '@wormwood/base';
import { setScenarioValue } from '@wormwood/files/scenario';
import { findPlan, type PlanRequest, type RunReplicates } from './plan.ts';

/** What a second is worth. */
export interface MarginalValue {
  /** The path of the time, such as `defenses.0.delay`. */
  readonly path: string;
  /** By how much the planned value falls for each second that the time is shorter. */
  readonly perSecond: number;
}

const TIMES = ['delay', 'start'] as const;
/** A difference large enough to be seen in whole honeypots, small enough to be a derivative. */
const STEP_SHARE = 0.02;
const STEP_MIN_SECONDS = 1;

/**
 * Returns what a shorter delay and an earlier start of the same defense are worth at a plan of its count by the mean field,
 * as the quotient of differences; a time of 0 s is made longer instead. Empty for other plans.
 */
export async function marginalValues(
  request: PlanRequest,
  place: number,
  runReplicates: RunReplicates,
): Promise<readonly MarginalValue[]> {
  const { document, variable, engine } = request;
  const [list, index, key] = variable.path.split('.');
  if (engine !== 'ode' || list !== 'defenses' || key !== 'count') return [];
  const defense = (document['defenses'] as readonly Readonly<Record<string, unknown>>[])[Number(index)];
  const values: MarginalValue[] = [];
  for (const time of TIMES) {
    const written = defense?.[time];
    const seconds = typeof written === 'string' ? parseDuration(written) : undefined;
    if (seconds?.ok !== true) continue;
    const step = Math.max(STEP_MIN_SECONDS, STEP_SHARE * seconds.value);
    const shorter = seconds.value >= step ? -step : step;
    const path = `defenses.${index}.${time}`;
    const change = setScenarioValue(document, path, `${seconds.value + shorter}s`);
    if (!change.ok) continue;
    const found = await findPlan({ ...request, document: change.document }, runReplicates);
    if (found.isFeasible)
      values.push({ path, perSecond: found.place === place ? 0 : (found.place - place) / shorter });
  }
  return values;
}
