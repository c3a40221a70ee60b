/** `wormwood net import CONFIG`: a configuration as net.yaml on standard output, and what could not be kept. */
import { readFileSync } from 'node:fs';
import { unsupportedFeatures } from '@wormwood/honeynet';
import { honeynetText } from '@wormwood/files/honeynet';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import type { PrintOptions } from '../command-options.ts';
import { openHoneynet } from './configuration.ts';

export async function netImport(path: string, options: PrintOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { honeynet } = openHoneynet(path, terminal);
  if (honeynet === null) return EXIT.invalidFile;
  const text = honeynetText(honeynet);
  const notes = [...lostInFile(readFileSync(path, 'utf8')), ...unsupportedFeatures(honeynet)];
  if (options.json) {
    await terminal.print(JSON.stringify({ text, notes }));
    return EXIT.ok;
  }
  for (const note of notes) terminal.warn(note);
  await terminal.print(text.trimEnd());
  return EXIT.ok;
}

/** What the text of a file holds and no honeynet does. */
function lostInFile(text: string): readonly string[] {
  const lines = text.replaceAll(/"[^"]*"/g, '""').split('\n');
  const comments = lines.filter((line) => line.includes('#')).length;
  const includes = lines.filter((line) => /^\s*include\s/.test(line)).length;
  return [
    ...(comments === 0 ? [] : [`Comments are not carried over: ${comments}.`]),
    ...(includes === 0 ? [] : [`What was included stands in the one file: ${includes} includes.`]),
  ];
}
