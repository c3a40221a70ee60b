/** What an infected host meets first: the threshold as a bar whose border is the number of honeypots. */
import { formatCount } from '@wormwood/base';
import { honeypotStartNumbers, outbreakNumbers, type SimulationResult } from '@wormwood/report';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Handle } from '../chart/handle.tsx';
import { honeypotCount, type Parameter } from '../controls/parameters.ts';
import { placeOfValue, PLACES, valueAtPlace } from '../controls/scale.ts';
import type { Setup } from '../scenario/setup.ts';
import { honeypotChange } from './actions.ts';
import { change } from './desk.ts';

export function Meets({
  setup,
  result,
}: {
  readonly setup: Setup;
  readonly result: SimulationResult;
}): JSX.Element {
  const numbers = outbreakNumbers(result);
  const bar = useRef<HTMLDivElement>(null);
  if (!numbers.scansPlainly) {
    return (
      <div class="meets">
        <p class="soft">
          What an infected host meets first depends on where it scans: the hosts of this worm do not all scan
          uniformly and alike.
        </p>
      </div>
    );
  }
  const count = honeypotCount(setup.document);
  const perContact = numbers.honeypots > 0 ? numbers.effectiveHoneypots / numbers.honeypots : 1;
  const susceptible = honeypotStartNumbers(result, numbers)?.susceptible ?? numbers.vulnerable;
  const effective = numbers.effectiveHoneypots;
  const share = susceptible / (susceptible + effective);
  const percent = Math.round(share * 100);
  const sides = `${formatCount(effective)} honeypots against ${formatCount(susceptible)} susceptible hosts`;
  const { drag, step } = moves({ setup, count, susceptible: susceptible / perContact, bar });
  return (
    <div class="meets">
      <h2>What an infected host meets first</h2>
      <div class="bar-of-two" ref={bar}>
        <span class="part susceptible" style={{ width: `${share * 100}%` }}>
          {percent >= 16 && <b>{percent}% a susceptible host</b>}
        </span>
        <span class="part honeypots" style={{ width: `${(1 - share) * 100}%` }}>
          {percent <= 84 && <b>{100 - percent}% a honeypot</b>}
        </span>
        <Handle
          class="border-handle"
          label="Border of the bar"
          words={`${sides}: ${percent}% meet a susceptible host first`}
          share={share}
          style={{ left: `${share * 100}%` }}
          onDrag={drag}
          onStep={step}
        >
          <i />
        </Handle>
      </div>
      <p class="soft">
        {effective === 0
          ? 'No honeypot is there yet: drag the right end to the left.'
          : `When the honeypots start: ${sides}. Drag the border.`}
      </p>
    </div>
  );
}

interface Border {
  readonly setup: Setup;
  readonly count: Parameter;
  /** Susceptible hosts for each honeypot that immunizes. */
  readonly susceptible: number;
  readonly bar: { readonly current: HTMLElement | null };
}

/** Returns what moves the border: a pointer at a place of the window, and steps. */
function moves({ setup, count, susceptible, bar }: Border): HandleActions {
  const set = (honeypots: number, isMove: boolean): void => {
    const within = Math.min(count.scale.max, Math.max(count.value === 0 ? 1 : 0, Math.round(honeypots)));
    if (within !== count.value || !isMove) change([honeypotChange(setup, within)], { isMove });
  };
  const drag = (clientX: number, isMove: boolean): void => {
    const box = bar.current?.getBoundingClientRect();
    if (box === undefined) return;
    const at = Math.min(0.999, Math.max(0.02, (clientX - box.left) / box.width));
    set(Number((((1 - at) / at) * susceptible).toPrecision(3)), isMove);
  };
  const step = (steps: number): void => {
    // To the right the susceptible part grows, so there are fewer honeypots.
    const place = placeOfValue(count.scale, count.value);
    const next = Math.abs(steps) > 100 ? (steps > 0 ? 0 : PLACES) : place - 4 * steps;
    set(valueAtPlace(count.scale, Math.min(PLACES, Math.max(0, next))), Math.abs(steps) <= 100);
  };
  return { drag, step };
}

interface HandleActions {
  readonly drag: (clientX: number, isMove: boolean) => void;
  readonly step: (steps: number) => void;
}
