/** `wormwood sim ls`, `show`, `export` and `reproduce` on the command line. */
import { type Command, Option } from 'commander';
import { type PrintOptions, withExamples, withPrintOptions } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import type { SimReproduceOptions } from './reproduce.ts';
import type { SimExportOptions } from './results.ts';

export function addSimResults(sim: Command, finish: (exitCode: ExitCode) => void): void {
  const ls = sim
    .command('ls')
    .description('list saved results')
    .argument('[dir]', 'directory to search, with its subdirectories', 'out')
    .action(async (directory: string, options: PrintOptions) => {
      const { simLs } = await import('./results.ts');
      finish(await simLs(directory, options));
    });
  withExamples(withPrintOptions(ls), [['wormwood sim ls out', 'what was computed, and when']]);
  const show = sim
    .command('show')
    .description('describe a saved result, and verify that its files are unchanged')
    .argument('<dir>', 'a directory that sim run, sweep, plan or fit wrote')
    .action(async (directory: string, options: PrintOptions) => {
      const { simShow } = await import('./results.ts');
      finish(await simShow(directory, options));
    });
  withExamples(withPrintOptions(show), [['wormwood sim show out/grid', 'its command, figures and files']]);
  const exported = sim
    .command('export')
    .description('print the rows of a saved result: the cells of a sweep, the series of a run')
    .argument('<dir>', 'a directory that sim run or sweep wrote')
    .addOption(new Option('--format <kind>', 'JSON Lines or CSV').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--debug', 'show where in the program an error occurred')
    .action(async (directory: string, options: SimExportOptions) => {
      const { simExport } = await import('./results.ts');
      finish(await simExport(directory, options));
    });
  withExamples(exported, [['wormwood sim export out/grid | jq .ever_infected_hosts', 'for other programs']]);
  const reproduce = sim
    .command('reproduce')
    .description('compute a saved result again, and compare the files')
    .argument('<manifest>', 'the manifest.json of a result, or its directory')
    .option('--out <dir>', 'also store computed cells in this directory')
    .action(async (manifest: string, options: SimReproduceOptions) => {
      const { simReproduce } = await import('./reproduce.ts');
      finish(await simReproduce(manifest, options, sim));
    });
  withExamples(withPrintOptions(reproduce), [
    ['wormwood sim reproduce out/grid', 'ends with 0 if every file is the same'],
  ]);
}
