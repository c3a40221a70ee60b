/** `wormwood net hosts`: the virtual hosts of the running sensor. */
import { printable } from '@wormwood/base';
import type { SensorHosts } from '@wormwood/sensor';
import Table from 'cli-table3';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { ask, printableJson, type NetAskOptions } from './ask.ts';

export async function netHosts(options: NetAskOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const hosts = await ask<SensorHosts>(options.control, '/hosts');
  await terminal.print(options.json ? printableJson(JSON.stringify(hosts)) : render(hosts));
  return EXIT.ok;
}

function render(hosts: SensorHosts): string {
  const table = new Table({
    head: ['addresses', 'template', 'personality', 'ports'],
    style: { head: [], border: [], compact: true },
  });
  for (const { first, last, template, leased, personality, ports } of hosts) {
    const addresses = first === last ? first : `${first}-${last}`;
    const row = [leased ? `${addresses} (DHCP)` : addresses, template, personality ?? '', ports.join(', ')];
    table.push(row.map(printable));
  }
  return table.toString();
}
