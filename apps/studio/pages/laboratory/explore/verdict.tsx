/** The verdict in words, as the command line says it: what happens, largest, and why. */
import { formatCount } from '@wormwood/base';
import { type SimulationResult, verdict } from '@wormwood/report';
import type { JSX } from 'preact';
import { failure, isMoving, reason, work } from '../engine/state.ts';
import type { Setup } from '../scenario/setup.ts';

export function Verdict({
  result,
}: {
  readonly setup: Setup;
  readonly result: SimulationResult | null;
}): JSX.Element {
  const [outcome, why] = result === null ? ['The runs are under way.', ''] : sentences(verdict(result));
  return (
    <div class="verdict" role="region" aria-label="Verdict" aria-live="polite" aria-busy={isMoving.value}>
      <h1>{outcome}</h1>
      <p class="why">{why}</p>
      <p class="computed">
        {reason.value !== null && `${reason.value.charAt(0).toUpperCase()}${reason.value.slice(1)}. `}
        {failure.value}
        {progressText()}
      </p>
    </div>
  );
}

/** The first sentence, and the others. */
function sentences(text: string): readonly [string, string] {
  const end = text.search(/\. (?=[A-Z0-9])/);
  return end < 0 ? [text, ''] : [text.slice(0, end + 1), text.slice(end + 2)];
}

function progressText(): string {
  const { value } = work;
  if (value === null || value.runs === 1) return '';
  return `${formatCount(value.completed)} of ${formatCount(value.runs)} runs of the engine ${value.engine} are done.`;
}
