/** `wormwood lab …` on the command line. */
import { parseSeed } from '@wormwood/base';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { withExamples, withPrintOptions } from '../command-options.ts';
import type { LabRunOptions } from './run.ts';

const RUNS_MAX = 1000;

export function addLab(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const lab = parent
    .command('lab')
    .description('act an outbreak out with packets and an inert marker, and lay it over its prediction')
    .helpCommand(false);
  const run = lab
    .command('run')
    .description('run a lab: hosts, honeynet, detector and immunizer, closed into one loop')
    .argument('<lab>', 'a lab file, - for standard input, or the name of a shipped lab')
    .addOption(
      new Option('--runs <n>', 'number of runs with different randomness').default(1).argParser(runsOf),
    )
    .addOption(
      new Option('--seed <n>', 'where all randomness comes from: 0 to 2^64-1').default('1').argParser(seedOf),
    )
    .addOption(
      new Option(
        '--on <medium>',
        'memory: links in memory, virtual time; veth: interfaces between namespaces of its own, real time, as root',
      )
        .choices(['memory', 'veth'])
        .default('memory'),
    )
    .option('--out <dir>', 'also write result, figure, calibrated scenario, audit log and report here')
    .action(async (file: string, options: LabRunOptions) => {
      const { labRun } = await import('./run.ts');
      finish(await labRun(file, options));
    });
  withExamples(withPrintOptions(run), [
    ['wormwood lab run enough', 'a shipped lab, in memory'],
    ['wormwood lab run mine.yaml --runs 20 --out results', 'with a report'],
    ['wormwood lab run wire --on veth', 'over real interfaces with nftables'],
  ]);
  withExamples(lab, [['wormwood lab run enough', 'enough honeypots, soon enough']]);
}

function runsOf(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < 1 || value > RUNS_MAX) {
    throw new InvalidArgumentError(`It takes a number of runs from 1 to ${RUNS_MAX}.`);
  }
  return value;
}

function seedOf(text: string): string {
  const seed = parseSeed(text);
  if (!seed.ok) throw new InvalidArgumentError(seed.reason);
  return seed.value;
}
