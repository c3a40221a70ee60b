/** The numbers of a scenario that have a slider: where they stand in the file, what they are called, and between which ends. */
import { parseCount, parseDuration, parseFraction, parseRate } from '@wormwood/base';
import type { ScenarioDocument } from '@wormwood/files/scenario';
import { written as oneLine } from '../scenario/difference.ts';
import type { Quantity, Scale } from './scale.ts';

export interface Parameter {
  readonly name: string;
  readonly path: string;
  readonly value: number;
  readonly scale: Scale;
}

/** A defense other than the first honeypots, with its numbers. */
export interface DefenseControls {
  readonly index: number;
  readonly title: string;
  readonly parameters: readonly Parameter[];
}

type Table = Readonly<Record<string, unknown>>;

const IPV4 = 2 ** 32;

function tableAt(document: ScenarioDocument, key: string): Table {
  return (document[key] ?? {}) as Table;
}

/** Returns the defenses of a scenario as they stand in its file. */
export function defensesOf(document: ScenarioDocument): readonly Table[] {
  return (document['defenses'] ?? []) as readonly Table[];
}

/** Returns where the honeypots stand among the defenses that the sliders of honeypots move; −1 where there are none. */
export function honeypotsIndex(document: ScenarioDocument): number {
  return defensesOf(document).findIndex(({ kind }) => kind === 'honeypots');
}

/** Returns the numbers of the worm; those that this worm writes otherwise than as a number are left out. */
export function wormParameters(document: ScenarioDocument): readonly Parameter[] {
  const worm = tableAt(document, 'worm');
  const population = tableAt(document, 'population');
  const vulnerable = numberOf('count', population['vulnerable']) ?? 1;
  return [
    parameter('Scan rate', 'worm.scanRate', worm['scanRate'], 'rate', {
      min: 0.001,
      max: 10_000,
      spacing: 'logarithmic',
    }),
    parameter('Infected at first', 'population.infected', population['infected'], 'count', {
      min: 1,
      max: Math.min(vulnerable, 100_000),
      spacing: 'logarithmic',
    }),
    parameter('Latent for', 'worm.latent', worm['latent'], 'duration', {
      min: 0,
      max: 3600,
      spacing: 'square',
    }),
  ].flatMap((one) => one ?? []);
}

/** Returns the numbers of the hosts, and how long they are followed. */
export function hostParameters(document: ScenarioDocument): readonly Parameter[] {
  const population = tableAt(document, 'population');
  const space = spaceOf(document);
  return [
    parameter('Vulnerable hosts', 'population.vulnerable', population['vulnerable'], 'count', {
      min: 10,
      max: Math.min(4_000_000, Math.floor(space / 2)),
      spacing: 'logarithmic',
    }),
    parameter('Followed for', 'duration', document['duration'], 'duration', {
      min: 60,
      max: 30 * 86_400,
      spacing: 'logarithmic',
    }),
  ].flatMap((one) => one ?? []);
}

/** Returns the numbers of the first group of honeypots; none where there is no group. */
export function honeypotParameters(document: ScenarioDocument): readonly Parameter[] {
  const index = honeypotsIndex(document);
  const honeypots = defensesOf(document)[index];
  if (honeypots === undefined) return [];
  const at = (key: string): string => `defenses.${index}.${key}`;
  const duration = numberOf('duration', document['duration']) ?? 86_400;
  const start = honeypots['start'];
  const own = typeof start === 'object' && start !== null ? (start as Table) : null;
  return [
    honeypotCount(document),
    own === null
      ? parameter('Honeypots start', at('start'), start, 'duration', {
          min: 0,
          max: Math.min(duration, Math.max(7200, duration / 8)),
          spacing: 'even',
        })
      : parameter('Contacts that alarm', at('start.contacts'), own['contacts'], 'count', {
          min: 1,
          max: 10_000,
          spacing: 'logarithmic',
        }),
    own === null
      ? null
      : parameter('Prepared for', at('start.prepare'), own['prepare'], 'duration', {
          min: 0,
          max: 7200,
          spacing: 'square',
        }),
    parameter('Delay', at('delay'), honeypots['delay'], 'duration', { min: 0, max: 600, spacing: 'square' }),
    parameter('Success', at('success'), honeypots['success'], 'fraction', {
      min: 0,
      max: 1,
      spacing: 'even',
    }),
  ].flatMap((one) => one ?? []);
}

/** Returns the number of honeypots, 0 in a scenario without any. */
export function honeypotCount(document: ScenarioDocument): Parameter {
  const index = honeypotsIndex(document);
  const count = numberOf('count', defensesOf(document)[index]?.['count']) ?? 0;
  const vulnerable = numberOf('count', tableAt(document, 'population')['vulnerable']) ?? 1;
  const free = spaceOf(document) - vulnerable;
  return {
    name: 'Honeypots',
    path: `defenses.${Math.max(0, index)}.count`,
    value: count,
    scale: {
      quantity: 'count',
      min: 0,
      max: Math.max(2, Math.min(free, Math.max(2 ** 22, 4 * vulnerable))),
      spacing: 'logarithmic',
    },
  };
}

/** Returns the defenses besides the first honeypots with every number that they have. */
export function otherDefenses(document: ScenarioDocument): readonly DefenseControls[] {
  const first = honeypotsIndex(document);
  return defensesOf(document).flatMap((defense, index) =>
    index === first
      ? []
      : [
          {
            index,
            title: String(defense['kind']).replaceAll('-', ' '),
            parameters: leavesOf(defense, `defenses.${index}`, []),
          },
        ],
  );
}

function leavesOf(table: Table, path: string, words: readonly string[]): readonly Parameter[] {
  return Object.entries(table).flatMap(([key, value]): readonly Parameter[] => {
    if (key === 'kind' || key === 'telescope') return [];
    const named = [...words, key.replaceAll(/([A-Z])/g, ' $1').toLowerCase()];
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return leavesOf(value as Table, `${path}.${key}`, named);
    const quantity = quantityOf(key, value);
    const number = quantity === null ? null : numberOf(quantity, value);
    if (quantity === null || number === null) return [];
    const name = named.join(' ');
    const scale = { quantity, ...SPANS[quantity], max: Math.max(SPANS[quantity].max, number) };
    return [
      { name: name.charAt(0).toUpperCase() + name.slice(1), path: `${path}.${key}`, value: number, scale },
    ];
  });
}

const SPANS: Readonly<Record<Quantity, Omit<Scale, 'quantity'>>> = {
  count: { min: 0, max: 4_000_000, spacing: 'logarithmic' },
  duration: { min: 0, max: 86_400, spacing: 'square' },
  rate: { min: 1e-6, max: 100_000, spacing: 'logarithmic' },
  fraction: { min: 0, max: 1, spacing: 'even' },
  number: { min: 0, max: 10, spacing: 'even' },
};

const FRACTIONS = new Set(['coverage', 'success', 'learning', 'first']);

function quantityOf(key: string, value: unknown): Quantity | null {
  if (FRACTIONS.has(key)) return 'fraction';
  if (typeof value === 'number') return key === 'exponent' ? 'number' : 'count';
  if (typeof value !== 'string') return null;
  if (parseRate(value).ok && value.includes('/')) return 'rate';
  return parseDuration(value).ok ? 'duration' : null;
}

function numberOf(quantity: Quantity, value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const read = { count: parseCount, duration: parseDuration, rate: parseRate, fraction: parseFraction }[
    quantity as Exclude<Quantity, 'number'>
  ];
  if (read === undefined) return Number.isFinite(Number(value)) ? Number(value) : null;
  const parsed = read(value);
  return parsed.ok ? parsed.value : null;
}

/** A value beyond an end moves that end. */
function parameter(
  name: string,
  path: string,
  written: unknown,
  quantity: Quantity,
  { min, max, spacing }: Omit<Scale, 'quantity'>,
): Parameter | null {
  const value = numberOf(quantity, written);
  if (value === null) return null;
  const isBelow = value < min && value > 0;
  return {
    name,
    path,
    value,
    scale: { quantity, min: isBelow ? value : min, max: Math.max(max, value, min * 2), spacing },
  };
}

/** Returns the number of addresses of the scenario's space. */
function spaceOf(document: ScenarioDocument): number {
  const { space } = document;
  const prefix = /\/(\d+)$/.exec(String(space))?.[1];
  if (prefix !== undefined) return 2 ** (32 - Number(prefix));
  return numberOf('count', space) ?? IPV4;
}

/** A way to pick addresses, in the words of the file. */
export interface StrategyChoice {
  readonly title: string;
  readonly text: string;
}

/** Networks in which local preference stays, this many bits longer than the space: /8 of all of IPv4, /24 of a /16. */
const LOCAL_BITS = 8;
const LENGTH_MAX = 30;

/** Returns the strategies that a worm of this space can be given with one click. */
export function strategyChoices(document: ScenarioDocument): readonly StrategyChoice[] {
  const length = Math.round(32 - Math.log2(spaceOf(document)));
  const local = Math.min(LENGTH_MAX, Math.max(1, length + LOCAL_BITS));
  return [
    { title: 'Uniform: any address', text: 'uniform' },
    { title: `Local preference: half of it in the own /${local}`, text: `{local: {/${local}: 0.5}}` },
    { title: 'Sequential: one after the other', text: 'sequential' },
    { title: 'Permutation: one order for all', text: 'permutation' },
  ];
}

/** Returns the strategy of a scenario in one line, networks without preference left out. */
export function strategyOf(document: ScenarioDocument): string {
  const strategy = (tableAt(document, 'worm')['strategy'] ?? 'uniform') as Parameters<typeof oneLine>[0];
  return oneLine(strategy).replaceAll(/\/\d+: 0(?:, |(?=\}))/g, '');
}

/** A defense as it is added: of each kind one that does something. */
export const ADDED_DEFENSES: readonly { readonly title: string; readonly written: string }[] = [
  { title: 'Virus throttle', written: '{kind: throttle, allowed: 1/s, coverage: 50%}' },
  {
    title: 'Dynamic quarantine',
    written: '{kind: quarantine, alarms: 1/min, falseAlarms: 1/d, time: 10min, coverage: 50%}',
  },
  { title: 'Patching', written: '{kind: patching, start: 20min, curve: {kind: constant, rate: 0.5/h}}' },
  { title: 'Disinfection', written: '{kind: disinfection, start: 20min, rate: 1/h}' },
  { title: 'Content filtering', written: '{kind: filter, start: 30min, coverage: 60%}' },
  { title: 'Address blacklisting', written: '{kind: blacklist, reaction: 20min, coverage: 60%}' },
  {
    title: 'Containment and clean-up',
    written: '{kind: clean-up, contain: 10min, clean: 1h, coverage: 50%}',
  },
  { title: 'Bandwidth cap', written: '{kind: bandwidth-cap, probes: 100000/s}' },
  { title: 'Congestion', written: '{kind: congestion, exponent: 2}' },
];
