// The labs that are shipped, in memory. WORMWOOD_LAB_RUNS=40 runs each so many times, in some minutes, and prints the p-values.
import { readFileSync } from 'node:fs';
import { randomStreams } from '@wormwood/base';
import { checkLab } from '@wormwood/files/lab';
import { labOutcome, type LabRun, runLabInMemory } from '@wormwood/lab';
import { describe, expect, it } from 'vitest';

const RUNS = Number(process.env['WORMWOOD_LAB_RUNS'] ?? 1);
const SEED = '1';
/** A run takes seconds; how many, the machine decides, and it is not what is tested. */
const MILLISECONDS = 60_000 * (1 + RUNS);

function labNamed(name: string) {
  const text = readFileSync(new URL(`../../../../labs/${name}.yaml`, import.meta.url), 'utf8');
  const check = checkLab(text, `${name}.yaml`);
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  expect(check.diagnostics).toEqual([]);
  return check;
}

describe('the shipped labs', () => {
  // How many of 1,000 hosts are ever infected, at least and at most: the story of the four.
  it.each([
    ['none', 950, 1000],
    ['few', 900, 1000],
    ['enough', 50, 400],
    ['slow', 700, 950],
  ])(
    '%s: each run within the predicted band, %d to %d hosts ever infected',
    async (name, least, most) => {
      const { lab, outbreak } = labNamed(name);
      const runs: LabRun[] = [];
      for (let replicate = 0; replicate < RUNS; replicate++) {
        runs.push(await runLabInMemory({ lab, outbreak, streams: randomStreams(SEED), replicate }));
      }
      const experiment = { lab, outbreak, medium: 'memory' as const, seed: SEED, version: '0', runs };
      const { result } = await labOutcome(experiment);
      const { prior, calibrated, control } = result.agreement;
      if (RUNS > 1) process.stdout.write(`${name}: ${JSON.stringify({ prior, calibrated, control })}\n`);
      expect(Math.min(prior.combined, RUNS > 1 ? prior.mean : 1)).toBeGreaterThan(0.01);
      // One run cannot tell a wrong delay from a right one; forty can.
      if (RUNS >= 40 && control !== null) expect(control.combined).toBeLessThan(0.001);
      const mean = result.runs.reduce((sum, each) => sum + each.everInfected, 0) / RUNS;
      expect(mean).toBeGreaterThanOrEqual(least);
      expect(mean).toBeLessThanOrEqual(most);
    },
    MILLISECONDS,
  );

  it('wire: a thousand hosts over interfaces', () => {
    expect(labNamed('wire').outbreak.population.vulnerable).toBe(1000);
  });
});
