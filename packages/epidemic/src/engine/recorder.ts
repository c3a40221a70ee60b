/** What is recorded of one random outbreak while it runs: samples, peak, milestones, extinction. */
import type { EngineName, Run } from './engine.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { summarize } from './summary.ts';
import { everInfectedDiffers, sampleTimes } from './trajectory.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

const MILESTONES = [0.5, 0.9, 0.99, 1] as const;

/** What a run ends with beside what has been recorded. */
export interface FinalCounts {
  readonly probes: number;
  readonly honeypotContacts: number;
  readonly firstStart: {
    readonly susceptible: number;
    readonly honeypots: readonly Honeypots[];
  } | null;
}

export class Recorder {
  timeSeconds = 0;
  everInfected = 0;
  readonly #outbreak: Outbreak;
  readonly #sampleTime: Float64Array;
  readonly #sampleSusceptible: Float64Array;
  readonly #sampleInfected: Float64Array;
  readonly #sampleEver: Float64Array | undefined;
  #sample = 0;
  #susceptible = 0;
  #infected = 0;
  #peakInfected = 0;
  #peakTime = 0;
  #extinctionTime: number | null = null;
  readonly #milestoneTime: (number | null)[] = [null, null, null, null];
  #milestone = 0;
  #nextMilestone: number;

  constructor(outbreak: Outbreak) {
    this.#outbreak = outbreak;
    this.#nextMilestone = this.#hostsAt(0);
    this.#sampleTime = sampleTimes(outbreak);
    this.#sampleSusceptible = new Float64Array(this.#sampleTime.length);
    this.#sampleInfected = new Float64Array(this.#sampleTime.length);
    this.#sampleEver = everInfectedDiffers(outbreak) ? new Float64Array(this.#sampleTime.length) : undefined;
  }

  /** Moves the time on with the counts as they are; samples at or before it are taken. */
  moveTo(timeSeconds: number): void {
    this.timeSeconds = timeSeconds;
    while (this.#sample < this.#sampleTime.length && this.#sampleTime[this.#sample]! <= timeSeconds) {
      this.#sampleSusceptible[this.#sample] = this.#susceptible;
      if (this.#sampleEver !== undefined) this.#sampleEver[this.#sample] = this.everInfected;
      this.#sampleInfected[this.#sample++] = this.#infected;
    }
  }

  /** A host becomes infected that never was. */
  noteFirstInfection(): void {
    this.everInfected++;
    while (this.everInfected >= this.#nextMilestone) this.#passMilestone();
  }

  #passMilestone(): void {
    this.#milestoneTime[this.#milestone++] = this.timeSeconds;
    this.#nextMilestone = this.#hostsAt(this.#milestone);
  }

  #hostsAt(milestone: number): number {
    const fraction = MILESTONES[milestone];
    return fraction === undefined ? Infinity : Math.ceil(this.#outbreak.population.vulnerable * fraction);
  }

  /** The counts of hosts as they are from now on. */
  noteCounts(susceptible: number, infected: number): void {
    this.#susceptible = susceptible;
    this.#infected = infected;
    if (infected > this.#peakInfected) {
      this.#peakInfected = infected;
      this.#peakTime = this.timeSeconds;
    }
    if (infected === 0) this.#extinctionTime ??= this.timeSeconds;
  }

  /** Returns the run as far as it was recorded. */
  finish(
    engine: EngineName,
    { partial, final }: { readonly partial: boolean; readonly final: FinalCounts },
  ): Run {
    const { vulnerable } = this.#outbreak.population;
    const rows = this.#sample;
    const susceptible = this.#sampleSusceptible.slice(0, rows);
    const infected = this.#sampleInfected.slice(0, rows);
    const [half, ninety, ninetyNine, all] = this.#milestoneTime;
    return {
      engine,
      partial,
      trajectory: {
        time: this.#sampleTime.slice(0, rows),
        susceptible,
        infected,
        immunized: susceptible.map((count, row) => vulnerable - count - infected[row]!),
        ...(this.#sampleEver && { everInfected: this.#sampleEver.slice(0, rows) }),
      },
      summary: summarize(this.#outbreak, {
        peakInfected: this.#peakInfected,
        peakTime: this.#peakTime,
        everInfected: this.everInfected,
        immunized: vulnerable - this.#susceptible - this.#infected,
        stillInfected: this.#infected,
        // A worm that came back after its extinction, by churn say, was not extinct.
        extinctionTime: this.#infected === 0 ? this.#extinctionTime : null,
        timeTo: { '0.5': half ?? null, '0.9': ninety ?? null, '0.99': ninetyNine ?? null, '1': all ?? null },
        ...final,
      }),
    };
  }
}
