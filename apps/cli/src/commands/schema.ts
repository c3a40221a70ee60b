/** `wormwood schema KIND`: the JSON Schema of a kind of file. */
import { scenarioJsonSchema } from '@wormwood/scenario';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';

export async function schema(): Promise<ExitCode> {
  await openTerminal({}).print(JSON.stringify(scenarioJsonSchema(), null, 2));
  return EXIT.ok;
}
