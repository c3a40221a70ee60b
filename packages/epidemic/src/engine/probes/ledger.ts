/**
 * The books of one run: time, counts, samples, milestones, and what the honeypots do with the probes that reach them. They
 * are kept apart from those of the other engines on purpose, since this engine is their oracle.
 */
import type { RandomStream } from '@wormwood/base';
import type { EngineName, Run } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { summarize } from '../summary.ts';
import { sampleTimes } from '../trajectory.ts';
import type { PopulationState } from './population-state.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

interface Group {
  readonly honeypots: Honeypots;
  /** When contacts begin to immunize; Infinity while nobody knows. */
  startSeconds: number;
  isStarted: boolean;
  susceptibleAtStart: number;
  contacts: number;
}

const MILESTONES = [0.5, 0.9, 0.99, 1] as const;

export class Ledger {
  timeSeconds = 0;
  probes = 0;
  readonly #outbreak: Outbreak;
  readonly #population: PopulationState;
  readonly #vulnerable: number;
  readonly #groups: readonly Group[];
  readonly #time: Float64Array;
  readonly #susceptible: Float64Array;
  readonly #infected: Float64Array;
  #sample = 0;
  /** Counts as they have been since the last change: what the next samples show. */
  readonly #before = { susceptible: 0, infected: 0 };
  #peakInfected = 0;
  #peakTime = 0;
  #extinctionTime: number | null = null;
  readonly #milestoneTime: (number | null)[] = MILESTONES.map(() => null);

  constructor(outbreak: Outbreak, population: PopulationState) {
    this.#outbreak = outbreak;
    this.#population = population;
    this.#vulnerable = outbreak.population.vulnerable;
    this.#groups = outbreak.honeypots.map((honeypots) => ({
      honeypots,
      startSeconds: honeypots.start.kind === 'time' ? honeypots.start.timeSeconds : alarmAtOnce(honeypots),
      isStarted: false,
      susceptibleAtStart: 0,
      contacts: 0,
    }));
    this.#time = sampleTimes(outbreak);
    this.#susceptible = new Float64Array(this.#time.length);
    this.#infected = new Float64Array(this.#time.length);
    this.#noteCounts();
    this.moveTo(0);
  }

  /** When the rules change next: a group starts, or the outbreak ends. */
  nextChangeSeconds(): number {
    let next = this.#outbreak.durationSeconds;
    for (const group of this.#groups) if (!group.isStarted) next = Math.min(next, group.startSeconds);
    return next;
  }

  /** Moves the time on with the counts as they are; samples at or before it are taken. */
  moveTo(timeSeconds: number): void {
    this.timeSeconds = timeSeconds;
    while (this.#sample < this.#time.length && this.#time[this.#sample]! <= timeSeconds) {
      this.#susceptible[this.#sample] = this.#before.susceptible;
      this.#infected[this.#sample++] = this.#before.infected;
    }
  }

  startDueGroups(): void {
    for (const group of this.#groups) {
      if (group.isStarted || group.startSeconds > this.timeSeconds) continue;
      group.isStarted = true;
      group.susceptibleAtStart = this.#population.susceptible;
    }
  }

  /** Immunizations a second of hosts that wait. */
  recoveryRatePerSecond(): number {
    let rate = 0;
    for (let index = 0; index < this.#groups.length; index++) {
      const waiting = this.#population.waitingFor(index);
      if (waiting > 0) rate += waiting / this.#groups[index]!.honeypots.delaySeconds;
    }
    return rate;
  }

  /** Whether a probe that reaches this host or honeypot can change anything now, if only a count. */
  matters(what: number): boolean {
    // An index below zero would cost a look-up by name.
    if (what < this.#vulnerable) return this.#population.isSusceptible(what);
    const group = this.#groups[what - this.#vulnerable]!;
    return group.isStarted || group.honeypots.start.kind === 'contacts';
  }

  /** A probe, sent by any host that scans, has reached something. */
  receiveProbe(what: number, stream: RandomStream): void {
    const sender = this.#population.drawActive(stream);
    if (what < this.#vulnerable) this.#population.infect(what, sender, this.timeSeconds);
    else this.#receiveContact(what - this.#vulnerable, sender, stream);
    this.#noteCounts();
  }

  immunizeOne(stream: RandomStream): void {
    let target = stream.nextDouble() * this.recoveryRatePerSecond();
    let chosen = -1;
    for (let index = 0; index < this.#groups.length; index++) {
      const waiting = this.#population.waitingFor(index);
      if (waiting === 0) continue;
      chosen = index;
      target -= waiting / this.#groups[index]!.honeypots.delaySeconds;
      if (target < 0) break;
    }
    this.#population.immunizeWaiting(chosen, stream);
    this.#noteCounts();
  }

  finish(engine: EngineName, partial: boolean): Run {
    const { vulnerable } = this.#outbreak.population;
    const { susceptible, active, everInfected } = this.#population;
    const rows = this.#sample;
    const first = Math.min(...this.#effectiveGroups().map(({ startSeconds }) => startSeconds));
    const firstGroups = this.#effectiveGroups().filter(({ startSeconds }) => startSeconds === first);
    const [half, ninety, ninetyNine, all] = this.#milestoneTime;
    return {
      engine,
      partial,
      trajectory: {
        time: this.#time.slice(0, rows),
        susceptible: this.#susceptible.slice(0, rows),
        infected: this.#infected.slice(0, rows),
        immunized: this.#susceptible
          .slice(0, rows)
          .map((count, row) => vulnerable - count - this.#infected[row]!),
      },
      summary: summarize(this.#outbreak, {
        peakInfected: this.#peakInfected,
        peakTime: this.#peakTime,
        everInfected,
        immunized: vulnerable - susceptible - active,
        stillInfected: active,
        extinctionTime: this.#extinctionTime,
        timeTo: { '0.5': half ?? null, '0.9': ninety ?? null, '0.99': ninetyNine ?? null, '1': all ?? null },
        probes: this.probes,
        honeypotContacts: this.#groups.reduce((sum, { contacts }) => sum + contacts, 0),
        firstStart:
          firstGroups.length === 0
            ? null
            : {
                susceptible: firstGroups[0]!.susceptibleAtStart,
                honeypots: firstGroups.map(({ honeypots }) => honeypots),
              },
      }),
    };
  }

  /** Groups that have started and can immunize at all. */
  #effectiveGroups(): readonly Group[] {
    const { scanRatePerSecond } = this.#outbreak.worm;
    return this.#groups.filter(
      ({ isStarted, honeypots }) =>
        isStarted && honeypots.count > 0 && honeypots.success > 0 && scanRatePerSecond > 0,
    );
  }

  #receiveContact(index: number, sender: number, stream: RandomStream): void {
    const group = this.#groups[index]!;
    const { start, success, delaySeconds } = group.honeypots;
    group.contacts++;
    if (!group.isStarted) {
      if (start.kind === 'contacts' && group.contacts === start.contacts) {
        group.startSeconds = this.timeSeconds + start.prepareSeconds;
      }
      return;
    }
    if (!this.#population.isFresh(sender) || (success < 1 && stream.nextDouble() >= success)) return;
    if (delaySeconds > 0) this.#population.contact(sender, index);
    else this.#population.immunize(sender);
  }

  #noteCounts(): void {
    const { susceptible, active, everInfected } = this.#population;
    this.#before.susceptible = susceptible;
    this.#before.infected = active;
    if (active > this.#peakInfected) {
      this.#peakInfected = active;
      this.#peakTime = this.timeSeconds;
    }
    if (active === 0) this.#extinctionTime ??= this.timeSeconds;
    MILESTONES.forEach((fraction, index) => {
      const needed = Math.ceil(this.#outbreak.population.vulnerable * fraction);
      if (everInfected >= needed) this.#milestoneTime[index] ??= this.timeSeconds;
    });
  }
}

function alarmAtOnce({ start }: Honeypots): number {
  return start.kind === 'contacts' && start.contacts <= 0 ? start.prepareSeconds : Number.POSITIVE_INFINITY;
}
