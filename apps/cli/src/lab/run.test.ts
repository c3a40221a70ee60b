// `lab run` as a program sees it: the JSON, the files, refusals. The program runs as built.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkScenario } from '@wormwood/files/scenario';
import type { LabResult } from '@wormwood/lab';
import { describe, expect, it } from 'vitest';
import { type Ended, inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';

const SMALL = `
version: 1
scenario:
  version: 1
  name: small
  duration: 4min
  space: 10.66.0.0/20
  population: {vulnerable: 100, infected: 10}
  worm: {scanRate: 30/min}
  defenses: [{kind: honeypots, count: 512, start: 1min}]
  sample: 10s
`;

function run(args: readonly string[], input = SMALL): Promise<Ended> {
  return wormwood(['lab', 'run', '-', ...args], { input });
}

describe('lab run', () => {
  it('prints one object: runs, delays, agreement, and both curves on the same times', async () => {
    const { code, stdout } = await run(['--json', '--runs', '2', '--seed', '7', '-q']);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as LabResult;
    expect(result).toMatchObject({ medium: 'memory', seed: '7' });
    expect(result.runs).toHaveLength(2);
    const { predictedRuns, prior, calibrated, control } = result.agreement;
    expect(predictedRuns).toBe(999);
    // A rank among 1,000 curves, and two of them together: never 0.
    for (const each of [prior, calibrated, control])
      for (const p of [each?.combined, each?.mean])
        expect(p).toSatisfy((value: number) => value > 0 && value <= 1);
    const { time, measured, predicted } = result.series;
    expect(time).toHaveLength(25);
    expect(measured.infected).toHaveLength(25);
    expect(predicted.infected.q95).toHaveLength(25);
    expect(result.counts.probes).toBe(result.runs.reduce((sum, { probes }) => sum + probes, 0));
  });

  it('shows tables, the plot and the verdict, and writes a report with a scenario that sim run takes', async () => {
    await inTemporaryDirectory(async (directory) => {
      const out = join(directory, 'out');
      const { code, stdout } = await run(['--out', out]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/│ Contacts per verdict +│ +\d/);
      for (const row of ['From the parameters alone', 'With the measured delays', 'Control: twice the wait'])
        expect(stdout).toMatch(new RegExp(`│ ${row}[^│]*(?:│ +(?:\\d\\.\\d{3}|< 0\\.001) ){2}│`));
      expect(stdout).toMatch(/small: measured and predicted/);
      expect(stdout).toMatch(/the measured curve is within the predicted band/);
      expect(readdirSync(out).sort()).toEqual([
        'audit.jsonl',
        'calibrated.yaml',
        'predicted.yaml',
        'prediction.json',
        'report.html',
        'result.json',
        'small-lab.png',
        'small-lab.svg',
      ]);
      const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as LabResult;
      const calibrated = checkScenario(readFileSync(join(out, 'calibrated.yaml'), 'utf8'), 'calibrated.yaml');
      const { contacts, delaySeconds } = result.delays;
      expect(calibrated.ok && calibrated.outbreak.honeypots).toMatchObject([{ contacts, delaySeconds }]);
      // The log of the immunizer holds by itself, as that of every owner.
      const audit = await wormwood(['respond', 'audit', '--state', out]);
      expect([audit.code, audit.stdout.includes('breaks a promise')]).toEqual([0, false]);
      const entries = readFileSync(join(out, 'audit.jsonl'), 'utf8').trim().split('\n');
      expect(entries.filter((line) => line.includes('"response.done"'))).toHaveLength(
        result.delays.immunized,
      );
    });
  });

  it('refuses what is not a lab, with the place, and what is not there, with what is', async () => {
    const outside = await run([], SMALL.replace('10.66.0.0/20', '8.8.0.0/20'));
    expect(outside.code).toBe(3);
    expect(outside.stderr).toMatch(/a private prefix of at most 2\^16 addresses/);
    const json = await run(['--json'], SMALL.replace('version: 1', 'version: 2'));
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ line: 2 }] });
    const missing = await wormwood(['lab', 'run', 'enouh']);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toMatch(/Did you mean enough\?/);
    expect((await run(['--on', 'eth0'])).code).toBe(2);
  });
});
