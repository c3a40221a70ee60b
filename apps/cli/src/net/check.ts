/** `wormwood net check CONFIG`: reports every problem of a configuration at once; opens nothing. */
import type { Honeynet } from '@wormwood/honeynet';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { openHoneynet, tellUnsupported } from './configuration.ts';
import { readKnownNames } from './known-names.ts';

export interface NetCheckOptions extends PrintOptions {
  readonly personalities?: string;
}

export async function netCheck(path: string, options: NetCheckOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { honeynet, diagnostics } = openHoneynet(path, terminal, readKnownNames(options.personalities));
  if (honeynet !== null) tellUnsupported(honeynet, terminal);
  // Each binding holds a copy of its template.
  const templates = honeynet === null ? 0 : honeynet.templates.size - honeynet.bindings.length;
  const bound = honeynet === null ? 0 : boundAddresses(honeynet);
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
    await terminal.print(JSON.stringify({ ok, diagnostics: shown, templates, bound }));
  } else if (ok) {
    const word = (count: number, one: string): string =>
      `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
    const addresses = `${bound.toLocaleString('en-US')} ${bound === 1 ? 'address' : 'addresses'} bound`;
    const warned = diagnostics.length === 0 ? '' : `, ${word(diagnostics.length, 'warning')}`;
    await terminal.print(`${path} is valid: ${word(templates, 'template')}, ${addresses}${warned}.`);
  }
  return ok ? EXIT.ok : EXIT.invalidFile;
}

/** How many addresses have a binding; an address that several bindings cover counts once. */
function boundAddresses({ bindings }: Honeynet): number {
  let count = 0;
  let next = 0;
  for (const { first, last } of bindings.toSorted((a, b) => a.first - b.first)) {
    const from = Math.max(first, next);
    if (last < from) continue;
    count += last - from + 1;
    next = last + 1;
  }
  return count;
}
