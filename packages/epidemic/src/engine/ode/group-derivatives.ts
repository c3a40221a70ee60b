/** The right-hand side of the mean field of groups: see group-equations.ts for the equations. */
import type { Effects } from '../../countermeasure/awaited-effects.ts';
import { networkFactor, patchRate } from '../../countermeasure/combine.ts';
import {
  constantHazards,
  COUNTER_CLEAN,
  COUNTER_PATCH,
  DISINFECT,
  DISINFECT_SCANNING,
  hazardPlacesOf,
  INFECTION,
  LISTED,
  PATCH,
  PATCH_SCAN,
  setMeasureHazards,
} from '../../dynamics/hazards.ts';
import { ownRatePerSecond } from '../../dynamics/host-kinds.ts';
import { hostMeasuresOf } from '../../dynamics/host-measures.ts';
import type { RightHandSide } from './step/dormand-prince.ts';
import { type GroupSetup, PATCHING, PROBES, SEEN, sumTotals } from './group-setup.ts';

/** What is constant until something else starts. */
export interface Segment {
  readonly effects: Effects;
  /** The factor of all scan rates (dynamics/rate-changes.ts). */
  readonly pace: number;
  /** For each defense whether it counts probes, and whether it immunizes. */
  readonly isListening: readonly boolean[];
  readonly isImmunizing: readonly boolean[];
  /** Of the entries of the hitlist, while it lasts, how many are vulnerable hosts; null afterwards. */
  readonly listedFraction: number | null;
}

/** Returns y'; `segment` is read now. */
export function groupDerivatives(setup: GroupSetup, segment: Segment): RightHandSide {
  const { outbreak, layout, groups, cells, cell, reach } = setup;
  const { addressSpaceSize, population, honeypots } = outbreak;
  const { vulnerable } = population;
  const { standing } = segment.effects;
  const { listedFraction, pace } = segment;
  const isListed = listedFraction !== null;
  const isWorking = (position: number): boolean => segment.effects.awaited[position]!.isWorking;
  const measures = hostMeasuresOf(outbreak);
  const ownRate = Float64Array.from(setup.kind, (kind) => ownRatePerSecond(kind, measures, isWorking, pace));
  const places = hazardPlacesOf(outbreak);
  const hazards = constantHazards(outbreak);
  setMeasureHazards(hazards, outbreak, isWorking);
  hazards[PATCH_SCAN] = standing.reachedPatchRate;
  hazards[DISINFECT] = standing.disinfectRate;
  hazards[DISINFECT_SCANNING] = standing.disinfectScanningRate;
  const entering = new Float64Array(cells);
  const totals = { susceptible: 0, infected: 0, never: 0 };
  const flow = flowsOf(setup, ownRate);
  const sending: Sending = { sent: 0, load: 0, scanning: 0, entering };
  const send = senderOf(setup, ownRate);
  return (timeSeconds, y, derivative) => {
    sumTotals(setup, y, totals);
    const counts = { vulnerable, everInfected: vulnerable - totals.never };
    send(y, sending);
    const { sent, load, scanning } = sending;
    const speed = pace * networkFactor(standing, pace * load, { scanning, vulnerable });
    const arrives = speed * standing.passing;
    hazards[LISTED] = isListed && totals.never > 0 ? (listedFraction * load * arrives) / totals.never : 0;
    hazards[PATCH] = patchRate(standing, timeSeconds, counts);
    hazards[COUNTER_PATCH] = 0;
    hazards[COUNTER_CLEAN] = 0;
    for (const counterWorm of standing.counterWorms) {
      const rate = (counterWorm.scanRatePerSecond / addressSpaceSize) * y[PATCHING]!;
      hazards[COUNTER_PATCH] += rate;
      if (counterWorm.entersInfected) hazards[COUNTER_CLEAN] += rate;
    }
    derivative.fill(0);
    for (const { position, effect } of standing.avoided) {
      const unknown = y[layout.unknown + position]!;
      const met = isListed ? 0 : (unknown * arrives) / addressSpaceSize;
      hazards[places.avoided + position] = met * effect.coverage;
      derivative[layout.unknown + position] = -effect.learning * met * load;
    }
    for (let group = 0; group < groups; group++) {
      const to = cell[group]!;
      if (group === 0 || cell[group - 1] !== to) {
        let force = 0;
        if (!isListed) {
          for (let from = 0; from < cells; from++) force += reach.onto[to * cells + from]! * entering[from]!;
        }
        hazards[INFECTION] = force * arrives;
        for (let index = 0; index < honeypots.length; index++) {
          const isMet = segment.isImmunizing[index] === true && !isListed;
          const met = isMet ? honeypots[index]!.success * reach.met[index]![to]! : 0;
          hazards[places.caught + index] = met * arrives;
        }
      }
      flow(group, y, derivative, hazards);
    }
    derivative[PROBES] = sent * speed;
    derivative[SEEN] = load * arrives;
    for (let index = 0; index < honeypots.length; index++) {
      if (segment.isListening[index] !== true || isListed) continue;
      let met = 0;
      for (let from = 0; from < cells; from++) met += reach.met[index]![from]! * entering[from]!;
      derivative[layout.contacts + index] = met * arrives;
    }
  };
}

/** What enters the shared network: probes a second of all hosts, and of those in each cell. */
interface Sending {
  sent: number;
  load: number;
  scanning: number;
  readonly entering: Float64Array;
}

function senderOf(
  { table, layout, groups, cell }: GroupSetup,
  ownRate: Float64Array,
): (y: Float64Array, sending: Sending) => void {
  const { isScanning, passing } = table;
  const states = passing.length;
  return (y, sending) => {
    sending.sent = 0;
    sending.load = 0;
    sending.scanning = 0;
    sending.entering.fill(0);
    for (let group = 0; group < groups; group++) {
      const rate = ownRate[group]!;
      if (rate === 0) continue;
      const at = layout.hosts + group * states;
      let hosts = 0;
      let getsOut = 0;
      for (let state = 0; state < states; state++) {
        if (isScanning[state] === 0) continue;
        hosts += y[at + state]!;
        getsOut += y[at + state]! * passing[state]!;
      }
      sending.sent += hosts * rate;
      sending.load += getsOut * rate;
      sending.scanning += getsOut;
      sending.entering[cell[group]!]! += getsOut * rate;
    }
  };
}

/** How hosts of a group move between the states of the table. Also counts those that a counter-worm takes. */
function flowsOf(
  { table, layout, kind }: GroupSetup,
  ownRate: Float64Array,
): (group: number, y: Float64Array, derivative: Float64Array, hazards: Float64Array) => void {
  const { transitions, passing } = table;
  const states = passing.length;
  const rows = transitions.length;
  const from = Int32Array.from(transitions, (row) => row.from);
  const to = Int32Array.from(transitions, (row) => row.to);
  const hazard = Int32Array.from(transitions, (row) => row.hazard);
  const out = Float64Array.from(transitions, (row) => (row.isByProbe ? passing[row.from]! : -1));
  const watch = Int32Array.from(transitions, (row) => row.watch);
  const isTaken = Uint8Array.from(transitions, (row) => (row.cause === 'counter-worm' ? 1 : 0));
  return (group, y, derivative, hazards) => {
    const base = layout.hosts + group * states;
    const { watched } = kind[group]!;
    const own = ownRate[group]!;
    for (let row = 0; row < rows; row++) {
      let rate = hazards[hazard[row]!]! * y[base + from[row]!]!;
      if (rate === 0) continue;
      if (out[row]! >= 0) rate *= out[row]! * own;
      if (watch[row]! >= 0 && ((watched >>> watch[row]!) & 1) === 0) continue;
      derivative[base + from[row]!]! -= rate;
      derivative[base + to[row]!]! += rate;
      if (isTaken[row] === 1) derivative[PATCHING]! += rate;
    }
  };
}
