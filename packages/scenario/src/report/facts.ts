/**
 * The three facts that decide whether honeypots stop a worm, computed for one scenario (Provos 2004; models 1.3 and 1.8):
 * the threshold is a count, the delay has a wall, and placement matters to worms that prefer what is near.
 */
import { formatCount, formatDuration } from '@wormwood/base';
import { sufficientHoneypots } from '@wormwood/epidemic';
import { statedHoneypots, vulnerableOf } from '../figure/result-series.ts';
import type { SimulationResult } from '../result.ts';
import { figureOf } from './summary-figures.ts';

export interface Fact {
  readonly title: string;
  readonly text: string;
}

/** Returns the facts in the words and numbers of the scenario behind a result. */
export function threeFacts(result: SimulationResult): readonly Fact[] {
  return [thresholdFact(result), delayFact(result), placementFact()];
}

function thresholdFact(result: SimulationResult): Fact {
  const vulnerable = vulnerableOf(result);
  const count = statedHoneypots(result).reduce((sum, group) => sum + group.count * group.success, 0);
  const rule =
    'An infected host meets either a susceptible host or a honeypot first, so R0 = N/h: the scan rate and the size of ' +
    'the address space cancel.';
  const number = figureOf(result, 'basicReproductionNumber');
  const here =
    number === null || count === 0
      ? `Here N = ${formatCount(vulnerable)} and there is no honeypot: nothing bounds the outbreak.`
      : `Here N = ${formatCount(vulnerable)} and h = ${formatCount(count)}: R0 = ${number.toPrecision(4)}, ` +
        (number > 1
          ? 'above 1: even honeypots that are there from the start let the worm grow.'
          : 'below 1: honeypots that are there from the start let no outbreak grow.');
  return { title: 'The threshold is a count of honeypots', text: `${rule} ${here}` };
}

function delayFact(result: SimulationResult): Fact {
  const title = 'The delay has a wall';
  const vulnerable = vulnerableOf(result);
  const doubling = figureOf(result, 'doublingTime');
  if (doubling === null) return { title, text: 'A worm that does not scan meets no wall.' };
  const contactRatePerSecond = Math.LN2 / doubling;
  const wall = 1 / contactRatePerSecond;
  const delay = Math.max(0, ...statedHoneypots(result).map(({ delaySeconds }) => delaySeconds));
  const sufficient = sufficientHoneypots({ vulnerable, contactRatePerSecond, delaySeconds: delay });
  const rule =
    `With δ from contact to immunization it takes N/(1 − βδ) honeypots to keep an outbreak from growing, and past ` +
    `1/β = ${formatDuration(Number(wall.toPrecision(4)))} no number suffices.`;
  const here =
    sufficient === null
      ? `Here δ = ${formatDuration(delay)}: beyond the wall.`
      : `Here δ = ${formatDuration(delay)}: ${formatCount(Math.ceil(sufficient))} honeypots from the start would do.`;
  return { title, text: `${rule} ${here}` };
}

/** Code Red II: the shares of its probes to its own /16, its own /8 and anywhere (models.md 1.8). */
const CODE_RED_II = { own16: 3 / 8, own8: 1 / 2, anywhere: 1 / 8 } as const;
/** Networks that held the vulnerable hosts of 2001: 116 of 256 /8 and 20,000 of 65,536 /16 (models.md 1.8). */
const POPULATED = { slash8: 116, slash16: 20_000 } as const;

function placementFact(): Fact {
  const { own16, own8, anywhere } = CODE_RED_II;
  const spread = anywhere + own8 * (2 ** 8 / POPULATED.slash8) + own16 * (2 ** 16 / POPULATED.slash16);
  return {
    title: 'Placement beats count where worms prefer what is near',
    text:
      'Uniform scanning finds every address alike, so here only the number counts. Against the local preference of Code ' +
      `Red II a honeypot in one dark block is found ${anywhere} times as often as under uniform scanning, one spread over ` +
      `the populated /16 networks ${spread.toFixed(2)} times: ${(spread / anywhere).toFixed(1)} times as often.`,
  };
}
