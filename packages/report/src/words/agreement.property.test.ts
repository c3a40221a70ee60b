/** Headline, verdict, key figures, facts and tables of one result: they agree, whatever the scenario and the engine. */
import { randomStreams } from '@wormwood/base';
import { type EngineName, engineNamed, type Outbreak, runChunk, runEnsemble } from '@wormwood/epidemic';
import { checkScenarioDocument, type Scenario } from '@wormwood/files/scenario';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { curveOf, startSecondsOf, valueAt } from '../result/result-series.ts';
import type { SimulationResult } from '../result/result.ts';
import { honeypotStartNumbers, outbreakNumbers } from '../result/outbreak-numbers.ts';
import { figureOf } from '../result/summary-figures.ts';
import { toEnsembleResult, toSingleResult } from '../result/to-result.ts';
import { summaryTables } from '../table/tables.ts';
import { threeFacts } from './facts.ts';
import { hostFigure, reproductionFigure } from './key-figures.ts';
import { verdict } from './verdict.ts';

const RUNS = 8;
const context = { seed: '1', version: '0' };

const scenarios = fc
  .record({
    vulnerable: fc.integer({ min: 20, max: 3000 }),
    infectedShare: fc.double({ min: 0, max: 0.3, noNaN: true }),
    bits: fc.integer({ min: 14, max: 18 }),
    // Hosts that an infected host would infect in the whole time, without honeypots.
    growth: fc.double({ min: 1, max: 40, noNaN: true }),
    strategy: fc.constantFrom('uniform', { local: { '/24': 0.5 } }, 'sequential', {
      permutation: { giveUpAfter: 3 },
    }),
    honeypotsPerHost: fc.constantFrom(0, 0.01, 0.5, 0.9, 0.99, 1, 1.01, 1.05, 1.2, 2, 4),
    start: fc.constantFrom('0s', '1min', '4min', '20min', { contacts: 5, prepare: '10s' }),
    delay: fc.constantFrom('0s', '1s', '20s', '2min'),
    success: fc.constantFrom(1, 0.5),
    isThrottled: fc.boolean(),
  })
  .map((drawn) => {
    const { vulnerable, bits, honeypotsPerHost, start, delay, success } = drawn;
    const seconds = 600;
    const contactsPerSecond = drawn.growth / seconds;
    const honeypots = Math.min(2 ** bits - vulnerable, Math.round(vulnerable * honeypotsPerHost));
    const throttle = { kind: 'throttle', start: '0s', coverage: 0.5, allowed: '0.1/s' };
    return {
      version: 1,
      name: 'drawn',
      duration: `${seconds}s`,
      space: `2^${bits}`,
      population: { vulnerable, infected: Math.max(1, Math.round(vulnerable * drawn.infectedShare ** 3)) },
      worm: { scanRate: `${(contactsPerSecond * 2 ** bits) / vulnerable}/s`, strategy: drawn.strategy },
      defenses: [
        ...(honeypots > 0 ? [{ kind: 'honeypots', count: honeypots, start, delay, success }] : []),
        ...(drawn.isThrottled && success === 0.5 ? [throttle] : []),
      ],
    };
  });

interface Drawn {
  readonly scenario: Scenario;
  readonly outbreak: Outbreak;
}

async function resultsOf({ scenario, outbreak }: Drawn): Promise<readonly SimulationResult[]> {
  const results: SimulationResult[] = [];
  for (const name of ['ode', 'stochastic', 'hosts'] as const satisfies readonly EngineName[]) {
    const engine = engineNamed(name);
    if (engine.unsupported(outbreak).length > 0) continue;
    const run = engine.run(outbreak, { streams: randomStreams('1'), replicate: 0 });
    results.push(toSingleResult(run, { ...context, scenario }));
    if (!engine.random) continue;
    const ensemble = await runEnsemble(
      { outbreak, engine: name, seed: '1', runs: RUNS },
      (request) => Promise.resolve(runChunk(request)),
      { workers: 1 },
    );
    results.push(toEnsembleResult(ensemble, { ...context, scenario }));
  }
  return results;
}

/** The ranges in a text are in one unit, and ascend. */
function expectWholeRanges(text: string): void {
  for (const [range, low, lowUnit, high, highUnit] of text.matchAll(
    /(\d[\d,.]*)(%| hosts?)? to (\d[\d,.]*)(%| hosts?)?/g,
  )) {
    expect(lowUnit ?? '', range).toBe(highUnit ?? '');
    expect(numberOf(low!), range).toBeLessThanOrEqual(numberOf(high!));
  }
}

const numberOf = (text: string): number => Number(text.replaceAll(',', ''));

/** A share of three digits or a count says the figure, to half of its last place. */
function expectSays(text: string, hosts: number, vulnerable: number): void {
  const percentage = /^([\d.]+)%/.exec(text)?.[1];
  const said = percentage === undefined ? numberOf(/^[\d,.]+/.exec(text)![0]) : Number(percentage);
  const meant = percentage === undefined ? hosts : (hosts / vulnerable) * 100;
  expect(Math.abs(said - meant), text).toBeLessThanOrEqual(Math.max(0.005 * meant, 0.5));
}

function expectFigures(result: SimulationResult, headline: string): void {
  const { vulnerable } = result.scenario.population;
  const ever = figureOf(result, 'everInfected')!;
  const peak = figureOf(result, 'peakInfected')!;
  expect(ever).toBeGreaterThanOrEqual(peak * (1 - 1e-9));
  const everText =
    /([\d,.]+(?:%| of the [\d,]+) hosts|[\d,.]+% of the hosts) (?:are|is) infected(?! before)/.exec(
      headline,
    )?.[1];
  if (everText !== undefined) expectSays(everText, ever, vulnerable);
  const peakText = /the peak is ([\d,.]+%?)|; ([\d,.]+%?)[^;]* at the peak/.exec(headline);
  if (peakText !== null) expectSays((peakText[1] ?? peakText[2])!, peak, vulnerable);
  expect(numberOf(hostFigure(result, 'everInfected').value)).toBeCloseTo(ever, ever < 10 ? 0 : -0.5);
  const [, before, after] = /too late: ([\d.]+)% .* start, (?:more than )?([\d.]+)% at/.exec(headline) ?? [];
  if (before !== undefined) expect(Number(before), headline).toBeLessThanOrEqual(Number(after));
}

/** What the headline claims follows from what the figures beside it show. */
function expectClaims(result: SimulationResult, headline: string): void {
  const note = reproductionFigure(result).note;
  const ever = figureOf(result, 'everInfectedFraction')!;
  const curve = curveOf(result, 'everInfected');
  const end = curve.time.at(-1)!;
  const isGrowing = valueAt(curve, end) - valueAt(curve, 0.9 * end) > 0.01 * valueAt(curve, end);
  const denies = /not stop this worm|nothing stops/.test(headline);
  const stops = / stops? this worm from growing/.test(headline) && !denies;
  if (denies) expect(ever >= 0.1 || isGrowing, headline).toBe(true);
  if (/this worm small/.test(headline)) expect(ever, headline).toBeLessThan(0.1);
  if (note.startsWith('below 1')) expect(denies, `${headline} ${note}`).toBe(false);
  const start = honeypotStartNumbers(result);
  if (stops) expect(start!.reproductionNumber, headline).toBeLessThan(1);
  if (stops && result.engine === 'ode') expectShrinks(result);
}

/** A mean field that is said to shrink shrinks; while no contact has immunized yet, β δ < 1 of a host may still come. */
function expectShrinks(result: SimulationResult): void {
  const { groups, contactRatePerSecond, delaySeconds } = outbreakNumbers(result);
  const startSeconds = groups[0] === undefined ? null : startSecondsOf(groups[0]);
  if (startSeconds === null || contactRatePerSecond === null) return;
  const infected = curveOf(result, 'infected');
  const before = valueAt(infected, startSeconds);
  const most = Math.max(...infected.value.filter((_, index) => infected.time[index]! >= startSeconds));
  expect(most).toBeLessThanOrEqual(before * Math.exp(contactRatePerSecond * delaySeconds) * 1.001 + 0.001);
}

test(
  'headline, key figures, facts and tables never contradict each other',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (document) => {
        const check = checkScenarioDocument(document, 'drawn');
        if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
        for (const result of await resultsOf(check)) {
          const text = verdict(result);
          const [headline = ''] = text.split(/(?<=\.) (?=[A-Z])/);
          expectFigures(result, headline);
          expectClaims(result, headline);
          const cells = summaryTables(result).flatMap(({ rows }) => rows.flat());
          const notes = (['peakInfected', 'everInfected', 'neverInfected'] as const).map(
            (figure) => hostFigure(result, figure).note,
          );
          for (const one of [text, ...cells, ...notes]) expectWholeRanges(one);
          const facts = threeFacts(result)
            .map((fact) => fact.text)
            .join(' ');
          const number = reproductionFigure(result);
          if (facts.includes('(supercritical)')) expect(number.note).toMatch(/^above 1/);
          if (facts.includes('(subcritical)')) expect(number.note).toMatch(/^below 1/);
        }
      }),
      { numRuns: 150, seed: 17 },
    );
  },
);
