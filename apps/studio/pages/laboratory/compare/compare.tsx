/** Compare: up to four scenarios beside each other on one scale, with their differences from the first. */
import { useSignal } from '@preact/signals';
import { chooseEngine } from '@wormwood/epidemic';
import { type NamedResult, settledSeconds, trajectoryChart } from '@wormwood/report';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { addressOf } from '../../shell/address.ts';
import type { PageProps } from '../../shell/page.ts';
import { changeQuery } from '../../shell/place.ts';
import { LiveChart } from '../chart/live-chart.tsx';
import { meanField, resultOf } from '../engine/compute.ts';
import { Cancelled } from '../engine/workers.ts';
import { presetLine } from '../scenario/presets.ts';
import { changesOf, queryOf, readQuery, type Setup } from '../scenario/setup.ts';
import { ScenarioChoice } from '../scenario/scenario-choice.tsx';
import { sharesOf } from './shares.ts';
import { ComparisonTable } from './comparison-table.tsx';
import './compare.css';

/** What is compared where the address names nothing. */
const FIRST = ['provos-2004-no-honeypots', 'provos-2004-60min', 'provos-2004-20min'];
const SLOTS_MAX = 4;

interface Slot {
  /** As in the address of Explore. */
  readonly query: string;
  readonly setup: Setup;
  readonly named: NamedResult | null;
  readonly reason: string | null;
}

export function Compare({ query }: PageProps): JSX.Element {
  const slots = useSignal<readonly Slot[]>([]);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    const cancel = new AbortController();
    void (async () => {
      const read = await Promise.all(queriesOf(query).map((one) => readQuery(one)));
      if (cancel.signal.aborted) return;
      problem.value = read.find((one) => one.problem !== null)?.problem ?? null;
      slots.value = read.map(({ setup }) => ({ query: queryOf(setup), setup, named: null, reason: null }));
      for (const [index, { setup }] of read.entries()) {
        const computed = await computeSlot(setup, cancel.signal);
        if (cancel.signal.aborted) return;
        slots.value = slots.value.map((slot, at) => (at === index ? { ...slot, ...computed } : slot));
      }
    })();
    return () => cancel.abort();
  }, [query]);
  const show = (queries: readonly string[]): void => changeQuery(addressQuery(queries), { isStep: true });
  const queries = slots.value.map((slot) => slot.query);
  const named = slots.value.flatMap((slot) => slot.named ?? []);
  const until = Math.max(0, ...named.map(({ result }) => settledSeconds(result)));
  return (
    <div class="page compare">
      <header class="page-head">
        <h1>{headline(named)}</h1>
        <p class="soft names">
          All on one scale, in shares of the vulnerable hosts: <b class="susceptible">susceptible</b>,{' '}
          <b class="infected">infected now</b>, <b class="everInfected">ever infected</b>,{' '}
          <b class="immunized">immunized</b>.
        </p>
        {problem.value !== null && <p role="alert">{problem.value}</p>}
      </header>
      <div class="slots">
        {slots.value.map((slot, index) => (
          <SlotView
            key={`${index} ${slot.query}`}
            slot={slot}
            number={index + 1}
            untilSeconds={until}
            onChange={(next) => show(queries.map((one, at) => (at === index ? next : one)))}
            onRemove={queries.length > 1 ? () => show(queries.filter((_, at) => at !== index)) : null}
          />
        ))}
      </div>
      {slots.value.length > 0 && slots.value.length < SLOTS_MAX && (
        <button type="button" onClick={() => show([...queries, queries.at(-1) ?? ''])}>
          Add a scenario
        </button>
      )}
      {named.length > 0 && <ComparisonTable results={named} />}
    </div>
  );
}

interface SlotViewProps {
  readonly slot: Slot;
  readonly number: number;
  readonly untilSeconds: number;
  readonly onChange: (query: string) => void;
  readonly onRemove: (() => void) | null;
}

function SlotView({ slot, number, untilSeconds, onChange, onRemove }: SlotViewProps): JSX.Element {
  const { setup, named, reason, query } = slot;
  return (
    <section class="slot" aria-label={`Scenario ${number}`}>
      <ScenarioChoice
        name={setup.preset.name}
        label={`Scenario ${number}`}
        onChoose={(name) => onChange(`scenario=${name}`)}
      />
      <p class="soft changes">
        {changesOf(setup)
          .map(({ path, value }) => `${path}=${value}`)
          .join(', ') || 'as it is'}
      </p>
      {named === null ? (
        <p class="slot-waiting soft">{reason ?? 'Its runs are under way …'}</p>
      ) : (
        <LiveChart
          chart={sharesOf(trajectoryChart(named.result, { untilSeconds }), named.result)}
          height={() => 240}
          hasLabels={false}
        />
      )}
      <p class="slot-links">
        <a class="button" href={addressOf({ path: '/', query })}>
          Explore
        </a>
        {onRemove !== null && (
          <button type="button" class="quiet" aria-label={`Remove scenario ${number}`} onClick={onRemove}>
            ✕ Remove
          </button>
        )}
      </p>
    </section>
  );
}

function headline(named: readonly NamedResult[]): string {
  if (named.length < 2) return 'The runs are under way.';
  const least = named.toSorted((a, b) => everOf(a) - everOf(b))[0]!;
  return `Of these, ${least.name} infects the fewest: ${Math.round(everOf(least) * 1000) / 10}% of its hosts at some time.`;
}

function everOf({ result }: NamedResult): number {
  const { everInfectedFraction } = result.summary;
  return typeof everInfectedFraction === 'number' ? everInfectedFraction : (everInfectedFraction.mean ?? 0);
}

/** The queries of the scenarios in an address: `1=…&2=…`, each encoded once more. */
function queriesOf(query: string): readonly string[] {
  const found = query
    .slice(0, 20_000)
    .split('&')
    .filter((pair) => /^[1-4]=/.test(pair))
    .map((pair) => decoded(pair.slice(2)));
  return found.length === 0 ? FIRST.map((name) => `scenario=${name}`) : found.slice(0, SLOTS_MAX);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addressQuery(queries: readonly string[]): string {
  return queries.map((one, index) => `${index + 1}=${encodeURIComponent(one)}`).join('&');
}

async function computeSlot(setup: Setup, signal: AbortSignal): Promise<Pick<Slot, 'named' | 'reason'>> {
  const name = setup.preset.name + (changesOf(setup).length > 0 ? ' with changes' : '');
  const { engine, runs } =
    setup.engine === null
      ? chooseEngine(setup.outbreak, setup.runs ?? undefined)
      : { engine: setup.engine, runs: setup.runs ?? 1 };
  if (engine === 'ode') {
    const field = meanField(setup);
    return field.ok
      ? { named: { name, result: field.result }, reason: null }
      : { named: null, reason: field.reason };
  }
  try {
    return { named: { name, result: await resultOf(setup, { engine, runs }, { signal }) }, reason: null };
  } catch (error) {
    if (error instanceof Cancelled) return { named: null, reason: null };
    return { named: null, reason: `${presetLine(setup.preset.name)}: ${String(error)}` };
  }
}
