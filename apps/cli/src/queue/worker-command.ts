/** `wormwood worker` on the command line. */
import type { Command } from 'commander';
import { withExamples, workersOption } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import type { WorkerCommandOptions } from './worker.ts';

export function addWorker(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const command = parent
    .command('worker')
    .description('compute cells of sweeps that other machines request, until Ctrl-C')
    .requiredOption(
      '--on <redis>',
      'the Redis of the sweep: redis://HOST:PORT, rediss://… (TLS), env:NAME or file:PATH',
    )
    .addOption(workersOption())
    .option('-q, --quiet', 'print no messages but warnings')
    .option('--debug', 'show where in the program an error occurred')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .action(async (options: WorkerCommandOptions) => {
      const { worker } = await import('./worker.ts');
      finish(await worker(options));
    });
  withExamples(command, [
    ['wormwood worker --on redis://queue.example:6379', 'all cores of this machine'],
    ['wormwood worker --on file:/etc/wormwood/redis-url', 'with a password that only this file holds'],
  ]);
}
