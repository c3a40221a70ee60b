/** `wormwood net addresses PREFIX`: addresses for decoys in an IPv6 prefix, which nobody can fill: those that scanners try. */
import { type Cidr, randomStreams } from '@wormwood/base';
import { COMMON_VENDORS, type DecoyPattern, decoyAddresses, type PatternCover } from '@wormwood/honeynet';
import { formatIpv6, formatIpv6Prefix, type Ipv6Prefix } from '@wormwood/wire';
import Table from 'cli-table3';
import type { PrintOptions } from '../command-options.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';

export interface NetAddressesOptions extends PrintOptions {
  readonly count: number;
  readonly ipv4: readonly Cidr[];
  readonly bind?: string;
  readonly seed: string;
}

const PATTERNS: Readonly<Record<DecoyPattern, string>> = {
  'low-byte': 'small numbers, ::1 to ::ff',
  'service-port': 'ports, ::443 and ::1bb',
  word: 'words, ::cafe',
  'embedded-ipv4': 'IPv4 addresses of --ipv4',
  'eui-64': 'network cards (EUI-64)',
};

export async function netAddresses(prefix: Ipv6Prefix, options: NetAddressesOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { count, ipv4, bind, seed } = options;
  const stream = randomStreams(seed).stream('net/addresses');
  const { decoys, cover } = decoyAddresses({ prefix, count, ipv4, vendors: COMMON_VENDORS, stream });
  if (options.json === true) {
    const addresses = decoys.map(({ address, pattern }) => ({ address: formatIpv6(address), pattern }));
    await terminal.print(JSON.stringify({ prefix: formatIpv6Prefix(prefix), addresses, patterns: cover }));
    return EXIT.ok;
  }
  const lineOf = (address: string): string => (bind === undefined ? address : `bind ${address} ${bind}`);
  await terminal.print(decoys.map(({ address }) => lineOf(formatIpv6(address))).join('\n'));
  terminal.say(coverTable(cover));
  if (decoys.length < count)
    terminal.say(
      `Only ${decoys.length} addresses of ${formatIpv6Prefix(prefix)} fit a pattern that scanners try.`,
    );
  return EXIT.ok;
}

function coverTable(cover: readonly PatternCover[]): string {
  const table = new Table({
    head: ['what scanners try', 'chosen', 'of all'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right'],
  });
  for (const { pattern, proposed, candidates } of cover) {
    if (candidates > 0) table.push([PATTERNS[pattern], proposed, shareOf(proposed, candidates)]);
  }
  return table.toString();
}

function shareOf(proposed: number, candidates: number): string {
  const percent = (100 * proposed) / candidates;
  if (proposed > 0 && percent < 0.1) return 'below 0.1 %';
  return `${percent >= 99.95 ? 100 : Number(percent.toPrecision(2))} %`;
}
