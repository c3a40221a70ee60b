/** What was reported of a historical outbreak beside what the scenario gives for the same time. */
import { formatCount, formatDuration, parseCount, parseDuration } from '@wormwood/base';
import { curveOf, valueAt } from '../result/result-series.ts';
import type { SimulationResult } from '../result/result.ts';
import type { ReportTable } from './tables.ts';
import { percent } from '../words/wording.ts';

/** Returns the table of milestones that the scenario behind a result states; null where it states none. */
export function milestoneTable(result: SimulationResult): ReportTable | null {
  const stated = result.scenario['milestones'];
  if (!Array.isArray(stated) || stated.length === 0) return null;
  const ever = curveOf(result, 'everInfected');
  const last = ever.time.at(-1) ?? 0;
  const rows = (stated as readonly Readonly<Record<string, unknown>>[]).flatMap((milestone) => {
    const at = parseDuration(milestone['at'] as string | number);
    const infected = parseCount(milestone['infected'] as string | number);
    if (!at.ok || !infected.ok) return [];
    const ours = at.value > last ? null : valueAt(ever, at.value);
    return [
      [
        String(milestone['reported']),
        formatDuration(at.value),
        formatCount(infected.value),
        ours === null ? '–' : formatCount(ours),
        ours === null || infected.value === 0 ? '–' : percentChange(ours / infected.value - 1),
      ],
    ];
  });
  return {
    caption: 'Reported and simulated: hosts ever infected by that time',
    columns: ['reported', 'at', 'infected', 'simulated', 'difference'],
    rows,
  };
}

/** Returns where the numbers of the scenario come from, as it states it. */
export function statedSources(result: SimulationResult): readonly string[] {
  const stated = result.scenario['sources'];
  return Array.isArray(stated) ? stated.map(String) : [];
}

function percentChange(change: number): string {
  if (Math.abs(change) < 0.0005) return 'none';
  return change > 0 ? `+${percentOf(change)}` : `−${percentOf(-change)}`;
}

/** Above 1, percent() would say all. */
function percentOf(fraction: number): string {
  return fraction < 1 ? percent(fraction) : `${formatCount(Math.round(100 * fraction))}%`;
}
