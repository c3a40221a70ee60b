/** Tables for the terminal. */
import type { ReportTable } from '@wormwood/report';
import Table from 'cli-table3';

/** Returns the table without colours; the first column is aligned left, the others right. */
export function renderTable({ caption, columns, rows }: ReportTable): string {
  const table = new Table({
    head: [...columns],
    colAligns: columns.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((cells) => [...cells]));
  return `${caption}\n${table.toString()}`;
}
