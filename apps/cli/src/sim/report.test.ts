// `sim report`: saved runs read back, alone and side by side.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const SMALL = `
version: 1
name: small
duration: 10min
space: 2^16
population: { vulnerable: 2000, infected: 20 }
worm: { scanRate: 2/s }
sample: 10s
`;

describe('sim report', () => {
  it('lays saved runs side by side, of one run and of many', () =>
    inTemporaryDirectory(async (directory) => {
      const [one, many, out] = ['one', 'many', 'out'].map((name) => join(directory, name));
      await wormwoodInProcess(['sim', 'run', '-', '--out', one!, '-q'], { input: SMALL });
      await wormwoodInProcess(['sim', 'run', '-', '--engine', 'hosts', '--runs', '3', '--out', many!, '-q'], {
        input: SMALL,
      });
      const ended = await wormwoodInProcess([
        'sim',
        'report',
        one!,
        join(many!, 'result.json'),
        '--out',
        out!,
        '--json',
      ]);
      expect(ended.code).toBe(0);
      const { verdict, results } = JSON.parse(ended.stdout) as {
        verdict: string;
        results: { name: string; runs: number }[];
      };
      expect(results.map(({ name, runs }) => [name, runs])).toEqual([
        ['small, ode', 1],
        ['small, hosts', 3],
      ]);
      expect(verdict).toContain('infect');
      expect(readdirSync(out!).toSorted()).toEqual([
        'comparison-ever-infected.png',
        'comparison-ever-infected.svg',
        'comparison-infected.png',
        'comparison-infected.svg',
        'report.html',
        'summary.csv',
      ]);
      expect(readFileSync(join(out!, 'report.html'), 'utf8')).toContain('2 outbreaks side by side');
    }));

  it('draws a saved sweep over two paths as a map, and takes no other result beside it', () =>
    inTemporaryDirectory(async (directory) => {
      const [grid, out] = ['grid', 'out'].map((name) => join(directory, name));
      const vary = ['--vary', 'worm.scanRate=0.1/s,0.2/s,0.3/s', '--vary', 'population.infected=5,50'];
      await wormwoodInProcess(['sim', 'sweep', '-', ...vary, '--out', grid!, '-q'], { input: SMALL });
      const ended = await wormwoodInProcess(['sim', 'report', grid!, '--out', out!]);
      expect([ended.code, ended.stdout.replaceAll(/\s+/g, ' ')]).toEqual([
        0,
        expect.stringMatching(/the fewest hosts, .* with scanRate 6\/min, infected 5;/),
      ]);
      const shared = ['report.html', 'sweep-map.png', 'sweep-map.svg', 'sweep.csv', 'sweep.png', 'sweep.svg'];
      expect(readdirSync(out!).toSorted()).toEqual(shared);
      for (const name of shared.slice(1))
        expect(readFileSync(join(out!, name)).equals(readFileSync(join(grid!, name)))).toBe(true);
      const refused = await wormwoodInProcess(['sim', 'report', grid!, grid!, '--out', out!]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is reported alone')]);
    }));

  it('reports each path that holds no result, and writes nothing', () =>
    inTemporaryDirectory(async (directory) => {
      const file = join(directory, 'other.json');
      writeFileSync(file, '{"engine": "ode"}');
      const ended = await wormwoodInProcess([
        'sim',
        'report',
        file,
        join(directory, 'none'),
        '--out',
        join(directory, 'out'),
      ]);
      expect(ended.code).toBe(3);
      expect(ended.stderr).toContain(
        'other.json is not a result of sim run: this version does not understand its `scenario`',
      );
      expect(ended.stderr).toContain('none: no such file or directory');
      expect(readdirSync(directory)).toEqual(['other.json']);
    }));
});
