/** From the SCENARIO argument to an outbreak that the chosen engine can run, or every reason why it cannot. */
import { engineNamed, type EngineName, type Outbreak } from '@wormwood/epidemic';
import { type Diagnostic, renderDiagnostic } from '@wormwood/base';
import { checkScenario, type Scenario } from '@wormwood/files/scenario';
import type { Terminal } from '../output/terminal.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { aboutFile, readScenario, readShippedScenario } from './read-scenario.ts';

export interface CheckedScenario {
  readonly scenario: Scenario;
  readonly outbreak: Outbreak;
  /** The requested engine, or the one that was chosen. */
  readonly engine: EngineName;
}

interface Refusal {
  readonly diagnostics: readonly Diagnostic[];
  /** The text that the diagnostics refer to; empty when it could not be read. */
  readonly text: string;
}

/**
 * Reads and checks the scenario, and chooses an engine if none is requested. Returns undefined after it has printed the
 * errors; with `json` they also go to stdout as one object.
 */
export async function openScenario(
  argument: string,
  asked: EngineName | undefined,
  { terminal, json }: { readonly terminal: Terminal; readonly json: boolean },
): Promise<CheckedScenario | undefined> {
  const show = ({ diagnostics, text }: Refusal): void => {
    const color = terminal.stderr.isColorSupported;
    for (const diagnostic of diagnostics) terminal.warn(renderDiagnostic(diagnostic, text, { color }));
  };
  const refuse = async (refusal: Refusal): Promise<undefined> => {
    show(refusal);
    if (json) await terminal.print(JSON.stringify({ ok: false, diagnostics: refusal.diagnostics }));
  };

  const reading = await readScenario(argument);
  if (!reading.ok) return refuse({ diagnostics: reading.diagnostics, text: '' });
  const { fileName, text, readFile } = reading;
  const check = checkScenario(text, fileName, { readFile });
  if (!check.ok) return refuse({ diagnostics: check.diagnostics, text });
  const engine = asked ?? (engineNamed('ode').unsupported(check.outbreak).length === 0 ? 'ode' : 'hosts');
  const reasons = engineNamed(engine).unsupported(check.outbreak);
  if (reasons.length > 0) {
    const code = 'engine-unsupported';
    const diagnostics = reasons.map((reason) =>
      aboutFile(fileName, code, reason, `Use an --engine other than ${engine}.`),
    );
    return refuse({ diagnostics, text: '' });
  }
  show({ diagnostics: check.diagnostics, text });
  const { scenario, outbreak } = check;
  return { scenario, outbreak, engine };
}

/** Returns a scenario that comes with the program. */
export async function openShippedScenario(name: string): Promise<Omit<CheckedScenario, 'engine'>> {
  const reading = await readShippedScenario(name);
  const check = reading.ok
    ? checkScenario(reading.text, reading.fileName, { readFile: reading.readFile })
    : reading;
  if (!check.ok) {
    const reasons = check.diagnostics.map(({ message }) => message).join(' ');
    throw new CommandFailure(EXIT.invalidFile, `The shipped scenario ${name} cannot be used: ${reasons}`);
  }
  return { scenario: check.scenario, outbreak: check.outbreak };
}
