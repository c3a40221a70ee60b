/** `wormwood net …` on the command line. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cidr, parseCidr, parseSeed } from '@wormwood/base';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { withExamples, withPrintOptions } from '../command-options.ts';
import type { NetAskOptions } from './ask.ts';
import type { NetEventsOptions } from './events.ts';
import { addCheck, addExplain, addImport } from './file-commands.ts';
import type { NetTopOptions } from './top.ts';
import type { NetUpOptions } from './up.ts';

type Finish = (exitCode: ExitCode) => void;

const LENGTH_DEFAULT = 10;
const LENGTH_MAX = 1000;

export function addNet(parent: Command, finish: Finish): void {
  const net = parent.command('net').description('run virtual hosts on unused addresses').helpCommand(false);
  addCheck(net, finish);
  addExplain(net, finish);
  addImport(net, finish);
  addUp(net, finish);
  addAsking(net, finish);
  withExamples(net, [
    ['wormwood net check honeyd.conf', 'every problem of a configuration at once'],
    ['wormwood net up --demo', 'a honeynet in memory and somebody who scans it'],
    ['wormwood net up honeyd.conf --device packet:eth0 --net 10.3.0.0/16', 'on a real interface'],
    ['wormwood net status', 'what it does now'],
  ]);
}

function addUp(net: Command, finish: Finish): void {
  const up = net
    .command('up')
    .description('answer for the addresses of a honeynet until Ctrl-C')
    .argument('[config]', 'a net.yaml or a honeyd.conf')
    .option('--device <device>', 'packet:IFACE, tun:NAME, pcap:FILE, or memory')
    .option('--net <cidr>', 'answer for this prefix, too; may be repeated', collectedCidrs, [])
    .option(
      '--ipv6 <prefix>',
      'be found and answer pings at these IPv6 addresses; may be repeated',
      (prefix: string, before: readonly string[]) => [...before, prefix],
      [],
    )
    .option('--ask-first', 'answer for an address only once nobody else has answered for it')
    .option('--fingerprints <file>', 'tell sources apart by their SYN with this pf.os')
    .option('--events <file>', 'append events to this file, one JSON object a line')
    .option('--packet-log <file>', "append Honeyd's packet log to this file")
    .option('--service-log <file>', "append Honeyd's service log to this file")
    .option('--capture <dir>', 'write a pcapng file for each session into this directory')
    .option('--pcap <file>', 'append every frame to this pcapng file')
    .option('--user <name>', 'whom to become once everything is open; as root: nobody')
    .option('--name <name>', 'name of this sensor in events', 'sensor')
    .addOption(controlOption())
    .addOption(
      new Option('--metrics-port <n>', 'serve metrics for Prometheus on this port of 127.0.0.1').argParser(
        portOf,
      ),
    )
    .addOption(
      new Option('--seed <n>', 'where the randomness comes from; drawn anew where left out').argParser(
        seedOf,
      ),
    )
    .option('--demo', 'a shipped honeynet in memory, and a scanner that looks at it')
    .action(async (config: string | undefined, options: NetUpOptions) => {
      const { netUp } = await import('./up.ts');
      finish(await netUp(config, options));
    });
  withExamples(withPrintOptions(up), [
    ['wormwood net up --demo', 'needs no right and no network'],
    ['wormwood net up honeyd.conf --device packet:eth0 --net 10.3.0.0/16 --events events.jsonl', 'as root'],
    ['wormwood net up honeyd.conf --device pcap:day.pcap --events events.jsonl', 'what it would have seen'],
  ]);
}

function addAsking(net: Command, finish: Finish): void {
  const status = net
    .command('status')
    .description('say what the running sensor does')
    .action(async (options: NetAskOptions) => {
      const { netStatus } = await import('./status.ts');
      finish(await netStatus(options));
    });
  withExamples(withAskOptions(status), [['wormwood net status --json', 'for a program']]);
  const top = net
    .command('top')
    .description('show who asks most, for which ports, and at which addresses')
    .addOption(new Option('--length <n>', 'lines of each table').default(LENGTH_DEFAULT).argParser(lengthOf))
    .action(async (options: NetTopOptions) => {
      const { netTop } = await import('./top.ts');
      finish(await netTop(options));
    });
  withExamples(withAskOptions(top), [['wormwood net top --length 5', 'the first five']]);
  const hosts = net
    .command('hosts')
    .description('list the virtual hosts')
    .action(async (options: NetAskOptions) => {
      const { netHosts } = await import('./hosts.ts');
      finish(await netHosts(options));
    });
  withExamples(withAskOptions(hosts), [['wormwood net hosts', 'addresses, personality and ports']]);
  const events = net
    .command('events')
    .description('print events as they happen')
    .option('--follow', 'until Ctrl-C; otherwise the first one ends it')
    .action(async (options: NetEventsOptions) => {
      const { netEvents } = await import('./events.ts');
      finish(await netEvents(options));
    });
  withExamples(withAskOptions(events), [
    ['wormwood net events --follow', 'a line for each'],
    ['wormwood net events --follow --json | jq .src_ip', 'whole events'],
  ]);
}

function withAskOptions(command: Command): Command {
  return withPrintOptions(command.addOption(controlOption()));
}

function controlOption(): Option {
  return new Option('--control <path>', 'socket through which a running sensor is asked').default(
    defaultControlPath(),
  );
}

/** Where a daemon's socket belongs; for users without a place of their own, the temporary directory. */
function defaultControlPath(): string {
  const userId = process.getuid?.() ?? 0;
  if (userId === 0) return '/run/wormwood-sensor.sock';
  return join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `wormwood-sensor-${userId}.sock`);
}

function collectedCidrs(text: string, before: readonly Cidr[]): readonly Cidr[] {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new InvalidArgumentError(cidr.reason);
  return [...before, cidr.value];
}

function seedOf(text: string): string {
  const seed = parseSeed(text);
  if (!seed.ok) throw new InvalidArgumentError(seed.reason);
  return seed.value;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('It takes a port from 0 to 65535.');
  }
  return port;
}

function lengthOf(text: string): number {
  const length = Number(text);
  if (!/^[0-9]{1,4}$/.test(text) || length < 1 || length > LENGTH_MAX) {
    throw new InvalidArgumentError(`It takes a number from 1 to ${LENGTH_MAX}.`);
  }
  return length;
}
