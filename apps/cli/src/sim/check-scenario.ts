/** From the SCENARIO argument to an outbreak that the chosen engine can run, or every reason why it cannot. */
import {
  chooseEngine,
  type EngineChoice,
  engineNamed,
  type EngineName,
  type Outbreak,
} from '@wormwood/epidemic';
import { type Diagnostic, renderDiagnostic } from '@wormwood/base';
import {
  changeScenario,
  checkScenario,
  type Scenario,
  type ScenarioCheck,
  type ScenarioValueChange,
} from '@wormwood/files/scenario';
import type { Terminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { aboutFile, readScenario, readShippedScenario } from './read-scenario.ts';

export interface CheckedScenario extends EngineChoice {
  readonly scenario: Scenario;
  readonly outbreak: Outbreak;
}

/** What a command line says about a scenario besides its name. */
export interface ScenarioRequest {
  /** Absent: the one that suits the outbreak. */
  readonly engine?: EngineName | undefined;
  /** Absent: one, or as many as the chosen engine calls for. */
  readonly runs?: number | undefined;
  readonly changes: readonly ScenarioValueChange[];
  readonly terminal: Terminal;
  readonly json: boolean;
}

/**
 * Reads and checks the scenario with its changes, and chooses the engine and the number of runs that are not requested. Returns
 * undefined after it has printed the errors; with `json` they also go to stdout as one object.
 */
export async function openScenario(
  argument: string,
  { engine: asked, runs, changes, terminal, json }: ScenarioRequest,
): Promise<CheckedScenario | undefined> {
  /** `text` is what the diagnostics refer to, empty when it could not be read. */
  const show = (diagnostics: readonly Diagnostic[], text: string): void => {
    const color = terminal.stderr.isColorSupported;
    for (const diagnostic of diagnostics) {
      const change = changes.find(({ source }) => source === diagnostic.file);
      terminal.warn(renderDiagnostic(diagnostic, change?.value ?? text, { color }));
    }
  };
  const refuse = async (diagnostics: readonly Diagnostic[], text: string): Promise<undefined> => {
    show(diagnostics, text);
    if (json) await terminal.print(JSON.stringify({ ok: false, diagnostics }));
  };

  const reading = await readScenario(argument);
  if (!reading.ok) return refuse(reading.diagnostics, '');
  const { fileName, text, readFile } = reading;
  const asWritten = checkScenario(text, fileName, { readFile });
  if (!asWritten.ok) return refuse(asWritten.diagnostics, text);
  const check: ScenarioCheck =
    changes.length === 0 ? asWritten : changeScenario(asWritten.scenario, changes, fileName);
  if (!check.ok) return refuse(check.diagnostics, '');
  const choice =
    asked === undefined
      ? chooseEngine(check.outbreak, runs)
      : { engine: asked, runs: runs ?? 1, reason: null };
  const reasons = engineNamed(choice.engine).unsupported(check.outbreak);
  if (reasons.length > 0) {
    const help = `Use an --engine other than ${choice.engine}.`;
    return refuse(
      reasons.map((reason) => aboutFile(fileName, 'engine-unsupported', reason, help)),
      '',
    );
  }
  show(check.diagnostics, text);
  return { scenario: check.scenario, outbreak: check.outbreak, ...choice };
}

/** Prints diagnostics; `text` is what they refer to, empty where they have none. */
export function warnOfAll(terminal: Terminal, diagnostics: readonly Diagnostic[], text = ''): void {
  const color = terminal.stderr.isColorSupported;
  for (const diagnostic of diagnostics) terminal.warn(renderDiagnostic(diagnostic, text, { color }));
}

/** Refuses several runs of an engine that draws nothing. */
export function refuseEqualRuns(engine: EngineName, runs: number): void {
  if (runs <= 1 || engineNamed(engine).random) return;
  throw new CommandFailure(
    EXIT.usage,
    `The engine ${engine} is deterministic, so all runs are the same; omit --runs, or use another --engine.`,
  );
}

/** What a command line says that computes an outbreak at many points. */
export interface ManyPointsOptions extends PrintOptions {
  readonly engine?: EngineName;
  readonly runs?: number;
  readonly set: readonly ScenarioValueChange[];
}

/**
 * Opens the scenario of such a command. `runsDefault` is for an engine that draws. Returns undefined after it has printed
 * the errors.
 */
export async function openManyPoints(
  argument: string,
  options: ManyPointsOptions,
  { terminal, runsDefault }: { readonly terminal: Terminal; readonly runsDefault: number },
): Promise<{ readonly scenario: Scenario; readonly engine: EngineName; readonly runs: number } | undefined> {
  const { engine: asked, runs: askedRuns, set: changes } = options;
  const json = options.json === true;
  const checked = await openScenario(argument, { engine: asked, runs: askedRuns, changes, terminal, json });
  if (checked === undefined) return undefined;
  const engine = engineOfMany(checked, options, terminal);
  const runs = askedRuns ?? (engineNamed(engine).random ? runsDefault : 1);
  refuseEqualRuns(engine, runs);
  return { scenario: checked.scenario, engine, runs };
}

/** The engine asked for, else the mean field wherever it has equations, with a line where chance decides. */
function engineOfMany(
  { engine, outbreak, reason }: CheckedScenario,
  asked: Pick<ScenarioRequest, 'engine' | 'runs'>,
  terminal: Terminal,
): EngineName {
  if (asked.engine !== undefined) return asked.engine;
  const isMeanField = (asked.runs ?? 1) === 1 && engineNamed('ode').unsupported(outbreak).length === 0;
  const chosen = isMeanField ? 'ode' : engine;
  const spread = isMeanField ? ' --engine hosts shows the spread.' : '';
  if (reason !== null) terminal.say(`Engine ${chosen}: ${reason}.${spread}`);
  return chosen;
}

/** Returns a scenario that comes with the program. */
export async function openShippedScenario(
  name: string,
): Promise<Pick<CheckedScenario, 'scenario' | 'outbreak'>> {
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
