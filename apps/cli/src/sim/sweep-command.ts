/** `wormwood sim sweep` on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber, withExamples, withPrintOptions, wordsOf } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import { scenarioCommand, withEngineOptions, withRunOptions } from './scenario-options.ts';
import type { SimSweepOptions } from './sweep.ts';

const SAMPLES_MAX = 10_000_000;

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['wormwood sim sweep provos-2004-20min --vary defenses.0.count=65536..524288*2', 'how many honeypots'],
  [
    'wormwood sim sweep mine.yaml --vary defenses.0.count=1000..9000/2000 --vary defenses.0.start=5min,20min --out grid',
    'a grid, kept',
  ],
  [
    'wormwood sim sweep mine.yaml --vary worm.scanRate=1/s..100/s* --sample sobol --samples 256',
    'spread over a range',
  ],
  [
    'wormwood sim sweep mine.yaml --vary defenses.0.count=1..1000/1 --shard 2/8 --out part2',
    'one part of eight',
  ],
  [
    'wormwood sim sweep mine.yaml --vary defenses.0.count=1..1000/1 --on redis://queue.example --out far',
    'by other machines',
  ],
];

export function addSimSweep(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const asked = scenarioCommand(sim, 'sweep', 'compute a scenario at many points and compare')
    .addOption(
      new Option(
        '--vary <path=values>',
        'values of a path: A,B,… or A..B/STEP or A..B*FACTOR; with --sample lhs or sobol also A..B; repeatable',
      )
        .argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--sample <kind>', 'every combination, a Latin hypercube, or a Sobol sequence')
        .choices(['grid', 'lhs', 'sobol'])
        .default('grid'),
    )
    .addOption(
      new Option('--samples <n>', 'number of points of lhs and sobol')
        .default(64)
        .argParser((text: string) => wholeNumber(text, 'a number of samples', SAMPLES_MAX)),
    );
  const computed = withEngineOptions(asked, {
    engine: 'engine that computes the cells (default: ode, or hosts where ode has no equations)',
    runs: 'runs of each cell (default: 100, or 1 for ode)',
  });
  const sweep = withRunOptions(computed)
    .option(
      '--on <where>',
      'compute the cells here, or by `wormwood worker` over a Redis: redis://HOST:PORT, rediss://… (TLS), env:NAME, file:PATH',
      'local',
    )
    .addOption(
      new Option('--shard <i/n>', 'compute only every n-th cell, beginning with the i-th').argParser(shardOf),
    )
    .option(
      '--out <dir>',
      'store cells and results in this directory; a repeated call computes only missing cells',
    )
    .option('--reuse <dir...>', 'also use the cells in these directories')
    .option('--force', 'compute all cells again, existing ones too')
    .action(async (scenario: string, options: SimSweepOptions, command: Command) => {
      const { simSweep } = await import('./sweep.ts');
      finish(await simSweep(scenario, options, wordsOf(command)));
    });
  withExamples(withPrintOptions(sweep), EXAMPLES);
}

function shardOf(text: string): { readonly index: number; readonly of: number } {
  const match = /^([0-9]{1,6})\/([0-9]{1,6})$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > of)
    throw new InvalidArgumentError('Give a part as i/n, such as 2/8, with i from 1 to n.');
  return { index, of };
}
