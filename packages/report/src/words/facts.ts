/**
 * The three facts that decide whether honeypots stop a worm, computed for one scenario: the threshold is a count
 * (docs/models.md#reproduction-number), the delay has a wall (docs/models.md#delay-wall), and placement matters to worms that
 * prefer what is near (docs/models.md#local-preference).
 */
import { enumerated, formatCount, formatDuration } from '@wormwood/base';
import { type LocalPreference, localPreferenceFactor } from '@wormwood/epidemic/theory';
import type { SimulationResult } from '../result/result.ts';
import { honeypotStartNumbers, outbreakNumbers, type OutbreakNumbers } from '../result/outbreak-numbers.ts';
import { figureOf } from '../result/summary-figures.ts';
import { comparedWithOne, otherDefenses, ratio } from './wording.ts';

export interface Fact {
  readonly title: string;
  readonly text: string;
}

/** Returns the three facts with the numbers of a result. */
export function threeFacts(result: SimulationResult): readonly Fact[] {
  const numbers = outbreakNumbers(result);
  return [thresholdFact(result, numbers), delayFact(result, numbers), placementFact(result, numbers)];
}

function thresholdFact(result: SimulationResult, numbers: OutbreakNumbers): Fact {
  const { vulnerable, honeypots, effectiveHoneypots } = numbers;
  const title = 'The threshold is a count of honeypots';
  const rule =
    'An infected host meets either a susceptible host or a honeypot first, so R0 = N/h: the scan rate and the size of ' +
    'the address space cancel.';
  const basic = figureOf(result, 'basicReproductionNumber');
  const others = otherDefenses(result);
  if (others.length > 0) {
    const acts = others.length === 1 ? 'acts' : 'act';
    const text = `${rule} That counts honeypots alone; here ${enumerated(others)} ${acts} besides, so fewer may do.`;
    return { title, text };
  }
  if (!numbers.scansPlainly) {
    const here = basic === null ? '' : ` Here R0 = ${ratio(basic)} by the mean field.`;
    return {
      title,
      text: `${rule} This holds if all hosts scan uniformly and alike; here they do not.${here}`,
    };
  }
  if (basic === null || honeypots === 0) {
    return {
      title,
      text: `${rule} Here N = ${formatCount(vulnerable)} and there is no honeypot, so R0 has no bound.`,
    };
  }
  const success =
    effectiveHoneypots < honeypots
      ? ` Because contacts may fail, they are worth ${formatCount(effectiveHoneypots)}.`
      : '';
  const here = `Here N = ${formatCount(vulnerable)} and h = ${formatCount(honeypots)}.${success}`;
  return { title, text: `${rule} ${here} ${numberInWords(basic, numbers)}${atStart(result, numbers)}` };
}

function numberInWords(
  basic: number,
  { vulnerable, effectiveHoneypots, delaySeconds }: OutbreakNumbers,
): string {
  const bare = ratio(vulnerable / effectiveHoneypots);
  const number =
    delaySeconds > 0 ? `N/h = ${bare}, with the delay R0 = ${ratio(basic)}` : `R0 = ${ratio(basic)}`;
  const compared = comparedWithOne(basic);
  if (compared === 0) return `${number}: critical.`;
  return compared > 0
    ? `${number}, above 1 (supercritical): even if they were there from the start, the worm would grow.`
    : `${number}, below 1 (subcritical): if they are there from the start, no outbreak grows.`;
}

function atStart(result: SimulationResult, numbers: OutbreakNumbers): string {
  const start = honeypotStartNumbers(result, numbers);
  if (start === null) return '';
  return (
    ` When they start, ${formatCount(start.susceptible)} hosts are still susceptible, and each infected host infects ` +
    `${ratio(start.reproductionNumber)}.`
  );
}

function delayFact(result: SimulationResult, numbers: OutbreakNumbers): Fact {
  const title = 'The delay has a wall';
  const { vulnerable, contactRatePerSecond, honeypots, delaySeconds, sufficientHoneypots } = numbers;
  if (contactRatePerSecond === null) {
    const text =
      'If all hosts scan uniformly and alike, no number of honeypots is enough once the delay δ from contact to immunization ' +
      'exceeds 1/β; here they do not, and hosts that scan faster or nearer leave less time.';
    return { title, text };
  }
  const rule =
    'With a delay δ from contact to immunization, it takes more than h_min = N/(1 − βδ) honeypots to keep an outbreak ' +
    `from growing; past δ = 1/β = ${formatDuration(Number((1 / contactRatePerSecond).toPrecision(4)))} no number is enough.`;
  if (otherDefenses(result).length > 0) {
    return { title, text: `${rule} That holds of honeypots alone; other defenses move the wall.` };
  }
  if (honeypots === 0) {
    return { title, text: `${rule} If they immunize at once, h_min = N = ${formatCount(vulnerable)}.` };
  }
  const delay = `Here δ = ${formatDuration(delaySeconds)}`;
  if (sufficientHoneypots === null) {
    return {
      title,
      text: `${rule} ${delay}, beyond the wall: only faster immunization helps, not more honeypots.`,
    };
  }
  const least = `h_min = ${formatCount(sufficientHoneypots)}`;
  const compared = sufficientHoneypots < honeypots ? 'fewer' : 'more';
  return {
    title,
    text: `${rule} ${delay} and ${least}, ${compared} than the ${formatCount(honeypots)} there are.`,
  };
}

/** Code Red II: the shares of its probes to its own /16, its own /8 and anywhere (docs/models.md#local-preference). */
const CODE_RED_II: LocalPreference = { own16: 3 / 8, own8: 1 / 2, anywhere: 1 / 8 };
/**
 * Networks that hold vulnerable hosts, as on the Internet of 2001: 116 of 256 /8 and 20,000 of 65,536 /16
 * (docs/validation.md, row 43).
 */
const POPULATED = { slash8: 116, slash16: 20_000 } as const;
const IPV4_ADDRESSES = 2 ** 32;

function placementFact({ scenario }: SimulationResult, numbers: OutbreakNumbers): Fact {
  const { honeypots } = numbers;
  const title = 'Against local preference, placement beats count';
  const { anywhere } = CODE_RED_II;
  const spread = localPreferenceFactor(CODE_RED_II, POPULATED);
  const rule =
    'A worm with the local preference of Code Red II finds a honeypot in one dark block ' +
    `${anywhere} times as often as a uniform scanner does, and one among the populated /16 networks ${spread.toFixed(2)} ` +
    `times: ${(spread / anywhere).toFixed(1)} times as often.`;
  if (!numbers.scansPlainly) {
    return {
      title,
      text: `These hosts do not all scan uniformly, so where the honeypots lie may decide how often they are found. ${rule}`,
    };
  }
  const here =
    'This worm scans uniformly and finds a honeypot equally often wherever it lies: only their number counts.';
  const equivalent =
    honeypots > 0 && scenario.space.size === IPV4_ADDRESSES
      ? ` Placed in these two ways, the ${formatCount(honeypots)} would be worth ${formatCount(honeypots * anywhere)} or ` +
        `${formatCount(honeypots * spread)}.`
      : '';
  return { title, text: `${here} ${rule}${equivalent}` };
}
