/** `wormwood net …` on the command line. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import {
  collected,
  collectedCidrs,
  portOf,
  seedOf,
  withExamples,
  withPrintOptions,
} from '../command-options.ts';
import type { NetAskOptions } from './ask.ts';
import type { NetEventsOptions } from './events.ts';
import {
  addAddresses,
  addCheck,
  addExplain,
  addImport,
  addPersonalities,
  addProbe,
  edgesOption,
} from './file-commands.ts';
import type { NetTopOptions } from './top.ts';
import type { NetUpOptions } from './up.ts';

type Finish = (exitCode: ExitCode) => void;

const LENGTH_DEFAULT = 10;
const LENGTH_MAX = 1000;
/** In MB: where a few connections with their buffers fit, and where counts of octets fit into words. */
const MEMORY_MIN = 4;
const MEMORY_MAX = 1024;

export function addNet(parent: Command, finish: Finish): void {
  const net = parent.command('net').description('run virtual hosts on unused addresses').helpCommand(false);
  addCheck(net, finish);
  addExplain(net, finish);
  addProbe(net, finish);
  addImport(net, finish);
  addPersonalities(net, finish);
  addAddresses(net, finish);
  addUp(net, finish);
  addAsking(net, finish);
  withExamples(net, [
    ['wormwood net check honeyd.conf', 'report every problem of a configuration'],
    ['wormwood net up --demo', 'a honeynet in memory and a scanner'],
    ['wormwood net up honeyd.conf --device packet:eth0 --net 10.3.0.0/16', 'on a real interface'],
    ['wormwood net status', 'what the sensor is doing'],
  ]);
}

function addUp(net: Command, finish: Finish): void {
  const up = net
    .command('up')
    .description('answer for the addresses of a honeynet until Ctrl-C')
    .argument('[config]', 'a net.yaml or a honeyd.conf')
    .option('--device <device>', 'packet:IFACE, tun:NAME, pcap:FILE, or memory')
    .option('--net <cidr>', 'answer for this prefix too; repeatable', collectedCidrs, [])
    .option('--ipv6 <prefix>', 'answer for this IPv6 prefix too; repeatable', collected, [])
    .option(
      '--router <address>',
      'a router of the link, by its Ethernet or IPv4 address, with @VLAN for a VLAN; repeatable',
      collected,
      [],
    )
    .option('--link-net <cidr>', 'a network of the link, with @VLAN for a VLAN; repeatable', collected, [])
    .addOption(edgesOption())
    .option('--ask-first', 'answer for an address only if no other machine does')
    .option('--fingerprints <file>', 'identify the systems of sources by their SYN with this pf.os or p0f.fp')
    .option('--personalities <file>', 'nmap-os-db or nmap.prints (default: those of the installed nmap)')
    .option('--events <file>', 'append events to this file, one JSON object per line')
    .option('--packet-log <file>', "append Honeyd's packet log to this file")
    .option('--service-log <file>', "append Honeyd's service log to this file")
    .option('--capture <dir>', 'write a pcapng file for each session to this directory')
    .option('--pcap <file>', 'append every frame to this pcapng file')
    .option('--user <name>', 'account to switch to once everything is open (default as root: nobody)')
    .option('--script-user <name>', 'user that scripts run as (default as root: a user of their own)')
    .option('--name <name>', 'name of this sensor in events', 'sensor')
    .addOption(controlOption())
    .addOption(
      new Option('--metrics-port <n>', 'serve metrics for Prometheus on this port of 127.0.0.1').argParser(
        portOf,
      ),
    )
    .addOption(
      new Option('--memory <mb>', 'memory that remote hosts may use, in MB').default(128).argParser(memoryOf),
    )
    .addOption(
      new Option('--seed <n>', 'seed of all randomness (default: a new one each time)').argParser(seedOf),
    )
    .option('--demo', 'run a shipped honeynet in memory and scan it')
    .action(async (config: string | undefined, options: NetUpOptions) => {
      const { netUp } = await import('./up.ts');
      finish(await netUp(config, options));
    });
  withExamples(withPrintOptions(up), [
    ['wormwood net up --demo', 'needs no privileges and no network'],
    ['wormwood net up honeyd.conf --device packet:eth0 --net 10.3.0.0/16 --events events.jsonl', 'as root'],
    [
      'wormwood net up honeyd.conf --device pcap:day.pcap --events events.jsonl',
      'what it would have seen of a capture',
    ],
  ]);
}

function addAsking(net: Command, finish: Finish): void {
  const status = net
    .command('status')
    .description('show the state of the running sensor')
    .action(async (options: NetAskOptions) => {
      const { netStatus } = await import('./status.ts');
      finish(await netStatus(options));
    });
  withExamples(withAskOptions(status), [['wormwood net status --json', 'the same as JSON']]);
  const top = net
    .command('top')
    .description('show the most active sources, ports and addresses')
    .addOption(new Option('--length <n>', 'lines of each table').default(LENGTH_DEFAULT).argParser(lengthOf))
    .action(async (options: NetTopOptions) => {
      const { netTop } = await import('./top.ts');
      finish(await netTop(options));
    });
  withExamples(withAskOptions(top), [['wormwood net top --length 5', 'the top five of each']]);
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
    .option('--follow', 'follow until Ctrl-C; otherwise stop after the first event')
    .action(async (options: NetEventsOptions) => {
      const { netEvents } = await import('./events.ts');
      finish(await netEvents(options));
    });
  withExamples(withAskOptions(events), [
    ['wormwood net events --follow', 'one line for each event'],
    ['wormwood net events --follow --json | jq .src_ip', 'whole events'],
  ]);
}

function withAskOptions(command: Command): Command {
  return withPrintOptions(command.addOption(controlOption()));
}

function controlOption(): Option {
  return new Option('--control <path>', 'control socket of the running sensor').default(defaultControlPath());
}

const SERVICE_SOCKET = '/run/wormwood/sensor.sock';

/** Returns the standard place of a daemon's socket; the temporary directory for users who have no place of their own. */
function defaultControlPath(): string {
  const userId = process.getuid?.() ?? 0;
  // That of the service: whoever may open it asks there.
  if (userId === 0 || existsSync(SERVICE_SOCKET)) return SERVICE_SOCKET;
  return join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `wormwood-sensor-${userId}.sock`);
}

function memoryOf(text: string): number {
  const megabytes = Number(text);
  if (!/^[0-9]{1,4}$/.test(text) || megabytes < MEMORY_MIN || megabytes > MEMORY_MAX) {
    throw new InvalidArgumentError(`Give a number from ${MEMORY_MIN} to ${MEMORY_MAX}.`);
  }
  return megabytes;
}

function lengthOf(text: string): number {
  const length = Number(text);
  if (!/^[0-9]{1,4}$/.test(text) || length < 1 || length > LENGTH_MAX) {
    throw new InvalidArgumentError(`Give a number from 1 to ${LENGTH_MAX}.`);
  }
  return length;
}
