/**
 * Any outbreak that counts describe, by the direct method (Gillespie 1977) on the table of transitions: latency, reboots,
 * churn, countermeasures and honeypots, for each kind of hosts apart. Each transition is an event; its rate is that of one
 * host times the hosts that can take it.
 *
 * All rates are constant between two events, except that of patching, which is drawn from a bound and thinned. Contacts that
 * change nothing are not drawn one by one; their number follows from the probes that arrived (honeypot-group.ts). Plain
 * outbreaks have the kernel of direct-kernel.ts.
 *
 * Source: docs/models.md#stochastic-process, docs/models.md#defenses-together.
 */
import { binomial, exponential, gamma, poisson, type RandomStream } from '@wormwood/base';
import type { Counts } from '../../countermeasure/effect.ts';
import { type Avoided, EffectsAtWork } from '../../countermeasure/effects-at-work.ts';
import {
  constantHazards,
  COUNTER_CLEAN,
  COUNTER_PATCH,
  DISINFECT,
  DISINFECT_SCANNING,
  type HazardPlaces,
  hazardPlacesOf,
  INFECTION,
  PATCH,
  PATCH_SCAN,
  setMeasureHazards,
} from '../../dynamics/hazards.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { RunControl } from '../engine.ts';
import { HoneypotStarts } from '../honeypot-starts.ts';
import { type FinalCounts, Recorder } from '../recorder.ts';
import { KindCounts, type Sending } from './kind-counts.ts';

const EVENTS_PER_LOOK = 4096;

export class TransitionEvents {
  readonly recorder: Recorder;
  readonly #outbreak: Outbreak;
  readonly #stream: RandomStream;
  readonly #kinds: KindCounts;
  readonly #effects: EffectsAtWork;
  readonly #starts: HoneypotStarts;
  readonly #hazards: Float64Array;
  readonly #places: HazardPlaces;
  readonly #sending: Sending = { sent: 0, load: 0, scanning: 0 };
  /** For each group of honeypots: arrived probes at which a listening group has counted enough; Infinity for others. */
  readonly #alarmSeen: Float64Array;
  /** Probes a second that arrive where they were sent. */
  #arriving = 0;
  /** Contacts counted for certain, and the expectation of those that changed nothing. */
  #contacts = 0;
  #idleContacts = 0;
  #probes = 0;
  /** Probes that arrived at the addresses to which they were sent. */
  #seen = 0;

  constructor(outbreak: Outbreak, stream: RandomStream) {
    const { honeypots, population } = outbreak;
    this.recorder = new Recorder(outbreak);
    this.#outbreak = outbreak;
    this.#stream = stream;
    this.#effects = new EffectsAtWork(outbreak, stream);
    this.#starts = new HoneypotStarts(honeypots);
    this.#hazards = constantHazards(outbreak);
    this.#places = hazardPlacesOf(outbreak);
    this.#alarmSeen = Float64Array.from(honeypots, ({ start, count }) => {
      if (start.kind === 'time' || start.contacts <= 0) return Infinity;
      return count > 0 ? (gamma(stream, start.contacts) * outbreak.addressSpaceSize) / count : Infinity;
    });
    this.#kinds = new KindCounts(outbreak, stream);
    this.#kinds.setOwnRates(() => false, this.#effects.pace);
    for (let host = 0; host < population.infected; host++) this.recorder.noteFirstInfection();
    this.#noteCounts();
    this.recorder.moveTo(0);
  }

  /** Draws events to the end of the outbreak; returns whether the control stopped it before. */
  run(control: RunControl | undefined): boolean {
    const { durationSeconds } = this.#outbreak;
    let untilLook = EVENTS_PER_LOOK;
    while (this.recorder.timeSeconds < durationSeconds) {
      this.#startDue();
      this.#step();
      if (--untilLook > 0) continue;
      untilLook = EVENTS_PER_LOOK;
      control?.progress(this.recorder.timeSeconds);
      if (control?.shouldStop() === true) return true;
    }
    control?.progress(durationSeconds);
    return false;
  }

  /** Returns what the run ends with; contacts that changed nothing are drawn now. */
  final(): FinalCounts {
    let contacts = this.#contacts + poisson(this.#stream, this.#idleContacts);
    for (const [position, { start }] of this.#outbreak.honeypots.entries()) {
      const alarm = this.#alarmSeen[position]!;
      if (start.kind === 'time' || alarm === Infinity) continue;
      // Of k − 1 contacts before the k-th each came by now with the fraction of probes that have arrived.
      contacts += binomial(this.#stream, start.contacts - 1, Math.min(1, this.#seen / alarm));
    }
    return { probes: this.#probes, honeypotContacts: contacts, firstStart: this.#starts.first() };
  }

  #startDue(): void {
    const { timeSeconds } = this.recorder;
    for (let position = 0; position < this.#alarmSeen.length; position++) {
      const group = this.#starts.groups[position]!;
      const { start } = group.honeypots;
      if (start.kind === 'time' || this.#seen < this.#alarmSeen[position]!) continue;
      this.#alarmSeen[position] = Infinity;
      this.#contacts += start.contacts;
      group.startSeconds = timeSeconds + start.prepareSeconds;
    }
    this.#starts.startDue(timeSeconds, this.#kinds.susceptible, () => undefined);
    const { pace } = this.#effects;
    const begun = this.#effects.begin(timeSeconds, this.#seen).length;
    if (begun === 0 && this.#effects.pace === pace) return;
    const isWorking = (position: number): boolean => this.#effects.isWorking(position);
    this.#kinds.setOwnRates(isWorking, this.#effects.pace);
    setMeasureHazards(this.#hazards, this.#outbreak, isWorking);
  }

  /** Goes on to the next event, or to the next moment when the rules change. */
  #step(): void {
    this.#look();
    const moving = this.#kinds.ratePerSecond(this.#hazards);
    const rate = moving + this.#learningPerSecond();
    const { timeSeconds } = this.recorder;
    const untilEvent = rate > 0 ? exponential(this.#stream) / rate : Infinity;
    const end = timeSeconds + Math.min(untilEvent, this.#untilSeen());
    const known = Math.min(this.#outbreak.durationSeconds, this.#effects.endSeconds);
    const change = Math.min(this.#starts.nextSeconds(known), this.#effects.nextStartSeconds());
    if (end >= change) {
      this.#passTime(change);
      return;
    }
    this.#passTime(end);
    if (end < timeSeconds + untilEvent) return;
    const target = this.#stream.nextDouble() * rate;
    if (target < moving) this.#move(target);
    else this.#learn(target - moving);
  }

  /** Sets the rates at which single hosts change as things are now. */
  #look(): void {
    const { addressSpaceSize, honeypots } = this.#outbreak;
    const effects = this.#effects;
    const hazards = this.#hazards;
    this.#kinds.send(this.#sending);
    effects.look(this.recorder.timeSeconds, this.#counts(), this.#sending);
    const { passing, disinfectRate, disinfectScanningRate, reachedPatchRate } = effects.standing;
    /** Of a probe that enters the network, the chance to arrive at one given address. */
    const reaching = (effects.speed * passing) / addressSpaceSize;
    this.#arriving = this.#sending.load * effects.speed * passing;
    hazards[INFECTION] = this.#sending.load * reaching;
    hazards[PATCH] = effects.patch;
    hazards[PATCH_SCAN] = reachedPatchRate;
    hazards[COUNTER_PATCH] = effects.counterPatch;
    hazards[COUNTER_CLEAN] = effects.counterClean;
    hazards[DISINFECT] = disinfectRate;
    hazards[DISINFECT_SCANNING] = disinfectScanningRate;
    for (let group = 0; group < honeypots.length; group++) {
      const { count, success } = honeypots[group]!;
      const isStarted = this.#starts.groups[group]!.isStarted;
      hazards[this.#places.caught + group] = isStarted ? reaching * count * success : 0;
    }
    for (const { position, effect, unknown } of effects.avoided) {
      hazards[this.#places.avoided + position] = reaching * unknown * effect.coverage;
    }
  }

  /** Contacts with avoided honeypots that only give their address away. */
  #learningPerSecond(): number {
    let rate = 0;
    for (const avoided of this.#effects.avoided) rate += this.#learningAt(avoided);
    return rate;
  }

  #learningAt({ unknown, effect: { learning, coverage } }: Avoided): number {
    return (this.#arriving * unknown * learning * (1 - coverage)) / this.#outbreak.addressSpaceSize;
  }

  #learn(target: number): void {
    let left = target;
    for (const avoided of this.#effects.avoided) {
      left -= this.#learningAt(avoided);
      if (left >= 0) continue;
      avoided.unknown = Math.max(0, avoided.unknown - 1);
      return;
    }
  }

  #counts(): Counts {
    return { vulnerable: this.#outbreak.population.vulnerable, everInfected: this.recorder.everInfected };
  }

  /** Seconds until a telescope or a listening group of honeypots has seen what it waits for. */
  #untilSeen(): number {
    const awaited = this.#nextSeen();
    if (awaited === Infinity || this.#arriving === 0) return Infinity;
    return Math.max(0, awaited - this.#seen) / this.#arriving;
  }

  #nextSeen(): number {
    let next = this.#effects.nextSeen();
    for (const seen of this.#alarmSeen) if (seen < next) next = seen;
    return next;
  }

  #passTime(timeSeconds: number): void {
    const elapsed = timeSeconds - this.recorder.timeSeconds;
    this.#probes += elapsed * this.#sending.sent * this.#effects.speed;
    const seen = this.#seen + elapsed * this.#arriving;
    const awaited = this.#nextSeen();
    // What is awaited is not missed by a rounding error.
    this.#seen = Math.abs(awaited - seen) <= 1e-9 * seen ? Math.max(seen, awaited) : seen;
    let answering = 0;
    for (let position = 0; position < this.#alarmSeen.length; position++) {
      const { isStarted, honeypots } = this.#starts.groups[position]!;
      const hasCounted = honeypots.start.kind === 'contacts' && this.#alarmSeen[position] === Infinity;
      if (isStarted || hasCounted) answering += honeypots.count;
    }
    if (answering > 0) {
      const all = (this.#arriving * answering) / this.#outbreak.addressSpaceSize;
      this.#idleContacts += elapsed * Math.max(0, all - this.#kinds.caughtPerSecond());
    }
    this.recorder.moveTo(timeSeconds);
  }

  #move(target: number): void {
    const row = this.#kinds.draw(target);
    const { cause, from, hazard } = this.#kinds.transitionOf(row);
    const { isNever } = this.#kinds.table;
    if (hazard === PATCH) {
      const rate = this.#effects.patchRate(this.recorder.timeSeconds, this.#counts());
      if (rate < this.#effects.patch && this.#stream.nextDouble() * this.#effects.patch >= rate) return;
    }
    this.#kinds.apply(row);
    if (cause === 'infection' && isNever[from] === 1) this.recorder.noteFirstInfection();
    else if (cause === 'counter-worm') this.#effects.growCounterWorm();
    else if (cause === 'honeypot contact') this.#contacts++;
    else if (cause === 'avoided honeypots') this.#mayLearn(hazard - this.#places.avoided);
    this.#noteCounts();
  }

  /** A contact that immunizes gives the address away too, with the same chance as any other. */
  #mayLearn(position: number): void {
    for (const avoided of this.#effects.avoided) {
      if (avoided.position !== position || this.#stream.nextDouble() >= avoided.effect.learning) continue;
      avoided.unknown = Math.max(0, avoided.unknown - 1);
    }
  }

  #noteCounts(): void {
    this.recorder.noteCounts(this.#kinds.susceptible, this.#kinds.infected);
  }
}
