/** `wormwood net import CONFIG`: prints a configuration as net.yaml, and reports what could not be kept. */
import { findingsOf, type Honeynet } from '@wormwood/honeynet';
import { honeynetText } from '@wormwood/files/honeynet';
import { readRegularText } from '@wormwood/sensor/read-file';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { openHoneynet } from './configuration.ts';

/** It was read a moment ago, and no larger file is. */
const FILE_BYTES_MAX = 2 ** 26;

export async function netImport(path: string, options: PrintOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { honeynet } = openHoneynet(path, terminal);
  if (honeynet === null) return EXIT.invalidFile;
  const text = honeynetText(honeynet);
  const notes = [...lostInFile(readRegularText(path, FILE_BYTES_MAX)), ...keptOnly(honeynet)];
  if (options.json) {
    await terminal.print(JSON.stringify({ text, notes }));
    return EXIT.ok;
  }
  for (const note of notes) terminal.warn(note);
  await terminal.print(text.trimEnd());
  return EXIT.ok;
}

/** What a honeynet keeps, and no sensor does. */
function keptOnly(honeynet: Honeynet): readonly string[] {
  return findingsOf(honeynet)
    .filter(({ code }) => code.endsWith('-without-effect'))
    .map(({ message }) => message);
}

/** What the text of a file holds, but a honeynet does not. */
function lostInFile(text: string): readonly string[] {
  const lines = text.replaceAll(/"[^"]*"/g, '""').split('\n');
  const comments = lines.filter((line) => line.includes('#')).length;
  const includes = lines.filter((line) => /^\s*include\s/.test(line)).length;
  return [
    ...(comments === 0 ? [] : [`Comments are not carried over: ${comments}.`]),
    ...(includes === 0 ? [] : [`Included files are merged into one file: ${includes} includes.`]),
  ];
}
