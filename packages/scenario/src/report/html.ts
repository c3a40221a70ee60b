/**
 * The report: one HTML file that needs nothing else, reads on a phone, in the dark and on paper. It opens with the
 * verdict and ends with what it takes to repeat it.
 */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import type { LineChart } from '../figure/chart.ts';
import { paletteStyle } from '../figure/palette.ts';
import { escapeXml, toSvg } from '../figure/svg.ts';
import type { SimulationResult } from '../result.ts';
import { scenarioText } from '../scenario-file.ts';
import { seriesCsv } from './csv.ts';
import type { Fact } from './facts.ts';
import { reportStyle } from './style.ts';
import { type FigureName, figureOf, spreadOf } from './summary-figures.ts';

export interface Report {
  readonly title: string;
  /** The sentence that a reader in a hurry takes away. */
  readonly verdict: string;
  readonly facts: readonly Fact[];
  readonly sections: readonly ReportSection[];
  /** Results to describe and to offer as CSV, in the order of the sections. */
  readonly results: readonly ReportResult[];
}

export interface ReportResult {
  readonly name: string;
  readonly result: SimulationResult;
}

/** A heading with text, figures and tables under it. */
export interface ReportSection {
  readonly title: string;
  readonly text: string;
  readonly charts: readonly LineChart[];
  readonly tables: readonly ReportTable[];
}

export interface ReportTable {
  readonly caption: string;
  /** The first column names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Returns the report as the text of an HTML file. */
export function renderReport(report: Report): string {
  const head =
    `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta name="color-scheme" content="light dark"><title>${escapeXml(report.title)}</title>` +
    `<style>${paletteStyle()}${reportStyle()}</style>`;
  const body = [
    `<header><p class="kicker">Wormwood outbreak report</p><h1>${escapeXml(report.title)}</h1>`,
    `<p class="verdict">${escapeXml(report.verdict)}</p></header><main>`,
    ...report.sections.map(renderSection),
    renderFacts(report.facts),
    renderHow(report.results),
    '</main><footer><p>A simulated worm is a rate and a strategy: nothing here is a worm.</p></footer>',
  ];
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body>${body.join('\n')}</body></html>\n`;
}

function renderSection({ title, text, charts, tables }: ReportSection): string {
  return [
    `<section><h2>${escapeXml(title)}</h2>`,
    text === '' ? '' : `<p>${escapeXml(text)}</p>`,
    ...charts.map(renderChart),
    ...tables.map(renderTable),
    '</section>',
  ].join('\n');
}

function renderChart(chart: LineChart): string {
  const svg = toSvg(chart, { theme: 'auto', height: 440 });
  return `<figure id="${escapeXml(chart.id)}">${svg}<figcaption>${escapeXml(chart.caption)}</figcaption></figure>`;
}

/** Cells that are numbers line up by their digits; the first column is the row's name. */
function renderTable({ caption, columns, rows }: ReportTable): string {
  const header = columns.map((column) => `<th scope="col">${escapeXml(column)}</th>`).join('');
  const body = rows
    .map(([name = '', ...cells]) => {
      const data = cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join('');
      return `<tr><th scope="row">${escapeXml(name)}</th>${data}</tr>`;
    })
    .join('\n');
  return (
    `<div class="table" role="region" tabindex="0" aria-label="${escapeXml(caption)}"><table><caption>${escapeXml(caption)}</caption>` +
    `<thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`
  );
}

function renderFacts(facts: readonly Fact[]): string {
  if (facts.length === 0) return '';
  const items = facts.map(
    ({ title, text }) => `<li><h3>${escapeXml(title)}</h3><p>${escapeXml(text)}</p></li>`,
  );
  return `<section><h2>Three facts behind it</h2><ol class="facts">${items.join('\n')}</ol></section>`;
}

function renderHow(results: readonly ReportResult[]): string {
  const items = results.map(({ name, result }) => {
    const { engine, runs, seed, version } = result;
    const count = runs === 1 ? 'one run' : `${formatCount(runs)} runs`;
    const csv = `data:text/csv;charset=utf-8,${encodeURIComponent(seriesCsv(result))}`;
    const partial = result.partial === true ? ' Ended early: the series stop short of the duration.' : '';
    return (
      `<details><summary>${escapeXml(name)}: ${escapeXml(engine)}, ${count}</summary>` +
      `<p>Engine ${escapeXml(engine)}, ${count}, seed ${escapeXml(seed)}, Wormwood ${escapeXml(version)}.${partial} ` +
      `<a download="${escapeXml(name.replaceAll(/[^A-Za-z0-9._-]+/g, '-'))}.csv" href="${csv}">Series as CSV</a></p>` +
      `<pre>${escapeXml(scenarioText(result.scenario))}</pre></details>`
    );
  });
  return `<section><h2>How it was computed</h2>${items.join('\n')}</section>`;
}

interface SummaryRow {
  readonly label: string;
  readonly figure: FigureName;
  readonly format: (value: number) => string;
}

const SUMMARY_ROWS: readonly SummaryRow[] = [
  { label: 'Peak: hosts infected at one time', figure: 'peakInfected', format: formatCount },
  { label: 'Time of the peak', figure: 'peakTime', format: formatDuration },
  { label: 'Ever infected: hosts infected at some time', figure: 'everInfected', format: formatCount },
  { label: 'Ever infected, of all vulnerable hosts', figure: 'everInfectedFraction', format: formatPercent },
  { label: 'Never infected', figure: 'neverInfected', format: formatCount },
  { label: 'Immunized at the end', figure: 'immunized', format: formatCount },
  { label: 'Still infected at the end', figure: 'stillInfected', format: formatCount },
  { label: 'No host infected any more after', figure: 'extinctionTime', format: formatDuration },
  { label: 'Doubling time of the early outbreak', figure: 'doublingTime', format: formatDuration },
  {
    label: 'Basic reproduction number R0',
    figure: 'basicReproductionNumber',
    format: (value) => value.toPrecision(4),
  },
  {
    label: 'Reproduction number when honeypots start',
    figure: 'reproductionNumberAtStart',
    format: (value) => value.toPrecision(4),
  },
  { label: 'Probes sent', figure: 'probes', format: formatCount },
  { label: 'Contacts with honeypots', figure: 'honeypotContacts', format: formatCount },
];

/** Returns the key figures of a result as a table; an ensemble has the spread beside the mean. */
export function summaryTable(result: SimulationResult): ReportTable {
  const isEnsemble = result.runs > 1;
  return {
    caption: 'Key figures',
    columns: isEnsemble ? ['', 'mean', '5 %', '95 %'] : ['', 'value'],
    rows: SUMMARY_ROWS.map(({ label, figure, format }) => {
      const show = (value: number | null | undefined): string =>
        value === null || value === undefined ? '–' : format(value);
      const spread = spreadOf(result, figure);
      return isEnsemble
        ? [label, show(figureOf(result, figure)), show(spread?.q05), show(spread?.q95)]
        : [label, show(figureOf(result, figure))];
    }),
  };
}
