// What a second run does to the directory of the first.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inTemporaryDirectory } from '../spawn-test-support.ts';
import { type OutputFile, prepareDirectory, saveFiles } from './save.ts';

const filesOf = (...names: readonly string[]): readonly OutputFile[] =>
  names.map((name) => ({
    name,
    content: `<!doctype html><html lang="en"><head><title>${name}</title></head></html>`,
  }));

it('replaces the run that is there as a whole, and keeps what is not of it', () =>
  inTemporaryDirectory(async (directory) => {
    const out = await prepareDirectory(join(directory, 'out'));
    await saveFiles(out, filesOf('a-trajectory.svg', 'infections.csv', 'result.json', 'report.html'));
    writeFileSync(join(out, 'notes.txt'), 'mine');
    await saveFiles(await prepareDirectory(out), filesOf('b-trajectory.svg', 'result.json', 'report.html'));
    expect(readdirSync(out).toSorted()).toEqual([
      'b-trajectory.svg',
      'notes.txt',
      'report.html',
      'result.json',
    ]);
    // Without a report of its own it adds to what is there.
    await saveFiles(out, filesOf('cells.csv'));
    expect(readdirSync(out)).toContain('b-trajectory.svg');
  }));

it('refuses a run of which nothing says which files are its own', () =>
  inTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'report.html'), '<!doctype html><title>of another program</title>');
    await expect(prepareDirectory(directory)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('does not say which files are its own') as string,
    });
  }));

it('removes nothing outside, whatever a report names', () =>
  inTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'precious.txt'), 'mine');
    const out = await prepareDirectory(join(directory, 'out'));
    const forged =
      '<!doctype html><head><meta name="wormwood-files" content="../precious.txt .. / report.html"></head>';
    writeFileSync(join(out, 'report.html'), forged);
    await saveFiles(await prepareDirectory(out), filesOf('report.html'));
    expect(readdirSync(directory).toSorted()).toEqual(['out', 'precious.txt']);
  }));
