/** `wormwood net personalities [SEARCH]`: the personalities that templates may name, and what of each is not played. */
import type { Personality } from '@wormwood/honeynet';
import Table from 'cli-table3';
import type { PrintOptions } from '../command-options.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { readPersonalitiesOrFail } from './known-names.ts';

export interface NetPersonalitiesOptions extends PrintOptions {
  readonly personalities?: string;
}

/** Beyond, only names are listed: each personality takes some milliseconds to compile. */
const DETAILED_MAX = 200;

export async function netPersonalities(
  search: string | undefined,
  options: NetPersonalitiesOptions,
): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const catalog = readPersonalitiesOrFail(options.personalities);
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const names = catalog.names.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
  if (names.length === 0) {
    const near = search === undefined ? null : catalog.find(search);
    const help = near === null ? '' : ` The nearest is "${near.personality.name}".`;
    throw new CommandFailure(EXIT.failed, `No personality has "${search ?? ''}" in its name.${help}`);
  }
  if (names.length > DETAILED_MAX) {
    await terminal.print(
      options.json ? JSON.stringify({ personalities: names.map((name) => ({ name })) }) : names.join('\n'),
    );
    terminal.say(`${names.length} personalities; name a part of one to see what of it is played.`);
    return EXIT.ok;
  }
  const found = names.flatMap((name) => catalog.find(name)?.personality ?? []);
  await terminal.print(options.json ? JSON.stringify({ personalities: found.map(plain) }) : render(found));
  return EXIT.ok;
}

function plain({ name, unmet, timeToLive, synAcks, sequence }: Personality): object {
  const [first] = synAcks;
  return {
    name,
    timeToLive: timeToLive['syn-ack'],
    windowBytes: first?.windowBytes ?? null,
    handshakes: sequence.kind === 'zero' ? 'forgeable' : 'proven',
    unmet,
  };
}

function render(found: readonly Personality[]): string {
  const table = new Table({
    head: ['personality', 'TTL', 'window', 'not played'],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [48, 5, 8, 60],
  });
  for (const { name, timeToLive, synAcks, unmet } of found) {
    const reasons = unmet.map(({ test, reason }) => `${test}: ${reason}`).join('; ');
    table.push([name, timeToLive['syn-ack'], synAcks[0]?.windowBytes ?? '', reasons]);
  }
  return table.toString();
}
