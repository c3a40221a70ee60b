/** `wormwood sim forecast` on the command line. */
import { AddressSet, parseCidr, parseCount, parseDuration, parseFraction } from '@wormwood/base';
import type { PRICED, Prices } from '@wormwood/study';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { seedOption, wholeNumber, withExamples, workersOption } from '../command-options.ts';
import { withInputOptions } from '../detect/commands.ts';
import type { ExitCode } from '../exit-code.ts';
import type { ScannedSpace, SimForecastOptions } from './forecast.ts';

const DRAWS_MAX = 100_000;
const CONTACTS_MAX = 1000;
const ADDRESSES_MAX = 2 ** 32;
/** The same list as there, since to load it would load the engines. */
const THINGS: typeof PRICED = ['honeypot', 'filter', 'second'];

export function addSimForecast(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const forecast = withMeasures(
    sim
      .command('forecast')
      .description(
        'forecast an outbreak from what honeypots see now, and compare what more honeypots, a filter or a faster response change',
      ),
  )
    .addOption(
      new Option('--space <space>', 'addresses that the worm scans: a number or a prefix')
        .default({ size: 2 ** 32 }, '2^32')
        .argParser(spaceOf),
    )
    .addOption(
      new Option('--horizon <time>', 'length of the forecast (default: four doubling times)').argParser(
        positive,
      ),
    )
    .option('--follow', 'follow a growing file until Ctrl-C, with a forecast every doubling time')
    .addOption(
      new Option(
        '--every <time>',
        'time between forecasts after the alarm, by the timestamps of the events',
      ).argParser(positive),
    )
    .option('--keep <file>', 'where forecasts are kept and scored (default: beside the events)')
    .addOption(
      new Option('--draws <n>', 'runs of each measure')
        .default(200)
        .argParser((text: string) => wholeNumber(text, 'a number of runs', DRAWS_MAX)),
    )
    .addOption(seedOption())
    .addOption(workersOption())
    .option('--out <dir>', 'also write the forecast and its figure to this directory')
    .action(async (options: SimForecastOptions) => {
      const { simForecast } = await import('./forecast.ts');
      finish(await simForecast(options));
    });
  withExamples(withInputOptions(forecast), [
    ['wormwood sim forecast --events events.jsonl', 'of the honeynet that wrote the events'],
    [
      'wormwood sim forecast --events events.jsonl --follow --response 10min',
      'while the file grows, with a response in force',
    ],
    [
      'wormwood sim forecast --pcap day.pcap --dark 10.1.0.0/16 --space 10.0.0.0/8',
      'from a capture, of a worm inside 10/8',
    ],
    [
      'wormwood sim forecast --events events.jsonl --cost honeypot=0.1 --cost filter=500',
      'with the price of each saved host',
    ],
  ]);
}

/** What is compared: a faster response, more honeypots, a filter; and what each costs. */
function withMeasures(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--response <time>',
        'current mean time from a contact to the immunization of the host (default: no response)',
      ).argParser(durationOf),
    )
    .addOption(
      new Option(
        '--faster <time>',
        'a response to compare (default: a tenth of --response, or 1s)',
      ).argParser(durationOf),
    )
    .addOption(
      new Option('--contacts <n>', 'contacts of a host until a response begins')
        .default(1)
        .argParser((text: string) => wholeNumber(text, 'a number of contacts', CONTACTS_MAX)),
    )
    .addOption(
      new Option('--more <n>', 'more honeypots to compare (default: as many as end the outbreak)').argParser(
        (text: string) => wholeNumber(text, 'a number of honeypots', ADDRESSES_MAX),
      ),
    )
    .addOption(
      new Option('--filter <share>', 'share of the probes that a filter to compare drops')
        .default(0.5, '50%')
        .argParser(shareOf),
    )
    .addOption(
      new Option(
        '--cost <thing=price>',
        'price of one more honeypot, one percentage point of filtered probes (filter), or one second less (second); repeatable',
      ).argParser(pricesOf),
    );
}

function spaceOf(text: string): ScannedSpace {
  const cidr = parseCidr(text);
  if (cidr.ok) {
    const addresses = AddressSet.fromCidrs([cidr.value]);
    return { size: addresses.size, addresses };
  }
  const count = parseCount(text);
  if (!count.ok || count.value < 2)
    throw new InvalidArgumentError('Give a number of addresses or a prefix, such as 2^32 or 10.0.0.0/8.');
  return { size: count.value };
}

function durationOf(text: string): number {
  const duration = parseDuration(text);
  if (!duration.ok) throw new InvalidArgumentError(duration.reason);
  return duration.value;
}

function positive(text: string): number {
  const value = durationOf(text);
  if (!(value > 0)) throw new InvalidArgumentError('A time is positive, such as 2h.');
  return value;
}

function shareOf(text: string): number {
  const share = parseFraction(text);
  if (!share.ok) throw new InvalidArgumentError(share.reason);
  return share.value;
}

function pricesOf(text: string, before: Prices | undefined): Prices {
  const [, thing = '', price = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const known = THINGS.find((each) => each === thing);
  const value = Number(price);
  if (known === undefined || price === '' || !(Number.isFinite(value) && value >= 0))
    throw new InvalidArgumentError(
      `Write THING=PRICE with one of ${THINGS.join(', ')}, such as honeypot=0.1.`,
    );
  return { ...before, [known]: value };
}
