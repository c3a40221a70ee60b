/** The list of presets that each page of the laboratory begins with. */
import type { JSX } from 'preact';
import { presetLine, presetNames } from './presets.ts';

export interface ScenarioChoiceProps {
  readonly name: string;
  readonly label?: string;
  readonly onChoose: (name: string) => void;
}

export function ScenarioChoice({ name, label = 'Scenario', onChoose }: ScenarioChoiceProps): JSX.Element {
  return (
    <label class="choice">
      {label}
      <select value={name} onChange={(event) => onChoose(event.currentTarget.value)}>
        {presetNames.map((one) => (
          <option key={one} value={one}>
            {presetLine(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
