/** A number with its handle: a slider, the number itself to write over, and a way back to the preset. */
import { type Signal, useSignal } from '@preact/signals';
import type { JSX, TargetedEvent } from 'preact';
import type { Parameter } from './parameters.ts';
import { PLACES, placeOfValue, readValue, valueAtPlace, valueText } from './scale.ts';

export interface SliderProps {
  readonly parameter: Parameter;
  /** What the preset has; undefined where it has nothing there. */
  readonly original: number | undefined;
  readonly onChange: (value: number, isMove: boolean) => void;
  /** Tells sliders of the same number on one page apart. */
  readonly idPrefix?: string;
}

export function Slider(props: SliderProps): JSX.Element {
  const { parameter, original, onChange, idPrefix = '' } = props;
  const { name, path, value, scale } = parameter;
  // Where places are closer than the values that they round to, the slider keeps its place.
  const place = useSignal(placeOfValue(scale, value));
  const problem = useSignal<string | null>(null);
  const id = `number-${idPrefix.replaceAll(/\W+/g, '-')}${path}`;
  const shown = valueAtPlace(scale, place.value) === value ? place.value : placeOfValue(scale, value);
  return (
    <div class="slider">
      <span class="name" id={`${id}-name`}>
        {name}
      </span>
      {original !== undefined && original !== value && (
        <button
          type="button"
          class="quiet reset"
          aria-label={`Back to ${valueText(scale.quantity, original)}: ${name.toLowerCase()}`}
          title={`Back to ${valueText(scale.quantity, original)}`}
          onClick={() => onChange(original, false)}
        >
          ↺
        </button>
      )}
      <NumberField {...props} id={id} problem={problem} />
      <input
        type="range"
        min={0}
        max={PLACES}
        step={1}
        value={shown}
        aria-labelledby={`${id}-name`}
        aria-valuetext={valueText(scale.quantity, value)}
        onInput={(event) => {
          place.value = event.currentTarget.valueAsNumber;
          problem.value = null;
          onChange(valueAtPlace(scale, place.value), true);
        }}
      />
      {problem.value !== null && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem.value}
        </p>
      )}
    </div>
  );
}

/** The number itself, to write over. */
function NumberField({
  parameter: { name, value, scale },
  onChange,
  id,
  problem,
}: SliderProps & { readonly id: string; readonly problem: Signal<string | null> }): JSX.Element {
  const draft = useSignal<string | null>(null);
  const text = valueText(scale.quantity, value);
  const write = (event: TargetedEvent<HTMLInputElement>): void => {
    const read = readValue(scale.quantity, event.currentTarget.value);
    draft.value = null;
    problem.value = read.ok ? null : read.reason;
    if (read.ok && read.value !== value) onChange(read.value, false);
    else event.currentTarget.value = text;
  };
  return (
    <input
      class="number"
      type="text"
      inputMode={scale.quantity === 'count' ? 'numeric' : 'text'}
      autoComplete="off"
      spellcheck={false}
      aria-label={`Write: ${name.toLowerCase()}`}
      aria-invalid={problem.value !== null}
      aria-describedby={problem.value === null ? undefined : `${id}-problem`}
      value={draft.value ?? text}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => {
        draft.value = event.currentTarget.value;
      }}
      onChange={write}
      onBlur={() => {
        draft.value = null;
      }}
    />
  );
}
