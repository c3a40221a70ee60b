/** Finds and reads a lab: a file, standard input, or the name of a shipped lab. */
import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, nearest, renderDiagnostic } from '@wormwood/base';
import { checkLab, type LabCheck } from '@wormwood/files/lab';
import type { Terminal } from '../output/terminal.ts';
import { aboutFile, readScenario, type ScenarioReading } from '../sim/read-scenario.ts';

/** Beside `apps/`, seen from `apps/cli/dist/lab` and `apps/cli/src/lab` alike. */
const shippedDirectory = new URL('../../../../labs/', import.meta.url);

/** A lab file that holds. */
export type CheckedLab = Extract<LabCheck, { ok: true }>;

/** Returns the text of the lab that `argument` names, or diagnostics that say why it cannot be read. */
async function readLab(argument: string): Promise<ScenarioReading> {
  const isThere = await access(argument).then(
    () => true,
    () => false,
  );
  if (isThere || argument === '-') return readScenario(argument);
  const names = await readdir(shippedDirectory).catch((): string[] => []);
  const shipped = names.filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -5));
  if (shipped.includes(argument)) {
    return readScenario(fileURLToPath(new URL(`${argument}.yaml`, shippedDirectory)));
  }
  const meant = nearest(argument, shipped);
  const help =
    meant === undefined ? `The shipped labs are ${shipped.sort().join(', ')}.` : `Did you mean ${meant}?`;
  const message = 'This is neither a file nor the name of a shipped lab.';
  return { ok: false, diagnostics: [aboutFile(argument, 'file-missing', message, help)] };
}

/** Returns the checked lab that `argument` names; says what is wrong with it and returns undefined where it does not hold. */
export async function openLab(
  argument: string,
  terminal: Terminal,
  { json }: { readonly json?: true },
): Promise<CheckedLab | undefined> {
  const reading = await readLab(argument);
  const check = reading.ok ? checkLab(reading.text, reading.fileName) : reading;
  showDiagnostics(check.diagnostics, reading.ok ? reading.text : '', terminal);
  if (check.ok) return check;
  if (json) await terminal.print(JSON.stringify({ ok: false, diagnostics: check.diagnostics }));
  return undefined;
}

function showDiagnostics(diagnostics: readonly Diagnostic[], text: string, terminal: Terminal): void {
  const color = terminal.stderr.isColorSupported;
  for (const diagnostic of diagnostics) terminal.warn(renderDiagnostic(diagnostic, text, { color }));
}
