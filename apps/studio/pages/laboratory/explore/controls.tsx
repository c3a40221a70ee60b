/** Every number of the scenario as a slider, in groups, and what computes it. */
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import {
  ADDED_DEFENSES,
  type DefenseControls,
  honeypotCount,
  honeypotParameters,
  hostParameters,
  otherDefenses,
  strategyChoices,
  strategyOf,
  type Parameter,
  wormParameters,
} from '../controls/parameters.ts';
import { Slider } from '../controls/slider.tsx';
import { ScenarioChoice } from '../scenario/scenario-choice.tsx';
import { type Setup, setupOf, withSettings } from '../scenario/setup.ts';
import { changeOf, defenseAdded, defenseRemoved, honeypotChange } from './actions.ts';
import { accept, change, openPreset, show } from './desk.ts';

export function Controls({ setup }: { readonly setup: Setup }): JSX.Element {
  const { preset, document } = setup;
  const isChanged = document !== preset.document || setup.engine !== null || setup.runs !== null;
  const honeypots = honeypotParameters(document);
  return (
    <aside aria-label="Controls">
      <ScenarioChoice name={preset.name} onChoose={(name) => void openPreset(name)} />
      <p class="shows">{preset.shows === '' ? preset.name : preset.shows}</p>
      {isChanged && (
        <button type="button" class="quiet whole-reset" onClick={() => show(setupOf(preset))}>
          ↺ Back to the scenario as it is
        </button>
      )}
      <Group
        name="Honeypots"
        setup={setup}
        parameters={honeypots.length > 0 ? honeypots : [honeypotCount(document)]}
        original={[...honeypotParameters(preset.document), honeypotCount(preset.document)]}
        changeTo={(parameter, value) =>
          parameter.name === 'Honeypots' ? honeypotChange(setup, value) : changeOf(parameter, value)
        }
      />
      <Group
        name="Worm"
        setup={setup}
        parameters={wormParameters(document)}
        original={wormParameters(preset.document)}
        changeTo={changeOf}
      />
      <Strategy setup={setup} />
      <Group
        name="Hosts"
        setup={setup}
        parameters={hostParameters(document)}
        original={hostParameters(preset.document)}
        changeTo={changeOf}
      />
      <Others setup={setup} />
      <Engine setup={setup} />
    </aside>
  );
}

/** How the worm picks addresses. */
function Strategy({ setup: { document, preset } }: { readonly setup: Setup }): JSX.Element {
  const own = strategyOf(preset.document);
  const now = strategyOf(document);
  const choices = strategyChoices(document);
  const named = [own, now].filter((one) => !choices.some((choice) => choice.text === one));
  return (
    <label class="strategy">
      Picks addresses
      <select
        value={now}
        onChange={(event) => change([{ path: 'worm.strategy', value: event.currentTarget.value }])}
      >
        {[...new Set(named)].map((one) => (
          <option key={one} value={one}>
            {one === own ? 'As the scenario has it' : one}
          </option>
        ))}
        {choices.map((choice) => (
          <option key={choice.text} value={choice.text}>
            {choice.title}
          </option>
        ))}
      </select>
    </label>
  );
}

interface GroupProps {
  readonly name: string;
  readonly setup: Setup;
  readonly parameters: readonly Parameter[];
  readonly original: readonly Parameter[];
  readonly changeTo: (parameter: Parameter, value: number) => ReturnType<typeof changeOf>;
}

function Group({ name, parameters, original, changeTo }: GroupProps): JSX.Element {
  return (
    <fieldset>
      <legend>{name}</legend>
      {parameters.map((parameter) => (
        <Slider
          key={parameter.name}
          parameter={parameter}
          original={original.find((one) => one.name === parameter.name)?.value}
          onChange={(value, isMove) => change([changeTo(parameter, value)], { isMove })}
        />
      ))}
    </fieldset>
  );
}

function Others({ setup }: { readonly setup: Setup }): JSX.Element {
  const others = otherDefenses(setup.document);
  const original = otherDefenses(setup.preset.document).flatMap(({ parameters }) => parameters);
  return (
    <fieldset>
      <legend>Other defences</legend>
      {others.map((defense) => (
        <Defense
          key={`${defense.index} ${defense.title}`}
          setup={setup}
          defense={defense}
          original={original}
        />
      ))}
      <select
        aria-label="Add a defence"
        value=""
        onChange={(event) => {
          const added = ADDED_DEFENSES.find(({ title }) => title === event.currentTarget.value);
          event.currentTarget.value = '';
          if (added !== undefined) change([defenseAdded(setup, added.written)]);
        }}
      >
        <option value="">Add a defence …</option>
        {ADDED_DEFENSES.map(({ title }) => (
          <option key={title}>{title}</option>
        ))}
      </select>
    </fieldset>
  );
}

interface DefenseProps {
  readonly setup: Setup;
  readonly defense: DefenseControls;
  readonly original: readonly Parameter[];
}

function Defense({ setup, defense, original }: DefenseProps): JSX.Element {
  const { index, title, parameters } = defense;
  return (
    <div class="defense" role="group" aria-label={title}>
      <h3>
        {title}
        <button
          type="button"
          class="quiet"
          aria-label={`Remove: ${title}`}
          title="Remove"
          onClick={() => change([defenseRemoved(setup, index)])}
        >
          ✕
        </button>
      </h3>
      {parameters.map((parameter) => (
        <Slider
          key={parameter.path}
          parameter={parameter}
          original={
            original.find(({ path, name }) => path === parameter.path && name === parameter.name)?.value
          }
          onChange={(value, isMove) => change([changeOf(parameter, value)], { isMove })}
        />
      ))}
    </div>
  );
}

function Engine({ setup }: { readonly setup: Setup }): JSX.Element {
  const { engine, runs, seed } = setup;
  const settings = { engine, runs: runs === null ? null : String(runs), seed };
  return (
    <fieldset class="engine">
      <legend>Computed by</legend>
      <label>
        Engine
        <select
          value={engine ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            accept(
              withSettings(setup, {
                ...settings,
                engine: value,
                runs: value === 'ode' ? null : settings.runs,
              }),
            );
          }}
        >
          <option value="">what suits the outbreak</option>
          <option value="ode">ode: the mean field</option>
          <option value="stochastic">stochastic: every event, on counts</option>
          <option value="hosts">hosts: every host has an address</option>
        </select>
      </label>
      <label>
        Runs
        <input
          type="text"
          inputMode="numeric"
          placeholder="auto"
          value={runs === null ? '' : formatCount(runs)}
          onChange={(event) =>
            accept(withSettings(setup, { ...settings, runs: event.currentTarget.value.replaceAll(',', '') }))
          }
        />
      </label>
      <label>
        Seed
        <input
          type="text"
          inputMode="numeric"
          value={seed}
          onChange={(event) => accept(withSettings(setup, { ...settings, seed: event.currentTarget.value }))}
        />
      </label>
    </fieldset>
  );
}
