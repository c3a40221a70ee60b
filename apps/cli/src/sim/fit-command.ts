/** `wormwood sim fit` on the command line. */
import { parseCount, parseDuration, parseRate } from '@wormwood/base';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber, withExamples, withPrintOptions, wordsOf } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import type { SimFitOptions } from './fit.ts';
import { scenarioCommand, withRunOptions } from './scenario-options.ts';

const DRAWS_MAX = 100_000;

export function addSimFit(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const asked = scenarioCommand(sim, 'fit', 'calibrate a scenario to a series of counts, and forecast')
    .requiredOption(
      '--data <file>',
      'CSV with a header: time_s or time, and ever_infected, new_infections or sources',
    )
    .addOption(
      new Option(
        '--telescope <addresses>',
        'number of addresses that the telescope monitors, if the data counts its sources',
      ).argParser((text: string) => {
        const count = parseCount(text);
        if (!count.ok || count.value < 1)
          throw new InvalidArgumentError('Give a number of addresses, such as 65536 or 2^16.');
        return count.value;
      }),
    )
    .addOption(
      new Option(
        '--scan-rate <rate>',
        'scan rate of a host, if known, such as 6/s: early growth then determines the number of hosts too',
      ).argParser((text: string) => {
        const rate = parseRate(text);
        if (!rate.ok || !(rate.value > 0)) throw new InvalidArgumentError('Give a rate, such as 358/min.');
        return rate.value;
      }),
    )
    .addOption(
      new Option(
        '--forecast <duration>',
        'how far to forecast; the defenses of the scenario start counting at the end of the data',
      ).argParser((text: string) => {
        const duration = parseDuration(text);
        if (!duration.ok || duration.value <= 0)
          throw new InvalidArgumentError('Give a duration, such as 2h.');
        return duration.value;
      }),
    )
    .addOption(
      new Option('--draws <n>', 'runs of the forecast')
        .default(200)
        .argParser((text: string) => wholeNumber(text, 'a number of runs', DRAWS_MAX)),
    );
  const fit = withRunOptions(asked)
    .option('--out <dir>', 'also write the fit and its figure to this directory')
    .action(async (scenario: string, options: SimFitOptions, command: Command) => {
      const { simFit } = await import('./fit.ts');
      finish(await simFit(scenario, options, wordsOf(command)));
    });
  withExamples(withPrintOptions(fit), [
    ['wormwood sim fit code-red-v2 --data counts.csv', 'hosts, scan rate, doubling time'],
    ['wormwood sim fit mine.yaml --data counts.csv --forecast 2h', 'and what comes in two hours'],
    ['wormwood sim fit mine.yaml --data telescope.csv --telescope 2^16', 'from sources that a telescope saw'],
  ]);
}
