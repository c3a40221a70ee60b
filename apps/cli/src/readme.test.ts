// The command lines of README.md exist: each names a command and options that the program has, and scenarios that it ships.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { commandTree } from './command-tree.ts';
import { shippedScenarios } from './sim/read-scenario.ts';

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const lines = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);
const scenarios = await shippedScenarios();

it.each(lines)('%s', (line) => {
  const [program, ...words] = line.replace(/#.*/, '').trim().split(/ +/);
  let command: Command = commandTree('0', () => undefined);
  expect(program).toBe(command.name());
  const rest = words.filter((word) => {
    const next = command.commands.find((each) => each.name() === word);
    if (next !== undefined) command = next;
    return next === undefined;
  });
  const options = command.options.flatMap(({ long, short }) => [long, short]);
  for (const option of rest.filter((word) => word.startsWith('-'))) expect(options).toContain(option);
  for (const name of rest.filter((word) => word.startsWith('provos'))) expect(scenarios).toContain(name);
  expect(command.commands.length === 0 || command.name() === 'detect').toBe(true);
});
