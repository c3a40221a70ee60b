/** The least number of honeypots that keeps the hosts ever infected low, or why there is none. */
import { formatCount } from '@wormwood/base';
import { percent } from '@wormwood/report';
import type { JSX } from 'preact';
import { honeypotCount } from '../controls/parameters.ts';
import type { Setup } from '../scenario/setup.ts';
import { honeypotChange } from './actions.ts';
import { change } from './desk.ts';
import { percentKept, type Planned, planned } from './plan.ts';

const MINUTE_SECONDS = 60;
const PERCENTS = [1, 2, 5, 10, 25, 50] as const;

export function Least({ setup }: { readonly setup: Setup }): JSX.Element {
  const answer = planned.value;
  const least = answer.state === 'done' && answer.plan.found.isFeasible ? answer.plan.found.place : null;
  const isSet = honeypotCount(setup.document).value === least;
  return (
    <section class="least" aria-label="Plan">
      <label>
        Keep ever infected below{' '}
        <select
          aria-label="Keep ever infected below"
          value={String(percentKept.value)}
          onChange={(event) => {
            percentKept.value = Number(event.currentTarget.value);
          }}
        >
          {PERCENTS.map((one) => (
            <option key={one} value={String(one)}>
              {one}%
            </option>
          ))}
        </select>
      </label>
      <p role="status">{sentenceOf(answer, setup)}</p>
      {least !== null && (
        <button
          type="button"
          class="main"
          disabled={isSet}
          onClick={() => change([honeypotChange(setup, least)])}
        >
          {isSet ? 'Applied' : 'Apply'}
        </button>
      )}
    </section>
  );
}

/** The reason of a plan without the paths of a file. */
function plainReason(reason: string): string {
  return reason.replace(
    /^Even at [\w.]+=(\d+), everInfectedFraction < [\d.]+% is missed: it is ([\d.]+)\./,
    (_, count, fraction) =>
      `Even ${formatCount(Number(count))} leave ${percent(Number(fraction))} of the hosts infected at some time.`,
  );
}

/** What a shorter delay and an earlier start are worth, where there is so much of them. */
function isThere(setup: Setup, path: string): boolean {
  const { start, delaySeconds } = setup.outbreak.honeypots[0] ?? {};
  if (!path.endsWith('.start')) return (delaySeconds ?? 0) >= 1;
  return start?.kind === 'time' && start.timeSeconds >= MINUTE_SECONDS;
}

/** How many are infected then; the least number often comes so close to the goal that the figures are alike. */
function thenWords(share: number | null | undefined, percentGoal: number): string {
  if (share === null || share === undefined) return '';
  const words = percent(share);
  return words === percent(percentGoal / 100) ? ` (then just under ${words} are)` : ` (then ${words} are)`;
}

function sentenceOf(answer: Planned, setup: Setup): JSX.Element {
  if (answer.state === 'computing') return <>Looking for the least number …</>;
  if (answer.state === 'none') return <>{answer.reason}</>;
  const { found, marginal } = answer.plan;
  if (!found.isFeasible) return <>No number of honeypots does. {plainReason(found.reason)}</>;
  const [condition] = found.achieved.conditions;
  const worth = marginal
    .filter(({ perSecond, path }) => Math.abs(perSecond) >= 0.5 && isThere(setup, path))
    .map(({ path, perSecond }) => {
      const isStart = path.endsWith('.start');
      const honeypots = Math.abs(perSecond) * (isStart ? MINUTE_SECONDS : 1);
      const what = isStart ? 'a start one minute earlier' : 'one second less delay';
      return `${what} is worth ${formatCount(Number(honeypots.toPrecision(3)))}`;
    });
  return (
    <>
      takes by the mean field at least{' '}
      <b>
        {formatCount(found.place)} {found.place === 1 ? 'honeypot' : 'honeypots'}
      </b>
      {thenWords(condition?.value, percentKept.value)}
      {worth.length === 0 ? '.' : `; ${worth.join(', ')} of them.`}
    </>
  );
}
