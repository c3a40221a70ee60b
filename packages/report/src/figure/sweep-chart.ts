/** A sweep as curves: hosts ever infected over one path, a line for each combination of the others. */
import type { Line, LineChart } from './chart.ts';
import {
  figureIn,
  measuredValue,
  shortNames,
  spreadIn,
  type SweepResult,
  type SweepRow,
  valueText,
} from '../result/sweep-result.ts';

/** More lines than this cannot be distinguished. */
const LINES_MAX = 8;

/**
 * Returns the share of hosts ever infected over the path with the most values; null if no path has two values that are numbers,
 * or if the others have more combinations than a chart can show.
 */
export function sweepChart(sweep: SweepResult): LineChart | null {
  const numeric = sweep.paths.filter((path) =>
    sweep.cells.every(({ values }) => measuredValue(values[path]) !== undefined),
  );
  const distinct = (path: string): number =>
    new Set(sweep.cells.map(({ values }) => valueText(values[path]))).size;
  const along = numeric.toSorted((a, b) => distinct(b) - distinct(a))[0];
  if (along === undefined || distinct(along) < 2) return null;
  const others = sweep.paths.filter((path) => path !== along);
  const groups = new Map<string, SweepRow[]>();
  for (const row of sweep.cells) {
    const name = others.map((path) => valueText(row.values[path])).join(', ');
    const rows = groups.get(name);
    if (rows === undefined) groups.set(name, [row]);
    else rows.push(row);
  }
  if (groups.size > LINES_MAX) return null;
  const names = shortNames(sweep.paths);
  const nameOf = (path: string): string => names[sweep.paths.indexOf(path)] ?? path;
  const unit = measuredValue(sweep.cells[0]?.values[along])?.unit ?? '';
  return {
    kind: 'lines',
    id: 'sweep',
    title: `Ever infected, over ${nameOf(along)}`,
    caption:
      sweep.runs === 1
        ? 'Hosts ever infected, as a percentage of all vulnerable hosts.'
        : `Hosts ever infected, as a percentage of all vulnerable hosts: the mean of ${sweep.runs} runs, and the band from ` +
          '5 to 95% of them.',
    x: { label: unit === '' ? nameOf(along) : `${nameOf(along)} (${unit})` },
    y: { label: 'ever infected (%)', min: 0 },
    ...(others.length > 0 && { legend: others.map(nameOf).join(', ') }),
    lines: Array.from(groups, ([name, rows]) => lineOf(name, rows, along, groups.size)),
    moments: [],
  };
}

function lineOf(name: string, rows: readonly SweepRow[], along: string, lines: number): Line {
  const place = (row: SweepRow): number => measuredValue(row.values[along])?.value ?? NaN;
  const sorted = rows.toSorted((a, b) => place(a) - place(b));
  const spreads = sorted.map((row) => spreadIn(row, 'everInfectedFraction'));
  const hasBand = lines === 1 && spreads.every((spread) => spread?.q05 !== null && spread?.q05 !== undefined);
  return {
    name: lines === 1 ? 'ever infected' : name,
    role: lines === 1 ? 'everInfected' : 'sequence',
    x: sorted.map(place),
    y: sorted.map((row) => 100 * (figureIn(row, 'everInfectedFraction') ?? NaN)),
    ...(hasBand && {
      band: {
        low: spreads.map((spread) => 100 * (spread?.q05 ?? NaN)),
        high: spreads.map((spread) => 100 * (spread?.q95 ?? NaN)),
        name: '5 to 95%',
      },
    }),
  };
}
