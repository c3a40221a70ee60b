/** The rows as Markdown, for docs/detect.md. */
import { formatDuration } from '@wormwood/base';
import type { Miss } from './bars.ts';
import type { Hardship } from './hardships.ts';
import { countFrom, type Row } from './rows.ts';
import { upperBound } from './statistics.ts';
import type { Outcome, Swept } from './sweep.ts';

export function markdownOf(rows: readonly Row[], misses: readonly Miss[]): string {
  const innocents = rows.filter(({ side }) => side === 'innocent');
  const scanners = rows.filter(({ side }) => side === 'scanner');
  return [
    innocentTable(innocents),
    summaryOf(innocents),
    scannerTable(scanners),
    intervalsOf(scanners),
    missesOf(misses),
    '',
  ].join('\n\n');
}

/** One line a class, with a column for each prefix, as docs/detect.md has it. */
export function briefOf(rows: readonly Row[], misses: readonly Miss[]): string {
  const prefixes = [...new Set(rows.map(({ prefixLength }) => prefixLength))].toSorted((a, b) => a - b);
  const columns = prefixes.map((prefix) => `/${prefix}`);
  const lines = (side: Row['side'], cell: (row: Row) => string): readonly (readonly string[])[] => {
    const own = rows.filter((row) => row.side === side);
    return [...new Set(own.map((row) => row.class))].map((name) => {
      const ofClass = own.filter((row) => row.class === name);
      const cells = prefixes.map((prefix) => {
        const row = ofClass.find(({ prefixLength }) => prefixLength === prefix);
        return row === undefined ? '' : cell(row);
      });
      return [name, ofClass[0]?.kind ?? ''].concat(cells);
    });
  };
  return [
    tableOf(
      ['innocent class', 'at most', ...columns],
      lines(
        'innocent',
        ({ judged: { contact, scanning, infected } }) => `${contact} / ${scanning} / ${infected}`,
      ),
    ),
    summaryOf(rows.filter(({ side }) => side === 'innocent')),
    tableOf(['scanning class', 'at least', ...columns], lines('scanner', foundCell)),
    intervalsOf(rows.filter(({ side }) => side === 'scanner')),
    missesOf(misses),
    '',
  ].join('\n\n');
}

/** The share that was found, in brackets where nothing is promised, and the time beside theory. */
function foundCell({ judged, kind, sources, isPromised, time }: Row): string {
  const found = percent(countFrom(judged, kind) / sources);
  const ratio = time === null || !isPromised ? '' : `, ${(time.meanSeconds / time.theorySeconds).toFixed(2)}`;
  return isPromised ? `${found}${ratio}` : `(${found})`;
}

function innocentTable(rows: readonly Row[]): string {
  const head = [
    'innocent class',
    'at most',
    'prefix',
    'sources',
    'contact',
    'scanning',
    'infected',
    'proven',
  ];
  return tableOf(
    [...head, 'false', 'false at most (95 %)', 'doors differ'],
    rows.map((row) => [
      row.class,
      row.kind,
      `/${row.prefixLength}`,
      ...[row.sources, row.judged.contact, row.judged.scanning, row.judged.infected, row.proven].map(String),
      String(row.falseVerdicts),
      percent(row.falseRateBound),
      row.doorsDiffer === null ? 'capture only' : String(row.doorsDiffer),
    ]),
  );
}

function scannerTable(rows: readonly Row[]): string {
  const head = [
    'scanning class',
    'at least',
    'prefix',
    'sources',
    'contact',
    'scanning',
    'infected',
    'found',
  ];
  return tableOf(
    [...head, 'promised', 'proven', 'doors differ', 'mean time', 'theory', 'ratio', 'least possible'],
    rows.map((row) => [
      row.class,
      row.kind,
      `/${row.prefixLength}`,
      ...[row.sources, row.judged.contact, row.judged.scanning, row.judged.infected].map(String),
      percent(countFrom(row.judged, row.kind) / row.sources),
      row.isPromised ? '99 %' : 'no',
      String(row.proven),
      row.doorsDiffer === null ? 'capture only' : String(row.doorsDiffer),
      ...timeCells(row),
    ]),
  );
}

function timeCells({ time }: Row): readonly string[] {
  if (time === null) return ['', '', '', ''];
  const { meanSeconds, standardError, theorySeconds, leastSeconds } = time;
  const [ratio, error] = [meanSeconds / theorySeconds, standardError / theorySeconds];
  const spans = [meanSeconds, theorySeconds].map((seconds) => formatDuration(seconds));
  return [...spans, `${ratio.toFixed(2)} ± ${error.toFixed(2)}`, formatDuration(leastSeconds)];
}

function summaryOf(rows: readonly Row[]): string {
  const sources = rows.reduce((sum, row) => sum + row.sources, 0);
  const infected = rows.reduce((sum, row) => sum + row.judged.infected, 0);
  const falseVerdicts = rows.reduce((sum, row) => sum + row.falseVerdicts, 0);
  return (
    `Of ${sources} innocent sources ${infected} were judged infected, at most ${percent(upperBound(infected, sources))} with 95 % ` +
    `confidence; of ${falseVerdicts} more was said than is true.`
  );
}

function intervalsOf(rows: readonly Row[]): string {
  let [held, stated] = [0, 0];
  for (const { intervals, isPromised } of rows) {
    if (intervals === null || !isPromised) continue;
    held += intervals.held;
    stated += intervals.stated;
  }
  if (stated === 0) return 'No verdict states a rate.';
  return `Of ${stated} intervals of 95 % for the rate of a uniform scanner ${held} hold the true one: ${percent(held / stated)}.`;
}

function missesOf(misses: readonly Miss[]): string {
  if (misses.length === 0) return 'All bars hold.';
  const lines = misses.map(
    ({ bar, class: name, prefixLength, figures }) =>
      `- ${bar}: ${name}${prefixLength === 0 ? '' : ` on a /${prefixLength}`}, ${figures}`,
  );
  return ['Bars that do not hold:', '', ...lines].join('\n');
}

export function hardshipsOf(hardships: readonly Hardship[]): string {
  return tableOf(
    ['hardship', 'what it is', 'holds', 'figures'],
    hardships.map(({ name, about, holds, figures }) => [name, about, holds ? 'yes' : '**no**', figures]),
  );
}

/** One line a constant: as it is, half, twice; what stays as it is is left out. */
export function sweptWords(swept: readonly Swept[]): string {
  return tableOf(
    ['constant', 'as it is', '× ½', '× 2'],
    swept.map(({ constant, outcomes }) => {
      const [asItIs = '', ...others] = outcomes.map(outcomeWords);
      return [constant, asItIs, ...others.map((each) => (each === asItIs ? 'the same' : each))];
    }),
  );
}

function outcomeWords({ found, promised, timeRatio, falseVerdicts, fails }: Outcome): string {
  if (promised === 0) return fails.length === 0 ? 'all hold' : `fails: ${fails.join(', ')}`;
  return `${percent(found / promised)}, ${timeRatio.toFixed(3)}, ${falseVerdicts} false`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
