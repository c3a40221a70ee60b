/** Map: how many hosts are ever infected, over the number of the honeypots and their start, or their delay. */
import { type Signal, useSignal } from '@preact/signals';
import { formatCount, formatDuration } from '@wormwood/base';
import { type FieldChart, percent } from '@wormwood/report';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { addressOf } from '../../shell/address.ts';
import type { PageProps } from '../../shell/page.ts';
import { changeQuery } from '../../shell/place.ts';
import { defensesOf, honeypotsIndex } from '../controls/parameters.ts';
import { meanField } from '../engine/compute.ts';
import { Cancelled, inWorker } from '../engine/workers.ts';
import { ScenarioChoice } from '../scenario/scenario-choice.tsx';
import { written } from '../scenario/difference.ts';
import { loadPreset } from '../scenario/presets.ts';
import { queryOf, type Setup, setupOf, withChanges } from '../scenario/setup.ts';
import { useSetup } from '../scenario/use-setup.ts';
import { FieldPicture } from './field-picture.tsx';
import './map.css';

type Axis = 'start' | 'delay';

type Drawn =
  | { readonly state: 'computing' }
  | { readonly state: 'done'; readonly field: FieldChart }
  | { readonly state: 'none'; readonly reason: string };

export function MapPage({ query }: PageProps): JSX.Element {
  const read = useSetup(query, ['axis']);
  const drawn = useSignal<Drawn>({ state: 'computing' });
  const axis: Axis = read.value?.extras['axis'] === 'delay' ? 'delay' : 'start';
  const setup = read.value === null ? null : withHoneypots(read.value.setup);
  useEffect(() => {
    if (setup === null) return undefined;
    const cancel = new AbortController();
    drawn.value = { state: 'computing' };
    void draw(setup, axis, cancel.signal).then((answer) => {
      if (answer !== null) drawn.value = answer;
      return undefined;
    });
    return () => cancel.abort();
  }, [read.value]);
  if (read.value === null || setup === null) return <p class="loading">Loading …</p>;
  const choose = async (name: string): Promise<void> =>
    changeQuery(queryOf(setupOf(await loadPreset(name)), axisExtra(axis)), { isStep: true });
  return (
    <div class="page map">
      <header class="page-head">
        <h1>{titleOf(drawn.value, axis)}</h1>
        <p class="soft">{drawn.value.state === 'done' ? drawn.value.field.caption : ' '}</p>
        {read.value.problem !== null && <p role="alert">{read.value.problem}</p>}
        <div class="page-tools">
          <ScenarioChoice name={setup.preset.name} onChoose={(name) => void choose(name)} />
          <div class="switch" role="group" aria-label="Across">
            {(['start', 'delay'] as const).map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={axis === one}
                onClick={() =>
                  changeQuery(queryOf(read.value?.setup ?? setup, axisExtra(one)), { isStep: true })
                }
              >
                {one === 'start' ? 'Start' : 'Delay'}
              </button>
            ))}
          </div>
        </div>
      </header>
      {drawn.value.state === 'computing' && <p class="loading">Computing a thousand outbreaks …</p>}
      {drawn.value.state === 'none' && <p class="loading">{drawn.value.reason}</p>}
      {drawn.value.state === 'done' && <Field field={drawn.value.field} setup={setup} axis={axis} />}
    </div>
  );
}

function axisExtra(axis: Axis): Record<string, string> {
  return axis === 'delay' ? { axis } : {};
}

function titleOf(drawn: Drawn, axis: Axis): string {
  if (drawn.state === 'none') return 'There is no map of this outbreak';
  return axis === 'start'
    ? 'Enough honeypots stop this worm, if they start early'
    : 'With each second of delay it takes more honeypots, until none are enough';
}

/** How many doublings of the outbreak honeypots begin after, where the scenario has none. */
const DOUBLINGS = 7;

/** Returns the setup with honeypots, where it has none: as many as hosts. */
function withHoneypots(setup: Setup): Setup {
  if (honeypotsIndex(setup.document) >= 0) return setup;
  const field = meanField(setup);
  const doubling =
    field.ok && 'doublingTime' in field.result.summary ? field.result.summary.doublingTime : null;
  const start = Math.max(1, Math.round((typeof doubling === 'number' ? doubling : 60) * DOUBLINGS));
  const group = {
    kind: 'honeypots',
    count: setup.outbreak.population.vulnerable,
    start: `${start}s`,
    delay: '1s',
  };
  const changed = withChanges(setup, [
    { path: 'defenses', value: written([...defensesOf(setup.document), group]) },
  ]);
  return changed.ok ? changed.setup : setup;
}

async function draw(setup: Setup, axis: Axis, signal: AbortSignal): Promise<Drawn | null> {
  try {
    const field = await inWorker({ kind: 'map', outbreak: setup.outbreak, along: axis }, signal);
    return field === null
      ? {
          state: 'none',
          reason:
            'The map is drawn where all hosts scan uniformly and alike, and one group of honeypots that starts at a set ' +
            'time is the only defense. provos-2004-20min is such a scenario.',
        }
      : { state: 'done', field };
  } catch (error) {
    if (error instanceof Cancelled) return null;
    return { state: 'none', reason: error instanceof Error ? error.message : String(error) };
  }
}

interface FieldProps {
  readonly field: FieldChart;
  readonly setup: Setup;
  readonly axis: Axis;
}

/** The picture, and the cell that is chosen in it. */
function Field({ field, setup, axis }: FieldProps): JSX.Element {
  const unitSeconds = field.x.label.endsWith('(min)') ? 60 : 1;
  const columns = field.x.values.length;
  const nearest = (values: readonly number[], value: number): number =>
    values.reduce(
      (best, one, index) => (Math.abs(one - value) < Math.abs(values[best]! - value) ? index : best),
      0,
    );
  const [own] = field.points;
  const column = useSignal(nearest(field.x.values, own?.x ?? 0));
  const row = useSignal(nearest(field.y.values, own?.y ?? 0));
  const seconds = Math.round((field.x.values[column.value] ?? 0) * unitSeconds);
  const count = Math.round(field.y.values[row.value] ?? 0);
  const ever = field.value[row.value * columns + column.value] ?? 0;
  const cellQuery = (toSeconds: number, toCount: number): string => {
    const index = honeypotsIndex(setup.document);
    const changed = withChanges(setup, [
      { path: `defenses.${index}.count`, value: String(toCount) },
      { path: `defenses.${index}.${axis}`, value: `${toSeconds}s` },
    ]);
    return changed.ok ? queryOf(changed.setup) : queryOf(setup);
  };
  const name = axis === 'start' ? 'Honeypots start' : 'Delay';
  return (
    <>
      <FieldPicture
        field={field}
        chosen={{ column: column.value, row: row.value }}
        onPoint={(at) => {
          column.value = at.column;
          row.value = at.row;
        }}
        onOpen={() => {
          location.hash = addressOf({ path: '/', query: cellQuery(seconds, count) });
        }}
      />
      <div class="cell">
        <p role="status">
          <b>{percent(Math.min(1, ever))}</b> of the hosts are ever infected with {formatCount(count)}{' '}
          honeypots,{' '}
          {axis === 'start'
            ? `from ${formatDuration(seconds)} on`
            : `${formatDuration(seconds)} from contact to immunization`}
          .
        </p>
        <Choice name={name} text={formatDuration(seconds)} places={columns} place={column} />
        <Choice name="Honeypots" text={formatCount(count)} places={field.y.values.length} place={row} />
        <a class="button" href={addressOf({ path: '/', query: cellQuery(seconds, count) })}>
          Open in Explore
        </a>
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly text: string;
  readonly places: number;
  readonly place: Signal<number>;
}

function Choice({ name, text, places, place }: ChoiceProps): JSX.Element {
  return (
    <label>
      <span>
        {name} <b>{text}</b>
      </span>
      <input
        type="range"
        min={0}
        max={places - 1}
        value={place.value}
        aria-label={name}
        aria-valuetext={text}
        onInput={(event) => {
          place.value = event.currentTarget.valueAsNumber;
        }}
      />
    </label>
  );
}
