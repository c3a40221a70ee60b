/**
 * The one table of what happens to a vulnerable host: from which state to which, at what rate, and why. `stochastic` draws
 * events from it, and `ode` integrates what they come to in the mean. `hosts` and `probes` follow each host with clocks of
 * its own instead (engine/individual/), so that they and these are evidence for each other.
 *
 * The table holds the states that an outbreak can lead to, and no others.
 *
 * Source: docs/models.md#active-immunization, docs/models.md#latency-reboots-and-churn, docs/models.md#defenses-together.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { stagesOf } from './delay-stages.ts';
import { detectorsOf, type Detectors } from './detectors.ts';
import {
  CHURN,
  COUNTER_CLEAN,
  COUNTER_PATCH,
  DISINFECT,
  DISINFECT_SCANNING,
  type HazardPlaces,
  hazardPlacesOf,
  INFECTION,
  LISTED,
  ONSET,
  PATCH,
  PATCH_SCAN,
  REBOOT,
  SLEEP,
  WAKE,
} from './hazards.ts';
import { cleaningOf, type HostMeasures, hostMeasuresOf, passingOf, type Watch } from './host-measures.ts';
import { type HostState, isInfected, isIsolated, withRow } from './host-state.ts';

export type Cause =
  | 'infection'
  | 'honeypot contact'
  | 'onset'
  | 'immunization'
  | 'reboot'
  | 'churn'
  | 'patching'
  | 'counter-worm'
  | 'disinfection'
  | 'sleep'
  | 'waking'
  | 'avoided honeypots'
  | 'blocking'
  | 'alarm'
  | 'release';

/** One way of leaving a state; `from` and `to` are rows of the states. */
export interface Transition {
  readonly from: number;
  readonly to: number;
  readonly cause: Cause;
  /** Place of its rate among the hazards; for each probe of the host, where `isByProbe`. */
  readonly hazard: number;
  readonly isByProbe: boolean;
  /** The watch that only hosts of some kinds have; −1 for all hosts. */
  readonly watch: number;
}

export interface HostTable {
  readonly states: readonly HostState[];
  readonly transitions: readonly Transition[];
  /** Rows of the states of hosts never infected, and of those infected just now. */
  readonly susceptible: number;
  readonly infected: number;
  /** By state, 1 or 0. */
  readonly isSusceptible: Uint8Array;
  readonly isInfected: Uint8Array;
  readonly isNever: Uint8Array;
  /** By state, whether a host may send probes, and the fraction of them that gets out. */
  readonly isScanning: Uint8Array;
  readonly passing: Float64Array;
}

/** The most states that a table may have. */
const STATES_MAX = 2048;

/** Returns why hosts have too many states to be counted by them, a sentence; none when they have not. */
export function tableObstacles(engine: string, outbreak: Outbreak): readonly string[] {
  const { detectors } = detectorsOf(outbreak.honeypots);
  const { blockers, watches } = hostMeasuresOf(outbreak);
  const clocks = [
    ...detectors.map(({ contacts, stages }) => contacts + stages),
    ...blockers.map(({ stages }) => stages + 1),
    ...watches.map(({ stages }) => stages + 1),
    outbreak.worm.dormancy === undefined ? 1 : 2,
  ];
  const states = clocks.reduce((product, of) => product * of, 1) + stagesOf(outbreak.worm.latentLaw);
  if (states <= STATES_MAX) return [];
  return [
    `The engine ${engine} would have to count infected hosts in ${states} states, for the delays and defenses that ` +
      `each may be under; the engines hosts and probes follow each host instead.`,
  ];
}

interface Rules {
  readonly outbreak: Outbreak;
  readonly detectors: Detectors;
  readonly measures: HostMeasures;
  readonly places: HazardPlaces;
  readonly infected: HostState;
}

type Leaving = (
  to: HostState,
  cause: Cause,
  hazard: number,
  how?: { readonly isByProbe?: boolean; readonly watch?: number },
) => void;

/** Returns the table of an outbreak. */
export function hostTableOf(outbreak: Outbreak): HostTable {
  const detectors = detectorsOf(outbreak.honeypots);
  const measures = hostMeasuresOf(outbreak);
  const susceptible: HostState = {
    stage: 'susceptible',
    wasInfected: false,
    isAsleep: false,
    latency: 0,
    detected: detectors.detectors.map(() => 0),
    blocked: measures.blockers.map(() => 0),
    isolated: measures.watches.map(() => 0),
  };
  const isLatent = (outbreak.worm.latentSeconds ?? 0) > 0;
  const infected: HostState = { ...susceptible, stage: isLatent ? 'latent' : 'scanning' };
  const rules = { outbreak, detectors, measures, places: hazardPlacesOf(outbreak), infected };
  const rowOf = new Map<string, number>();
  const states: HostState[] = [];
  const row = (state: HostState): number => {
    const key = JSON.stringify(Object.values(state));
    const known = rowOf.get(key);
    if (known !== undefined) return known;
    rowOf.set(key, states.length);
    return states.push(state) - 1;
  };
  row(susceptible);
  row(infected);
  const transitions: Transition[] = [];
  for (let from = 0; from < states.length; from++) {
    leave(rules, states[from]!, (to, cause, hazard, { isByProbe = false, watch = -1 } = {}) => {
      transitions.push({ from, to: row(to), cause, hazard, isByProbe, watch });
    });
  }
  return { states, transitions, susceptible: 0, infected: 1, ...marksOf(states, measures) };
}

function marksOf(
  states: readonly HostState[],
  { blockers }: HostMeasures,
): Pick<HostTable, 'isSusceptible' | 'isInfected' | 'isNever' | 'isScanning' | 'passing'> {
  const marks = (holds: (state: HostState) => boolean): Uint8Array =>
    Uint8Array.from(states, (state) => (holds(state) ? 1 : 0));
  return {
    isSusceptible: marks(({ stage }) => stage === 'susceptible'),
    isInfected: marks(isInfected),
    isNever: marks((state) => !isInfected(state) && !state.wasInfected),
    isScanning: marks(sends),
    passing: Float64Array.from(states, ({ blocked }) =>
      passingOf(
        blockers,
        blocked.reduce((mask, passed, row) => mask | (passed === blockers[row]!.stages ? 1 << row : 0), 0),
      ),
    ),
  };
}

function leave(rules: Rules, state: HostState, add: Leaving): void {
  if (state.stage === 'susceptible') leaveSusceptible(rules, state, add);
  else if (state.stage === 'immunized') {
    const { churnRatePerSecond = 0 } = rules.outbreak.population;
    if (churnRatePerSecond > 0) add({ ...state, stage: 'susceptible' }, 'churn', CHURN);
  } else {
    leaveInfected(rules, state, add);
    if (sends(state)) leaveByProbe(rules, state, add);
  }
}

/** Whether a host would send probes if nothing of its kind kept it from that. */
function sends(state: HostState): boolean {
  return state.stage === 'scanning' && !state.isAsleep && !isIsolated(state);
}

function leaveSusceptible(rules: Rules, state: HostState, add: Leaving): void {
  const { outbreak, infected } = rules;
  const kinds = new Set((outbreak.countermeasures ?? []).map(({ kind }) => kind));
  const patched = immunized(rules, state);
  if (!isIsolated(state)) {
    add(infected, 'infection', INFECTION);
    if (!state.wasInfected && outbreak.worm.strategy.kind === 'hitlist') add(infected, 'infection', LISTED);
    if (kinds.has('patch-scanning')) add(patched, 'patching', PATCH_SCAN);
    if (kinds.has('counter-worm')) add(patched, 'counter-worm', COUNTER_PATCH);
  }
  if (kinds.has('patching')) add(patched, 'patching', PATCH);
  const { falseAlarm } = rules.places;
  beWatched(
    rules,
    state,
    (row, { falseAlarmRatePerSecond }) => (falseAlarmRatePerSecond > 0 ? falseAlarm + row : -1),
    add,
  );
}

function leaveInfected(rules: Rules, state: HostState, add: Leaving): void {
  const { outbreak, places, measures, detectors } = rules;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
  const cleaned = immunized(rules, state);
  const again: HostState = { ...cleaned, stage: 'susceptible', isolated: state.isolated };
  if (state.stage === 'latent') {
    const isLast = state.latency + 1 === stagesOf(outbreak.worm.latentLaw);
    const scanning: HostState = { ...state, stage: 'scanning', latency: 0 };
    add(isLast ? scanning : { ...state, latency: state.latency + 1 }, 'onset', ONSET);
  }
  for (const [row, passed] of state.detected.entries()) {
    const { contacts, stages } = detectors.detectors[row]!;
    if (passed < contacts) continue;
    const isLast = passed + 1 === contacts + stages;
    const next = isLast ? cleaned : { ...state, detected: withRow(state.detected, row, passed + 1) };
    add(next, 'immunization', places.immunization + row);
  }
  if (rebootRatePerSecond > 0) add(again, 'reboot', REBOOT);
  if (churnRatePerSecond > 0) add(again, 'churn', CHURN);
  const cleaning = cleaningOf(outbreak);
  if (cleaning.all) add(cleaned, 'disinfection', DISINFECT);
  if (cleaning.scanning && state.stage === 'scanning') add(cleaned, 'disinfection', DISINFECT_SCANNING);
  if (state.stage === 'scanning' && outbreak.worm.dormancy !== undefined) {
    if (state.isAsleep) add({ ...state, isAsleep: false }, 'waking', WAKE);
    else add({ ...state, isAsleep: true }, 'sleep', SLEEP);
  }
  const kinds = new Set((outbreak.countermeasures ?? []).map(({ kind }) => kind));
  if (kinds.has('counter-worm') && !isIsolated(state)) add(cleaned, 'counter-worm', COUNTER_CLEAN);
  for (const row of measures.blockers.keys()) {
    const passed = state.blocked[row]!;
    if (state.stage === 'latent' || passed === measures.blockers[row]!.stages) continue;
    add({ ...state, blocked: withRow(state.blocked, row, passed + 1) }, 'blocking', places.blocking + row);
  }
  beWatched(rules, state, (row) => places.alarm + row, add);
}

/** What the probes of a host bring upon it. */
function leaveByProbe(rules: Rules, state: HostState, add: Leaving): void {
  const { outbreak, places, detectors } = rules;
  const cleaned = immunized(rules, state);
  for (const [group, row] of detectors.detectorOf.entries()) {
    const { contacts, stages } = detectors.detectors[row]!;
    const met = state.detected[row]! + 1;
    if (met > contacts) continue;
    const isAtOnce = met === contacts && stages === 0;
    const caught = isAtOnce ? cleaned : { ...state, detected: withRow(state.detected, row, met) };
    add(caught, 'honeypot contact', places.caught + group, { isByProbe: true });
  }
  for (const [position, { kind }] of (outbreak.countermeasures ?? []).entries()) {
    if (kind !== 'avoided-honeypots') continue;
    add(cleaned, 'avoided honeypots', places.avoided + position, { isByProbe: true });
  }
}

/** Alarms isolate a host, and every isolation ends. `hazardOf`: place of the alarms of a watch, −1 for none. */
function beWatched(
  { places, measures }: Rules,
  state: HostState,
  hazardOf: (row: number, watch: Watch) => number,
  add: Leaving,
): void {
  for (const [row, one] of measures.watches.entries()) {
    const passed = state.isolated[row]!;
    if (passed > 0) {
      const next = passed === one.stages ? 0 : passed + 1;
      add({ ...state, isolated: withRow(state.isolated, row, next) }, 'release', places.release + row);
      continue;
    }
    const hazard = hazardOf(row, one);
    if (hazard < 0) continue;
    add({ ...state, isolated: withRow(state.isolated, row, 1) }, 'alarm', hazard, { watch: row });
  }
}

function immunized({ measures, detectors }: Rules, state: HostState): HostState {
  return {
    stage: 'immunized',
    wasInfected: state.wasInfected || isInfected(state),
    isAsleep: false,
    latency: 0,
    detected: detectors.detectors.map(() => 0),
    blocked: measures.blockers.map(() => 0),
    isolated: measures.watches.map(() => 0),
  };
}
