// `lab forecast`: packets, events, alarm, forecast, honeypots added, the outbreak stopped; and the same without.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const SMALL = `
version: 1
scenario:
  version: 1
  name: small
  duration: 16min
  space: 10.66.0.0/18
  population: {vulnerable: 2500, infected: 10}
  worm: {scanRate: 5/min}
  defenses: [{kind: honeypots, count: 1024, start: 1min}]
  sample: 10s
`;

interface Course {
  readonly everInfected: number;
  readonly stillInfected: number;
  readonly immunized: number;
}

interface FollowedDocument {
  readonly added: { readonly honeypots: number; readonly seconds: number } | null;
  readonly without: Course;
  readonly followed: Course;
  readonly forecast: { readonly estimates: unknown; readonly advice: { readonly more: number } };
}

it(
  'stops the outbreak with the honeypots that it advises, and writes both on one page',
  { timeout: 300_000 },
  () =>
    inTemporaryDirectory(async (directory) => {
      const out = join(directory, 'out');
      const args = ['lab', 'forecast', '-', '--draws', '60', '--seed', '2'];
      const { code, stdout } = await wormwoodInProcess([...args, '--out', out, '--json', '-q'], {
        input: SMALL,
      });
      expect(code).toBe(0);
      const { added, without, followed, forecast } = JSON.parse(stdout) as FollowedDocument;
      expect(added?.honeypots).toBe(forecast.advice.more);
      // The logistic curve has 99.9 % by then.
      expect(without.everInfected).toBeGreaterThan(2450);
      expect(without).toMatchObject({ stillInfected: without.everInfected, immunized: 0 });
      expect(followed.stillInfected).toBeLessThan(25);
      expect(followed.everInfected).toBeLessThan(0.9 * without.everInfected);
      expect(readdirSync(out).sort()).toEqual([
        'events.jsonl',
        'followed.png',
        'followed.svg',
        'forecast.png',
        'forecast.svg',
        'report.html',
        'result.json',
      ]);
      const report = readFileSync(join(out, 'report.html'), 'utf8');
      expect(report).toContain('The forecast that was followed');
      // The file of events says the same to `sim forecast`.
      const events = join(out, 'events.jsonl');
      const again = await wormwoodInProcess([
        'sim',
        'forecast',
        '--events',
        events,
        '--space',
        '10.66.0.0/18',
        '--test',
        'trw',
        '--json',
        '-q',
        '--contacts',
        '2',
        '--faster',
        '0s',
        '--draws',
        '60',
        '--seed',
        '2',
      ]);
      const { estimates, advice } = JSON.parse(again.stdout) as FollowedDocument['forecast'];
      expect({ estimates, advice }).toEqual({ estimates: forecast.estimates, advice: forecast.advice });
    }),
);
