/** Outbreaks from plain JavaScript: each wrong field is a sentence, all are reported at once, right ones pass as they are. */
import { describe, expect, it } from 'vitest';
import { honeypots, seedScenario } from '../engine/random-engine-test-support.ts';
import { lawOutbreaks, mixedOutbreak } from '../engine/conformance/outbreaks.ts';
import { checkedOutbreak } from './checked-outbreak.ts';
import type { Outbreak } from './outbreak.ts';

function problemsOf(change: object): readonly string[] {
  try {
    checkedOutbreak({ ...seedScenario, ...change } as Outbreak);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message.split('\n');
  }
}

describe('a checked outbreak', () => {
  it.each([['seed', seedScenario] as const, ['mixed', mixedOutbreak] as const, ...lawOutbreaks])(
    'is the given one: %s',
    (_, outbreak) => expect(checkedOutbreak(outbreak)).toBe(outbreak),
  );

  it('takes every kind of strategy and countermeasure', () => {
    const now = { kind: 'time', timeSeconds: 0 };
    const worm = seedScenario.worm;
    expect(
      problemsOf({
        worm: { ...worm, strategy: { kind: 'permutation', giveUpAfter: null, partitioned: true } },
      }),
    ).toEqual([]);
    expect(
      problemsOf({
        countermeasures: [
          { kind: 'filter', start: now, coverage: 0.5 },
          {
            kind: 'patching',
            start: now,
            coverage: 1,
            curve: { kind: 'logistic', ratePerSecond: 1, firstFraction: 0.1 },
          },
        ],
      }),
    ).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['NaN', { durationSeconds: NaN }, 'outbreak.durationSeconds is NaN; it must be a number above 0.'],
    [
      'a missing field',
      { sampleSeconds: undefined },
      'outbreak.sampleSeconds is undefined; it must be a number above 0.',
    ],
    [
      'text',
      { firstAddress: '10.0.0.0' },
      "outbreak.firstAddress is '10.0.0.0'; it must be a whole number, 0 or more.",
    ],
    [
      'half a host',
      { population: { vulnerable: 10.5, infected: 1 } },
      'outbreak.population.vulnerable is 10.5; it must be a whole number, 0 or more.',
    ],
    [
      'an unknown field',
      { durationSecond: 60 },
      'outbreak has no field durationSecond; durationSeconds is nearest.',
    ],
    ['an old name', { defenses: [] }, 'outbreak has no field defenses.'],
    [
      'a probability above 1',
      { honeypots: [honeypots({ success: 1.5 })] },
      'outbreak.honeypots[0].success is 1.5; it must be a number from 0 to 1.',
    ],
    [
      'an unknown kind',
      { worm: { scanRatePerSecond: 1, strategy: { kind: 'random' } } },
      "outbreak.worm.strategy.kind is 'random'; it must be one of uniform, local, routable, coverage-hole, lists, sequential, permutation, short-cycles, topological, hitlist.",
    ],
    [
      'more infected than vulnerable',
      { population: { vulnerable: 3, infected: 4 } },
      'outbreak.population.infected is 4; it must be at most vulnerable, 3.',
    ],
  ])('reports %s', (_, change, sentence) => expect(problemsOf(change)).toEqual([sentence]));

  it('reports everything at once', () => {
    const worm = { scanRatePerSecond: -1, strategy: { kind: 'uniform' } };
    expect(problemsOf({ worm, honeypots: {}, durationSeconds: 0 })).toHaveLength(3);
  });
});
