/**
 * The table of transitions, and each unrolled loop that stands for it, against the equations written out by hand: derivatives
 * of `ode`, event rates of `stochastic`.
 */
import { randomStreams, type RandomStream } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { effectsOf, startEffects } from '../countermeasure/awaited-effects.ts';
import { groupDerivatives } from '../engine/ode/group-derivatives.ts';
import { groupSetup, PATCHING, PROBES } from '../engine/ode/group-setup.ts';
import { stepOneDelay } from '../engine/ode/step/step-kernel.ts';
import { stepWorkspace } from '../engine/ode/step/step-workspace.ts';
import { honeypots, smallScenario } from '../engine/random-engine-test-support.ts';
import { advanceDirectly } from '../engine/stochastic/advance-directly.ts';
import { beginCourse } from '../engine/stochastic/course.ts';
import { drawsFrom } from '../engine/stochastic/draws-kernel.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { HostState } from './host-state.ts';
import { pairwiseRatePerSecond } from './rates.ts';
import { hostTableOf } from './transitions.ts';

const SEED = '3';
const NOW = { kind: 'time', timeSeconds: 0 } as const;

/** Everything that one kind of hosts can do. */
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
    { kind: 'patching', start: NOW, curve: { kind: 'constant', ratePerSecond: 0.1 }, coverage: 1 },
  ],
};

function near(ours: number, wanted: number, scale: number, name = ''): void {
  expect(Math.abs(ours - wanted), name).toBeLessThanOrEqual(1e-12 * scale);
}

/** N hosts, each in one of so many states at random. */
function randomHosts(stream: RandomStream, states: number, vulnerable: number): Float64Array {
  const hosts = new Float64Array(states);
  for (let host = 0; host < vulnerable; host++) hosts[stream.nextBelow(states)]!++;
  return hosts;
}

describe('the table', () => {
  it('has no row that an outbreak does not need', () => {
    const causes = (outbreak: Outbreak): readonly string[] =>
      hostTableOf(outbreak).transitions.map(({ cause }) => cause);
    expect(causes({ ...smallScenario, honeypots: [] })).toEqual(['infection']);
    const [slow, late] = smallScenario.honeypots;
    // A host that waits for the slow group meets the fast one all the same.
    const groups = [slow!, { ...late!, delaySeconds: 0 }];
    expect(causes({ ...smallScenario, honeypots: groups })).toEqual([
      'infection',
      'honeypot contact',
      'honeypot contact',
      'immunization',
      'honeypot contact',
    ]);
  });

  it('has a state for each set of clocks that run', () => {
    const delays = [1, 2, 3, 3];
    const groups = delays.map((delaySeconds) => honeypots({ delaySeconds }));
    const { states } = hostTableOf({ ...smallScenario, honeypots: groups });
    // Susceptible, immunized, and 2^3 of infected ones: groups of one delay share a clock.
    expect(states).toHaveLength(2 + 8);
  });
});

describe('the group equations', () => {
  it('are those written out by hand', () => {
    const stream = randomStreams(SEED).stream('groups', 0);
    const setup = groupSetup(everything);
    const { layout, table } = setup;
    const { vulnerable } = everything.population;
    for (let round = 0; round < 50; round++) {
      const hosts = randomHosts(stream, table.states.length, vulnerable);
      const y = new Float64Array(layout.size);
      y.set(hosts, layout.hosts);
      y[layout.unknown + 1] = 300 * stream.nextDouble();
      y[PATCHING] = 40 + stream.nextBelow(100);
      const effects = effectsOf(everything);
      startEffects(effects, 0);
      const segment = {
        effects,
        isImmunizing: [true, true],
        pace: 1,
        isListening: [true, true],
        listedFraction: null,
      };
      const dy = new Float64Array(layout.size);
      groupDerivatives(setup, segment)(5, y, dy);
      const sum = (of: Float64Array, holds: (state: HostState) => boolean): number =>
        table.states.reduce((total, state, row) => total + (holds(state) ? of[layout.hosts + row]! : 0), 0);
      expectByHand(y[layout.unknown + 1]!, y[PATCHING]!, {
        before: (holds) => sum(y, holds),
        slope: (holds) => sum(dy, holds),
        sent: dy[PROBES]!,
      });
    }
  });

  /** E, I, B, C, D: latent, at large, contained, caught by the slow group, contained and caught. */
  function expectByHand(
    unknown: number,
    counterHosts: number,
    found: {
      readonly before: (holds: (state: HostState) => boolean) => number;
      readonly slope: (holds: (state: HostState) => boolean) => number;
      readonly sent: number;
    },
  ): void {
    const { worm, population, addressSpaceSize } = everything;
    const { vulnerable } = population;
    const is = {
      S: ({ stage }: HostState) => stage === 'susceptible',
      F: ({ stage, wasInfected }: HostState) => stage === 'susceptible' && !wasInfected,
      E: ({ stage }: HostState) => stage === 'latent',
      I: (of: HostState) => of.stage === 'scanning' && of.blocked[0] === 0 && of.detected[0] === 0,
      B: (of: HostState) => of.stage === 'scanning' && of.blocked[0] === 1 && of.detected[0] === 0,
      C: (of: HostState) => of.stage === 'scanning' && of.blocked[0] === 0 && of.detected[0] === 1,
      D: (of: HostState) => of.stage === 'scanning' && of.blocked[0] === 1 && of.detected[0] === 1,
      R: ({ stage }: HostState) => stage === 'immunized',
      Q: ({ stage, wasInfected }: HostState) => stage === 'immunized' && !wasInfected,
    };
    const { S, F, E, I, B, C, D, R, Q } = Object.fromEntries(
      Object.entries(is).map(([name, holds]) => [name, found.before(holds)]),
    ) as Record<keyof typeof is, number>;
    const scanning = I + C + 0.3 * (B + D);
    const speed = (1 - scanning / vulnerable) ** 2;
    const pairwise = (worm.scanRatePerSecond * speed * 0.8) / addressSpaceSize;
    const force = pairwise * scanning;
    const counter = (3 / addressSpaceSize) * counterHosts;
    const back = 0.02 + 0.03;
    const leaves = back + counter + 1 / 20;
    const atOnce = pairwise * (200 + 0.5 * unknown);
    const slow = pairwise * 500 * 0.8;
    const infected = E + I + B + C + D;
    const wanted: Record<keyof typeof is, number> = {
      S: back * infected + 0.03 * R - (force + 0.1 + counter) * S,
      F: 0.03 * Q - (force + 0.1 + counter) * F,
      E: force * S - (1 / 3 + leaves) * E,
      I: E / 3 - (slow + atOnce + 1 / 9 + leaves) * I,
      B: I / 9 - (0.3 * (slow + atOnce) + leaves) * B,
      C: slow * I - (1 / 2 + atOnce + 1 / 9 + leaves) * C,
      D: 0.3 * slow * B + C / 9 - (1 / 2 + 0.3 * atOnce + leaves) * D,
      Q: (0.1 + counter) * F - 0.03 * Q,
      R:
        (0.1 + counter) * S +
        (counter + 1 / 20) * infected +
        atOnce * (I + C + 0.3 * (B + D)) +
        (C + D) / 2 -
        0.03 * R,
    };
    for (const [name, holds] of Object.entries(is)) {
      near(found.slope(holds), wanted[name as keyof typeof is], vulnerable, name);
    }
    near(found.sent, worm.scanRatePerSecond * speed * (I + B + C + D), vulnerable * 10, 'sent');
  }
});

describe('the steps of the plain mean field', () => {
  it('begin with the derivatives', () => {
    const stream = randomStreams(SEED).stream('steps', 0);
    const vulnerable = 1000;
    for (let round = 0; round < 50; round++) {
      const [s, i, c] = randomHosts(stream, 4, vulnerable);
      const work = stepWorkspace({ vulnerable, tolerance: 1e-6 });
      const [b, atOnce, slow, kappa] = [1e-4, 0.03, 0.04, 1 / 7];
      work.state.set([s!, i!, c!]);
      work.rates.set([b, atOnce, slow, kappa]);
      // The difference of steps forth and back: y' but for terms of the order of h².
      const h = 1e-4;
      stepOneDelay(work, h);
      const after = work.next.slice();
      stepOneDelay(work, -h);
      const slope = after.map((y, j) => (y - work.next[j]!) / (2 * h));
      const force = b * s! * (i! + c!);
      const wanted = [-force, force - (atOnce + slow) * i!, slow * i! - kappa * c!];
      for (const [j, value] of wanted.entries()) {
        expect(Math.abs(slope[j]! - value)).toBeLessThan(1e-8 * vulnerable);
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
    ['two groups', [delayed, { ...delayed, count: 200, success: 1 }]],
  ] as const)('wait and choose by the rates: %s', (_, groups) => {
    const outbreak: Outbreak = {
      ...smallScenario,
      honeypots: groups,
      durationSeconds: 1e9,
      sampleSeconds: 1e9,
    };
    const stream = randomStreams(SEED).stream('events', 0);
    const pairwise = pairwiseRatePerSecond(outbreak);
    for (let round = 0; round < 50; round++) {
      const [susceptible, fresh, ...rest] = randomHosts(stream, 2 + groups.length, 900);
      const waiting = groups.map(({ delaySeconds }, g) => (delaySeconds > 0 ? rest[g]! : 0));
      const infected = fresh! + waiting.reduce((sum, hosts) => sum + hosts, 0);
      const rates = [pairwise * susceptible! * infected];
      for (const [g, { count, success, delaySeconds }] of groups.entries()) {
        rates.push(pairwise * count * success * fresh!, waiting[g] === 0 ? 0 : waiting[g]! / delaySeconds);
      }
      const total = rates.reduce((sum, rate) => sum + rate, 0);
      for (const [kind, rate] of rates.entries()) {
        if (rate === 0) continue;
        const course = beginCourse(outbreak, stream);
        Object.assign(course, { susceptible, fresh });
        for (const [g, group] of course.groups.entries()) {
          group.isStarted = true;
          course.contacted[g] = waiting[g]!;
        }
        const draws = drawsFrom(stream);
        draws.size = 1;
        draws.exponential[0] = 1;
        draws.uniform[0] = (rates.slice(0, kind).reduce((sum, x) => sum + x, 0) + rate / 2) / total;
        advanceDirectly(course, draws, { timeSeconds: 1e9, infectedHostSeconds: Infinity });
        expect(course.timeSeconds * total).toBeCloseTo(1, 12);
        const g = (kind - 1) >> 1;
        const isContact = kind % 2 === 1;
        expect(course.susceptible).toBe(susceptible! - (kind === 0 ? 1 : 0));
        expect(course.fresh).toBe(fresh! + (kind === 0 ? 1 : isContact ? -1 : 0));
        if (kind === 0) continue;
        const joins = groups[g]!.delaySeconds > 0 ? 1 : 0;
        expect(course.contacted[g]).toBe(waiting[g]! + (isContact ? joins : -1));
      }
    }
  });
});
