/**
 * Goals as people write them: `everInfectedFraction < 5%`, `peakInfected < 1000 and P(extinct) > 0.9`,
 * `P(timeTo.0.5 > 1h) >= 95%`.
 */
import { nearest, parseDuration, type Parsed } from '@wormwood/base';
import type { Summary } from '@wormwood/epidemic';

/** A figure of a run that a goal may bound. */
export type GoalFigure = Exclude<keyof Summary, 'timeTo'> | `timeTo.${keyof Summary['timeTo']}`;

export type Comparison = '<' | '<=' | '>' | '>=';

/** A bound on a figure of a run. */
export interface Bound {
  readonly figure: GoalFigure;
  readonly comparison: Comparison;
  /** Hosts, seconds, probes or a plain number, as the figure has it. */
  readonly value: number;
  /** With a percentage for a number of hosts: `value` is that fraction of all vulnerable hosts. */
  readonly isOfAllHosts: boolean;
}

/** One condition of a goal: a bound on the mean of a figure, or on the share of runs that keep a bound or die out. */
export type Condition =
  | { readonly kind: 'mean'; readonly text: string; readonly bound: Bound }
  | {
      readonly kind: 'share';
      readonly text: string;
      /** Null: the worm has no infected host left at the end. */
      readonly of: Bound | null;
      readonly comparison: Comparison;
      /** 0 to 1. */
      readonly share: number;
    };

/** All conditions hold. */
export interface Goal {
  readonly text: string;
  readonly conditions: readonly Condition[];
}

type Unit = 'hosts' | 'fraction' | 'time' | 'number';

const FIGURES: Readonly<Record<GoalFigure, Unit>> = {
  peakInfected: 'hosts',
  peakTime: 'time',
  everInfected: 'hosts',
  everInfectedFraction: 'fraction',
  neverInfected: 'hosts',
  immunized: 'hosts',
  stillInfected: 'hosts',
  extinctionTime: 'time',
  basicReproductionNumber: 'number',
  reproductionNumberAtStart: 'number',
  doublingTime: 'time',
  probes: 'number',
  honeypotContacts: 'number',
  'timeTo.0.5': 'time',
  'timeTo.0.9': 'time',
  'timeTo.0.99': 'time',
  'timeTo.1': 'time',
};

const FORM = 'FIGURE < VALUE, or P(extinct) > SHARE, joined by "and", such as everInfectedFraction < 5%';
const BOUND = /^\s*([A-Za-z][\w.]*)\s*(<=|>=|<|>)\s*(\S.*?)\s*$/;
const SHARE = /^\s*P\s*\((.*)\)\s*(<=|>=|<|>)\s*(\S.*?)\s*$/;

/** Returns the goal, or every reason why it cannot be read, one sentence each, a line each. */
export function parseGoal(text: string): Parsed<Goal> {
  if (text.trim() === '') return { ok: false, reason: `The goal is empty; a goal is ${FORM}.` };
  const parts = text.split(/\s+and\s+|\s*&&\s*/).map((part) => conditionOf(part.trim()));
  const reasons = parts.flatMap((part) => (part.ok ? [] : [part.reason]));
  if (reasons.length > 0) return { ok: false, reason: reasons.join('\n') };
  return {
    ok: true,
    value: { text: text.trim(), conditions: parts.flatMap((part) => (part.ok ? [part.value] : [])) },
  };
}

function conditionOf(text: string): Parsed<Condition> {
  const share = SHARE.exec(text);
  if (share !== null) {
    const [, inner = '', comparison = '', value = ''] = share;
    const of = inner.trim() === 'extinct' ? null : boundOf(inner);
    if (of !== null && !of.ok) return of;
    const number = shareOf(value);
    if (number === undefined) {
      return {
        ok: false,
        reason: `A share of the runs is between 0 and 1, such as 0.9 or 90%, not "${value}".`,
      };
    }
    return {
      ok: true,
      value: {
        kind: 'share',
        text,
        of: of?.value ?? null,
        comparison: comparison as Comparison,
        share: number,
      },
    };
  }
  const bound = boundOf(text);
  return bound.ok ? { ok: true, value: { kind: 'mean', text, bound: bound.value } } : bound;
}

function boundOf(text: string): Parsed<Bound> {
  const match = BOUND.exec(text);
  if (match === null) return { ok: false, reason: `"${text}" is not a condition; a goal is ${FORM}.` };
  const [, name = '', comparison = '', value = ''] = match;
  if (!Object.hasOwn(FIGURES, name)) {
    const meant = name === 'extinct' ? 'P(extinct)' : nearest(name, Object.keys(FIGURES));
    const help =
      meant === undefined ? `The figures are ${Object.keys(FIGURES).join(', ')}.` : `Did you mean ${meant}?`;
    return { ok: false, reason: `A run has no figure ${name}. ${help}` };
  }
  const figure = name as GoalFigure;
  const read = valueOf(FIGURES[figure], value);
  if (read === undefined)
    return { ok: false, reason: `${name} is compared with ${ALLOWED[FIGURES[figure]]}, not "${value}".` };
  return { ok: true, value: { figure, comparison: comparison as Comparison, ...read } };
}

const ALLOWED: Readonly<Record<Unit, string>> = {
  hosts: 'a number of hosts or a percentage of all vulnerable hosts, such as 1000 or 5%',
  fraction: 'a fraction, such as 5% or 0.05',
  time: 'a duration, such as 20min',
  number: 'a number, such as 1 or 1e6',
};

function valueOf(
  unit: Unit,
  text: string,
): { readonly value: number; readonly isOfAllHosts: boolean } | undefined {
  if (unit === 'time') {
    const duration = parseDuration(text);
    return duration.ok ? { value: duration.value, isOfAllHosts: false } : undefined;
  }
  const match = /^([0-9](?:_?[0-9])*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*(%?)$/.exec(text);
  if (match === null) return undefined;
  const number = Number((match[1] ?? '').replaceAll('_', ''));
  if (match[2] === '%') {
    const isShare = unit !== 'number' && number <= 100;
    return isShare ? { value: number / 100, isOfAllHosts: unit === 'hosts' } : undefined;
  }
  if (unit === 'fraction' && number > 1) return undefined;
  return { value: number, isOfAllHosts: false };
}

function shareOf(text: string): number | undefined {
  const read = valueOf('fraction', text);
  return read?.value;
}
