/** What a forecast compares: the outbreak as it is, and with each measure that could be taken now, with its cost. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import type { Advice } from './advice.ts';
import type { Honeynet } from './contact-fit.ts';
import type { Measures } from './outlook.ts';

export interface MeasureOptions {
  /** Mean time from a contact to the immunization, as things are; absent while nobody acts on contacts. */
  readonly response?: number;
  readonly faster?: number;
  readonly more?: number;
  /** Share of the probes. */
  readonly filter: number;
  readonly cost?: Prices;
}

/** What one more honeypot, one percentage point of filtered probes, and one second less cost. */
export type Prices = Readonly<Partial<Record<PricedThing, number>>>;

/** What can have a price. */
export const PRICED = ['honeypot', 'filter', 'second'] as const;
export type PricedThing = (typeof PRICED)[number];

/** A measure in words. */
export interface Proposal {
  readonly kind: 'asItIs' | 'response' | 'honeypots' | 'filter';
  readonly name: string;
  readonly measures: Measures;
  /** What it takes, in words, and by the prices where they are given. */
  readonly effort: string;
  readonly cost: number | null;
}

/** A response is made so many times faster where nothing else is said. */
const FASTER = 10;
const FASTER_DEFAULT_SECONDS = 1;

/** The mean response that measures with honeypots count on: the present one, or else the one that is proposed. */
export function responseOf({ response, faster }: MeasureOptions): number {
  return response ?? faster ?? FASTER_DEFAULT_SECONDS;
}

/** Returns how long after a contact hosts are immunized, in words. */
export function afterContact(seconds: number): string {
  return seconds === 0 ? 'at their contact' : `${formatDuration(seconds)} after their contact`;
}

/** Returns what is compared, the present state first. */
export function proposalsFor(
  { honeypots }: Honeynet,
  advice: Advice,
  options: MeasureOptions,
): readonly Proposal[] {
  const { response, filter, cost: prices } = options;
  const now: Measures = { honeypots, responseSeconds: response, filterCoverage: 0 };
  const faster = options.faster ?? (response === undefined ? FASTER_DEFAULT_SECONDS : response / FASTER);
  const more = options.more ?? (advice.isPossible ? advice.more : 0);
  const priced = (thing: PricedThing, amount: number): number | null =>
    prices === undefined ? null : (prices[thing] ?? 0) * amount;
  const saved = response === undefined ? 0 : Math.max(0, response - faster);
  const proposals: Proposal[] = [
    { kind: 'asItIs', name: 'as it is', measures: now, effort: '–', cost: priced('honeypot', 0) },
  ];
  proposals.push({
    kind: 'response',
    name:
      response === undefined
        ? `immunize hosts ${afterContact(faster)}`
        : `respond in ${formatDuration(faster)}`,
    measures: { ...now, responseSeconds: faster },
    effort: response === undefined ? 'somebody who acts' : `${formatDuration(saved)} less`,
    cost: priced('second', saved),
  });
  if (more > 0) {
    proposals.push({
      kind: 'honeypots',
      name: `${formatCount(more)} more honeypots`,
      measures: { ...now, honeypots: honeypots + more, responseSeconds: responseOf(options) },
      effort: `${formatCount(more)} addresses`,
      cost: priced('honeypot', more),
    });
  }
  proposals.push({
    kind: 'filter',
    name: `filter ${formatPercent(filter)} of the probes`,
    measures: { ...now, filterCoverage: filter },
    effort: `${formatPercent(filter)} of all paths`,
    cost: priced('filter', 100 * filter),
  });
  return proposals;
}
