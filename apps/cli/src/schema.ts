/** `wormwood schema KIND`: the JSON Schema of a kind of file. */
import { honeynetJsonSchema } from '@wormwood/files/honeynet';
import { knownJsonSchema } from '@wormwood/files/known';
import { respondJsonSchema } from '@wormwood/files/respond';
import { scopeJsonSchema } from '@wormwood/files/scope';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openTerminal } from './output/terminal.ts';

/** The kinds of file that have a JSON Schema. */
export type SchemaKind = 'scenario' | 'scope' | 'known' | 'respond' | 'lab' | 'honeynet';

export async function schema(kind: SchemaKind): Promise<ExitCode> {
  await openTerminal({}).print(JSON.stringify(await schemaOf(kind), null, 2));
  return EXIT.ok;
}

async function schemaOf(kind: SchemaKind): Promise<unknown> {
  if (kind === 'scope') return scopeJsonSchema();
  if (kind === 'known') return knownJsonSchema();
  if (kind === 'respond') return respondJsonSchema();
  if (kind === 'honeynet') return honeynetJsonSchema();
  if (kind === 'lab') {
    const { labJsonSchema } = await import('@wormwood/files/lab');
    return labJsonSchema();
  }
  const { scenarioJsonSchema } = await import('@wormwood/files/scenario');
  return scenarioJsonSchema();
}
