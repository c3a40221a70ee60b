/** The table of transitions, and each unrolled loop against it: derivatives of `ode`, event rates of `stochastic`. */
import { randomStreams, type RandomStream } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { combinedRates } from '../countermeasure/combine.ts';
import { effectsOf, startEffects } from '../countermeasure/awaited-effects.ts';
import { groupDerivatives } from '../engine/ode/group-derivatives.ts';
import { EVER, groupSetup, PATCHING } from '../engine/ode/group-setup.ts';
import { stepManyDelays } from '../engine/ode/step/step-delays-kernel.ts';
import { stepOneDelay } from '../engine/ode/step/step-kernel.ts';
import { stepWorkspace } from '../engine/ode/step/step-workspace.ts';
import { honeypots, smallScenario } from '../engine/random-engine-test-support.ts';
import { advanceDirectly } from '../engine/stochastic/advance-directly.ts';
import { beginCourse } from '../engine/stochastic/course.ts';
import { drawsFrom } from '../engine/stochastic/draws-kernel.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { pairwiseRatePerSecond } from './rates.ts';
import {
  BLOCKED,
  derivatives,
  FRESH,
  type Hazards,
  IMMUNIZED,
  LATENT,
  SUSCEPTIBLE,
  transitionsOf,
  WAITING,
} from './transitions.ts';

const SEED = '3';
const NOW = { kind: 'time', timeSeconds: 0 } as const;
const QUIET = { patch: 0, disinfect: 0, contact: 0, block: 0, counterPatch: 0, counterClean: 0 };

/** Everything that one group of hosts can do. */
const everything: Outbreak = {
  ...smallScenario,
  population: { ...smallScenario.population, rebootRatePerSecond: 0.02, churnRatePerSecond: 0.03 },
  worm: { ...smallScenario.worm, latentSeconds: 3 },
  honeypots: [
    honeypots({ count: 500, start: NOW, delaySeconds: 2, success: 0.8 }),
    honeypots({ count: 200, start: NOW, delaySeconds: 0 }),
  ],
  countermeasures: [
    { kind: 'clean-up', start: NOW, containSeconds: 9, cleanSeconds: 20, coverage: 0.7 },
    { kind: 'avoided-honeypots', start: NOW, count: 300, learning: 0.1, coverage: 0.5 },
    { kind: 'filter', start: NOW, coverage: 0.2 },
    { kind: 'congestion', start: NOW, exponent: 2 },
    { kind: 'counter-worm', start: NOW, hosts: 40, scanRatePerSecond: 3, entersInfected: true },
    { kind: 'patching', start: NOW, curve: { kind: 'awareness', ratePerSecond: 0.1 }, coverage: 1 },
  ],
};

function near(ours: number, wanted: number, scale: number, name = ''): void {
  expect(Math.abs(ours - wanted), name).toBeLessThanOrEqual(1e-12 * scale);
}

/** Counts of hosts in random states, N in all. */
function randomHosts(stream: RandomStream, states: readonly number[], vulnerable: number): Float64Array {
  const hosts = new Float64Array(Math.max(...states) + 1);
  for (let host = 0; host < vulnerable; host++) hosts[states[stream.nextBelow(states.length)]!]!++;
  return hosts;
}

describe('the table', () => {
  it('keeps the number of hosts', () => {
    const stream = randomStreams(SEED).stream('table', 0);
    const table = transitionsOf(everything);
    const states = [...Array(WAITING + everything.honeypots.length).keys()];
    for (let round = 0; round < 20; round++) {
      const hazards: Hazards = {
        infection: stream.nextDouble(),
        caught: [stream.nextDouble(), stream.nextDouble()],
        patch: stream.nextDouble(),
        disinfect: stream.nextDouble(),
        contact: stream.nextDouble(),
        block: stream.nextDouble(),
        counterPatch: stream.nextDouble(),
        counterClean: stream.nextDouble(),
      };
      const change = derivatives(table, randomHosts(stream, states, 1000), hazards);
      near(
        change.reduce((sum, x) => sum + x, 0),
        0,
        1000,
      );
      expect(change.some((x) => x !== 0)).toBe(true);
    }
  });

  it('has no row that an outbreak does not need', () => {
    const causes = (outbreak: Outbreak): readonly string[] =>
      transitionsOf(outbreak).map(({ cause }) => cause);
    expect(causes({ ...smallScenario, honeypots: [] })).toEqual(['infection']);
    expect(causes(smallScenario)).toEqual([
      'infection',
      'honeypot contact',
      'honeypot contact',
      'immunization',
    ]);
  });
});

describe('the group equations', () => {
  it('are the derivatives of the table', () => {
    const stream = randomStreams(SEED).stream('groups', 0);
    const setup = groupSetup(everything);
    const { layout } = setup;
    const { vulnerable } = everything.population;
    const states = [SUSCEPTIBLE, LATENT, FRESH, BLOCKED, IMMUNIZED, WAITING];
    for (let round = 0; round < 50; round++) {
      const hosts = randomHosts(stream, states, vulnerable);
      const y = new Float64Array(layout.size);
      y[layout.susceptible] = hosts[SUSCEPTIBLE]!;
      y[layout.never] = hosts[SUSCEPTIBLE]! / 2;
      y[layout.latent] = hosts[LATENT]!;
      y[layout.free] = hosts[FRESH]!;
      y[layout.blocked] = hosts[BLOCKED]!;
      y[layout.waiting[0]!] = hosts[WAITING]!;
      y[EVER] = stream.nextBelow(vulnerable);
      const effects = effectsOf(everything);
      y[PATCHING] = startEffects(effects, 0, 0).counterWormHosts;
      const segment = {
        effects,
        isImmunizing: [true, true],
        isListening: [true, true],
        listedFraction: null,
      };
      const dy = new Float64Array(layout.size);
      groupDerivatives(setup, segment)(5, y, dy);
      const change = derivatives(transitionsOf(everything), withGroups(hosts), hazardsOf(hosts, y));
      const pairs: readonly (readonly [string, number, number])[] = [
        ['susceptible', layout.susceptible, SUSCEPTIBLE],
        ['latent', layout.latent, LATENT],
        ['fresh', layout.free, FRESH],
        ['blocked', layout.blocked, BLOCKED],
        ['waiting', layout.waiting[0]!, WAITING],
      ];
      for (const [name, at, state] of pairs) near(dy[at]!, change[state]!, vulnerable, name);
    }
  });

  /** With the second group of honeypots, for which nobody waits. */
  function withGroups(hosts: Float64Array): Float64Array {
    const all = new Float64Array(WAITING + 2);
    all.set(hosts);
    return all;
  }

  function hazardsOf(hosts: Float64Array, y: Float64Array): Hazards {
    const { worm, population, addressSpaceSize } = everything;
    const { vulnerable } = population;
    const infected = vulnerable - hosts[SUSCEPTIBLE]! - hosts[IMMUNIZED]!;
    const effects = effectsOf(everything);
    startEffects(effects, 0, 0);
    const counts = {
      vulnerable,
      susceptible: hosts[SUSCEPTIBLE]!,
      infected,
      everInfected: y[EVER]!,
      probes: 0,
    };
    const rates = combinedRates(effects.working, 5, counts, (quantity, since, seen) =>
      quantity.at(since, seen),
    );
    const speed = rates.scanFactor * rates.passing;
    const scanning = hosts[FRESH]! + hosts[WAITING]! + effects.standing.blockedPassing * hosts[BLOCKED]!;
    const pairwise = (worm.scanRatePerSecond * speed) / addressSpaceSize;
    const counter = (3 / addressSpaceSize) * 40;
    return {
      infection: pairwise * scanning * rates.exposed,
      caught: [pairwise * 500 * 0.8, pairwise * 200],
      patch: rates.patch,
      disinfect: rates.disinfect,
      contact: rates.contact * speed,
      block: rates.block,
      counterPatch: counter,
      counterClean: counter,
    };
  }
});

describe('the steps of the plain mean field', () => {
  const delays = [2, 7];

  it.each([
    ['one delay', 1, stepOneDelay],
    ['several delays', 2, stepManyDelays],
  ] as const)('begin with the derivatives of the table: %s', (_, count, step) => {
    const stream = randomStreams(SEED).stream('steps', 0);
    const outbreak: Outbreak = {
      ...smallScenario,
      honeypots: [
        honeypots({ count: 300, start: NOW, delaySeconds: 0 }),
        ...delays.slice(0, count).map((delaySeconds) => honeypots({ count: 400, start: NOW, delaySeconds })),
      ],
    };
    const { vulnerable } = outbreak.population;
    const pairwise = pairwiseRatePerSecond(outbreak);
    const waiting = delays.slice(0, count).map((_delay, k) => WAITING + 1 + k);
    for (let round = 0; round < 50; round++) {
      const hosts = randomHosts(stream, [SUSCEPTIBLE, FRESH, IMMUNIZED, ...waiting], vulnerable);
      const work = stepWorkspace({ vulnerable, delays: count, tolerance: 1e-6 });
      work.state.set([hosts[SUSCEPTIBLE]!, hosts[FRESH]!, ...waiting.map((state) => hosts[state]!)]);
      work.rates.set([pairwise, pairwise * 300]);
      for (const [k, delay] of delays.slice(0, count).entries()) {
        work.rates.set([pairwise * 400, 1 / delay], 2 + 2 * k);
      }
      // The difference of steps forth and back: y' but for terms of the order of h².
      const h = 1e-4;
      step(work, h);
      const after = work.next.slice();
      step(work, -h);
      const slope = after.map((y, j) => (y - work.next[j]!) / (2 * h));
      const infected = vulnerable - hosts[SUSCEPTIBLE]! - hosts[IMMUNIZED]!;
      const caught = [pairwise * 300, ...waiting.map(() => pairwise * 400)];
      const change = derivatives(transitionsOf(outbreak), hosts, {
        ...QUIET,
        infection: pairwise * infected,
        caught,
      });
      for (const [j, state] of [SUSCEPTIBLE, FRESH, ...waiting].entries()) {
        expect(Math.abs(slope[j]! - change[state]!)).toBeLessThan(1e-8 * vulnerable);
      }
    }
  });
});

describe('the event loops on counts', () => {
  const delayed = honeypots({ count: 300, start: NOW, delaySeconds: 4, success: 0.5 });
  const atOnce = honeypots({ count: 200, start: NOW, delaySeconds: 0 });

  it.each([
    ['no group', []],
    ['a group with a delay', [delayed]],
    ['a group without', [atOnce]],
    ['two groups', [delayed, atOnce]],
  ] as const)('wait and choose by the rates of the table: %s', (_, groups) => {
    const outbreak: Outbreak = {
      ...smallScenario,
      honeypots: groups,
      durationSeconds: 1e9,
      sampleSeconds: 1e9,
    };
    const stream = randomStreams(SEED).stream('events', 0);
    const pairwise = pairwiseRatePerSecond(outbreak);
    const { vulnerable } = outbreak.population;
    const table = transitionsOf(outbreak);
    const states = [SUSCEPTIBLE, FRESH, IMMUNIZED, ...groups.map((_group, g) => WAITING + g)];
    for (let round = 0; round < 50; round++) {
      const hosts = randomHosts(
        stream,
        states.filter((state) => groups[state - WAITING] !== atOnce),
        vulnerable,
      );
      const infected = vulnerable - hosts[SUSCEPTIBLE]! - hosts[IMMUNIZED]!;
      const hazards: Hazards = {
        ...QUIET,
        infection: pairwise * infected,
        caught: groups.map(({ count, success }) => pairwise * count * success),
      };
      const rates = table.map(({ from, ratePerSecond }) =>
        from.reduce((sum, state) => sum + (hosts[state] ?? 0) * ratePerSecond(hazards), 0),
      );
      const total = rates.reduce((sum, rate) => sum + rate, 0);
      for (const [row, { from, to }] of table.entries()) {
        if (rates[row] === 0) continue;
        const course = beginCourse(outbreak, stream);
        Object.assign(course, { susceptible: hosts[SUSCEPTIBLE], fresh: hosts[FRESH] });
        for (const [g, group] of course.groups.entries()) {
          group.isStarted = true;
          course.contacted[g] = hosts[WAITING + g] ?? 0;
        }
        const draws = drawsFrom(stream);
        draws.size = 1;
        draws.exponential[0] = 1;
        draws.uniform[0] = shareBefore(table, rates, row) / total;
        advanceDirectly(course, draws, { timeSeconds: 1e9, infectedHostSeconds: Infinity });
        expect(course.timeSeconds * total).toBeCloseTo(1, 12);
        const now = (state: number): number => {
          if (state === SUSCEPTIBLE) return course.susceptible;
          return state === FRESH ? course.fresh : course.contacted[state - WAITING]!;
        };
        expect(now(from[0]!)).toBe(hosts[from[0]!]! - 1);
        if (to !== IMMUNIZED) expect(now(to)).toBe(hosts[to]! + 1);
      }
    }
  });

  /** The middle of a row's share: first infections, then for each group its contacts and its immunizations. */
  function shareBefore(
    table: ReturnType<typeof transitionsOf>,
    rates: readonly number[],
    row: number,
  ): number {
    const place = (index: number): number => {
      const { cause, from, to } = table[index]!;
      if (cause === 'infection') return -1;
      if (cause === 'immunization') return 2 * (from[0]! - WAITING) + 1;
      return 2 * (to === IMMUNIZED ? table.filter((_, k) => k < index && k > 0).length : to - WAITING);
    };
    return rates.reduce((sum, rate, index) => sum + (place(index) < place(row) ? rate : 0), rates[row]! / 2);
  }
});
