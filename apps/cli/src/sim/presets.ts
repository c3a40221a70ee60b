/** `wormwood sim presets`: the shipped scenarios, one a line; `sim presets show NAME`: the file of one. */
import { checkScenario, PRESETS, scenarioDocument } from '@wormwood/files/scenario';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { readShippedScenario, shippedScenarios } from './read-scenario.ts';
import type { PrintOptions } from '../command-options.ts';

export async function simPresets(options: PrintOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const presets = await Promise.all((await shippedScenarios()).map(readPreset));
  if (options.json) {
    await terminal.print(JSON.stringify(presets.map(({ scenario }) => scenarioDocument(scenario))));
    return EXIT.ok;
  }
  const lines = presets.map(({ name }) => ({
    name,
    about: PRESETS[name]?.about ?? '',
    year: PRESETS[name]?.year ?? null,
  }));
  const width = Math.max(...lines.map(({ name }) => name.length));
  const list = lines.map(
    ({ name, year, about }) => `${name.padEnd(width)}  ${String(year ?? '').padEnd(4)}  ${about}`,
  );
  await terminal.print(list.join('\n'));
  terminal.say('wormwood sim presets show NAME prints one as a file to start from.');
  return EXIT.ok;
}

export async function simPresetsShow(name: string, options: PrintOptions): Promise<ExitCode> {
  const shipped = await shippedScenarios();
  if (!shipped.includes(name)) {
    throw new CommandFailure(
      EXIT.usage,
      `There is no shipped scenario ${JSON.stringify(name)}. The shipped scenarios are ${shipped.join(', ')}.`,
    );
  }
  const { text, scenario } = await readPreset(name);
  await openTerminal(options).print(
    options.json ? JSON.stringify(scenarioDocument(scenario)) : text.trimEnd(),
  );
  return EXIT.ok;
}

type Whole = Extract<ReturnType<typeof checkScenario>, { ok: true }>;

async function readPreset(name: string): Promise<{
  readonly name: string;
  readonly text: string;
  readonly scenario: Whole['scenario'];
  readonly outbreak: Whole['outbreak'];
}> {
  const reading = await readShippedScenario(name);
  if (!reading.ok) throw new CommandFailure(EXIT.failed, `The shipped scenario ${name} cannot be read.`);
  const check = checkScenario(reading.text, reading.fileName, { readFile: reading.readFile });
  if (!check.ok) throw new CommandFailure(EXIT.invalidFile, `The shipped scenario ${name} has errors.`);
  return { name, text: reading.text, scenario: check.scenario, outbreak: check.outbreak };
}
