// Manifests, and what is made of saved results: list, show, export, reproduce.
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const UNIFORM = `
version: 1
name: small
duration: 10min
space: 2^16
population: { vulnerable: 2000, infected: 5 }
worm: { scanRate: 2/s }
defenses:
  - { kind: honeypots, count: 100, start: 2min, delay: 1s }
  - { kind: honeypots, count: 10, start: 3min, delay: 1s }
`;
const COUNTS = [
  'time_s,ever_infected',
  '0,5',
  '60,19',
  '120,70',
  '180,240',
  '240,700',
  '300,1400',
  '360,1800',
].join('\n');

const RESULTS: readonly (readonly [name: string, args: readonly string[]])[] = [
  [
    'run',
    ['run', 'mine.yaml', '--engine', 'hosts', '--runs', '3', '--seed', '7', '--set', 'defenses.0.count=300'],
  ],
  [
    'sweep',
    [
      'sweep',
      'mine.yaml',
      '--vary',
      'defenses.0.count=100,200',
      '--vary',
      'worm.scanRate=1/s,2/s',
      '--engine',
      'hosts',
      '--runs',
      '4',
      '--workers',
      '2',
    ],
  ],
  [
    'plan',
    [
      'plan',
      'mine.yaml',
      '--engine',
      'ode',
      '--goal',
      'everInfectedFraction < 60%',
      '--vary',
      'defenses.0.count=1..20000',
      '--set',
      'defenses.0.start=30s',
    ],
  ],
  [
    'part of a sweep',
    ['sweep', 'mine.yaml', '--vary', 'defenses.0.count=100..900/200', '--shard', '2/3', '--engine', 'ode'],
  ],
  ['fit', ['fit', 'mine.yaml', '--data', 'counts.csv', '--forecast', '5min', '--draws', '5']],
];

/** Computes a result in `directory/out/NAME`. */
async function compute(directory: string, [name, args]: (typeof RESULTS)[number]): Promise<void> {
  writeFileSync(join(directory, 'mine.yaml'), UNIFORM);
  writeFileSync(join(directory, 'counts.csv'), COUNTS);
  const ended = await wormwoodInProcess(['sim', ...args, '-q', '--out', `out/${name}`], { cwd: directory });
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('error') as string]);
}

interface Read {
  readonly command: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Each case computes a result twice, with its figures. */
const PATIENCE = { timeout: 240_000 };

describe('a saved result', PATIENCE, () => {
  it.each(RESULTS)(
    'of sim %s has a manifest of all its files, from which the same files come',
    (name, args) =>
      inTemporaryDirectory(async (directory) => {
        await compute(directory, [name, args]);
        const out = join(directory, 'out', name);
        const { command, files } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Read;
        expect(command).toEqual(['sim', ...args, '-q', '--out', `out/${name}`]);
        const written = readdirSync(out).filter((file) => file !== 'cells.jsonl' && file !== 'manifest.json');
        expect(Object.keys(files).toSorted()).toEqual(written.toSorted());
        rmSync(join(directory, 'mine.yaml'));
        const again = await wormwoodInProcess(['sim', 'reproduce', out, '--out', 'again'], {
          cwd: directory,
        });
        expect(again.stderr).toContain(`Reproduced: ${written.length} files, octet for octet.`);
        expect(again.code).toBe(0);
        for (const file of written)
          expect(readFileSync(join(directory, 'again', file)).equals(readFileSync(join(out, file)))).toBe(
            true,
          );
      }),
  );

  it('is not reproduced from a manifest that was changed, and says which files differ', () =>
    inTemporaryDirectory(async (directory) => {
      const [run] = RESULTS;
      await compute(directory, run!);
      const path = join(directory, 'out/run/manifest.json');
      const manifest = readFileSync(path, 'utf8');
      writeFileSync(path, manifest.replace('"7"', '"8"').replace('"--seed",\n    "7"', '"--seed",\n    "8"'));
      const changed = await wormwoodInProcess(['sim', 'reproduce', 'out/run'], { cwd: directory });
      expect([changed.code, changed.stderr]).toEqual([
        1,
        expect.stringMatching(/^Other than in the manifest: .*runs\.csv/m),
      ]);
      writeFileSync(path, manifest.replace('"--runs"', '"--walks"'));
      const unknown = await wormwoodInProcess(['sim', 'reproduce', 'out/run'], { cwd: directory });
      expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('--walks')]);
      for (const text of ['', '{}', '[1]', '{"version": 3}', manifest.slice(0, 99)]) {
        writeFileSync(path, text);
        const refused = await wormwoodInProcess(['sim', 'reproduce', 'out/run'], { cwd: directory });
        expect([refused.code, refused.stderr]).toEqual([
          3,
          'wormwood: out/run is not a manifest of a result.\n',
        ]);
      }
    }));

  it('is listed, shown with the state of its files, and exported', () =>
    inTemporaryDirectory(async (directory) => {
      for (const result of RESULTS.slice(0, 2)) await compute(directory, result);
      const sim = (...args: readonly string[]): ReturnType<typeof wormwoodInProcess> =>
        wormwoodInProcess(['sim', ...args], { cwd: directory });
      const listed = JSON.parse((await sim('ls', '--json')).stdout) as readonly {
        directory: string;
        scenario: string;
      }[];
      expect(listed.map((one) => [one.directory, one.scenario])).toEqual([
        ['out/run', 'small'],
        ['out/sweep', 'small'],
      ]);
      expect((await sim('ls')).stdout).toContain('sim sweep');
      appendFileSync(join(directory, 'out/sweep/sweep.csv'), ' ');
      rmSync(join(directory, 'out/sweep/sweep.parquet'));
      const shown = await sim('show', 'out/sweep');
      expect(shown.code).toBe(4);
      expect(shown.stdout).toContain('sweep.csv (changed)');
      expect(shown.stdout).toContain('Key figures of 4 cells');
      const rows = (await sim('export', 'out/sweep')).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(rows.map((row) => [row['defenses.0.count'], row['worm.scanRate']])).toEqual([
        [100, '1/s'],
        [100, '2/s'],
        [200, '1/s'],
        [200, '2/s'],
      ]);
      const csv = (await sim('export', 'out/run', '--format', 'csv')).stdout.trim().split(/\r?\n/);
      expect(csv.slice(0, 2)).toEqual(
        readFileSync(join(directory, 'out/run/series.csv'), 'utf8').split(/\r?\n/).slice(0, 2),
      );
      expect((await sim('show', 'nowhere')).code).toBe(3);
    }));
});
