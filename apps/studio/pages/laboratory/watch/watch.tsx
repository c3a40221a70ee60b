/** Watch: one run of the engine hosts on a map of the address space, played, sought, and asked about single hosts. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { engineNamed } from '@wormwood/epidemic';
import { settledSeconds, toSingleResult } from '@wormwood/report';
import type { PageProps } from '../../shell/page.ts';
import { changeQuery } from '../../shell/place.ts';
import { Cancelled, inWorker } from '../engine/workers.ts';
import { ScenarioChoice } from '../scenario/scenario-choice.tsx';
import { loadPreset } from '../scenario/presets.ts';
import { HOSTS_MAX, queryOf, type Setup, setupOf } from '../scenario/setup.ts';
import { useSetup } from '../scenario/use-setup.ts';
import type { PlacedRun } from '../engine/task.ts';
import { treeOf } from './film.ts';
import { Player, type Showing } from './player.tsx';
import './watch.css';

type Loaded =
  | { readonly state: 'computing' }
  | { readonly state: 'done'; readonly showing: Showing }
  | { readonly state: 'none'; readonly reason: string };

export function Watch({ query }: PageProps): JSX.Element {
  const read = useSetup(query, []);
  const loaded = useSignal<Loaded>({ state: 'computing' });
  useEffect(() => {
    if (read.value === null) return undefined;
    const cancel = new AbortController();
    loaded.value = { state: 'computing' };
    void load(read.value.setup, cancel.signal).then((answer) => {
      if (answer !== null) loaded.value = answer;
      return undefined;
    });
    return () => cancel.abort();
  }, [read.value]);
  if (read.value === null) return <p class="loading">Loading …</p>;
  const { setup, problem } = read.value;
  const choose = async (name: string): Promise<void> =>
    changeQuery(queryOf(setupOf(await loadPreset(name))), { isStep: true });
  return (
    <div class="page watch">
      {loaded.value.state === 'done' ? (
        <Player key={loaded.value.showing.run.run.trajectory.time} showing={loaded.value.showing}>
          <ScenarioChoice name={setup.preset.name} onChoose={(name) => void choose(name)} />
          {problem !== null && <p role="alert">{problem}</p>}
        </Player>
      ) : (
        <header class="page-head">
          <h1>
            {loaded.value.state === 'none' ? 'There is nothing to watch' : 'Each host gets an address …'}
          </h1>
          <p class="soft">
            {loaded.value.state === 'none'
              ? loaded.value.reason
              : 'One run of the engine hosts is under way.'}
          </p>
          <div class="page-tools">
            <ScenarioChoice name={setup.preset.name} onChoose={(name) => void choose(name)} />
          </div>
        </header>
      )}
    </div>
  );
}

async function load(setup: Setup, signal: AbortSignal): Promise<Loaded | null> {
  const { outbreak, scenario, seed } = setup;
  const [reason] = engineNamed('hosts').unsupported(outbreak);
  if (reason !== undefined) return { state: 'none', reason };
  if (outbreak.population.vulnerable > HOSTS_MAX)
    return { state: 'none', reason: 'A page does not follow so many single hosts; the command line does.' };
  try {
    const run: PlacedRun = await inWorker(
      { kind: 'single', engine: 'hosts', outbreak, seed, keepInfections: true },
      signal,
    );
    const result = toSingleResult(run.run, { scenario, seed, version: '' });
    return {
      state: 'done',
      showing: { setup, run, tree: treeOf(run), untilSeconds: settledSeconds(result) },
    };
  } catch (error) {
    if (error instanceof Cancelled) return null;
    return { state: 'none', reason: error instanceof Error ? error.message : String(error) };
  }
}
