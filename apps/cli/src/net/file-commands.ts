/** `wormwood net check`, `explain`, `probe`, `import`, `personalities`, `addresses`: commands that need no device. */
import { parseIpv4 } from '@wormwood/base';
import { type IpAddress, type Ipv6Prefix, parseIp, parseIpv6Prefix } from '@wormwood/wire';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { NetAddressesOptions } from './addresses.ts';
import type { NetCheckOptions } from './check.ts';
import type { NetExplainOptions } from './explain.ts';
import type { NetPersonalitiesOptions } from './personalities.ts';
import type { NetProbeOptions } from './probe.ts';
import type { ExitCode } from '../exit-code.ts';
import {
  collectedCidrs,
  portOf,
  type PrintOptions,
  seedOf,
  wholeNumber,
  withExamples,
  withPrintOptions,
} from '../command-options.ts';

/** More than a scanner tries in a subnet, and few enough to print. */
const DECOYS_MAX = 65_536;

type Finish = (exitCode: ExitCode) => void;

export function addCheck(net: Command, finish: Finish): void {
  const check = net
    .command('check')
    .description('report every error and warning of a configuration')
    .argument('<config>', 'a net.yaml or a honeyd.conf')
    .addOption(edgesOption())
    .option('--personalities <file>', 'nmap-os-db or nmap.prints (default: those of the installed nmap)')
    .action(async (path: string, options: NetCheckOptions) => {
      const { netCheck } = await import('./check.ts');
      finish(await netCheck(path, options));
    });
  withExamples(withPrintOptions(check), [
    ['wormwood net check honeyd.conf', 'exits with 3 if there is an error'],
    ['wormwood net check honeyd.conf --json', 'one JSON object, for a program'],
  ]);
}

export function addExplain(net: Command, finish: Finish): void {
  const explain = net
    .command('explain')
    .description('explain what an address would answer, by which rule, and over which route')
    .argument('<config>', 'a net.yaml or a honeyd.conf')
    .argument('<address>', 'an IPv4 or IPv6 address', addressOf)
    .addOption(edgesOption())
    .addOption(
      new Option('--port <n>', 'port (default: every protocol by its default action)').argParser(portOf),
    )
    .addOption(
      new Option('--proto <name>', 'the protocol of the port').choices(['tcp', 'udp', 'icmp']).default('tcp'),
    )
    .addOption(new Option('--from <address>', 'source address (default: any)').argParser(addressOf))
    .option('--personalities <file>', 'nmap-os-db or nmap.prints (default: those of the installed nmap)')
    .action(async (path: string, address: IpAddress, options: NetExplainOptions) => {
      const { netExplain } = await import('./explain.ts');
      finish(await netExplain(path, address, options));
    });
  withExamples(withPrintOptions(explain), [
    ['wormwood net explain honeyd.conf 10.1.2.3', 'the default actions'],
    ['wormwood net explain honeyd.conf 10.1.2.3 --port 53 --proto udp', 'one port'],
    ['wormwood net explain honeyd.conf 2001:db8:1::5', 'an IPv6 address'],
  ]);
}

export function addProbe(net: Command, finish: Finish): void {
  const probe = net
    .command('probe')
    .description('show what an ordinary client, p0f and nmap see of an address; sends nothing')
    .argument('<config>', 'a net.yaml or a honeyd.conf')
    .argument('<address>', 'an IPv4 address', ipv4AddressOf)
    .addOption(edgesOption())
    .addOption(
      new Option('--from <address>', 'source address')
        .default(ELSEWHERE, '192.0.2.99')
        .argParser(ipv4AddressOf),
    )
    .option('--personalities <file>', 'nmap-os-db or nmap.prints (default: those of the installed nmap)')
    .addOption(
      new Option('--seed <n>', 'that of net up --seed (default: addresses as on this machine)').argParser(
        seedOf,
      ),
    )
    .action(async (path: string, address: number, options: NetProbeOptions) => {
      const { netProbe } = await import('./probe.ts');
      finish(await netProbe(path, address, options));
    });
  withExamples(withPrintOptions(probe), [
    ['wormwood net probe honeyd.conf 10.1.2.3', 'before it stands on a network'],
    ['wormwood net probe honeyd.conf 10.1.2.3 --json | jq .nmap.matches', 'for a program'],
  ]);
}

/** A source that no honeynet has: 192.0.2.99 (RFC 5737). */
const ELSEWHERE = 0xc000_0263;

export function addImport(net: Command, finish: Finish): void {
  const command = net
    .command('import')
    .description('convert a honeyd.conf to net.yaml, and report what it could not keep')
    .argument('<config>', 'a honeyd.conf')
    .action(async (path: string, options: PrintOptions) => {
      const { netImport } = await import('./import.ts');
      finish(await netImport(path, options));
    });
  withExamples(withPrintOptions(command), [
    ['wormwood net import honeyd.conf > net.yaml', 'standard error lists what is lost'],
  ]);
}

export function addPersonalities(net: Command, finish: Finish): void {
  const command = net
    .command('personalities')
    .description('list the personalities that templates can use, and the tests that each does not reproduce')
    .argument('[search]', 'words in the name')
    .option('--personalities <file>', 'nmap-os-db or nmap.prints (default: those of the installed nmap)')
    .action(async (search: string | undefined, options: NetPersonalitiesOptions) => {
      const { netPersonalities } = await import('./personalities.ts');
      finish(await netPersonalities(search, options));
    });
  withExamples(withPrintOptions(command), [
    ['wormwood net personalities', 'every name'],
    ["wormwood net personalities 'windows 10'", 'those that have both words, with what is not played'],
  ]);
}

export function addAddresses(net: Command, finish: Finish): void {
  const command = net
    .command('addresses')
    .description('propose addresses for decoys in an IPv6 prefix: those that scanners try')
    .argument('<prefix>', 'an IPv6 prefix such as 2001:db8:1::/64', ipv6PrefixOf)
    .addOption(
      new Option('--count <n>', 'how many')
        .default(64)
        .argParser((text: string) => wholeNumber(text, 'a number of addresses', DECOYS_MAX)),
    )
    .option(
      '--ipv4 <cidr>',
      'an IPv4 network whose hosts may be in the prefix too; repeatable',
      collectedCidrs,
      [],
    )
    .option('--bind <template>', 'print honeyd.conf lines that bind the addresses to this template', nameOf)
    .addOption(new Option('--seed <n>', 'seed of the network cards').default('1').argParser(seedOf))
    .action(async (prefix: Ipv6Prefix, options: NetAddressesOptions) => {
      const { netAddresses } = await import('./addresses.ts');
      finish(await netAddresses(prefix, options));
    });
  withExamples(withPrintOptions(command), [
    [
      'wormwood net addresses 2001:db8:1::/64 --count 200',
      'standard error shows how much of each pattern they cover',
    ],
    ['wormwood net addresses 2001:db8:1::/64 --ipv4 192.0.2.0/24 --bind linux >> honeyd.conf', 'as bindings'],
  ]);
}

export function edgesOption(): Option {
  return new Option('--edges', 'also answer at the first and last address of bound networks');
}

function ipv4AddressOf(text: string): number {
  const address = parseIpv4(text);
  if (!address.ok) throw new InvalidArgumentError(address.reason);
  return address.value;
}

function addressOf(text: string): IpAddress {
  const address = parseIp(text);
  if (!address.ok) throw new InvalidArgumentError(address.reason);
  return address.value;
}

function ipv6PrefixOf(text: string): Ipv6Prefix {
  const prefix = parseIpv6Prefix(text);
  if (!prefix.ok) throw new InvalidArgumentError(prefix.reason);
  return prefix.value;
}

function nameOf(text: string): string {
  if (!/^[\w.-]+$/.test(text))
    throw new InvalidArgumentError('A template is named by letters, digits, _, . and -.');
  return text;
}
