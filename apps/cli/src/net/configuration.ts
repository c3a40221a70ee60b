/** Opens the CONFIG argument of `net`: a honeynet that can be used, or every reason why it cannot. */
import { diagnose, type Diagnostic, renderDiagnostic } from '@wormwood/base';
import { type Honeynet, type KnownNames, unknownNames, unsupportedFeatures } from '@wormwood/honeynet';
import { type HoneynetReading, readHoneynet, readHoneynetApart } from '@wormwood/sensor';
import { EXIT, CommandFailure, systemReason } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

export interface CheckedHoneynet {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks a configuration; its problems, warnings included, are shown on stderr. Names are compared with those
 * that are `known`.
 */
export function openHoneynet(path: string, terminal: Terminal, known?: KnownNames): CheckedHoneynet {
  try {
    return checked(readHoneynet(path), path, terminal, known);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The same for a sensor, which keeps the honeynet for long and answers meanwhile; it comes without copies of templates. */
export async function openHoneynetApart(path: string, terminal: Terminal): Promise<CheckedHoneynet> {
  try {
    return checked(await readHoneynetApart(path), path, terminal);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function checked(
  { honeynet, diagnostics: problems, text }: HoneynetReading,
  path: string,
  terminal: Terminal,
  known?: KnownNames,
): CheckedHoneynet {
  const unknown = honeynet === null || known === undefined ? [] : unknownNames(honeynet, text, known);
  const diagnostics = [...problems, ...diagnose(unknown, path, text)];
  const color = terminal.stderr.isColorSupported;
  for (const diagnostic of diagnostics) {
    // Only the file itself is at hand to quote from, not what it includes.
    terminal.warn(renderDiagnostic(diagnostic, diagnostic.file === path ? text : '', { color }));
  }
  return { honeynet, diagnostics };
}

/** Reports on stderr which settings of a honeynet have no effect. */
export function tellUnsupported(honeynet: Honeynet, terminal: Terminal): void {
  for (const sentence of unsupportedFeatures(honeynet)) terminal.warn(`note: ${sentence}`);
}

function unreadable(path: string, error: unknown): CommandFailure {
  const sentence = `Cannot read the configuration ${path}: ${systemReason(error)}.`;
  return new CommandFailure(EXIT.invalidFile, sentence, { cause: error });
}
