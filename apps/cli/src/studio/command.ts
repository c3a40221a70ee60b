/** `wormwood studio` on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withExamples, withPrintOptions } from '../command-options.ts';
import type { ExitCode } from '../exit-code.ts';
import type { StudioCommandOptions } from './studio.ts';

const LISTEN_DEFAULT = '127.0.0.1:8380';

export function addStudio(parent: Command, finish: (exitCode: ExitCode) => void): void {
  const studio = parent
    .command('studio')
    .description('serve the web pages of the laboratory and of a honeynet on loopback, until Ctrl-C')
    .addOption(
      new Option('--listen <address>', 'loopback address and port; port 0 takes a free one')
        .default(listenOf(LISTEN_DEFAULT), LISTEN_DEFAULT)
        .argParser(listenOf),
    )
    .option('--events <file>', 'events of a sensor, followed as they are written')
    .option('--control <path>', 'control socket of a running sensor')
    .option('--state <dir>', 'state directory of `wormwood respond`')
    .option('--capture <dir>', 'captures of sessions, as `wormwood net up --capture` writes them')
    .option('--token', 'whoever opens the printed address may approve, undo and pause')
    .option('--demo', 'a honeynet in memory, hosts that scan it, and decisions to approve')
    .action(async (options: StudioCommandOptions) => {
      const { studio: serve } = await import('./studio.ts');
      finish(await serve(options));
    });
  withExamples(withPrintOptions(studio), [
    ['wormwood studio', 'the laboratory'],
    ['wormwood studio --demo', 'every page with something on it; no root, no network'],
    ['wormwood studio --events events.jsonl --control /run/wormwood/sensor.sock', 'a running sensor'],
    ['wormwood studio --events events.jsonl --state respond --token', 'with decisions to approve'],
  ]);
}

/** An address of loopback and a port. */
interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

function listenOf(text: string): ListenAddress {
  const found = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\]):([0-9]{1,5})$/.exec(text);
  const port = Number(found?.[2]);
  if (found === null || port > 65_535)
    throw new InvalidArgumentError(
      'The studio listens on loopback alone: give an address such as 127.0.0.1:8380, or 127.0.0.1:0 for a free port.',
    );
  const [, name = ''] = found;
  return { host: name === 'localhost' ? '127.0.0.1' : name.replaceAll(/[[\]]/g, ''), port };
}
