/**
 * The report: one self-contained HTML file without scripts, legible on a phone, in the dark and on paper. It opens with the
 * verdict and ends with the information needed to repeat the runs.
 */
import { formatCount, formatDuration } from '@wormwood/base';
import type { EngineName } from '@wormwood/epidemic';
import type { LineChart } from '../figure/chart.ts';
import type { NamedResult } from '../result/result.ts';
import { fileNameOf } from '../figure/charts.ts';
import { paletteStyle } from '../figure/palette.ts';
import { type Picture, pictureSvg } from '../figure/picture.ts';
import { toSvg } from '../figure/svg.ts';
import { escapeXml } from '../figure/xml.ts';
import type { SimulationResult } from '../result/result.ts';
import { scenarioDocument, scenarioText } from '@wormwood/files/scenario';
import { seriesCsv, summaryCsv } from '../table/csv.ts';
import type { Fact } from '../words/facts.ts';
import { chartCsv, chartTable } from '../table/figure-data.ts';
import { reportStyle } from './style.ts';
import type { ReportTable } from '../table/tables.ts';

/** What the HTML page shows, from top to bottom. */
export interface Report {
  readonly title: string;
  /** The result in a few sentences. */
  readonly verdict: string;
  /** A few figures in large type under the verdict. */
  readonly highlights?: readonly Highlight[];
  readonly facts: readonly Fact[];
  readonly sections: readonly ReportSection[];
  /** Results that the report describes and offers as CSV, in the order of the sections. */
  readonly results: readonly NamedResult[];
  /** How a report without such results was computed. */
  readonly provenance?: Provenance;
}

export interface Provenance {
  readonly version: string;
  readonly rows: readonly (readonly [term: string, text: string])[];
}

export interface Highlight {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

/** A heading with text, figures and tables under it. */
export interface ReportSection {
  readonly title: string;
  readonly text: string;
  readonly charts: readonly LineChart[];
  readonly pictures?: readonly Picture[];
  readonly tables: readonly ReportTable[];
}

/** Prevents loading and scripts, whatever a name in a scenario contains. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Returns the report as the text of an HTML file. */
export function renderReport(report: Report): string {
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeXml(report.title)} · Wormwood</title>`,
    `<style>${paletteStyle()}${reportStyle()}</style>`,
  ];
  const number = numbering();
  const body = [
    `<header><p class="kicker">Wormwood outbreak report</p><h1>${escapeXml(report.title)}</h1>`,
    `<p class="verdict">${escapeXml(report.verdict)}</p></header><main>`,
    renderHighlights(report.highlights ?? []),
    ...report.sections.map((section) => renderSection(section, number)),
    renderFacts(report.facts),
    renderHow(report),
    `</main><footer><p>${footerText(report)}</p></footer>`,
  ];
  return `<!doctype html>\n<html lang="en"><head>${head.join('')}</head><body>${body.join('\n')}</body></html>\n`;
}

function footerText({ results, provenance }: Report): string {
  const own = provenance === undefined ? [] : [provenance.version];
  const versions = [...new Set([...own, ...results.map(({ result }) => result.version)])].join(', ');
  return `Wormwood ${escapeXml(versions)}. A simulated worm is a rate and a strategy; this file contains no code.`;
}

/** Counts figures. */
function numbering(): () => number {
  let count = 0;
  return () => ++count;
}

function renderHighlights(highlights: readonly Highlight[]): string {
  if (highlights.length === 0) return '';
  const items = highlights.map(
    ({ label, value, note }) =>
      `<div><dt>${escapeXml(label)}</dt><dd><b>${escapeXml(value)}</b><span>${escapeXml(note)}</span></dd></div>`,
  );
  return `<dl class="highlights">${items.join('')}</dl>`;
}

function renderSection(
  { title, text, charts, pictures = [], tables }: ReportSection,
  number: () => number,
): string {
  return [
    `<section><h2>${escapeXml(title)}</h2>`,
    text === '' ? '' : `<p>${escapeXml(text)}</p>`,
    ...charts.map((chart) => renderChart(chart, number())),
    ...pictures.map((picture) => renderPicture(picture, number())),
    ...tables.map(renderTable),
    '</section>',
  ].join('\n');
}

/** Draws each figure twice, because a wide picture shrunk to a phone would be illegible. */
function renderChart(chart: LineChart, number: number): string {
  const wide = toSvg(chart, { theme: 'auto', width: 860, height: 440 });
  const narrow = toSvg(chart, { theme: 'auto', width: 400, height: 380 });
  return [
    `<figure id="${escapeXml(chart.id)}"><div class="wide">${wide}</div><div class="narrow">${narrow}</div>`,
    `<figcaption><b>Figure ${number}.</b> ${escapeXml(chart.caption)}</figcaption>`,
    `<details><summary>Numbers behind figure ${number}</summary>`,
    renderTable(chartTable(chart)),
    `<p class="links">${csvLink('All of them as CSV', `${chart.id}.csv`, chartCsv(chart))}</p></details></figure>`,
  ].join('');
}

function renderPicture(picture: Picture, number: number): string {
  const wide = pictureSvg(picture, { theme: 'auto', width: 860 });
  const narrow = pictureSvg(picture, { theme: 'auto', width: 400 });
  return [
    `<figure id="${escapeXml(picture.id)}"><div class="wide">${wide}</div><div class="narrow">${narrow}</div>`,
    `<figcaption><b>Figure ${number}.</b> ${escapeXml(picture.caption)}</figcaption></figure>`,
  ].join('');
}

/** Tables of more columns show each row as lines of its own on a phone. */
const STACKED_COLUMNS = 3;

/** Renders a table; the first column holds the names of the rows. */
function renderTable({ caption, columns, rows }: ReportTable): string {
  const header = columns
    .map((column) => (column === '' ? '<td></td>' : `<th scope="col">${escapeXml(column)}</th>`))
    .join('');
  const body = rows
    .map(([name = '', ...cells]) => {
      const data = cells
        .map(
          (cell, index) => `<td data-label="${escapeXml(columns[index + 1] ?? '')}">${escapeXml(cell)}</td>`,
        )
        .join('');
      return `<tr><th scope="row">${escapeXml(name)}</th>${data}</tr>`;
    })
    .join('\n');
  const label = escapeXml(caption);
  const kind = columns.length > STACKED_COLUMNS ? 'table stacked' : 'table';
  return (
    `<div class="${kind}" role="region" tabindex="0" aria-label="${label}"><table><caption>${label}</caption>` +
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

export const ENGINES: Readonly<Record<EngineName, string>> = {
  ode: 'ode: the mean field, which is deterministic and describes the average of large outbreaks',
  stochastic: 'stochastic: every infection and contact is an event drawn from its exact distribution',
  hosts:
    'hosts: every vulnerable host and honeypot has an address; probes that hit nothing are skipped exactly',
  probes: 'probes: every single probe is drawn against the whole address space',
};

function renderHow({ results, provenance }: Report): string {
  if (results.length === 0) {
    return provenance === undefined
      ? ''
      : `<section><h2>How it was computed</h2>${renderTerms(provenance.rows)}</section>`;
  }
  const many = results.length > 1;
  const parts = results.map((named) => {
    const inside = renderProvenance(named, results.length);
    const { engine } = named.result;
    return many
      ? `<details><summary>${escapeXml(named.name)}, ${escapeXml(engine)}</summary>${inside}</details>`
      : inside;
  });
  const summaries = csvLink('Key figures of all results as CSV', 'summary.csv', summaryCsv(results));
  return `<section><h2>How it was computed</h2>${many ? `<p class="links">${summaries}</p>` : ''}${parts.join('\n')}</section>`;
}

function renderProvenance({ name, result }: NamedResult, results: number): string {
  const { engine, runs, seed, version } = result;
  const series = thinSeries(result, results);
  const rows: Provenance['rows'] = [
    ['Engine', ENGINES[engine]],
    ['Runs', `${formatCount(runs)}${result.partial === true ? ', ended early' : ''}`],
    ['Seed', seed],
    ['Program', `Wormwood ${version}`],
    ['To repeat', `wormwood sim run scenario.yaml --engine ${engine} --runs ${runs} --seed ${seed}`],
  ];
  const file = fileNameOf(name);
  const scenario = scenarioText(scenarioDocument(result.scenario));
  const links = [
    csvLink(`Series as CSV${series.note}`, `${file}-series.csv`, seriesCsv(series.result)),
    csvLink('Key figures as CSV', `${file}-summary.csv`, summaryCsv([{ name, result }])),
  ];
  return (
    renderTerms(rows) +
    `<h3>scenario.yaml</h3><pre>${escapeXml(scenario)}</pre><p class="links">${links.join(' · ')}</p>`
  );
}

function renderTerms(rows: Provenance['rows']): string {
  const items = rows.map(([term, text]) => `<div><dt>${term}</dt><dd>${escapeXml(text)}</dd></div>`);
  return `<dl class="provenance">${items.join('')}</dl>`;
}

/** Reports are small enough to be mailed: they contain every n-th sample of longer series, and say so. */
const SERIES_ROWS_MAX = 1500;
const SERIES_ROWS_MIN = 150;

function thinSeries(
  result: SimulationResult,
  results: number,
): { readonly result: SimulationResult; readonly note: string } {
  const { time } = result.series;
  const stride = Math.ceil(time.length / Math.max(SERIES_ROWS_MIN, SERIES_ROWS_MAX / results));
  if (stride <= 1) return { result, note: '' };
  const spacing = formatDuration((time[stride] ?? 0) - (time[0] ?? 0));
  return { result: { ...result, series: everyNth(result.series, stride) }, note: `, every ${spacing}` };
}

/** Keeps every stride-th number and the last of all arrays inside. */
function everyNth<Series>(series: Series, stride: number): Series {
  const thin = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((_, i) => i % stride === 0 || i === value.length - 1);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, thin(inner)]));
  };
  return thin(series) as Series;
}

function csvLink(label: string, file: string, csv: string): string {
  return `<a download="${escapeXml(file)}" href="${dataUri(csv)}">${escapeXml(label)}</a>`;
}

/** Encodes only characters that would end the attribute or the URI, so that digits and commas stay single bytes. */
function dataUri(csv: string): string {
  const encoded = csv.replaceAll(/[^A-Za-z0-9,._~:;()*'@/?=+-]/gu, (character) => encodeCharacter(character));
  return `data:text/csv;charset=utf-8,${encoded}`;
}

function encodeCharacter(character: string): string {
  // Half of a surrogate pair is not a character.
  return /\p{Surrogate}/u.test(character) ? '%EF%BF%BD' : encodeURIComponent(character);
}
