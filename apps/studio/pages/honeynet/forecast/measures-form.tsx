/** What is compared, as handles: more honeypots, a faster response, a filter; and what each costs. */
import { type Signal, useSignal } from '@preact/signals';
import { formatDuration } from '@wormwood/base';
import type { MadeForecast } from '@wormwood/study';
import type { JSX } from 'preact';
import { valueText } from '../../laboratory/controls/scale.ts';
import { Slider } from '../../laboratory/controls/slider.tsx';
import { questionOf, type ForecastQuestion, type Written } from './question.ts';

export interface MeasuresProps {
  readonly written: Written;
  readonly question: ForecastQuestion;
  readonly made: MadeForecast | null;
  /** `isMove` while a handle is held. */
  readonly onChange: (written: Written, isMove: boolean) => void;
}

const MORE_MAX = 2 ** 22;
const FASTER_MAX_SECONDS = 600;

export function MeasuresForm({ written, question, made, onChange }: MeasuresProps): JSX.Element {
  const problem = useSignal<string | null>(null);
  const set = (key: string, text: string | null, isMove = false): void => {
    const { [key]: _, ...rest } = written;
    const next = text === null || text.trim() === '' ? rest : { ...rest, [key]: text.trim() };
    const read = questionOf(next);
    problem.value = typeof read === 'string' ? read : null;
    if (typeof read !== 'string') onChange(next, isMove);
  };
  return (
    <section class="card measures" aria-label="Measures">
      <h2>What is compared</h2>
      <Handles question={question} made={made} set={set} />
      <div class="fields">
        <Field name="The worm scans" of="space" usual="2^32" {...{ written, set }} />
        <Field name="Response now" of="response" usual="nobody acts" {...{ written, set }} />
        <Field name="Contacts until a response" of="contacts" usual="1" {...{ written, set }} />
        <Field
          name="Look ahead"
          of="horizon"
          usual={made === null ? 'four doublings' : formatDuration(made.horizonSeconds)}
          {...{ written, set }}
        />
        <Field name="Price of a honeypot" of="cost.honeypot" usual="none" {...{ written, set }} />
        <Field name="Price of a filtered percent" of="cost.filter" usual="none" {...{ written, set }} />
        <Field name="Price of a second less" of="cost.second" usual="none" {...{ written, set }} />
      </div>
      <Problem of={problem} />
    </section>
  );
}

type Set = (key: string, text: string | null, isMove?: boolean) => void;

function Handles({
  question,
  made,
  set,
}: Pick<MeasuresProps, 'question' | 'made'> & { readonly set: Set }): JSX.Element {
  const measured = (kind: string) => made?.arms.find((arm) => arm.kind === kind)?.measures;
  const present = made?.sighting.honeynet.honeypots ?? 0;
  const advised = made?.advice.isPossible === true ? made.advice.more : 0;
  const more = question.more ?? advised;
  const faster = question.faster ?? measured('response')?.responseSeconds ?? 1;
  return (
    <div class="handles">
      <Slider
        parameter={{
          name: 'More honeypots',
          path: 'more',
          value: more,
          scale: {
            quantity: 'count',
            min: 0,
            max: Math.max(MORE_MAX, more, present),
            spacing: 'logarithmic',
          },
        }}
        original={question.more === undefined ? more : advised}
        onChange={(value, isMove) => set('more', value === advised ? null : String(value), isMove)}
        idPrefix="forecast"
      />
      <Slider
        parameter={{
          name: 'Faster response',
          path: 'faster',
          value: faster,
          scale: {
            quantity: 'duration',
            min: 0,
            max: Math.max(FASTER_MAX_SECONDS, faster),
            spacing: 'square',
          },
        }}
        original={undefined}
        onChange={(value, isMove) => set('faster', valueText('duration', value), isMove)}
        idPrefix="forecast"
      />
      <Slider
        parameter={{
          name: 'Filtered probes',
          path: 'filter',
          value: question.filter,
          scale: { quantity: 'fraction', min: 0, max: 1, spacing: 'even' },
        }}
        original={0.5}
        onChange={(value, isMove) =>
          set('filter', value === 0.5 ? null : valueText('fraction', value), isMove)
        }
        idPrefix="forecast"
      />
    </div>
  );
}

function Problem({ of }: { readonly of: Signal<string | null> }): JSX.Element | null {
  return of.value === null ? null : (
    <p class="problem" role="alert">
      {of.value}
    </p>
  );
}

interface FieldProps {
  readonly name: string;
  readonly of: string;
  readonly usual: string;
  readonly written: Written;
  readonly set: (key: string, text: string) => void;
}

function Field({ name, of, usual, written, set }: FieldProps): JSX.Element {
  return (
    <label>
      <span>{name}</span>
      <input
        type="text"
        autoComplete="off"
        spellcheck={false}
        maxLength={60}
        placeholder={usual}
        value={written[of] ?? ''}
        onChange={(event) => set(of, event.currentTarget.value)}
      />
    </label>
  );
}
