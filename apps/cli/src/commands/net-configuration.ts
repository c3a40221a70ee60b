/** Opening the CONFIG argument of `net`: a honeynet that can be used, or every reason why not. */
import { diagnose, type Diagnostic, renderDiagnostic } from '@wormwood/base';
import { type Honeynet, type KnownNames, unknownNames } from '@wormwood/honeynet';
import { readHoneynet } from '@wormwood/sensor';
import { EXIT, CommandFailure, systemReason } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

export interface CheckedHoneynet {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks a configuration; its problems, warnings included, are shown on stderr. Names are held against those
 * that are `known`.
 */
export function openHoneynet(path: string, terminal: Terminal, known?: KnownNames): CheckedHoneynet {
  const { honeynet, diagnostics: problems, text } = readOrFail(path);
  const unknown = honeynet === null || known === undefined ? [] : unknownNames(honeynet, text, known);
  const diagnostics = [...problems, ...diagnose(unknown, path, text)];
  const color = terminal.stderr.isColorSupported;
  for (const diagnostic of diagnostics) {
    // The frame is of the file itself; what is included stands elsewhere.
    terminal.warn(renderDiagnostic(diagnostic, diagnostic.file === path ? text : '', { color }));
  }
  return { honeynet, diagnostics };
}

function readOrFail(path: string): ReturnType<typeof readHoneynet> {
  try {
    return readHoneynet(path);
  } catch (error) {
    throw new CommandFailure(
      EXIT.invalidFile,
      `Cannot read the configuration ${path}: ${systemReason(error)}.`,
      {
        cause: error,
      },
    );
  }
}
