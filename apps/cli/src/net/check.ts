/** `wormwood net check CONFIG`: reports every problem of a configuration at once; opens nothing. */
import { boundAddresses, COMMON_VENDORS, contradictionsOf } from '@wormwood/honeynet';
import { netsWords } from '@wormwood/sensor/status-checks';
import { formatIpv6Prefix } from '@wormwood/wire';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { openHoneynet } from './configuration.ts';
import { installedVendors, readPersonalitiesOrFail } from './known-names.ts';

export interface NetCheckOptions extends PrintOptions {
  readonly personalities?: string;
  readonly edges?: boolean;
}

export async function netCheck(path: string, options: NetCheckOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const catalog = readPersonalitiesOrFail(options.personalities);
  const vendors = installedVendors();
  const { honeynet, diagnostics } = openHoneynet(path, terminal, {
    edges: options.edges,
    notes: true,
    known: { personalities: catalog.names, vendors },
    further: (draft, scriptTextOf) =>
      contradictionsOf(draft, {
        personalityOf: (name) => catalog.find(name)?.personality ?? null,
        vendors: [...COMMON_VENDORS, ...vendors],
        scriptTextOf,
      }),
  });
  const bound = honeynet === null ? 0 : boundAddresses(honeynet).size;
  const ipv6Prefixes = (honeynet?.ipv6Bindings ?? []).map(({ prefix }) => formatIpv6Prefix(prefix));
  // Each binding holds a copy of its template.
  const copies = (honeynet?.bindings.length ?? 0) + ipv6Prefixes.length;
  const templates = honeynet === null ? 0 : honeynet.templates.size - copies;
  const ok = honeynet !== null;
  if (options.json) {
    const shown = diagnostics.map(({ severity, code, file, line, column, message, help }) => ({
      severity,
      code,
      file,
      line,
      column,
      message,
      help,
    }));
    await terminal.print(JSON.stringify({ ok, diagnostics: shown, templates, bound, ipv6Prefixes }));
  } else if (ok) {
    const word = (count: number, one: string): string =>
      `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
    const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
    const warned = warnings === 0 ? '' : `, ${word(warnings, 'warning')}`;
    await terminal.print(
      `${path} is valid: ${word(templates, 'template')}, ${netsWords(bound, ipv6Prefixes)} bound${warned}.`,
    );
  }
  return ok ? EXIT.ok : EXIT.invalidFile;
}
