/** The files that `--out DIR` writes for one result: numbers, figures, report. */
import { formatIpv4 } from '@wormwood/base';
import type { InfectionLog } from '@wormwood/epidemic';
import {
  type LineChart,
  outbreakReport,
  type Picture,
  pictureSvg,
  renderReport,
  resultDocument,
  runsCsv,
  type RunsTable,
  seriesColumns,
  seriesCsv,
  type SimulationResult,
  sweepColumns,
  sweepReport,
  type SweepResult,
  toCsv,
  toSvg,
} from '@wormwood/report';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { svgToPng } from './png.ts';
import { VERSION } from '../version.ts';
import type { OutputFile } from './save.ts';

export interface ResultExtras {
  readonly runs: RunsTable;
  /** Who infected whom, where the run recorded it. */
  readonly infections: InfectionLog | undefined;
  readonly pictures: readonly Picture[];
}

/** Returns the files of a result. */
export function resultFiles(
  result: SimulationResult,
  { runs, infections, pictures }: ResultExtras,
): OutputFile[] {
  const report = outbreakReport(result, pictures);
  return [
    { name: 'result.json', content: `${JSON.stringify(resultDocument(result))}\n` },
    { name: 'series.csv', content: seriesCsv(result) },
    { name: 'series.parquet', content: seriesParquet(result) },
    { name: 'runs.csv', content: runsCsv(runs) },
    { name: 'runs.parquet', content: runsParquet(runs) },
    ...(infections === undefined ? [] : infectionFiles(infections)),
    ...report.sections.flatMap(({ charts }) => charts.flatMap(chartFiles)),
    ...pictures.flatMap(pictureFiles),
    { name: 'report.html', content: renderReport(report) },
  ];
}

/** Returns a chart as SVG and PNG. */
export function chartFiles(chart: LineChart): OutputFile[] {
  const svg = toSvg(chart);
  return [
    { name: `${chart.id}.svg`, content: svg },
    { name: `${chart.id}.png`, content: svgToPng(svg) },
  ];
}

/** Returns a picture as SVG and PNG. */
export function pictureFiles(picture: Picture): OutputFile[] {
  const svg = pictureSvg(picture);
  return [
    { name: `${picture.id}.svg`, content: svg },
    { name: `${picture.id}.png`, content: svgToPng(svg) },
  ];
}

function seriesParquet(result: SimulationResult): Uint8Array {
  return parquet(
    seriesColumns(result).map(([name, values]) => ({
      name,
      data: Float64Array.from(values),
      type: 'DOUBLE',
    })),
  );
}

function runsParquet({ seed, replicate, columns }: RunsTable): Uint8Array {
  return parquet([
    { name: 'seed', data: Array.from(replicate, () => seed), type: 'STRING' },
    { name: 'replicate', data: replicate, type: 'INT32' },
    ...columns.map(([name, values]) => ({
      name,
      data: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
      type: 'DOUBLE' as const,
      nullable: true,
    })),
  ]);
}

/** Larger spaces have addresses that a dotted quad cannot express. */
const IPV4_SIZE = 2 ** 32;

function infectionFiles({ host, infector, timeSeconds, address }: InfectionLog): OutputFile[] {
  const addressOf = Array.from(host, (index) => address[index] ?? 0);
  const isIpv4 = address.every((value) => value < IPV4_SIZE);
  const rows = Array.from(host, (index, row) => {
    const place = addressOf[row] ?? 0;
    return [index, isIpv4 ? formatIpv4(place) : place, infector[row] ?? -1, timeSeconds[row] ?? 0];
  });
  const columns: readonly ColumnSource[] = [
    { name: 'host', data: host, type: 'INT32' },
    { name: 'address', data: BigInt64Array.from(addressOf, BigInt), type: 'INT64' },
    { name: 'infector', data: infector, type: 'INT32' },
    { name: 'time_s', data: timeSeconds, type: 'DOUBLE' },
  ];
  return [
    { name: 'infections.csv', content: toCsv([['host', 'address', 'infector', 'time_s'], ...rows]) },
    { name: 'infections.parquet', content: parquet(columns) },
  ];
}

/** Returns a sweep as Parquet: a row a cell, texts for identifiers and words, doubles for figures. */
export function sweepParquet(sweep: SweepResult): Uint8Array {
  return parquet(
    sweepColumns(sweep).map(({ name, values }): ColumnSource =>
      values.every((value) => typeof value !== 'string')
        ? { name, data: values as (number | null)[], type: 'DOUBLE', nullable: true }
        : { name, data: values.map(String), type: 'STRING' },
    ),
  );
}

/** Returns the figures of a sweep and the report on it. */
export function sweepReportFiles(sweep: SweepResult, version: string): readonly OutputFile[] {
  const report = sweepReport(sweep, version);
  return [
    ...report.sections.flatMap(({ charts }) => charts.flatMap(chartFiles)),
    ...report.sections.flatMap(({ pictures = [] }) => pictures.flatMap(pictureFiles)),
    { name: 'report.html', content: renderReport(report) },
  ];
}

function parquet(columns: readonly ColumnSource[]): Uint8Array {
  const columnData = columns.map((column) => ({ nullable: false, ...column }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: `wormwood ${VERSION}` }));
}
