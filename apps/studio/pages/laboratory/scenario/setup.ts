/**
 * What the laboratory computes: a preset with changes, an engine and a seed. It stands in the address as the words of the command
 * line: `scenario=NAME&defenses.0.count=4096&engine=hosts&runs=20&seed=7`, of which only what differs from the preset.
 */
import { nearest, parseSeed } from '@wormwood/base';
import { engineNamed, type EngineName, type Outbreak } from '@wormwood/epidemic';
import {
  changeScenario,
  type Scenario,
  type ScenarioDocument,
  scenarioDocument,
} from '@wormwood/files/scenario';
import { type Change, differences } from './difference.ts';
import { FIRST_PRESET, loadPreset, type Preset, presetNames } from './presets.ts';

export interface Setup {
  readonly preset: Preset;
  readonly scenario: Scenario;
  readonly outbreak: Outbreak;
  /** The scenario in the words of its file. */
  readonly document: ScenarioDocument;
  /** Null: the one that suits the outbreak, as on the command line. */
  readonly engine: EngineName | null;
  /** Null: one, or as many as the chosen engine calls for. */
  readonly runs: number | null;
  readonly seed: string;
}

/** The most runs that a page is asked for. */
const RUNS_MAX = 1000;
/** The most hosts that a page follows one by one. */
export const HOSTS_MAX = 4_000_000;
const ENGINES: readonly EngineName[] = ['ode', 'stochastic', 'hosts', 'probes'];
const QUERY_LENGTH_MAX = 8000;
const SEED = '1';

/** Returns a preset as it is. */
export function setupOf(preset: Preset): Setup {
  const { scenario, outbreak, document } = preset;
  return { preset, scenario, outbreak, document, engine: null, runs: null, seed: SEED };
}

export type Changed =
  | { readonly ok: true; readonly setup: Setup }
  | { readonly ok: false; readonly reason: string };

/** Returns the setup with values of its scenario replaced, or why they cannot be. */
export function withChanges(setup: Setup, changes: readonly Change[]): Changed {
  const sourced = changes.map((change) => ({ ...change, source: `${change.path}=${change.value}` }));
  const check = changeScenario(setup.scenario, sourced, setup.preset.name);
  if (!check.ok) {
    const { message = 'It does not fit the rest.', help = '' } = check.diagnostics[0] ?? {};
    return { ok: false, reason: `${message} ${help}`.trim() };
  }
  const { scenario, outbreak } = check;
  return { ok: true, setup: { ...setup, scenario, outbreak, document: scenarioDocument(scenario) } };
}

/** Returns the setup as the preset of the first one has it, where engine and runs are the reader's. */
export function changesOf({ preset, document }: Setup): readonly Change[] {
  const changes = differences(preset.document, document);
  const bare = changes.filter(({ path }) => path !== 'sample');
  if (bare.length === changes.length) return changes;
  // A spacing of samples that follows from the duration is not a change of the reader's.
  const followed = withChanges(setupOf(preset), bare);
  return followed.ok && followed.setup.document['sample'] === document['sample'] ? bare : changes;
}

/** Returns the query that stands for a setup. */
export function queryOf(setup: Setup, extras: Readonly<Record<string, string>> = {}): string {
  const { preset, engine, runs, seed } = setup;
  const pairs: readonly (readonly [string, string])[] = [
    ...(preset.name === FIRST_PRESET ? [] : [['scenario', preset.name] as const]),
    ...changesOf(setup).map(({ path, value }) => [path, value] as const),
    ...(engine === null ? [] : [['engine', engine] as const]),
    ...(runs === null ? [] : [['runs', String(runs)] as const]),
    ...(seed === SEED ? [] : [['seed', seed] as const]),
    ...Object.entries(extras),
  ];
  return pairs.map(([key, value]) => `${escaped(key)}=${escaped(value)}`).join('&');
}

/** Leaves readable what a fragment may hold. */
function escaped(text: string): string {
  return text.replaceAll(/[^\w.,:/^{}[\]@!$*()~;-]/gu, (character) => encodeURIComponent(character));
}

/** A setup that a query asked for, and why it is not the one that was asked for. */
export interface SetupRead {
  readonly setup: Setup;
  readonly problem: string | null;
  /** Pairs with keys that `extraKeys` names. */
  readonly extras: Readonly<Record<string, string>>;
}

/** Returns the setup of a query; where anything of it is wrong, the preset alone with a sentence. */
export async function readQuery(query: string, extraKeys: readonly string[] = []): Promise<SetupRead> {
  const pairs = pairsOf(query);
  const name = pairs?.find(([key]) => key === 'scenario')?.[1] ?? FIRST_PRESET;
  const isKnown = presetNames.includes(name);
  const preset = await loadPreset(isKnown ? name : FIRST_PRESET);
  const refuse = (reason: string): SetupRead => ({
    setup: setupOf(preset),
    problem: `The address asks for what cannot be; this is ${preset.name} as it is. ${reason}`,
    extras: {},
  });
  if (pairs === null) return refuse('It cannot be read.');
  if (!isKnown) {
    const meant = nearest(name.slice(0, 60), presetNames);
    return refuse(
      `There is no scenario of that name.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    );
  }
  const extras = Object.fromEntries(pairs.filter(([key]) => extraKeys.includes(key)));
  const rest = pairs.filter(([key]) => !extraKeys.includes(key) && key !== 'scenario');
  const read = withPairs(setupOf(preset), rest);
  return read.ok ? { setup: read.setup, problem: null, extras } : refuse(read.reason);
}

function withPairs(setup: Setup, pairs: readonly (readonly [string, string])[]): Changed {
  const settings = new Map(pairs.filter(([key]) => ['engine', 'runs', 'seed'].includes(key)));
  const changes = pairs.filter(([key]) => !settings.has(key)).map(([path, value]) => ({ path, value }));
  const changed: Changed = changes.length === 0 ? { ok: true, setup } : withChanges(setup, changes);
  if (!changed.ok) return changed;
  return withSettings(changed.setup, {
    engine: settings.get('engine') ?? null,
    runs: settings.get('runs') ?? null,
    seed: settings.get('seed') ?? SEED,
  });
}

/** What computes an outbreak, as a reader writes it; null and empty texts leave the choice to the program. */
export interface Settings {
  readonly engine: string | null;
  readonly runs: string | null;
  readonly seed: string;
}

/** Returns the setup with another engine, number of runs and seed, or why it cannot be computed so. */
export function withSettings(setup: Setup, { engine, runs, seed }: Settings): Changed {
  const refuse = (reason: string): Changed => ({ ok: false, reason });
  const name = ENGINES.find((one) => one === engine) ?? null;
  if (engine !== null && engine !== '' && name === null)
    return refuse(`The engines are ${ENGINES.join(', ')}.`);
  if (name === 'probes')
    return refuse('The engine probes draws each probe of billions: it is for the command line.');
  const count = runs === null || runs === '' ? null : Number(runs);
  if (count !== null && !(Number.isInteger(count) && count >= 1 && count <= RUNS_MAX))
    return refuse(`A number of runs is whole, from 1 to ${RUNS_MAX}.`);
  const parsed = parseSeed(seed);
  if (!parsed.ok) return refuse(parsed.reason);
  if (name !== null) {
    const [reason] = engineNamed(name).unsupported(setup.outbreak);
    if (reason !== undefined) return refuse(reason);
    if (!engineNamed(name).random && count !== null && count > 1)
      return refuse(`The engine ${name} is deterministic, so all runs are the same.`);
  }
  return { ok: true, setup: { ...setup, engine: name, runs: count, seed: parsed.value } };
}

/** Returns the pairs of a query, decoded; null where it cannot be decoded, or has a key twice. */
function pairsOf(query: string): readonly (readonly [string, string])[] | null {
  if (query === '') return [];
  if (query.length > QUERY_LENGTH_MAX) return null;
  try {
    const pairs = query.split('&').map((pair): [string, string] => {
      const end = pair.indexOf('=');
      if (end < 1) throw new URIError(pair);
      return [decodeURIComponent(pair.slice(0, end)), decodeURIComponent(pair.slice(end + 1))];
    });
    return new Set(pairs.map(([key]) => key)).size === pairs.length ? pairs : null;
  } catch {
    return null;
  }
}

/** Returns the command that prints the same figures. */
export function commandOf(setup: Setup): string {
  const { preset, engine, runs, seed } = setup;
  return [
    'npx wormwood sim run',
    preset.name,
    ...changesOf(setup).map(({ path, value }) => `--set ${shellWord(`${path}=${value}`)}`),
    ...(engine === null ? [] : [`--engine ${engine}`]),
    ...(runs === null ? [] : [`--runs ${runs}`]),
    ...(seed === SEED ? [] : [`--seed ${seed}`]),
  ].join(' ');
}

function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
