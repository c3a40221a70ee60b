/** Tables for the terminal, no wider than it is. */
import type { ReportTable } from '@wormwood/report';
import Table from 'cli-table3';
import { wrapped } from './terminal.ts';

/**
 * Returns the table without colours; the first column is aligned left, the others right. Where it is wider than `columns`,
 * its heads and the names of its rows are broken at spaces; where that does not do, each row becomes lines of its own.
 */
export function renderTable(table: ReportTable, columns: number = Infinity): string {
  const widths = fittingWidths(table, columns);
  return `${wrapped(table.caption, columns)}\n${widths === null ? stacked(table) : boxed(table, widths)}`;
}

/** Blanks beside a cell, and a border; one border more closes the row. */
const CELL_FRAME = 3;

/** The width of each column, or null where no break at a space makes the table fit. */
function fittingWidths({ columns: heads, rows }: ReportTable, most: number): readonly number[] | null {
  const cells = heads.map((_, column) => rows.map((row) => row[column] ?? ''));
  const wanted = heads.map((head, column) => longest([head, ...cells[column]!]));
  const least = heads.map((head, column) =>
    longest([
      ...head.split(' '),
      ...cells[column]!.flatMap((cell) => (column === 0 ? cell.split(' ') : cell)),
    ]),
  );
  const room = most - 1 - heads.length * CELL_FRAME;
  const widths = [...wanted];
  // Heads are shortened first: only they can be broken in all columns but the first.
  for (const column of [...heads.keys()].slice(1).concat(0)) {
    const excess = sum(widths) - room;
    if (excess > 0) widths[column] = Math.max(least[column]!, widths[column]! - excess);
  }
  return sum(widths) <= room ? widths : null;
}

function boxed({ columns, rows }: ReportTable, widths: readonly number[]): string {
  const table = new Table({
    head: columns.map((head, column) => wrapped(head, widths[column]!)),
    colAligns: columns.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map(([name = '', ...cells]) => [wrapped(name, widths[0]!), ...cells]));
  return table.toString();
}

/** The name of each row, and under it a line for each cell. */
function stacked({ columns, rows }: ReportTable): string {
  const width = longest(columns.slice(1));
  return rows
    .map(([name = '', ...cells]) =>
      [
        name,
        ...cells.flatMap((cell, index) =>
          cell === '' ? [] : `  ${(columns[index + 1] ?? '').padEnd(width)}  ${cell}`,
        ),
      ].join('\n'),
    )
    .join('\n');
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
