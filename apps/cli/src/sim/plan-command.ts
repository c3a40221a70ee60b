/** `wormwood sim plan` on the command line. */
import { parseFraction } from '@wormwood/base';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withExamples, withPrintOptions, wordsOf } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import type { SimPlanOptions } from './plan.ts';
import { scenarioCommand, withEngineOptions, withRunOptions } from './scenario-options.ts';

export function addSimPlan(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const repeated = (text: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    text,
  ];
  const asked = scenarioCommand(
    sim,
    'plan',
    'find the least that meets a goal: how many honeypots, how late, how slow',
  )
    .requiredOption(
      '--goal <goal>',
      "what must hold, such as 'everInfectedFraction < 5%' or 'P(extinct) > 0.9'",
    )
    .addOption(
      new Option(
        '--vary <path=A..B>',
        'range to search; a second --vary (a range or a list) gives a plan for each of its values',
      )
        .argParser(repeated)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--cost <path=weight>',
        'cost of a unit of a variable (a honeypot, a second); finds the cheapest mixture of two',
      ).argParser((text: string, before: SimPlanOptions['cost']) => [...(before ?? []), costOf(text)]),
    );
  const judged = withEngineOptions(asked, {
    engine: 'engine that decides whether the goal is met (default: ode, or hosts where ode has no equations)',
    runs: 'runs at each value (default: 200, or 1 for ode)',
  }).addOption(
    new Option('--confidence <share>', 'one-sided confidence that the goal holds, of engines that draw')
      .default({ text: '95%', z: 1.6448536269514722 }, '95%')
      .argParser(confidenceOf),
  );
  const plan = withRunOptions(judged)
    .option('--out <dir>', 'also write the plan to this directory')
    .action(async (scenario: string, options: SimPlanOptions, command: Command) => {
      const { simPlan } = await import('./plan.ts');
      finish(await simPlan(scenario, options, wordsOf(command)));
    });
  withExamples(withPrintOptions(plan), [
    [
      "wormwood sim plan provos-2004-20min --goal 'everInfectedFraction < 50%' --vary defenses.0.count=1..4_000_000",
      'how many honeypots',
    ],
    ["wormwood sim plan mine.yaml --goal 'peakInfected < 1000' --vary defenses.0.start=0s..1h", 'how late'],
    [
      "wormwood sim plan mine.yaml --goal 'P(extinct) > 0.9' --vary defenses.0.count=1..9999 --vary defenses.0.delay=1s,1min",
      'for two delays',
    ],
  ]);
}

function costOf(text: string): { readonly path: string; readonly weight: number } {
  const match = /^([^=]+)=([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)$/.exec(text);
  const weight = Number(match?.[2]);
  if (match === null || !Number.isFinite(weight)) {
    throw new InvalidArgumentError('Give a path and what a unit of it costs, such as defenses.0.count=1.');
  }
  return { path: (match[1] ?? '').trim(), weight };
}

/** One-sided quantiles of the normal distribution. */
const QUANTILES: ReadonlyMap<number, number> = new Map([
  [0.8, 0.8416212335729143],
  [0.9, 1.2815515655446004],
  [0.95, 1.6448536269514722],
  [0.975, 1.959963984540054],
  [0.99, 2.3263478740408408],
  [0.999, 3.090232306167813],
]);

function confidenceOf(text: string): SimPlanOptions['confidence'] {
  const fraction = parseFraction(text);
  const z = fraction.ok ? QUANTILES.get(fraction.value) : undefined;
  if (z === undefined) throw new InvalidArgumentError('Give one of 80%, 90%, 95%, 97.5%, 99%, 99.9%.');
  return { text, z };
}
