/** `wormwood demo` on the command line. */
import type { Command } from 'commander';
import { seedOption, withExamples, withPrintOptions, workersOption } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import type { DemoOptions } from './demo.ts';

export function addDemo(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const demo = parent
    .command('demo')
    .description('run the experiment of Provos (2004) with every engine and write a report')
    .addOption(seedOption())
    .addOption(workersOption())
    .option('--out <dir>', 'directory for the report, figures and series', 'out/demo')
    .action(async (options: DemoOptions) => {
      const { demo: run } = await import('./demo.ts');
      finish(await run(options));
    });
  withExamples(withPrintOptions(demo), [
    ['wormwood demo', 'prints tables and plots, writes out/demo/report.html'],
    ['wormwood demo --json --out results', 'one JSON object on standard output'],
  ]);
}
