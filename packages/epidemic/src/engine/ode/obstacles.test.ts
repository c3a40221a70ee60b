import { describe, expect, it } from 'vitest';
import { ode } from './ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { honeypots, seedScenario } from '../random-engine-test-support.ts';
import type { ScanStrategy } from '../../outbreak/scan-strategy.ts';

function obstaclesOf(strategy: ScanStrategy, change: Partial<Outbreak> = {}): readonly string[] {
  return ode.unsupported({ ...seedScenario, worm: { scanRatePerSecond: 50, strategy }, ...change });
}

function local(networkSize: number): ScanStrategy {
  return { kind: 'local', levels: [{ networkSize, probability: 0.5 }] };
}

const strategies: readonly ScanStrategy[] = [
  { kind: 'sequential', nearProbability: 0.4 },
  { kind: 'permutation', giveUpAfter: null, partitioned: false },
  { kind: 'short-cycles', cycles: [0.5] },
  { kind: 'topological', neighbors: [[1], [0]] },
];

describe('the mean field refuses', () => {
  it.each(strategies.map((strategy) => [strategy.kind, strategy] as const))('%s', (kind, strategy) => {
    // eslint-disable-next-line unicorn/no-thenable -- the strategy that follows, not a promise
    const after = { kind: 'hitlist', size: 9, vulnerableFraction: 1, then: strategy } as ScanStrategy;
    for (const refused of [strategy, after]) {
      expect(obstaclesOf(refused)).toHaveLength(1);
      expect(obstaclesOf(refused)[0]).toContain(kind);
    }
  });

  it('a hitlist of more hosts than there are', () => {
    const strategy: ScanStrategy = {
      kind: 'hitlist',
      size: 400_000,
      vulnerableFraction: 1,
      // eslint-disable-next-line unicorn/no-thenable -- as above
      then: { kind: 'uniform' },
    };
    expect(obstaclesOf(strategy).join()).toContain('400000');
  });

  it('a dark block in a network that holds many of the hosts, and takes one elsewhere', () => {
    const dark = [honeypots({ placement: 'block' })];
    expect(obstaclesOf(local(2 ** 24), { honeypots: dark })).toEqual([]);
    expect(obstaclesOf(local(2 ** 29), { honeypots: dark }).join()).toContain('block');
    expect(obstaclesOf(local(2 ** 32), { honeypots: dark })).toEqual([]);
  });

  it('preferred networks that overlap the populated ones', () => {
    const placement = { kind: 'clustered', levels: [{ networkSize: 2 ** 16, networks: 900 }] } as const;
    const population = { ...seedScenario.population, placement };
    expect(obstaclesOf(local(2 ** 24), { population })).toEqual([]);
    expect(obstaclesOf(local(100_000), { population }).join()).toContain('100000');
    expect(obstaclesOf(local(2 ** 24), { population, firstAddress: 2 ** 16 }).join()).toContain('overlap');
  });

  it('more ranges than it can look at', () => {
    const size = 2 ** 16;
    const ranges = Array.from({ length: 300 }, (_, row) => ({ first: row * size, size }));
    const population = { ...seedScenario.population, placement: { kind: 'ranges', ranges } as const };
    expect(obstaclesOf(local(2 ** 16), { population }).join()).toContain('256');
    expect(obstaclesOf({ kind: 'routable', ranges }, { population })).toEqual([]);
  });

  it('what would take too many steps', () => {
    const strategy: ScanStrategy = { kind: 'coverage-hole', reached: 0.5 };
    expect(obstaclesOf(strategy)).toEqual([]);
    expect(obstaclesOf(strategy, { honeypots: [honeypots({ delaySeconds: 1e-3 })] }).join()).toContain(
      'steps',
    );
  });

  it('measures that exclude each other, as without groups', () => {
    const start = { kind: 'time', timeSeconds: 0 } as const;
    const countermeasures: Outbreak['countermeasures'] = [
      { kind: 'blacklist', start, reactionSeconds: 300, coverage: 1 },
      { kind: 'clean-up', start, containSeconds: 300, cleanSeconds: 1000, coverage: 1 },
    ];
    expect(obstaclesOf(local(2 ** 16), { countermeasures })).toEqual(
      obstaclesOf({ kind: 'uniform' }, { countermeasures }),
    );
  });
});
