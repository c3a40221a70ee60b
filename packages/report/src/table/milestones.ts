/** Reported numbers of a historical outbreak beside the simulated ones at the same times. */
import { formatCount, formatDuration } from '@wormwood/base';
import { curveOf, valueAt } from '../result/result-series.ts';
import type { SimulationResult } from '../result/result.ts';
import type { ReportTable } from './tables.ts';
import { percent } from '../words/wording.ts';

/** Returns a table of the milestones in the scenario of a result; null if there are none. */
export function milestoneTable(result: SimulationResult): ReportTable | null {
  const { milestones } = result.scenario;
  if (milestones.length === 0) return null;
  const ever = curveOf(result, 'everInfected');
  const last = ever.time.at(-1) ?? 0;
  const rows = milestones.map(({ atSeconds, infected, reported }) => {
    const ours = atSeconds > last ? null : valueAt(ever, atSeconds);
    return [
      reported,
      formatDuration(atSeconds),
      formatCount(infected),
      ours === null ? '–' : formatCount(ours),
      ours === null || infected === 0 ? '–' : percentChange(ours / infected - 1),
    ];
  });
  return {
    caption: 'Hosts ever infected, reported and simulated',
    columns: ['reported', 'at', 'infected', 'simulated', 'difference'],
    rows,
  };
}

function percentChange(change: number): string {
  if (Math.abs(change) < 0.0005) return 'none';
  return change > 0 ? `+${percentOf(change)}` : `−${percentOf(-change)}`;
}

/** For fractions above 1 too, which `percent` limits to 100 %. */
function percentOf(fraction: number): string {
  return fraction < 1 ? percent(fraction) : `${formatCount(Math.round(100 * fraction))}%`;
}
