/** `wormwood net top`: the most active sources, ports and addresses. */
import { printable } from '@wormwood/base';
import type { SensorTop } from '@wormwood/sensor';
import Table from 'cli-table3';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { ask, printableJson, type NetAskOptions } from './ask.ts';

export interface NetTopOptions extends NetAskOptions {
  readonly length: number;
}

export async function netTop(options: NetTopOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const top = await ask<SensorTop>(options.control, `/top?length=${options.length}`);
  await terminal.print(options.json ? printableJson(JSON.stringify(top)) : render(top));
  return EXIT.ok;
}

function render({ sources, hosts, ports }: SensorTop): string {
  const table = (head: string, rows: readonly (readonly [string, number])[]): string => {
    const drawn = new Table({ head: [head, 'contacts'], style: { head: [], border: [], compact: true } });
    drawn.push(...rows.map(([name, count]) => [printable(name), count]));
    return drawn.toString();
  };
  return [
    table(
      'source',
      sources.map(({ address, contacts }) => [address, contacts]),
    ),
    table(
      'port',
      ports.map(({ protocol, port, contacts }) => [`${protocol}/${port}`, contacts]),
    ),
    table(
      'virtual host',
      hosts.map(({ address, contacts }) => [address, contacts]),
    ),
  ].join('\n');
}
