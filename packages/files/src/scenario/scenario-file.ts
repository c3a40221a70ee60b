/**
 * Checks scenario files: text in, a scenario and its outbreak out, or every problem of the text at once.
 */
import type { Outbreak } from '@wormwood/epidemic';
import { type Diagnostic, diagnose, type Problem, type Span } from '@wormwood/base';
import { type ScenarioDocument, scenarioText } from './scenario-data.ts';
import { type Scenario, type ScenarioDefense, SCENARIO_NAME_LENGTH_MAX, scenarioShape } from './schema.ts';
import { createReader, type Draft, type ReadNamedFile, type SpanAt } from '../shape/shape.ts';
import { strategyProblems } from './strategy-problems.ts';
import { toOutbreak } from './to-outbreak.ts';
import { dataTree } from '../shape/data-tree.ts';
import { readYaml, type YamlTree } from '../shape/yaml-tree.ts';

/** How a scenario file is checked. */
export interface CheckOptions {
  /** Longer files are rejected unread. @default 1 MiB */
  readonly maximumBytes?: number;
  /** Reads a file that the scenario names. @default no file can be read */
  readonly readFile?: ReadNamedFile;
}

/** The scenario with its outbreak, or the diagnostics that say why there is none. */
export type ScenarioCheck =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      readonly outbreak: Outbreak;
      /** Warnings. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const MAXIMUM_BYTES = 2 ** 20;
/** Enough for the scenario of a result, which may contain a graph of 100,000 pairs. */
const TOKENS_MAX = 300_000;
const BEGINNING = 'A scenario begins with the lines `version: 1` and `duration: 24h`.';
const SAMPLES_MAX = 1_000_000;
const SAMPLES_DEFAULT_MAX = 1000;
/** Spacings in seconds that divide the next larger unit, so that samples fall on round times. */
const ROUND_SAMPLES = [
  0.001,
  0.002,
  0.005,
  0.01,
  0.02,
  0.05,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  20,
  30,
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * 60),
  ...[1, 2, 4, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * 86_400),
];

/**
 * Checks the text of a scenario file in YAML or JSON. Returns the scenario, its outbreak and warnings, or all errors at once;
 * errors of syntax hide those of content. `fileName` appears in the diagnostics and names the scenario if the file does not.
 */
export function checkScenario(text: string, fileName: string, options: CheckOptions = {}): ScenarioCheck {
  const reading = readYaml(text, options.maximumBytes ?? MAXIMUM_BYTES, TOKENS_MAX);
  if (!reading.ok) return { ok: false, diagnostics: diagnose(reading.problems, fileName, text) };
  const { draft, problems } = readTree(reading.tree, options.readFile);
  const diagnostics = diagnose(problems, fileName, text);
  if (diagnostics.some(({ severity }) => severity === 'error')) return { ok: false, diagnostics };
  return { ok: true, ...completed(draft, fileName), diagnostics };
}

/** Checks a scenario given as plain data, as `scenarioDocument` returns it; returns what `checkScenario` returns. */
export function checkScenarioDocument(document: ScenarioDocument, fileName: string): ScenarioCheck {
  const { draft, problems } = readTree(dataTree(document));
  // Only a text has lines to report.
  if (problems.length > 0) return checkScenario(scenarioText(document), fileName);
  return { ok: true, ...completed(draft, fileName), diagnostics: [] };
}

function readTree(
  tree: YamlTree,
  readFile?: ReadNamedFile,
): { readonly draft: Draft<Scenario>; readonly problems: readonly Problem[] } {
  const { reader, problems, spans } = createReader(tree, readFile);
  const { root } = tree;
  const keySpan: Span = [root.span[0], root.span[0]];
  const place = { path: '', keySpan, description: BEGINNING };
  const draft = scenarioShape.read(root, place, reader) ?? {};
  const together = problemsTogether(draft, (path) => spans.get(path) ?? keySpan);
  return { draft, problems: [...problems, ...together] };
}

function completed(
  draft: Draft<Scenario>,
  fileName: string,
): { readonly scenario: Scenario; readonly outbreak: Outbreak } {
  const scenario = complete(draft as ScenarioAsWritten, fileName);
  return { scenario, outbreak: toOutbreak(scenario) };
}

type ScenarioAsWritten = Omit<Scenario, 'name' | 'sampleSeconds'> & Partial<Scenario>;

function complete(written: ScenarioAsWritten, fileName: string): Scenario {
  const name = written.name ?? nameOfFile(fileName);
  const sampleSeconds = written.sampleSeconds ?? defaultSampleSeconds(written.durationSeconds);
  return { ...written, name, sampleSeconds };
}

function nameOfFile(fileName: string): string {
  const base = fileName.replace(/^.*[/\\]/s, '').replace(/\.(?:ya?ml|json)$/i, '');
  const name = Array.from(base.replaceAll(/[\p{Cc}\ufffd]/gu, ''))
    .slice(0, SCENARIO_NAME_LENGTH_MAX)
    .join('');
  return name.trim() === '' ? 'scenario' : name;
}

/** Returns the spacing of the samples of a scenario that names none: a round time, at most a thousand times in the duration. */
export function defaultSampleSeconds(durationSeconds: number): number {
  const shortest = durationSeconds / SAMPLES_DEFAULT_MAX;
  if (shortest < 0.0005) return shortest;
  return ROUND_SAMPLES.find((sample) => sample >= shortest * (1 - 1e-9)) ?? shortest;
}

/** Problems of values that are valid by themselves but do not fit together. */
function problemsTogether(draft: Draft<Scenario>, spanAt: SpanAt): readonly Problem[] {
  return [
    ...infectedAboveVulnerable(draft, spanAt),
    ...crowdedSpace(draft, spanAt),
    ...sampleProblems(draft, spanAt),
    ...strategyProblems(draft, spanAt),
    ...startsAfterEnd(draft, spanAt),
    ...observersTooLarge(draft, spanAt),
  ];
}

function infectedAboveVulnerable({ population }: Draft<Scenario>, spanAt: SpanAt): readonly Problem[] {
  const { infected, vulnerable } = population ?? {};
  if (infected === undefined || vulnerable === undefined || infected <= vulnerable) return [];
  return [
    {
      code: 'infected-above-vulnerable',
      span: spanAt('population.infected'),
      path: 'population.infected',
      message: `The ${infected} infected hosts are among the vulnerable ones, but only ${vulnerable} are vulnerable.`,
      help: 'Raise `vulnerable` or lower `infected`.',
    },
  ];
}

function crowdedSpace({ space, population, defenses }: Draft<Scenario>, spanAt: SpanAt): readonly Problem[] {
  const size = space?.size;
  const vulnerable = population?.vulnerable;
  if (size === undefined || vulnerable === undefined) return [];
  let taken = vulnerable;
  let path = 'population.vulnerable';
  for (const [index, defense] of (defenses ?? []).entries()) {
    if (taken > size) break;
    taken += countOf(defense);
    path = `defenses.${index}.count`;
  }
  if (taken <= size) return [];
  const together = path === 'population.vulnerable' ? 'hosts' : 'hosts and honeypots together';
  return [
    {
      code: 'space-too-small',
      span: spanAt(path),
      path,
      message: `${taken} ${together} do not fit into an address space of ${size}.`,
      help: 'Each needs its own address: enlarge `space` or lower the counts.',
    },
  ];
}

/** Returns the number of addresses that a defense occupies. */
function countOf(defense: Draft<ScenarioDefense> | undefined): number {
  return (defense as { readonly count?: number } | undefined)?.count ?? 0;
}

/** An observer sees no more addresses than there are. */
function observersTooLarge({ space, defenses }: Draft<Scenario>, spanAt: SpanAt): readonly Problem[] {
  const size = space?.size;
  if (size === undefined) return [];
  return (defenses ?? []).flatMap((defense, index): readonly Problem[] => {
    const { monitoredAddresses: seen } = (defense?.start ?? {}) as { readonly monitoredAddresses?: number };
    if (seen === undefined || seen <= size) return [];
    const path = `defenses.${index}.start.telescope`;
    const message = `This telescope sees ${seen} addresses, more than the ${size} of the space.`;
    return [
      {
        code: 'observer-above-space',
        span: spanAt(path),
        path,
        message,
        help: 'Lower `telescope` or enlarge `space`.',
      },
    ];
  });
}

function sampleProblems(
  { durationSeconds, sampleSeconds }: Draft<Scenario>,
  spanAt: SpanAt,
): readonly Problem[] {
  if (durationSeconds === undefined || sampleSeconds === undefined) return [];
  const at = { span: spanAt('sample'), path: 'sample' };
  if (sampleSeconds > durationSeconds) {
    const message = 'The spacing of the samples is longer than the duration.';
    return [{ ...at, code: 'sample-above-duration', message, help: 'Shorten `sample` or omit it.' }];
  }
  if (durationSeconds / sampleSeconds <= SAMPLES_MAX) return [];
  const samples = Math.floor(durationSeconds / sampleSeconds);
  const message = `The series would have ${samples} samples; at most ${SAMPLES_MAX} are possible.`;
  return [{ ...at, code: 'too-many-samples', message, help: 'Lengthen `sample` or omit it.' }];
}

function startsAfterEnd({ defenses, durationSeconds }: Draft<Scenario>, spanAt: SpanAt): readonly Problem[] {
  if (durationSeconds === undefined) return [];
  return (defenses ?? []).flatMap((defense, index): readonly Problem[] => {
    const start = defense?.start;
    const isLate = start?.kind === 'time' && (start.timeSeconds ?? 0) >= durationSeconds;
    if (!isLate) return [];
    const path = `defenses.${index}.start`;
    const message =
      defense?.kind === 'honeypots'
        ? 'These honeypots start after the end of the simulation and have no effect.'
        : 'This defense starts after the end of the simulation and has no effect.';
    return [
      {
        severity: 'warning',
        code: 'start-after-end',
        span: spanAt(path),
        path,
        message,
        help: 'Start earlier or lengthen `duration`.',
      },
    ];
  });
}
