/** The scenarios of the repository, as the page carries them: the files themselves, and their tables when they are asked for. */
import {
  checkScenario,
  PRESETS,
  type Scenario,
  type ScenarioDocument,
  scenarioDocument,
} from '@wormwood/files/scenario';
import type { Outbreak } from '@wormwood/epidemic';

const texts = import.meta.glob<string>('../../../../../scenarios/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const tables = import.meta.glob<string>('../../../../../scenarios/*.csv', {
  query: '?raw',
  import: 'default',
});

export interface Preset {
  readonly name: string;
  readonly scenario: Scenario;
  readonly outbreak: Outbreak;
  readonly document: ScenarioDocument;
  /** What the file says that it shows; empty where it does not. */
  readonly shows: string;
}

const byName = new Map(Object.entries(texts).map(([path, text]) => [nameOf(path), text]));

/** The names of all presets, sorted. */
export const presetNames: readonly string[] = [...byName.keys()].toSorted();

/** The scenario that the studio opens with. */
export const FIRST_PRESET = 'provos-2004-20min';

function nameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.\w+$/, '');
}

/** Returns what a preset is in a line: `2001, Code Red II: prefers the own /8 and /16`. */
export function presetLine(name: string): string {
  const { year = null, about = name } = PRESETS[name] ?? {};
  return year === null ? about : `${year}, ${about}`;
}

const loaded = new Map<string, Promise<Preset>>();

/** Returns a preset, its tables fetched; rejects where there is no such preset. */
export function loadPreset(name: string): Promise<Preset> {
  let preset = loaded.get(name);
  if (preset === undefined) loaded.set(name, (preset = readPreset(name)));
  return preset;
}

async function readPreset(name: string): Promise<Preset> {
  const text = byName.get(name);
  if (text === undefined) throw new Error(`There is no scenario ${name}.`);
  const files = new Map<string, string>();
  for (const [path, fetchTable] of Object.entries(tables)) {
    const fileName = path.replace(/^.*\//, '');
    if (text.includes(fileName)) files.set(fileName, await fetchTable());
  }
  const readFile = (path: string): { ok: true; value: string } | { ok: false; reason: string } => {
    const value = files.get(path);
    return value === undefined ? { ok: false, reason: `There is no table ${path}.` } : { ok: true, value };
  };
  const check = checkScenario(text, name, { readFile });
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  const { scenario, outbreak } = check;
  return { name, scenario, outbreak, document: scenarioDocument(scenario), shows: showsOf(text) };
}

/** The paragraph of the head comment that says what the scenario shows. */
function showsOf(text: string): string {
  const head = text.split(/^[^#]/m)[0] ?? '';
  const paragraphs = head
    .split(/^#\s*$/m)
    .map((paragraph) => paragraph.replaceAll(/^#\s?/gm, '').replaceAll(/\s+/g, ' ').trim());
  return paragraphs.find((paragraph) => paragraph.startsWith('Shows ')) ?? '';
}
