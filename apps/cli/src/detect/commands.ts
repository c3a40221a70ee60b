/** `wormwood detect …` on the command line. */
import { AddressSet, parseCidr, parseIpv4, parseSeed } from '@wormwood/base';
import { isMacMulticast, parseMac } from '@wormwood/wire';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { withExamples, withPrintOptions } from '../command-options.ts';
import type { DetectFileOptions } from './input.ts';
import type { WatchOptions } from './watch.ts';

type Finish = (exitCode: ExitCode) => void;

export function addDetect(parent: Command, finish: Finish): void {
  const detect = parent
    .command('detect')
    .description('find infected hosts in a capture or in the events of a sensor')
    .enablePositionalOptions()
    .helpCommand(false)
    .action(async (options: DetectFileOptions) => {
      const { detect: run } = await import('./detect.ts');
      finish(await run(options));
    });
  withExamples(withFileOptions(detect), [
    ['wormwood detect --pcap day.pcap --dark 10.1.0.0/16', 'who scanned the dark space'],
    [
      'wormwood detect --pcap day.pcap --dark 10.1.0.0/16 --sensor-mac 02:00:5e:10:00:01 --router 02:00:5e:10:00:fe',
      'and which addresses are proven',
    ],
    ['wormwood detect --events events.jsonl --json', 'from the honeynet, as JSON'],
  ]);
  addWatch(detect, finish);
  addExplain(detect, finish);
}

function addWatch(detect: Command, finish: Finish): void {
  const watch = detect
    .command('watch')
    .description('follow the events of a running sensor until Ctrl-C')
    .requiredOption(
      '--events <file>',
      'events, one JSON object a line; begins at the end, or where it stopped',
    )
    .option('--cursor <file>', 'where it keeps how far it has read (default: beside the events)')
    .action(async (options: WatchOptions) => {
      const { watch: run } = await import('./watch.ts');
      finish(await run(options));
    });
  withExamples(withDetectorOptions(watch), [
    ['wormwood detect watch --events events.jsonl', 'one line for each verdict'],
    ['wormwood detect watch --events events.jsonl --json', 'one JSON object for each verdict'],
  ]);
}

function addExplain(detect: Command, finish: Finish): void {
  const explain = detect
    .command('explain')
    .description('show everything that is known about one source')
    .argument('<source>', 'an IPv4 address', sourceOf)
    .action(async (source: number, options: DetectFileOptions) => {
      const { explain: run } = await import('./explain.ts');
      finish(await run(source, options));
    });
  withExamples(withFileOptions(explain), [
    ['wormwood detect explain 198.51.100.7 --pcap day.pcap --dark 10.1.0.0/16', 'why, or why not'],
  ]);
}

function withFileOptions(command: Command): Command {
  return withDetectorOptions(
    command
      .option('--pcap <file>', 'a capture, pcap or pcapng')
      .option('--events <file>', 'events of a sensor, one JSON object per line')
      .addOption(
        new Option('--sensor-mac <mac>', "of a capture: the sensor's own MAC address; repeatable").argParser(
          stations,
        ),
      )
      .addOption(
        new Option(
          '--router <mac>',
          "of a capture: MAC address of a router on the sensor's link; repeatable",
        ).argParser(stations),
      ),
  );
}

function withDetectorOptions(command: Command): Command {
  return withPrintOptions(
    command
      .addOption(
        new Option('--dark <cidr>', 'addresses to which no traffic should go; repeatable').argParser(
          prefixes,
        ),
      )
      .addOption(
        new Option('--live <cidr>', 'live addresses whose traffic is seen too; repeatable').argParser(
          prefixes,
        ),
      )
      .addOption(
        new Option('--seed <n>', 'seed of the hash keys, to repeat a run exactly').argParser(seedOf),
      ),
  );
}

function prefixes(text: string, before: AddressSet | undefined): AddressSet {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new InvalidArgumentError(cidr.reason);
  return AddressSet.fromCidrs([cidr.value]).union(before ?? AddressSet.empty);
}

function stations(text: string, before: ReadonlySet<number> | undefined): ReadonlySet<number> {
  const mac = parseMac(text);
  if (!mac.ok) throw new InvalidArgumentError(mac.reason);
  if (mac.value === 0 || isMacMulticast(mac.value))
    throw new InvalidArgumentError('It does not name a single machine.');
  return new Set([...(before ?? []), mac.value]);
}

function seedOf(text: string): string {
  const seed = parseSeed(text);
  if (!seed.ok) throw new InvalidArgumentError(seed.reason);
  return seed.value;
}

function sourceOf(text: string): number {
  const address = parseIpv4(text);
  if (!address.ok) throw new InvalidArgumentError(address.reason);
  return address.value;
}
