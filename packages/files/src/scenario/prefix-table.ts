/** Tables of prefixes; each prefix may state its share of the vulnerable hosts. */
import { formatCidr, parseCidr, parseCount, type Parsed } from '@wormwood/base';
import type { PopulatedRange } from '@wormwood/epidemic';
import type { TableSpec } from '../shape/table-shapes.ts';

export interface PrefixRow {
  readonly address: number;
  readonly prefixLength: number;
  /** Weight of the prefix: its share of the hosts; null: in proportion to its size. */
  readonly hosts: number | null;
}

export const prefixTable: TableSpec<PrefixRow> = {
  allowed: 'a prefix such as 10.0.0.0/8, or 10.0.0.0/8,1200 with its share of the hosts',
  key: 'prefixes',
  description: 'Prefixes, one per row; a number after a comma is the share of the hosts in the prefix.',
  parse: parsePrefixRow,
  write: ({ hosts, ...prefix }) => `${formatCidr(prefix)}${hosts === null ? '' : `,${hosts}`}`,
  pattern: String.raw`^\s*[0-9.]+(?:/[0-9]{1,2})?\s*(?:,\s*[0-9_.eE^]+\s*)?$`,
};

function parsePrefixRow(line: string): Parsed<PrefixRow> {
  const [prefix = '', hosts, ...rest] = line.split(',');
  if (rest.length > 0) return { ok: false, reason: `A row is ${prefixTable.allowed}, not "${line}".` };
  const cidr = parseCidr(prefix.trim());
  if (!cidr.ok) return cidr;
  if (hosts === undefined) return { ok: true, value: { ...cidr.value, hosts: null } };
  const count = parseCount(hosts.trim());
  return count.ok ? { ok: true, value: { ...cidr.value, hosts: count.value } } : count;
}

/** Returns the rows as ranges of addresses. */
export function rangesOf(rows: readonly PrefixRow[]): readonly PopulatedRange[] {
  return rows.map(({ address, prefixLength, hosts }) => ({
    first: address,
    size: 2 ** (32 - prefixLength),
    ...(hosts === null ? {} : { weight: hosts }),
  }));
}

/** Returns a sentence about the first two rows that overlap; undefined if none do. */
export function overlapOf(rows: readonly PrefixRow[]): string | undefined {
  const rising = rows.toSorted((a, b) => a.address - b.address || a.prefixLength - b.prefixLength);
  for (const [index, row] of rising.entries()) {
    const next = rising[index + 1];
    if (next !== undefined && next.address < row.address + 2 ** (32 - row.prefixLength)) {
      return `The prefixes ${formatCidr(row)} and ${formatCidr(next)} overlap.`;
    }
  }
  return undefined;
}
