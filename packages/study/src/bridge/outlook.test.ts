import { randomStreams } from '@wormwood/base';
import { runChunk } from '@wormwood/epidemic';
import { describe, expect, test } from 'vitest';
import { adviceFor } from './advice.ts';
import { type Arm, armOf, type Measures, outlookRuns, type PresentState, sparedBy } from './outlook.ts';
import { readKeptForecast, scoreOf } from './score.ts';

const honeynet = { honeypots: 4096, addressSpaceSize: 2 ** 16 };
const state: PresentState = {
  ratePerSecond: (0.1 * 6000) / 2 ** 16,
  vulnerable: 6000,
  scanRatePerSecond: 0.1,
  unseen: 300,
  seen: 100,
  active: 100,
};
const states = Array.from({ length: 100 }, () => state);

function arm(measures: Partial<Measures>, horizonSeconds: number): Arm {
  const question = {
    honeynet,
    states,
    measures: { honeypots: 4096, responseSeconds: undefined, filterCoverage: 0, ...measures },
    contacts: 1,
    horizonSeconds,
    seed: '3',
  };
  return armOf(
    question,
    outlookRuns(question).map((request) => runChunk(request)),
    randomStreams('3'),
  );
}

describe('an outlook', () => {
  const asItIs = arm({}, 200);

  test('follows the logistic curve and shows the sources that come', () => {
    const { ratePerSecond } = state;
    // 400 infected of 6,000; the mean course of U is integrated in small steps.
    let [ever, unseen] = [400, 300];
    for (let step = 0; step < 20_000; step++) {
      const births = ratePerSecond * ever * (1 - ever / 6000) * 0.01;
      unseen += births - 0.1 * (4096 / 2 ** 16) * unseen * 0.01;
      ever += births;
    }
    const last = (band: readonly number[]): number => band.at(-1) ?? NaN;
    // 100 runs: the median of a spread of 6 % is good to about one per cent.
    expect(last(asItIs.everInfected.q50) / ever).toBeCloseTo(1, 1);
    expect(last(asItIs.sources.q50) / (ever - unseen)).toBeCloseTo(1, 1);
    expect(asItIs.sources.q50[0]).toBe(100);
    expect(last(asItIs.sources.q10)).toBeLessThan(last(asItIs.sources.q90));
  });

  test('filters and honeypots spare hosts, and the more of them the more', () => {
    const spared = [
      arm({ filterCoverage: 0.5 }, 200),
      arm({ honeypots: 8000, responseSeconds: 1 }, 200),
      arm({ honeypots: 30_000, responseSeconds: 1 }, 200),
    ].map((each) => sparedBy(each, asItIs).q50);
    expect(spared[0]).toBeGreaterThan(0);
    expect(spared[1]).toBeGreaterThan(0);
    expect(spared[2]).toBeGreaterThan(spared[1] ?? Infinity);
  });

  test('with the honeypots of the advice the outbreak ends at about twice of what it is', () => {
    const advice = adviceFor(states, honeynet, { responseSeconds: 1, contacts: 1 });
    if (!advice.isPossible) throw new Error(advice.reason);
    // R = 1/2 of S = 5,600: h = S/(1/2 − (s S/Ω) δ).
    expect(advice.honeypots).toBe(Math.ceil(5600 / (0.5 - (0.1 * 5600) / 2 ** 16)));
    const ended = arm({ honeypots: advice.honeypots, responseSeconds: 1 }, 3000);
    const ever = ended.everInfected.q50.at(-1) ?? NaN;
    expect(ended.infected.q90.at(-1)).toBe(0);
    // Less than twice 400, since susceptible hosts become fewer; chance of a branching process with R = 1/2: sd about 40.
    expect(ever).toBeGreaterThan(680);
    expect(ever).toBeLessThan(840);
  });
});

test('honeypots are no more than the addresses that hosts leave', () => {
  const crowded = { ...state, vulnerable: 2 ** 16 - 100 };
  const measures = { honeypots: 60_000, responseSeconds: 1, filterCoverage: 0 };
  const [run] = outlookRuns({
    honeynet,
    states: [crowded],
    measures,
    contacts: 2,
    horizonSeconds: 1,
    seed: '1',
  });
  expect(run?.outbreak.honeypots[0]?.count).toBe(100);
});

test('past the delay wall no number is advised, and where addresses are too few neither', () => {
  const slow = adviceFor(states, honeynet, { responseSeconds: 100, contacts: 1 });
  expect(slow).toMatchObject({ isPossible: false, reason: 'response' });
  expect(slow.isPossible ? NaN : slow.responseMaxSeconds).toBeCloseTo(0.5 / ((0.1 * 5600) / 2 ** 16), 6);
  expect(adviceFor(states, honeynet, { responseSeconds: 50, contacts: 8 })).toMatchObject({
    reason: 'space',
  });
});

test('kept forecasts are scored by what came, moment by moment', () => {
  const moment = (timeSeconds: number, q10: number, q90: number) => ({
    timeSeconds,
    q10,
    q50: (q10 + q90) / 2,
    q90,
  });
  const kept = {
    v: 1 as const,
    madeSeconds: 0,
    startSeconds: 0,
    port: 'tcp/445',
    honeypots: 10,
    moments: [moment(10, 5, 9), moment(20, 20, 30), moment(30, 10, 20), moment(40, 1, 2)],
  };
  expect(readKeptForecast(JSON.stringify(kept))).toEqual(kept);
  for (const torn of ['', '{', '[]', '{"v":1}', JSON.stringify({ ...kept, moments: [{}] })])
    expect(readKeptForecast(torn)).toBeNull();
  const score = scoreOf([kept], 35, (_, times) => times.map(() => 15));
  expect(score).toEqual({ forecasts: 1, moments: 3, held: 1, below: 1, above: 1 });
});
