/** The command `sim observe`. */
import { parseCount, parseDuration } from '@wormwood/base';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import type { SimObserveOptions } from './observe.ts';
import { seedOption, setOption, withExamples, withPrintOptions } from '../command-options.ts';

const PREFIX = /^\/([0-9]|[12][0-9]|3[0-2])$/;

export function addSimObserve(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const observe = sim
    .command('observe')
    .description('show what a network telescope would have seen of an outbreak')
    .argument('<scenario>', 'a scenario file, the name of a shipped scenario, or - for standard input')
    .addOption(
      new Option('--telescope <size>', 'monitored addresses: a prefix length such as /8, or a number')
        .argParser(addressesOf)
        .default(2 ** 24, '/8'),
    )
    .addOption(
      new Option('--interval <time>', 'time between two counts').argParser(secondsOf).default(60, '1min'),
    )
    .addOption(
      new Option('--background <n>', "mean number of probes per interval that are not the worm's")
        .argParser(countOf)
        .default(0),
    )
    .addOption(setOption())
    .addOption(seedOption())
    .action(async (scenario: string, options: SimObserveOptions) => {
      const { simObserve } = await import('./observe.ts');
      finish(await simObserve(scenario, options));
    });
  withExamples(withPrintOptions(observe), [
    ['wormwood sim observe code-red-v2 --telescope /12', 'when a /12 would have raised the alarm'],
    ['wormwood sim observe slammer-uncapped --interval 1s', 'a fast worm'],
  ]);
}

function addressesOf(text: string): number {
  const [, length] = PREFIX.exec(text.trim()) ?? [];
  if (length !== undefined) return 2 ** (32 - Number(length));
  return countOf(text, 1);
}

function countOf(text: string, minimum: unknown = 0): number {
  const count = parseCount(text);
  if (!count.ok) throw new InvalidArgumentError(count.reason);
  if (minimum === 1 && count.value < 1) throw new InvalidArgumentError('A telescope has at least 1 address.');
  return count.value;
}

function secondsOf(text: string): number {
  const seconds = parseDuration(text);
  if (!seconds.ok) throw new InvalidArgumentError(seconds.reason);
  if (seconds.value <= 0) throw new InvalidArgumentError('The interval must be longer than 0.');
  return seconds.value;
}
