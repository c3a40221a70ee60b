/** The right-hand side of the mean field of groups: see group-equations.ts for the equations. */
import { type CombinedRates, combinedRates } from '../../countermeasure/combine.ts';
import type { RightHandSide } from './step/dormand-prince.ts';
import type { Counts, Quantity } from '../../countermeasure/effect.ts';
import type { Effects } from '../../countermeasure/awaited-effects.ts';
import { EVER, type GroupSetup, PATCHING, PROBES, SEEN, totalsOf } from './group-setup.ts';

/** What holds until something else starts. */
export interface Segment {
  readonly effects: Effects;
  /** For each defense whether it counts probes, and whether it immunizes. */
  readonly isListening: readonly boolean[];
  readonly isImmunizing: readonly boolean[];
  /** Of the entries of the hitlist, while it lasts, how many are vulnerable hosts; null afterwards. */
  readonly listedFraction: number | null;
}

const valueNow = (quantity: Quantity, since: number, counts: Counts): number => quantity.at(since, counts);

/** Returns y'; `segment` is read now. */
export function groupDerivatives(setup: GroupSetup, segment: Segment): RightHandSide {
  const { outbreak, layout, groups, cells, cell, scanRatePerSecond, reach } = setup;
  const { vulnerable } = outbreak.population;
  const working = [...segment.effects.working];
  const { blockedPassing, probesPerSecondMax, counterWorms } = segment.effects.standing;
  const arriving = new Float64Array(cells);
  const force = new Float64Array(cells);
  const outflows = outflowsOf(setup, segment);
  return (timeSeconds, y, derivative) => {
    const { susceptible, infected } = totalsOf(setup, y);
    const everInfected = y[EVER]!;
    const counts: Counts = { vulnerable, susceptible, infected, everInfected, probes: y[PROBES]! };
    const rates = combinedRates(working, timeSeconds, counts, valueNow);
    let wanted = 0;
    arriving.fill(0);
    for (let group = 0; group < groups; group++) {
      const free = scanningIn(setup, y, group);
      const blocked = layout.blocked >= 0 ? y[layout.blocked + group]! : 0;
      const rate = scanRatePerSecond[group]! * rates.scanFactor;
      wanted += rate * (free + blocked);
      arriving[cell[group]!]! += rate * rates.passing * (free + blockedPassing * blocked);
    }
    const capped = wanted > probesPerSecondMax ? probesPerSecondMax / wanted : 1;
    let seen = 0;
    for (let from = 0; from < cells; from++) seen += arriving[from]! *= capped;
    let listed = 0;
    force.fill(0);
    if (segment.listedFraction !== null) {
      const left = vulnerable - everInfected;
      listed = left > 0 ? (segment.listedFraction * rates.exposed * seen) / left : 0;
    } else {
      for (let to = 0; to < cells; to++) {
        let sum = 0;
        for (let from = 0; from < cells; from++) sum += reach.onto[to * cells + from]! * arriving[from]!;
        force[to] = rates.exposed * sum;
      }
    }
    let counterPatch = 0;
    let counterClean = 0;
    for (const counterWorm of counterWorms) {
      const rate = (counterWorm.scanRatePerSecond / outbreak.addressSpaceSize) * y[PATCHING]!;
      counterPatch += rate;
      if (counterWorm.entersInfected) counterClean += rate;
    }
    derivative[PROBES] = wanted * capped;
    derivative[SEEN] = seen;
    derivative[PATCHING] = counterPatch * susceptible + counterClean * infected;
    for (let index = 0; index < reach.met.length; index++) {
      let met = 0;
      if (segment.isListening[index] && segment.listedFraction === null) {
        for (let from = 0; from < cells; from++) met += reach.met[index]![from]! * arriving[from]!;
      }
      derivative[layout.contacts + index] = met;
    }
    outflows(y, derivative, {
      rates,
      force,
      listed,
      patch: rates.patch + counterPatch,
      clean: rates.disinfect + counterClean,
      // Of the full scan rate what arrives, for a host at large.
      speed: rates.scanFactor * capped * rates.passing,
    });
  };
}

/** Hosts of a group that scan, but for blocked ones. */
function scanningIn({ layout }: GroupSetup, y: Float64Array, group: number): number {
  let sum = y[layout.free + group]!;
  for (const at of layout.waiting) if (at >= 0) sum += y[at + group]!;
  return sum;
}

interface Flows {
  readonly rates: CombinedRates;
  /** Infections a second of each susceptible host, by cell; and of each that a hitlist may name. */
  readonly force: Float64Array;
  readonly listed: number;
  readonly patch: number;
  readonly clean: number;
  readonly speed: number;
}

/** How hosts move between the stages of their group. */
function outflowsOf(
  { outbreak, layout, groups, cell, hosts, scanRatePerSecond, reach }: GroupSetup,
  segment: Segment,
): (y: Float64Array, derivative: Float64Array, flows: Flows) => void {
  const { worm, population, honeypots } = outbreak;
  const { rebootRatePerSecond: reboot = 0, churnRatePerSecond: churn = 0 } = population;
  const { susceptible, never, latent, free, blocked, waiting } = layout;
  const comesBack = never !== susceptible;
  const onset = latent >= 0 ? 1 / worm.latentSeconds! : 0;
  return (y, derivative, { rates, force, listed, patch, clean, speed }) => {
    const leaves = clean + reboot + churn;
    let infections = 0;
    for (let group = 0; group < groups; group++) {
      const s = y[susceptible + group]!;
      const fresh = y[never + group]!;
      const i = y[free + group]!;
      const onFresh = (force[cell[group]!]! + listed) * fresh;
      const infected = force[cell[group]!]! * s + listed * fresh;
      infections += onFresh;
      let ill = i;
      let begins = infected;
      if (latent >= 0) {
        const e = y[latent + group]!;
        ill += e;
        begins = onset * e;
        derivative[latent + group] = infected - (onset + leaves) * e;
      }
      const reach1 = segment.listedFraction === null ? speed * scanRatePerSecond[group]! : 0;
      let contact = rates.contact * speed;
      for (let index = 0; index < honeypots.length; index++) {
        const { success, delaySeconds } = honeypots[index]!;
        const met = reach.met[index]![cell[group]!]!;
        const rate = segment.isImmunizing[index] === true ? reach1 * success * met : 0;
        contact += rate;
        const at = waiting[index]!;
        if (at < 0) continue;
        const c = y[at + group]!;
        ill += c;
        derivative[at + group] = rate * i - (1 / delaySeconds + leaves) * c;
      }
      if (blocked >= 0) {
        const b = y[blocked + group]!;
        ill += b;
        derivative[blocked + group] = rates.block * i - leaves * b;
      }
      derivative[free + group] = begins - (contact + rates.block + leaves) * i;
      const immunized = hosts[group]! - s - ill;
      derivative[susceptible + group] = (reboot + churn) * ill + churn * immunized - infected - patch * s;
      if (comesBack) derivative[never + group] = -onFresh - patch * fresh;
    }
    derivative[EVER] = infections;
  };
}
