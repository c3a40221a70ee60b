// A file that is missing is exit code 3 (README.md), whichever command is to read it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { commandTree } from './command-tree.ts';
import { wormwoodInProcess } from './in-process-test-support.ts';
import { inTemporaryDirectory } from './spawn-test-support.ts';

const SEARCH = '--vary defenses.0.count=1..10';
const READING: readonly string[] = [
  'sim run missing',
  `sim sweep missing --vary duration=1h,2h`,
  `sim plan missing --goal peakInfected<10 ${SEARCH}`,
  'sim fit missing --data missing',
  'sim fit code-red-v2 --data missing',
  'sim observe missing',
  'sim report missing',
  'net check missing',
  'net check there.conf --personalities missing',
  'net explain missing 10.0.0.1',
  'net probe missing 10.0.0.1',
  'net probe there.conf 10.0.0.1 --personalities missing',
  'net import missing',
  'net up missing --device memory',
  'net up --demo --fingerprints missing',
  'detect --pcap missing',
  'detect --events missing',
  'detect watch --events missing',
  'detect explain 192.0.2.1 --pcap missing',
  'detect explain 192.0.2.1 --events missing',
  'respond propose missing --state state',
  'respond scope check missing',
  'respond scope sign missing --key missing',
  'lab run missing',
  'lab forecast missing',
];

it.each(READING)('wormwood %s', (line) =>
  inTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'there.conf'), 'create default\n');
    const { code, stdout, stderr } = await wormwoodInProcess(line.split(' '), { cwd: directory });
    expect(stderr).toContain('missing');
    expect(stderr).not.toContain('internal error');
    expect([code, stdout]).toEqual([3, '']);
  }),
);

/** Arguments that name a file, a directory, or something that is shipped as a file. */
const FILES = new Set(['scenario', 'run', 'config', 'lab', 'file']);

it('is tried of every command that takes a file', () => {
  const taking = (command: Command, path: readonly string[]): readonly string[] => [
    ...(command.registeredArguments.some((argument) => FILES.has(argument.name())) ? [path.join(' ')] : []),
    ...command.commands.flatMap((inner) => taking(inner, [...path, inner.name()])),
  ];
  const untried = taking(
    commandTree('0', () => undefined),
    [],
  ).filter((command) => !READING.some((line) => line.startsWith(`${command} `)));
  expect(untried).toEqual([]);
});
