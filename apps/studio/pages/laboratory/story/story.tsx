/** Story: six steps from the worm of 2001 to what a figure of 2004 hides, each with one live picture. */
import { useSignal } from '@preact/signals';
import { settledSeconds, type SimulationResult, trajectoryChart, verdict } from '@wormwood/report';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { addressOf } from '../../shell/address.ts';
import { LiveChart } from '../chart/live-chart.tsx';
import { Slider } from '../controls/slider.tsx';
import {
  honeypotParameters,
  hostParameters,
  type Parameter,
  wormParameters,
} from '../controls/parameters.ts';
import { meanField } from '../engine/compute.ts';
import { changeOf } from '../explore/actions.ts';
import { loadPreset } from '../scenario/presets.ts';
import { queryOf, type Setup, setupOf, withChanges } from '../scenario/setup.ts';
import './story.css';

interface Step {
  readonly title: string;
  readonly text: string;
  readonly preset: string;
  readonly changes: readonly { readonly path: string; readonly value: string }[];
  /** The number that the reader moves. */
  readonly handle: string;
  readonly untilSeconds?: number;
}

const STEPS: readonly Step[] = [
  {
    title: 'July 2001: a worm that asks nobody',
    text:
      'Code Red picks addresses at random, and whoever answers is infected and does the same. In the ' +
      'beginning each doubling takes as long as the one before; then hosts that are left become rare, ' +
      'and the curve bends. Nothing but the scan rate and the number of vulnerable hosts sets its pace.',
    preset: 'code-red-v2',
    changes: [],
    handle: 'Scan rate',
  },
  {
    title: 'Most addresses are empty: let them answer',
    text:
      'A host that contacts an address at which nothing is has no good reason to. Honeyd makes ' +
      'thousands of such addresses answer, so each infected host soon gives itself away and can be ' +
      'immunized: a patch, a block, a closed port. Here 4,096 of them: far too few to matter.',
    preset: 'provos-2004-20min',
    changes: [{ path: 'defenses.0.count', value: '4096' }],
    handle: 'Honeypots',
    untilSeconds: 10_800,
  },
  {
    title: 'A race of two contacts',
    text:
      'An infected host meets a susceptible host or a honeypot first. If there are more honeypots than ' +
      'susceptible hosts, it infects fewer than one other, and the outbreak shrinks. Scan rate and ' +
      'address space cancel: only the two numbers count. Move them across 360,000 from the start.',
    preset: 'provos-2004-20min',
    changes: [
      { path: 'defenses.0.start', value: '0s' },
      { path: 'defenses.0.count', value: '300000' },
    ],
    handle: 'Honeypots',
    untilSeconds: 21_600,
  },
  {
    title: 'Late is as bad as few',
    text:
      'While the worm doubles every 165 s, ten minutes are three and a half doublings. After 20 minutes ' +
      '6% of the hosts are infected, after 60 minutes nearly all: then the same 262,144 honeypots ' +
      'clean up, and protect nobody.',
    preset: 'provos-2004-60min',
    changes: [],
    handle: 'Honeypots start',
    untilSeconds: 10_800,
  },
  {
    title: 'Each second of delay is paid in honeypots, up to a wall',
    text:
      'Between the contact and the immunization a host goes on scanning. Past 239 s, the time in which ' +
      'one infected host infects another while all are susceptible, no number of honeypots is enough. ' +
      'Here a million stand ready from the start.',
    preset: 'provos-2004-20min',
    changes: [
      { path: 'defenses.0.start', value: '0s' },
      { path: 'defenses.0.count', value: '1000000' },
      { path: 'defenses.0.delay', value: '3min' },
    ],
    handle: 'Delay',
    untilSeconds: 21_600,
  },
  {
    title: 'What the figure of 2004 hides',
    text:
      'Active immunization with 262,144 honeypots after 20 minutes keeps the hosts that are infected at ' +
      'one time below 9%: the red curve looks like a victory. But immunized hosts leave it, and the ' +
      'dark curve counts them: more than half of all hosts were infected at some time. Ask of each such ' +
      'picture which of the two it shows.',
    preset: 'provos-2004-20min',
    changes: [],
    handle: 'Honeypots',
    untilSeconds: 10_800,
  },
];

export function Story(): JSX.Element {
  return (
    <div class="page story">
      <header class="page-head">
        <h1>How empty addresses stop a worm, and when they do not</h1>
        <p class="soft">Six steps. Each reads by itself; each picture has one handle.</p>
      </header>
      {STEPS.map((step, index) => (
        <Chapter key={step.title} step={step} number={index + 1} />
      ))}
    </div>
  );
}

function Chapter({ step, number }: { readonly step: Step; readonly number: number }): JSX.Element {
  const setup = useSignal<Setup | null>(null);
  const first = useSignal<Setup | null>(null);
  useEffect(() => {
    void (async () => {
      const preset = setupOf(await loadPreset(step.preset));
      const changed =
        step.changes.length === 0 ? { ok: true as const, setup: preset } : withChanges(preset, step.changes);
      setup.value = changed.ok ? changed.setup : preset;
      first.value = setup.value;
    })();
  }, []);
  const now = setup.value;
  const field = now === null ? null : meanField(now);
  return (
    <article class="chapter" aria-labelledby={`step-${number}`}>
      <div>
        <p class="step-number">
          {number} of {STEPS.length}
        </p>
        <h2 id={`step-${number}`}>{step.title}</h2>
        <p>{step.text}</p>
        {now !== null && (
          <HandleOf
            step={step}
            setup={now}
            original={first.value ?? now}
            onChange={(next) => (setup.value = next)}
          />
        )}
        {field?.ok === true && <Said result={field.result} />}
        {now !== null && <a href={addressOf({ path: '/', query: queryOf(now) })}>Go on with it in Explore</a>}
      </div>
      <div class="chapter-picture">
        {field?.ok === true && (
          <LiveChart
            chart={trajectoryChart(field.result, {
              untilSeconds: step.untilSeconds ?? settledSeconds(field.result),
            })}
            height={(width) => Math.round(Math.min(340, Math.max(240, width * 0.52)))}
          />
        )}
      </div>
    </article>
  );
}

function Said({ result }: { readonly result: SimulationResult }): JSX.Element {
  const [sentence = ''] = verdict(result).split(/(?<=\.) (?=[A-Z0-9])/);
  return (
    <p class="said" aria-live="polite">
      {sentence}
    </p>
  );
}

interface HandleOfProps {
  readonly step: Step;
  readonly setup: Setup;
  readonly original: Setup;
  readonly onChange: (setup: Setup) => void;
}

function HandleOf({ step, setup, original, onChange }: HandleOfProps): JSX.Element | null {
  const parameterIn = ({ document }: Setup): Parameter | undefined =>
    [...honeypotParameters(document), ...wormParameters(document), ...hostParameters(document)].find(
      ({ name }) => name === step.handle,
    );
  const parameter = parameterIn(setup);
  if (parameter === undefined) return null;
  return (
    <Slider
      parameter={parameter}
      idPrefix={step.title}
      original={parameterIn(original)?.value}
      onChange={(value) => {
        const changed = withChanges(setup, [changeOf(parameter, value)]);
        if (changed.ok) onChange(changed.setup);
      }}
    />
  );
}
