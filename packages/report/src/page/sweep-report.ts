/** The contents of the report on a sweep. */
import { enumerated, formatCount } from '@wormwood/base';
import { sweepMap } from '../figure/heat-map.ts';
import { sweepChart } from '../figure/sweep-chart.ts';
import { figureIn, shortNames, type SweepResult, type SweepRow, valueText } from '../result/sweep-result.ts';
import { sweepTable } from '../table/sweep-table.ts';
import { computation, percent } from '../words/wording.ts';
import { ENGINES, type Report } from './html.ts';

/** No more rows than a reader goes through; the map and the CSV beside it have all. */
const ROWS_MAX = 40;

/** Returns a report on a sweep, which the given version of the program computed. */
export function sweepReport(sweep: SweepResult, version: string): Report {
  const [map, chart] = [sweepMap(sweep), sweepChart(sweep)];
  const seeds = [...new Set(sweep.cells.map(({ seed }) => seed))];
  return {
    title: `${sweep.name}, over ${enumerated(shortNames(sweep.paths))}`,
    verdict: verdictOf(sweep),
    facts: [],
    sections: [
      {
        title: 'Hosts ever infected',
        text: '',
        charts: chart === null ? [] : [chart],
        pictures: map === null ? [] : [map],
        tables: [sweepTable(sweep, ROWS_MAX)],
      },
    ],
    results: [],
    provenance: {
      version,
      rows: [
        ['Engine', ENGINES[sweep.engine]],
        ['Runs', sweep.runs === 1 ? '1' : `${formatCount(sweep.runs)} of each cell`],
        ['Seed', seeds.join(', ')],
        ['Varied', sweep.paths.join(', ')],
        ['Program', `Wormwood ${version}`],
        ['To repeat', 'wormwood sim reproduce DIR, with the manifest beside the results'],
      ],
    },
  };
}

/** Says where the fewest and the most hosts are infected. */
function verdictOf({ cells, paths, engine, runs }: SweepResult): string {
  const ever = (row: SweepRow): number => figureIn(row, 'everInfectedFraction') ?? NaN;
  const sorted = cells.filter((row) => !Number.isNaN(ever(row))).toSorted((a, b) => ever(a) - ever(b));
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return 'There is nothing to compare.';
  const names = shortNames(paths);
  const at = (row: SweepRow): string =>
    paths.map((path, index) => `${names[index]} ${valueText(row.values[path])}`).join(', ');
  const by = `By ${computation({ engine, runs }).replace('engine', 'the engine')}${runs === 1 ? '' : ' of each cell'}.`;
  if (percent(ever(least)) === percent(ever(most)))
    return `In all ${formatCount(cells.length)} cells the worm infects ${percent(ever(least))} of the hosts. ${by}`;
  return (
    `Of ${formatCount(cells.length)} cells the worm infects the fewest hosts, ${percent(ever(least))}, with ${at(least)}; ` +
    `it infects the most, ${percent(ever(most))}, with ${at(most)}. ${by}`
  );
}
