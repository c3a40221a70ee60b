/** The key figures of a result in words: the same at the top of a report and on a page. */
import { enumerated, formatCount, formatDuration, formatRange } from '@wormwood/base';
import { honeypotStartNumbers } from '../result/outbreak-numbers.ts';
import type { Distribution, SimulationResult } from '../result/result.ts';
import { honeypotsOf } from '../result/result-series.ts';
import { type FigureName, figureOf, spreadOf } from '../result/summary-figures.ts';
import { comparedWithOne, hostCount, isCounted, otherDefenses, percent, ratio } from './wording.ts';

/** A figure, and what it means here. */
export interface KeyFigure {
  readonly value: string;
  readonly note: string;
}

const NONE = '–';

/**
 * Returns a number of hosts with its share of all, or of how many it is where it is small, and the range of nine of ten runs.
 * @param spread Over the runs; the result's own unless another is given.
 */
export function hostFigure(
  result: SimulationResult,
  figure: FigureName,
  spread: Distribution | null = spreadOf(result, figure),
): KeyFigure {
  const { vulnerable } = result.scenario.population;
  const hosts = figureOf(result, figure);
  if (hosts === null) return { value: NONE, note: '' };
  const among = isCounted(hosts, vulnerable)
    ? `of ${formatCount(vulnerable)} hosts`
    : `${percent(hosts / vulnerable)} of the hosts`;
  const when = figure === 'peakInfected' ? timeNote(result) : '';
  return { value: hostCount(hosts), note: `${among}${when}${spreadNote(result, spread)}` };
}

/** The duration stays on one line. */
function timeNote(result: SimulationResult): string {
  const seconds = figureOf(result, 'peakTime');
  return seconds === null ? '' : `, after ${formatDuration(seconds).replaceAll(' ', '\u00a0')}`;
}

function spreadNote({ runs }: SimulationResult, spread: Distribution | null): string {
  if (spread === null || spread.q05 === null || spread.q95 === null) return '';
  const range = `${formatRange([spread.q05, spread.q95], formatCount)} in nine of ten runs`;
  return runs > 1 ? ` on average; ${range}` : `; ${range}`;
}

/** Returns R0 and what follows from it, or why there is none. */
export function reproductionFigure(result: SimulationResult): KeyFigure {
  const others = otherDefenses(result);
  if (others.length > 0) return { value: NONE, note: `counts honeypots alone, not ${enumerated(others)}` };
  const basic = figureOf(result, 'basicReproductionNumber');
  if (basic !== null) return { value: ratio(basic), note: `${regimeOf(basic)}${startNote(result, basic)}` };
  return honeypotsOf(result).length === 0
    ? { value: '∞', note: 'no honeypots' }
    : { value: NONE, note: 'no formula for this worm' };
}

function regimeOf(reproductionNumber: number): string {
  const compared = comparedWithOne(reproductionNumber);
  if (compared === 0) return 'critical';
  return compared > 0 ? 'above 1: an outbreak can grow' : 'below 1: no outbreak grows';
}

/** What is left of it when honeypots start late, by which time there are fewer hosts to infect. */
function startNote(result: SimulationResult, basic: number): string {
  const start = honeypotStartNumbers(result);
  if (start === null || ratio(start.reproductionNumber) === ratio(basic)) return '';
  return `; ${ratio(start.reproductionNumber)} when the honeypots start`;
}
