/** `wormwood completion SHELL`: prints a completion script made from the tree of commands. */
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { bashScript } from './bash.ts';
import { describeTree } from './described-command.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';
import { openTerminal } from '../output/terminal.ts';
import { shippedScenarios } from '../sim/read-scenario.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

export async function completion(shell: 'bash' | 'zsh' | 'fish', tree: Command): Promise<ExitCode> {
  const commands = describeTree(tree, { scenario: await shippedScenarios() });
  await openTerminal({}).print(scripts[shell](commands));
  return EXIT.ok;
}
