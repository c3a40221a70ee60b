/** Finds and reads a lab: a file, standard input, or the name of a shipped lab. */
import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { nearest } from '@wormwood/base';
import { aboutFile, readScenario, type ScenarioReading } from '../sim/read-scenario.ts';

/** Beside `apps/`, seen from `apps/cli/dist/lab` and `apps/cli/src/lab` alike. */
const shippedDirectory = new URL('../../../../labs/', import.meta.url);

/** Returns the text of the lab that `argument` names, or diagnostics that say why it cannot be read. */
export async function readLab(argument: string): Promise<ScenarioReading> {
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
