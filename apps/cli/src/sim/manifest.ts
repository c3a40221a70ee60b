/**
 * The manifest beside a result: which version computed it, by which command, from which scenario, with which seed, when, and what
 * its files hash to. `sim reproduce` computes the same from it.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '@wormwood/epidemic';
import type { ScenarioDocument } from '@wormwood/files/scenario';
import { readRegularText } from '@wormwood/sensor/read-file';
import { CommandFailure, EXIT, systemReason } from '../exit-code.ts';
import { type OutputFile, withFileList } from '../output/save.ts';
import { VERSION } from '../version.ts';

export const MANIFEST = 'manifest.json';

/** The commands that leave a manifest. */
export const REPRODUCIBLE = ['run', 'sweep', 'plan', 'fit'] as const;
export type Reproducible = (typeof REPRODUCIBLE)[number];

export interface Manifest {
  readonly version: string;
  /** The words of the command line, `sim` first. */
  readonly command: readonly string[];
  /** The scenario as it was computed, everything written out. */
  readonly scenario: ScenarioDocument;
  /** Absent where no engine computed it. */
  readonly engine?: EngineName;
  readonly seed: string;
  readonly runs: number;
  /** RFC 3339. */
  readonly started: string;
  readonly seconds: number;
  /** SHA-256 of each file beside the manifest, hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
  /** Data that the command read. */
  readonly data?: { readonly path: string; readonly sha256: string };
}

/** What a command knows of a result when it has computed it. */
export interface Origin extends Pick<Manifest, 'command' | 'scenario' | 'engine' | 'seed' | 'runs' | 'data'> {
  readonly started: Date;
}

/** Returns the files and a manifest of them. */
export function withManifest(
  files: readonly OutputFile[],
  { started, ...origin }: Origin,
): readonly OutputFile[] {
  const all = [...files, { name: MANIFEST, content: '' }];
  const manifest: Manifest = {
    version: VERSION,
    ...origin,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    files: Object.fromEntries(files.map((file) => [file.name, sha256Of(withFileList(file, all).content)])),
  };
  return [...files, { name: MANIFEST, content: `${JSON.stringify(manifest, null, 2)}\n` }];
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

const MANIFEST_OCTETS_MAX = 2 ** 26;

/** Reads the manifest at a path, or in a directory; anything else is a `CommandFailure`. */
export function readManifest(path: string): Manifest {
  let text: string;
  try {
    text = readRegularText(statSync(path).isDirectory() ? join(path, MANIFEST) : path, MANIFEST_OCTETS_MAX);
  } catch (error) {
    throw new CommandFailure(
      EXIT.invalidFile,
      `Cannot read a manifest at ${path}: ${systemReason(error)}. ` +
        'Name a directory that sim run, sweep, plan or fit wrote with --out.',
      { cause: error },
    );
  }
  const manifest = manifestOf(text);
  if (manifest === undefined)
    throw new CommandFailure(EXIT.invalidFile, `${path} is not a manifest of a result.`);
  return manifest;
}

/** Returns the manifest in a text, undefined where there is none. */
export function manifestOf(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<Manifest> | null;
    const isWhole =
      typeof value?.version === 'string' &&
      Array.isArray(value.command) &&
      value.command.every((word) => typeof word === 'string') &&
      typeof value.started === 'string' &&
      typeof value.scenario === 'object' &&
      isTexts(value.files);
    return isWhole ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}

/** Returns which command left the manifest; undefined for one that is not known here. */
export function commandOf({ command: [group, name] }: Manifest): Reproducible | undefined {
  return group === 'sim' ? REPRODUCIBLE.find((each) => each === name) : undefined;
}
