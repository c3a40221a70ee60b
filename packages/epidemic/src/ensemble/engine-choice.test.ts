// The engine that is chosen, held to what ensembles of another engine show: where the mean field is chosen, its number infected is that
// of the runs and they hardly differ; where it is not, no mean describes them.
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { chooseEngine } from './engine-choice.ts';
import { engineNamed } from '../engine/engines.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';

interface Variation {
  readonly infected?: number;
  readonly vulnerable?: number;
  readonly honeypots?: number;
  readonly start?: number;
  readonly duration?: number;
}

function outbreakOf(variation: Variation): Outbreak {
  const { infected = 1, vulnerable = 2000, honeypots = 0, start = 0, duration = 600 } = variation;
  return {
    addressSpaceSize: 2 ** 16,
    firstAddress: 0,
    population: { vulnerable, infected },
    worm: { scanRatePerSecond: 10, strategy: { kind: 'uniform' } },
    honeypots: [
      {
        kind: 'honeypots',
        count: honeypots,
        start: { kind: 'time', timeSeconds: start },
        delaySeconds: 0,
        success: 1,
        placement: 'scattered',
      },
    ],
    durationSeconds: duration,
    sampleSeconds: duration,
  };
}

function everInfected(outbreak: Outbreak, engine: 'ode' | 'stochastic', runs: number): readonly number[] {
  const streams = randomStreams('11');
  return Array.from(
    { length: runs },
    (_, replicate) => engineNamed(engine).run(outbreak, { streams, replicate }).summary.everInfected,
  );
}

const RUNS = 300;

describe('the engine chosen', () => {
  it.each<[Variation, RegExp | null]>([
    [{ infected: 1, honeypots: 2500 }, /stays small/],
    [{ infected: 1, honeypots: 1000 }, /1 host infected at the start, chance decides whether/],
    [{ infected: 3, duration: 8 }, /3 hosts infected at the start, chance decides whether/],
    [{ infected: 30, honeypots: 1800 }, /about one other/],
    [{ infected: 100, honeypots: 1000 }, null],
    [{ infected: 200, honeypots: 3000 }, null],
    [{ infected: 40, honeypots: 4000, start: 12 }, null],
    [{ infected: 30, duration: 8 }, null],
  ])('for %j describes what runs do', (variation, reason) => {
    const outbreak = outbreakOf(variation);
    const choice = chooseEngine(outbreak);
    const [expected = 0] = everInfected(outbreak, 'ode', 1);
    const runs = everInfected(outbreak, 'stochastic', RUNS);
    const mean = runs.reduce((sum, count) => sum + count, 0) / RUNS;
    const sd = Math.sqrt(runs.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (RUNS - 1));
    if (reason === null) {
      expect(choice).toEqual({ engine: 'ode', runs: 1, reason: null });
      // The bound of the rule on the standard deviation, √0.1, and a tenth on the mean with four of its standard errors.
      expect(sd / mean).toBeLessThan(Math.sqrt(0.1));
      expect(Math.abs(mean - expected)).toBeLessThan(0.1 * mean + (4 * sd) / Math.sqrt(RUNS));
    } else {
      expect(choice).toMatchObject({ engine: 'hosts', runs: 100 });
      expect(choice.reason).toMatch(reason);
      // A third, as the rule says, less four standard errors of a standard deviation.
      expect(sd / mean).toBeGreaterThan(Math.sqrt(0.1) * (1 - 4 / Math.sqrt(2 * RUNS)));
    }
  });

  it('is the mean field where all are infected in the end and runs take long, with a word on the time', () => {
    const large = { ...outbreakOf({ vulnerable: 200_000 }), addressSpaceSize: 2 ** 24 };
    expect(chooseEngine(large)).toMatchObject({
      engine: 'ode',
      runs: 1,
      reason: expect.stringContaining('when'),
    });
    expect(chooseEngine({ ...large, population: { vulnerable: 50_000, infected: 1 } })).toMatchObject({
      engine: 'hosts',
      runs: 20,
    });
  });

  it('is hosts for local preference where networks are thin, or begin without an infected host', () => {
    const local = (infected: number, networks: number): Outbreak => ({
      ...outbreakOf({ vulnerable: 20_000 }),
      addressSpaceSize: 2 ** 24,
      population: {
        vulnerable: 20_000,
        infected,
        placement: { kind: 'clustered', levels: [{ networkSize: 2 ** 16, networks }] },
      },
      worm: {
        scanRatePerSecond: 10,
        strategy: { kind: 'local', levels: [{ networkSize: 2 ** 16, probability: 0.5 }] },
      },
    });
    expect(chooseEngine(local(200, 100)).engine).toBe('ode');
    expect(chooseEngine(local(50, 100))).toMatchObject({
      engine: 'hosts',
      reason: expect.stringMatching(/50 hosts of 100 networks/),
    });
    expect(
      chooseEngine({ ...local(200, 100), population: { ...local(200, 100).population, vulnerable: 800 } })
        .reason,
    ).toMatch(/networks of 8 hosts each/);
  });

  it('is one whose runs differ where more than one is asked for, and hosts without equations', () => {
    const settled = outbreakOf({ infected: 100, honeypots: 1000 });
    expect(chooseEngine(settled, 7)).toMatchObject({ engine: 'hosts', runs: 7 });
    expect(chooseEngine(settled, 1)).toMatchObject({ engine: 'ode', runs: 1 });
    expect(chooseEngine(outbreakOf({}), 1)).toMatchObject({ engine: 'hosts', runs: 1 });
    const walking: Outbreak = {
      ...settled,
      worm: { scanRatePerSecond: 10, strategy: { kind: 'sequential', nearProbability: 0 } },
    };
    expect(chooseEngine(walking)).toMatchObject({
      engine: 'hosts',
      runs: 100,
      reason: expect.stringContaining('no equations'),
    });
  });
});

it('the mean field from one host is never extinct at once: less than half a host is expected by then', () => {
  const outbreak = outbreakOf({ infected: 1, honeypots: 60_000 });
  const { summary } = engineNamed('ode').run(outbreak, { streams: randomStreams('1'), replicate: 0 });
  // Without susceptible hosts to speak of, I = e^(−γt) with γ = 10 · 60,000/2^16 a second, a little later for the infections.
  expect(summary.extinctionTime! * ((10 * 60_000) / 2 ** 16)).toBeGreaterThan(Math.LN2);
  expect(summary.extinctionTime! * ((10 * 58_000) / 2 ** 16)).toBeLessThan(Math.LN2 * 1.05);
});
