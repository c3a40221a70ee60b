/**
 * The rates that drive the transitions of hosts, as one array of numbers a second, so that loops over the table read them by
 * their place. Those that a host's own probes cause are a chance for each probe that it sends into the network.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { stagesOf } from './delay-stages.ts';
import { detectorsOf } from './detectors.ts';
import { hostMeasuresOf } from './host-measures.ts';

// Places that every outbreak has.
export const INFECTION = 0;
/** Infections by a hitlist, which names hosts not infected before. */
export const LISTED = 1;
export const ONSET = 2;
export const REBOOT = 3;
export const CHURN = 4;
export const PATCH = 5;
/** Patching of hosts that probes reach: by scanners, and by a counter-worm. */
export const PATCH_SCAN = 6;
export const COUNTER_PATCH = 7;
export const COUNTER_CLEAN = 8;
export const DISINFECT = 9;
/** Of hosts past their latency alone. */
export const DISINFECT_SCANNING = 10;
export const SLEEP = 11;
export const WAKE = 12;
const COMMON = 13;

/** Where the rates of which an outbreak has several begin, each one place behind the other. */
export interface HazardPlaces {
  /** For each group of honeypots: an effective contact, for each probe. */
  readonly caught: number;
  /** For each countermeasure, where it is one of avoided honeypots: a contact that immunizes, for each probe. */
  readonly avoided: number;
  /** For each detector, blocker, watch: the next stage of its clock; an alarm on an infected host; a false one. */
  readonly immunization: number;
  readonly blocking: number;
  readonly release: number;
  readonly alarm: number;
  readonly falseAlarm: number;
  readonly size: number;
}

export function hazardPlacesOf(outbreak: Outbreak): HazardPlaces {
  const { honeypots, countermeasures = [] } = outbreak;
  const { watches, blockers } = hostMeasuresOf(outbreak);
  const caught = COMMON;
  const avoided = caught + honeypots.length;
  const immunization = avoided + countermeasures.length;
  const blocking = immunization + detectorsOf(honeypots).detectors.length;
  const release = blocking + blockers.length;
  const alarm = release + watches.length;
  const falseAlarm = alarm + watches.length;
  const size = falseAlarm + watches.length;
  return { caught, avoided, immunization, blocking, release, alarm, falseAlarm, size };
}

/** Puts in the rates that never change. */
export function constantHazards(outbreak: Outbreak): Float64Array {
  const places = hazardPlacesOf(outbreak);
  const hazards = new Float64Array(places.size);
  const { worm, population } = outbreak;
  const { latentSeconds = 0 } = worm;
  if (latentSeconds > 0) hazards[ONSET] = stagesOf(worm.latentLaw) / latentSeconds;
  hazards[REBOOT] = population.rebootRatePerSecond ?? 0;
  hazards[CHURN] = population.churnRatePerSecond ?? 0;
  hazards[SLEEP] = worm.dormancy?.sleepRatePerSecond ?? 0;
  hazards[WAKE] = worm.dormancy?.wakeRatePerSecond ?? 0;
  for (const [row, { delaySeconds, stages }] of detectorsOf(outbreak.honeypots).detectors.entries()) {
    if (delaySeconds > 0) hazards[places.immunization + row] = stages / delaySeconds;
  }
  for (const [row, { isolatedSeconds, stages }] of hostMeasuresOf(outbreak).watches.entries()) {
    hazards[places.release + row] = stages / isolatedSeconds;
  }
  return hazards;
}

/** Lets the clocks of single hosts run whose countermeasure has started. */
export function setMeasureHazards(
  hazards: Float64Array,
  outbreak: Outbreak,
  isWorking: (position: number) => boolean,
): void {
  const places = hazardPlacesOf(outbreak);
  const { watches, blockers } = hostMeasuresOf(outbreak);
  for (const [row, { position, seconds, stages }] of blockers.entries()) {
    hazards[places.blocking + row] = isWorking(position) ? stages / seconds : 0;
  }
  for (const [row, watch] of watches.entries()) {
    const works = isWorking(watch.position);
    hazards[places.alarm + row] = works ? watch.alarmRatePerSecond : 0;
    hazards[places.falseAlarm + row] = works ? watch.falseAlarmRatePerSecond : 0;
  }
}
