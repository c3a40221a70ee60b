/** `wormwood detect …` on the command line. */
import { parseDuration, parseFraction, parseRate } from '@wormwood/base';
import { type IpAddress, IpSet, isMacMulticast, parseIp, parseIpPrefix, parseMac } from '@wormwood/wire';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { seedOf, wholeNumber, withExamples, withPrintOptions } from '../command-options.ts';
import type { DetectFileOptions } from './input.ts';
import type { WatchOptions } from './watch.ts';

type Finish = (exitCode: ExitCode) => void;

export function addDetect(parent: Command, finish: Finish): void {
  const detect = parent
    .command('detect')
    .description('find scanning and infected hosts in a capture or in the events of a sensor')
    .enablePositionalOptions()
    .helpCommand(false)
    .action(async (options: DetectFileOptions) => {
      const { detect: run } = await import('./detect.ts');
      finish(await run(options));
    });
  withUndecided(detect);
  withExamples(withFileOptions(detect), [
    ['wormwood detect --pcap day.pcap --dark 10.1.0.0/16', 'who scanned the dark space'],
    [
      'wormwood detect --pcap day.pcap --dark 10.1.0.0/16 --sensor-mac 02:00:5e:10:00:01 --router 02:00:5e:10:00:fe',
      'and which addresses are proven',
    ],
    ['wormwood detect --events events.jsonl --json', 'from the honeynet, as JSON'],
    [
      'wormwood detect --pcap day.pcap --dark 10.1.0.0/16 --slowest 0.1/s',
      'slow scanners too; prints how long that takes',
    ],
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
      'events, one JSON object per line; starts at the end, or where the last call stopped',
    )
    .option(
      '--cursor <file>',
      'file that stores the position of the last event read (default: beside the events)',
    )
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
    .argument('<source>', 'an IPv4 or IPv6 address', sourceOf)
    .action(async (source: IpAddress, options: DetectFileOptions) => {
      const { explain: run } = await import('./explain.ts');
      finish(await run(source, options));
    });
  withExamples(withFileOptions(explain), [
    ['wormwood detect explain 198.51.100.7 --pcap day.pcap --dark 10.1.0.0/16', 'why, or why not'],
  ]);
}

function withUndecided(command: Command): void {
  command.addOption(
    new Option(
      '--undecided [n]',
      'also show sources without a verdict that contacted n or more dark addresses (default: 3)',
    ).argParser((text: string) => wholeNumber(text, 'a number of addresses', 65_535)),
  );
}

function withFileOptions(command: Command): Command {
  return withDetectorOptions(withInputs(command));
}

/** Adds the options of a command that reads what a honeynet saw, judged by a detector as it is. */
export function withInputOptions(command: Command): Command {
  return withPrintOptions(withAddresses(withInputs(command)).addOption(testOption()));
}

function testOption(): Option {
  return new Option(
    '--test <name>',
    'classes, or trw: the published tests alone, for comparison (default: classes)',
  ).choices(['classes', 'trw']);
}

function withInputs(command: Command): Command {
  return command
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
    );
}

function withAddresses(command: Command): Command {
  return command
    .addOption(
      new Option('--dark <cidr>', 'addresses to which no traffic should go; repeatable').argParser(prefixes),
    )
    .addOption(
      new Option('--live <cidr>', 'live addresses whose traffic is seen too; repeatable').argParser(prefixes),
    );
}

function withDetectorOptions(command: Command): Command {
  return withPrintOptions(
    withAddresses(command)
      .addOption(
        new Option(
          '--own <cidr>',
          'hosts of yours, which must not scan unless --known allows it; repeatable',
        ).argParser(prefixes),
      )
      .option('--known <file>', 'sources that are known to contact unused addresses, and signatures')
      .addOption(
        new Option('--slowest <rate>', 'scan rate of the slowest scanner to find (default: 1/s)').argParser(
          rateOf,
        ),
      )
      .addOption(
        new Option(
          '--false-positives <p>',
          'largest probability of a false verdict for an innocent host (default: 0.0001)',
        ).argParser(fractionOf),
      )
      .addOption(
        new Option(
          '--misses <p>',
          'largest share of the slowest scanners that is missed (default: 0.01)',
        ).argParser(fractionOf),
      )
      .addOption(
        new Option(
          '--stray <rate>',
          'rate at which an innocent host probes by mistake, until the input shows it (default: 1/50 of --slowest)',
        ).argParser(rateOf),
      )
      .addOption(
        new Option(
          '--window <time>',
          'forget a source that is silent for this long (default: 90d)',
        ).argParser(durationOf),
      )
      .addOption(testOption())
      .addOption(
        new Option('--seed <n>', 'seed of the hash keys, to repeat a run exactly').argParser(seedOf),
      ),
  );
}

function prefixes(text: string, before: IpSet | undefined): IpSet {
  const prefix = parseIpPrefix(text);
  if (!prefix.ok) throw new InvalidArgumentError(prefix.reason);
  return IpSet.of([prefix.value]).union(before ?? IpSet.empty);
}

function stations(text: string, before: ReadonlySet<number> | undefined): ReadonlySet<number> {
  const mac = parseMac(text);
  if (!mac.ok) throw new InvalidArgumentError(mac.reason);
  if (mac.value === 0 || isMacMulticast(mac.value))
    throw new InvalidArgumentError('It does not name a single machine.');
  return new Set([...(before ?? []), mac.value]);
}

function rateOf(text: string): number {
  const rate = parseRate(text);
  if (!rate.ok) throw new InvalidArgumentError(rate.reason);
  if (!(rate.value > 0)) throw new InvalidArgumentError('A rate is positive, such as 0.1/s.');
  return rate.value;
}

function fractionOf(text: string): number {
  const fraction = parseFraction(text);
  if (!fraction.ok) throw new InvalidArgumentError(fraction.reason);
  if (!(fraction.value > 0 && fraction.value < 0.5))
    throw new InvalidArgumentError('It lies between 0 and 1/2, such as 0.0001.');
  return fraction.value;
}

function durationOf(text: string): number {
  const duration = parseDuration(text);
  if (!duration.ok) throw new InvalidArgumentError(duration.reason);
  if (!(duration.value > 0)) throw new InvalidArgumentError('A time is positive, such as 30d.');
  return duration.value;
}

function sourceOf(text: string): IpAddress {
  const address = parseIp(text);
  if (!address.ok) throw new InvalidArgumentError(address.reason);
  return address.value;
}
