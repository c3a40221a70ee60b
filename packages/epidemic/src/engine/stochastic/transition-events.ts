/**
 * Any outbreak that counts describe, by the direct method (Gillespie 1977) on the table of transitions: latency, reboots,
 * churn, countermeasures and honeypots. Each transition is an event; its rate is that of one host times the hosts that can
 * take it.
 *
 * All rates are constant between two events, except those of patching and of avoided honeypots, which are drawn from a
 * bound and thinned. Contacts that change nothing are not drawn one by one; their number follows from the probes that
 * arrived (honeypot-group.ts). Plain outbreaks have the kernel of direct-kernel.ts.
 *
 * Source: docs/models.md#stochastic-process.
 */
import { binomial, exponential, gamma, poisson, type RandomStream } from '@wormwood/base';
import type { Counts } from '../../countermeasure/effect.ts';
import { type Circumstances, EffectsAtWork, UNDISTURBED } from '../../countermeasure/effects-at-work.ts';
import { pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import {
  BLOCKED,
  FRESH,
  type Hazards,
  IMMUNIZED,
  LATENT,
  scanningStates,
  SUSCEPTIBLE,
  type Transition,
  transitionsOf,
  WAITING,
} from '../../dynamics/transitions.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { RunControl } from '../engine.ts';
import { HoneypotStarts } from '../honeypot-starts.ts';
import { type FinalCounts, Recorder } from '../recorder.ts';

const EVENTS_PER_LOOK = 4096;

/** What holds until the next event. */
interface Moment {
  readonly now: Circumstances;
  readonly hazards: Hazards;
  /** Probes a second of all hosts, and those of them that arrive somewhere. */
  readonly sent: number;
  readonly arriving: number;
}

export class TransitionEvents {
  readonly recorder: Recorder;
  readonly #outbreak: Outbreak;
  readonly #stream: RandomStream;
  readonly #transitions: readonly Transition<Hazards>[];
  readonly #scanning: readonly number[];
  readonly #effects: EffectsAtWork;
  readonly #starts: HoneypotStarts;
  readonly #pairwise: number;
  /** Hosts in each state. */
  readonly #hosts: Float64Array;
  /** Of those in a state, the ones that were never infected; 0 in states of infected hosts. */
  readonly #never: Float64Array;
  /** Rate of each transition: what an event is drawn from. */
  readonly #rate: Float64Array;
  readonly #caught: Float64Array;
  readonly #hazards: Hazards;
  readonly #hasEffects: boolean;
  /** For each group of honeypots: arrived probes at which a listening group has counted enough; Infinity for others. */
  readonly #alarmSeen: Float64Array;
  /** Contacts counted for certain, and the expectation of those that changed nothing. */
  #contacts = 0;
  #idleContacts = 0;
  #probes = 0;
  /** Probes that arrived at the addresses to which they were sent. */
  #seen = 0;

  constructor(outbreak: Outbreak, stream: RandomStream) {
    const { honeypots, population, worm } = outbreak;
    this.recorder = new Recorder(outbreak);
    this.#outbreak = outbreak;
    this.#stream = stream;
    this.#transitions = transitionsOf(outbreak);
    this.#scanning = scanningStates(outbreak);
    this.#effects = new EffectsAtWork(outbreak, stream);
    this.#starts = new HoneypotStarts(honeypots);
    this.#pairwise = pairwiseRatePerSecond(outbreak);
    this.#hosts = new Float64Array(WAITING + honeypots.length);
    this.#never = new Float64Array(this.#hosts.length);
    this.#rate = new Float64Array(this.#transitions.length);
    this.#caught = new Float64Array(honeypots.length);
    this.#hazards = { ...UNDISTURBED, infection: 0, caught: this.#caught };
    this.#hasEffects = (outbreak.countermeasures ?? []).length > 0;
    this.#alarmSeen = Float64Array.from(honeypots, ({ start, count }) => {
      if (start.kind === 'time' || start.contacts <= 0) return Infinity;
      return count > 0 ? (gamma(stream, start.contacts) * outbreak.addressSpaceSize) / count : Infinity;
    });
    this.#hosts[SUSCEPTIBLE] = population.vulnerable - population.infected;
    this.#never[SUSCEPTIBLE] = this.#hosts[SUSCEPTIBLE]!;
    this.#hosts[(worm.latentSeconds ?? 0) > 0 ? LATENT : FRESH] = population.infected;
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
    for (let position = 0; position < this.#caught.length; position++) {
      const group = this.#starts.groups[position]!;
      const { start } = group.honeypots;
      if (start.kind === 'time' || this.#seen < this.#alarmSeen[position]!) continue;
      this.#alarmSeen[position] = Infinity;
      this.#contacts += start.contacts;
      group.startSeconds = timeSeconds + start.prepareSeconds;
    }
    this.#starts.startDue(timeSeconds, this.#hosts[SUSCEPTIBLE]!, () => undefined);
    if (this.#hasEffects) this.#effects.begin(timeSeconds, { probes: this.#probes, seen: this.#seen });
  }

  /** Goes on to the next event, or to the next moment when the rules change. */
  #step(): void {
    const moment = this.#moment();
    let rate = 0;
    for (let index = 0; index < this.#transitions.length; index++) {
      const transition = this.#transitions[index]!;
      const hosts = this.#hostsIn(transition.from);
      this.#rate[index] = hosts === 0 ? 0 : hosts * transition.ratePerSecond(moment.hazards);
      rate += this.#rate[index]!;
    }
    const { timeSeconds } = this.recorder;
    const untilEvent = rate > 0 ? exponential(this.#stream) / rate : Infinity;
    const end = timeSeconds + Math.min(untilEvent, this.#untilSeen(moment));
    const known = Math.min(this.#outbreak.durationSeconds, moment.now.endSeconds);
    const change = Math.min(this.#starts.nextSeconds(known), this.#effects.nextStartSeconds());
    if (end >= change) {
      this.#passTime(change, moment);
      return;
    }
    this.#passTime(end, moment);
    if (end < timeSeconds + untilEvent) return;
    const chosen = this.#chosen(this.#stream.nextDouble() * rate);
    if (this.#isThinnedOut(this.#transitions[chosen]!, moment.hazards)) return;
    this.#apply(this.#transitions[chosen]!);
  }

  #moment(): Moment {
    const { worm, addressSpaceSize, honeypots } = this.#outbreak;
    const scanning = this.#hostsIn(this.#scanning);
    const wanted = scanning * worm.scanRatePerSecond;
    const now = this.#hasEffects
      ? this.#effects.circumstances(this.recorder.timeSeconds, this.#counts(), wanted)
      : UNDISTURBED;
    const { speed, passing, blockedPassing, exposed } = now;
    const blocked = this.#hosts[BLOCKED]!;
    const arriving =
      worm.scanRatePerSecond * speed * passing * (scanning - blocked + blockedPassing * blocked);
    for (let position = 0; position < honeypots.length; position++) {
      const { count, success } = honeypots[position]!;
      const { isStarted } = this.#starts.groups[position]!;
      this.#caught[position] = isStarted ? this.#pairwise * speed * passing * count * success : 0;
    }
    const hazards = Object.assign(this.#hazards, now, { infection: (arriving / addressSpaceSize) * exposed });
    return { now, hazards, sent: wanted * speed, arriving };
  }

  #counts(): Counts {
    const { vulnerable } = this.#outbreak.population;
    const susceptible = this.#hosts[SUSCEPTIBLE]!;
    const infected = vulnerable - susceptible - this.#hosts[IMMUNIZED]!;
    return {
      vulnerable,
      susceptible,
      infected,
      everInfected: this.recorder.everInfected,
      probes: this.#probes,
    };
  }

  /** Seconds until a telescope or a listening group of honeypots has seen what it waits for. */
  #untilSeen({ arriving }: Moment): number {
    const awaited = this.#nextSeen();
    if (awaited === Infinity || arriving === 0) return Infinity;
    return Math.max(0, awaited - this.#seen) / arriving;
  }

  #nextSeen(): number {
    let next = this.#effects.nextSeen();
    for (const seen of this.#alarmSeen) if (seen < next) next = seen;
    return next;
  }

  #passTime(timeSeconds: number, { sent, arriving }: Moment): void {
    const elapsed = timeSeconds - this.recorder.timeSeconds;
    this.#probes += elapsed * sent;
    const seen = this.#seen + elapsed * arriving;
    const awaited = this.#nextSeen();
    // What is awaited is not missed by a rounding error.
    this.#seen = Math.abs(awaited - seen) <= 1e-9 * seen ? Math.max(seen, awaited) : seen;
    for (let position = 0; position < this.#caught.length; position++) {
      const { isStarted, honeypots } = this.#starts.groups[position]!;
      const hasCounted = honeypots.start.kind === 'contacts' && this.#alarmSeen[position] === Infinity;
      if (!isStarted && !hasCounted) continue;
      const all = (arriving * honeypots.count) / this.#outbreak.addressSpaceSize;
      this.#idleContacts += elapsed * Math.max(0, all - this.#caught[position]! * this.#hosts[FRESH]!);
    }
    this.recorder.moveTo(timeSeconds);
  }

  #chosen(target: number): number {
    let left = target;
    let chosen = -1;
    for (let index = 0; index < this.#rate.length; index++) {
      if (this.#rate[index] === 0) continue;
      chosen = index;
      left -= this.#rate[index]!;
      if (left < 0) break;
    }
    return chosen;
  }

  /** Whether the event was one of the bound only and not of the rate at its time. */
  #isThinnedOut({ cause, ratePerSecond }: Transition<Hazards>, bound: Hazards): boolean {
    if (cause !== 'patching' && cause !== 'avoided honeypots') return false;
    const most = ratePerSecond(bound);
    const { hazards } = this.#moment();
    const patch = this.#effects.patchRate(this.recorder.timeSeconds, this.#counts());
    const actual = ratePerSecond({ ...hazards, patch });
    return actual < most && this.#stream.nextDouble() * most >= actual;
  }

  #apply({ from, to, cause }: Transition<Hazards>): void {
    const left = from.length === 1 ? from[0]! : this.#drawState(from);
    const never = this.#never[left]!;
    const wasNever =
      never > 0 && (never === this.#hosts[left] || this.#stream.nextDouble() * this.#hosts[left]! < never);
    this.#hosts[left]!--;
    this.#hosts[to]!++;
    if (wasNever) this.#never[left]!--;
    if (cause === 'infection') {
      if (wasNever) this.recorder.noteFirstInfection();
    } else if (wasNever) this.#never[to]!++;
    if (cause === 'counter-worm') this.#effects.growCounterWorm();
    if (cause === 'honeypot contact') this.#contacts++;
    this.#noteCounts();
  }

  #drawState(states: readonly number[]): number {
    let left = this.#stream.nextDouble() * this.#hostsIn(states);
    let drawn = states[0]!;
    for (const state of states) {
      if (this.#hosts[state] === 0) continue;
      drawn = state;
      left -= this.#hosts[state]!;
      if (left < 0) break;
    }
    return drawn;
  }

  #hostsIn(states: readonly number[]): number {
    let hosts = 0;
    for (let index = 0; index < states.length; index++) hosts += this.#hosts[states[index]!]!;
    return hosts;
  }

  #noteCounts(): void {
    const { susceptible, infected } = this.#counts();
    this.recorder.noteCounts(susceptible, infected);
  }
}
