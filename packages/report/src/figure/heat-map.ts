/**
 * A quantity at each combination of two lists of values, as tiles: colours by bands, lines where the band changes, and the values
 * themselves in as many tiles as have room for them. A sweep over two paths is such a chart.
 */
import { type GridAxis, sweepGrid } from '../result/sweep-grid.ts';
import type { SweepResult } from '../result/sweep-result.ts';
import { formatCount } from '@wormwood/base';
import { EVER_INFECTED_LEVELS } from './field-bands.ts';

export interface HeatMap {
  readonly kind: 'heat';
  /** File name without ending. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly x: GridAxis;
  readonly y: GridAxis;
  /** Row after row, that of the first place of `y` first: the fraction at each place; NaN where there is none. */
  readonly value: Float64Array;
  /** Fractions that separate the bands. */
  readonly levels: readonly number[];
  readonly levelLabel: string;
}

/** More tiles than this are too small to see, and too many for a file. */
const TILES_MAX = 10_000;

/** Returns the share of hosts ever infected of a sweep over a grid of two paths; null for any other sweep. */
export function sweepMap(sweep: SweepResult): HeatMap | null {
  const grid = sweepGrid(sweep);
  if (grid === null || grid.x.places.length * grid.y.places.length > TILES_MAX) return null;
  const of = sweep.runs === 1 ? '' : `: the mean of ${formatCount(sweep.runs)} runs`;
  return {
    kind: 'heat',
    id: 'sweep-map',
    title: `Ever infected (%), by ${grid.y.name} and ${grid.x.name}`,
    caption:
      `Hosts ever infected, as a percentage of all vulnerable hosts${of}. Lines run between the bands; ` +
      'values stand evenly spaced, whatever lies between them.',
    x: grid.x,
    y: grid.y,
    value: grid.figure('everInfectedFraction'),
    levels: EVER_INFECTED_LEVELS,
    levelLabel: 'ever infected',
  };
}

/** Returns a fraction as a short percentage without its sign: `0.4`, `57`, `>99`; a dash for NaN. */
export function tileText(fraction: number): string {
  if (Number.isNaN(fraction)) return '–';
  const hundredths = 100 * fraction;
  if (fraction > 0 && hundredths < 0.1) return '<0.1';
  if (fraction < 1 && hundredths >= 99.5) return '>99';
  return String(hundredths < 9.95 ? Number(hundredths.toFixed(1)) : Math.round(hundredths));
}
