/** Opens the CONFIG argument of `net`: a honeynet that can be used, or every reason why it cannot. */
import { diagnose, type Diagnostic, renderDiagnostic } from '@wormwood/base';
import { type Honeynet, type KnownNames, unknownNames } from '@wormwood/honeynet';
import { type FurtherCheck, type HoneynetReading, readHoneynet, readHoneynetApart } from '@wormwood/sensor';
import { EXIT, CommandFailure, systemReason } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

export interface CheckedHoneynet {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReadOptions {
  /** Whether the first and the last address of bound networks answer, too. @default false */
  readonly edges?: boolean | undefined;
  /** Names to compare with. @default names are not compared */
  readonly known?: KnownNames;
  /** Checks beside those of the file itself. @default none */
  readonly further?: FurtherCheck;
  /** Whether notes are shown, and not only what is wrong. @default false */
  readonly notes?: boolean;
}

/**
 * Reads and checks a configuration; its problems, warnings included, are shown on stderr. Names are compared with those
 * that are `known`.
 */
export function openHoneynet(
  path: string,
  terminal: Terminal,
  { edges = false, known, further, notes = false }: ReadOptions = {},
): CheckedHoneynet {
  try {
    return checked(readHoneynet(path, edges, further), { path, terminal, known, notes });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The same for a sensor, which keeps the honeynet for long and answers meanwhile; it comes without copies of templates. */
export async function openHoneynetApart(
  path: string,
  terminal: Terminal,
  { edges = false }: ReadOptions = {},
): Promise<CheckedHoneynet> {
  try {
    return checked(await readHoneynetApart(path, edges), { path, terminal, notes: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}

interface CheckOptions {
  readonly path: string;
  readonly terminal: Terminal;
  readonly known?: KnownNames | undefined;
  readonly notes: boolean;
}

function checked(
  { honeynet, draft, diagnostics: problems, text }: HoneynetReading,
  { path, terminal, known, notes }: CheckOptions,
): CheckedHoneynet {
  const unknown = draft === null || known === undefined ? [] : unknownNames(draft, text, known);
  const diagnostics = [...problems, ...diagnose(unknown, path, text)].toSorted(
    (a, b) => Number(a.file !== path) - Number(b.file !== path) || a.line - b.line || a.column - b.column,
  );
  const color = terminal.stderr.isColorSupported;
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'note' && !notes) continue;
    // Only the file itself is at hand to quote from, not what it includes.
    terminal.warn(renderDiagnostic(diagnostic, diagnostic.file === path ? text : '', { color }));
  }
  return { honeynet, diagnostics };
}

function unreadable(path: string, error: unknown): CommandFailure {
  const sentence = `Cannot read the configuration ${path}: ${systemReason(error)}.`;
  return new CommandFailure(EXIT.invalidFile, sentence, { cause: error });
}
