// `sim fit`: a run of the engine that follows every host, handed back as a stranger's series.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const N = 2000;
const SCAN_RATE = 3;
const SCENARIO = `
version: 1
name: campus
duration: 10min
space: 2^16
population: { vulnerable: ${N}, infected: 5 }
worm: { scanRate: ${SCAN_RATE}/s }
sample: 5s
`;

interface FitDocument {
  readonly estimates: Readonly<
    Record<string, { readonly low: number; readonly median: number; readonly high: number }>
  >;
  readonly isSeparable: boolean;
  readonly forecast?: {
    readonly everInfected: { readonly q10: readonly number[]; readonly q90: readonly number[] };
  };
}

describe('sim fit', () => {
  it('finds N and the scan rate again, forecasts, and writes its files', () =>
    inTemporaryDirectory(async (directory) => {
      const run = join(directory, 'run');
      await wormwoodInProcess(['sim', 'run', '-', '--engine', 'hosts', '--seed', '4', '--out', run, '-q'], {
        input: SCENARIO,
      });
      const [head = '', ...rows] = readFileSync(join(run, 'series.csv'), 'utf8').trim().split('\r\n');
      const ever = (row: string): number => Number(row.split(',')[4]);
      const data = join(directory, 'counts.csv');
      const known = rows.filter((row) => ever(row) < 0.9 * N);
      writeFileSync(data, [head, ...known].join('\n'));
      const out = join(directory, 'fit');
      const args = ['sim', 'fit', '-', '--data', data, '--forecast', '30s', '--draws', '50', '-q'];
      const { code, stdout } = await wormwoodInProcess([...args, '--json', '--out', out], {
        input: SCENARIO,
      });
      expect(code).toBe(0);
      const { estimates, isSeparable, forecast } = JSON.parse(stdout) as FitDocument;
      expect(estimates['vulnerable']?.low).toBeLessThan(N);
      expect(estimates['vulnerable']?.high).toBeGreaterThan(N);
      expect(estimates['scanRatePerSecond']?.low).toBeLessThan(SCAN_RATE);
      expect(estimates['scanRatePerSecond']?.high).toBeGreaterThan(SCAN_RATE);
      expect(isSeparable).toBe(true);
      expect(forecast?.everInfected.q10.at(-1)).toBeGreaterThan(0.9 * N);
      expect(readdirSync(out).sort()).toEqual([
        'fit.json',
        'fit.png',
        'fit.svg',
        'manifest.json',
        'residuals.png',
        'residuals.svg',
      ]);
      const again = await wormwoodInProcess([...args, '--json', '--workers', '1'], { input: SCENARIO });
      expect(again.stdout).toBe(stdout);
    }));

  it('says when the series fixes only the product of hosts and scan rate', () =>
    inTemporaryDirectory(async (directory) => {
      const data = join(directory, 'early.csv');
      writeFileSync(data, 'time,ever_infected\n0s,20\n10s,27\n20s,35\n30s,49\n40s,64\n50s,88\n');
      const { stdout } = await wormwoodInProcess(['sim', 'fit', '-', '--data', data, '-q'], {
        input: SCENARIO,
      });
      expect(stdout).toContain('The series shows mostly early growth.');
      expect(stdout).toMatch(/Infected at the end, of all *│ *open/);
    }));

  it('reports what is wrong with the data, and what a fit does not describe', () =>
    inTemporaryDirectory(async (directory) => {
      const data = join(directory, 'bad.csv');
      writeFileSync(data, 'time_s,ever_infectd\n0,1\n');
      const bad = await wormwoodInProcess(['sim', 'fit', '-', '--data', data], { input: SCENARIO });
      expect(bad.code).toBe(3);
      expect(bad.stderr).toContain('Did you mean ever_infected?');
      const missing = await wormwoodInProcess(['sim', 'fit', '-', '--data', join(directory, 'none.csv')], {
        input: SCENARIO,
      });
      expect(missing.code).toBe(3);
      expect(missing.stderr).toContain('cannot be read');
      writeFileSync(data, 'time_s,sources\n0,1\n10,2\n20,4\n30,8\n');
      const telescope = await wormwoodInProcess(['sim', 'fit', '-', '--data', data], { input: SCENARIO });
      expect(telescope.stderr).toContain('--telescope');
      const local = SCENARIO.replace('scanRate: 3/s', 'scanRate: 3/s, strategy: { local: { /24: 0.5 } }');
      const refused = await wormwoodInProcess(['sim', 'fit', '-', '--data', data], { input: local });
      expect(refused.stderr).toContain('A fit describes hosts that scan uniformly');
    }));
});
