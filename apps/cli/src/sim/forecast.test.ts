// `sim forecast`: what a honeynet saw of an outbreak whose course is known, forecast and scored.
import { spawn } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';
import { outbreakEvents, type TimedLine, TRUTH } from './outbreak-events-test-support.ts';

interface Estimate {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

interface ForecastDocument {
  readonly alarm: { readonly port: number } | null;
  readonly reason?: string;
  readonly estimates: Readonly<Record<string, Estimate>> & { readonly sourcesSeen: number };
  readonly arms: readonly {
    readonly name: string;
    readonly cost: number | null;
    readonly everInfected: Readonly<Record<'q10' | 'q50' | 'q90', readonly number[]>>;
    readonly spared: Readonly<Record<'q10' | 'q50' | 'q90', number>>;
  }[];
  readonly advice: { readonly isPossible: boolean; readonly more: number };
  readonly score: { readonly forecasts: number; readonly moments: number; readonly held: number };
}

const SECONDS = 130;
/** The alarm has been raised by then, with a tenth of the hosts infected. */
const ALARMED_SECONDS = 100;
const { lines, everInfected } = outbreakEvents('11', SECONDS);
const ARGS = ['--space', '10.64.0.0/14', '--test', 'trw', '--draws', '40', '-q'];

function until(seconds: number, from = -Infinity): string {
  return lines
    .filter((line: TimedLine) => line.seconds > from && line.seconds <= seconds)
    .map(({ text }) => text)
    .join('');
}

function holds({ low, high }: Estimate, truth: number): boolean {
  return low <= truth && truth <= high;
}

/** Detector, fit and runs take seconds, and many of them on a busy machine. */
const SLOW = { timeout: 300_000 };

describe('sim forecast', () => {
  it(
    'finds the outbreak behind the contacts, compares measures with their cost, and writes its files',
    SLOW,
    () =>
      inTemporaryDirectory(async (directory) => {
        const events = join(directory, 'events.jsonl');
        writeFileSync(events, until(ALARMED_SECONDS));
        const out = join(directory, 'out');
        const cost = ['--cost', 'honeypot=2', '--cost', 'filter=10', '--faster', '1s'];
        const args = ['sim', 'forecast', '--events', events, ...ARGS, ...cost, '--horizon', '20s'];
        const { code, stdout, stderr } = await wormwoodInProcess([...args, '--json', '--out', out]);
        expect(stderr).toBe('');
        expect(code).toBe(0);
        const { alarm, estimates, arms, advice } = JSON.parse(stdout) as ForecastDocument;
        expect(alarm).toMatchObject({ protocol: 'tcp', port: 445 });
        // One case: four standard deviations to each side are twice the interval of 95 %.
        const wide = ({ low, median, high }: Estimate): Estimate => ({
          low: median - 2 * (median - low),
          median,
          high: median + 2 * (high - median),
        });
        expect(holds(wide(estimates['vulnerable']!), TRUTH.vulnerable)).toBe(true);
        expect(holds(wide(estimates['scanRatePerSecond']!), TRUTH.scanRatePerSecond)).toBe(true);
        expect(holds(wide(estimates['everInfected']!), everInfected[ALARMED_SECONDS] ?? 0)).toBe(true);
        expect(estimates.sourcesSeen).toBeLessThan(everInfected[ALARMED_SECONDS] ?? 0);
        expect(arms.map(({ name }) => name)).toEqual([
          'as it is',
          'immunize hosts 1 s after their contact',
          expect.stringMatching(/^[\d,]+ more honeypots$/),
          'filter 50% of the probes',
        ]);
        expect(arms.map((arm) => arm.cost)).toEqual([0, 0, 2 * advice.more, 500]);
        expect(arms.slice(1).every(({ spared }) => spared.q50 > 0)).toBe(true);
        expect(readdirSync(out).sort()).toEqual(['forecast.json', 'forecast.png', 'forecast.svg']);
        const words = await wormwoodInProcess([...args, '--workers', '1']);
        expect(words.stdout).toContain('This is a worm');
        expect(words.stdout).toContain('If nothing changes,');
        expect(words.stdout).toMatch(/leave each infected host 0\.5 others to infect/);
      }),
  );

  it('says in words that there is no alarm, and forecasts nothing', () =>
    inTemporaryDirectory(async (directory) => {
      const events = join(directory, 'events.jsonl');
      writeFileSync(events, until(5));
      const quiet = await wormwoodInProcess(['sim', 'forecast', '--events', events, ...ARGS]);
      expect(quiet).toMatchObject({ code: 0, stderr: '' });
      expect(quiet.stdout).toMatch(/^No alarm: .* nothing to forecast\.\n$/);
      const { stdout } = await wormwoodInProcess(['sim', 'forecast', '--events', events, ...ARGS, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ alarm: null, forecast: null });
      expect(readdirSync(directory)).toEqual(['events.jsonl']);
    }));

  it('keeps every forecast and scores it against what came', SLOW, () =>
    inTemporaryDirectory(async (directory) => {
      const events = join(directory, 'events.jsonl');
      writeFileSync(events, until(SECONDS));
      const args = [
        'sim',
        'forecast',
        '--events',
        events,
        ...ARGS,
        '--every',
        '10s',
        '--horizon',
        '15s',
        '--json',
      ];
      const { stdout } = await wormwoodInProcess(args);
      const made = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as ForecastDocument);
      const kept = readFileSync(`${events}.forecasts`, 'utf8').trim().split('\n');
      expect(made.length).toBeGreaterThanOrEqual(3);
      expect(kept.length).toBeGreaterThanOrEqual(made.length - 1);
      const { score } = made.at(-1)!;
      expect(score.moments).toBeGreaterThanOrEqual(3);
      // Bands of 80 %, at moments that hang together: fewer than a third would be chance of less than one in a hundred.
      expect(score.held).toBeGreaterThan(score.moments / 3);
    }),
  );

  it('names what does not fit', () =>
    inTemporaryDirectory(async (directory) => {
      const events = join(directory, 'events.jsonl');
      writeFileSync(events, until(0));
      const run = (...args: readonly string[]) => wormwoodInProcess(['sim', 'forecast', ...args]);
      const elsewhere = await run('--events', events, '--space', '10.77.0.0/16');
      expect(elsewhere.code).toBe(2);
      expect(elsewhere.stderr).toContain('10.64.0.0/18');
      expect((await run('--pcap', events, '--follow', '--dark', '10.64.0.0/18')).stderr).toContain(
        '--follow needs',
      );
      expect((await run('--events', events, '--cost', 'honypot=2')).stderr).toContain(
        'honeypot, filter, second',
      );
      expect((await run('--events', events, '--space', '1')).stderr).toContain('2^32 or 10.0.0.0/8');
    }));
});

const PROGRAM = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));

it(
  'follows a growing file: a forecast when the alarm is raised, and more as it goes on',
  { timeout: 300_000 },
  () =>
    inTemporaryDirectory(async (directory) => {
      const events = join(directory, 'events.jsonl');
      writeFileSync(events, until(5));
      const child = spawn(process.execPath, [
        PROGRAM,
        'sim',
        'forecast',
        '--events',
        events,
        '--follow',
        '--every',
        '10s',
        '--json',
        ...ARGS.filter((arg) => arg !== '-q'),
      ]);
      const said = { stdout: '', stderr: '' };
      let look = (): void => undefined;
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].on('data', (text: Buffer) => {
          said[name] += text.toString();
          look();
        });
      }
      const untilSaid = (pattern: RegExp, name: keyof typeof said): Promise<void> =>
        new Promise((resolve) => {
          look = () => {
            if (pattern.test(said[name])) resolve();
          };
          look();
        });
      await untilSaid(/No alarm/, 'stderr');
      expect(said.stdout).toBe('');
      appendFileSync(events, until(ALARMED_SECONDS, 5));
      await untilSaid(/"advice".*\n/, 'stdout');
      const before = said.stdout.trim().split('\n').length;
      appendFileSync(events, until(SECONDS, ALARMED_SECONDS));
      await untilSaid(new RegExp(`(?:.*\\n){${before + 1}}`), 'stdout');
      const code = await new Promise((resolve) => {
        child.on('close', resolve);
        child.kill('SIGINT');
      });
      expect(code).toBe(130);
      expect(readFileSync(`${events}.forecasts`, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(2);
    }),
);
