/**
 * One random outbreak in which every host is followed from event to event. An event is a probe that may reach something, a
 * clock of one host that rings (host-clocks.ts), or a change that is equally likely for all hosts in a stage
 * (host-transitions.ts). A `Scanning` says what the probes reach; that is where engines differ.
 *
 * Between two events all rates are constant but that of patching, which is drawn from a bound and thinned. Probes of which
 * the time is set, those of walking hosts, are set on the scanning clock; it runs at the speed to which the network slows
 * scanning down, so they need not be moved when that changes.
 *
 * Source: docs/models.md#defenses-together.
 */
import { exponential, type RandomStream } from '@wormwood/base';
import type { Counts } from '../../countermeasure/effect.ts';
import { EffectsAtWork } from '../../countermeasure/effects-at-work.ts';
import { type HostMeasures, hostMeasuresOf } from '../../dynamics/host-measures.ts';
import type { RunControl } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { hasOnsetClock, type HostTransition, HostTransitions } from './host-transitions.ts';
import type { FinalCounts } from '../recorder.ts';
import type { InfectionRecorder } from './infection-recorder.ts';
import { AvoidedContacts } from './avoided-contacts.ts';
import { HoneypotContacts } from './honeypot-contacts.ts';
import { drawDelay } from './draw-delay.ts';
import { HostClocks, type Ring } from './host-clocks.ts';
import { HostSenders, type Sender } from './host-senders.ts';
import {
  DORMANT,
  type HostStates,
  IMMUNIZED,
  isInfectedStage,
  LATENT,
  SCANNING,
  SUSCEPTIBLE,
} from './host-states.ts';
import type { HostTraits } from './host-traits.ts';
import { Isolation } from './isolation.ts';
import type { ScanWeights } from './scan-weights.ts';
import type { Hit, Outcome, Scanning } from './scanning.ts';

const EVENTS_PER_LOOK = 4096;

export interface FollowOptions {
  readonly outbreak: Outbreak;
  readonly scanning: Scanning;
  readonly weights: ScanWeights;
  readonly traits: HostTraits;
  /** Hosts infected at the start. */
  readonly seeds: Iterable<number>;
  /** Hosts immunized at the start. */
  readonly immune: Iterable<number>;
  /** Whether no more is kept of a host's isolation than whether its effective probes get out (isolation.ts). */
  readonly mayDrawLate: boolean;
  readonly recorder: InfectionRecorder;
  readonly stream: RandomStream;
}

export class Following {
  readonly #outbreak: Outbreak;
  readonly #scanning: Scanning;
  readonly #weights: ScanWeights;
  readonly #traits: HostTraits;
  readonly #measures: HostMeasures;
  readonly #recorder: InfectionRecorder;
  readonly #stream: RandomStream;
  readonly #states: HostStates;
  readonly #transitions: HostTransitions;
  readonly #effects: EffectsAtWork;
  readonly #senders: HostSenders;
  readonly #clocks: HostClocks;
  readonly #contacts: HoneypotContacts;
  readonly #avoided: AvoidedContacts;
  readonly #isolation: Isolation | undefined;
  readonly #hasEffects: boolean;
  /** Blockers that hold a host, as bits. */
  readonly #blocked: Uint8Array;
  readonly #hasGivenUp: Uint8Array;
  /** Filled anew for each call, as those below. */
  readonly #sender: Sender = { sends: false, blocked: 0, weight: 0 };
  readonly #hit: Hit = { sender: -1, target: -1 };
  readonly #ring: Ring = { host: -1, blocker: -1, watch: -1, isOnset: false };
  readonly #drawn: HostTransition = { host: -1, to: SUSCEPTIBLE, cause: 'onset' };
  readonly #listen = (group: number): void => {
    if (this.#outbreak.honeypots[group]!.start.kind === 'contacts') return;
    this.#scanning.listen(group, this.#scanSeconds, this.#stream);
  };
  /** The scanning clock. */
  #scanSeconds = 0;
  #infected = 0;
  #probes = 0;
  /** Probes on the way to where they were sent. */
  #seen = 0;

  constructor(options: FollowOptions) {
    const { outbreak, scanning, weights, traits, seeds, immune, recorder, stream } = options;
    const { vulnerable } = outbreak.population;
    this.#outbreak = outbreak;
    this.#scanning = scanning;
    this.#weights = weights;
    this.#traits = traits;
    this.#measures = hostMeasuresOf(outbreak);
    this.#recorder = recorder;
    this.#stream = stream;
    this.#transitions = new HostTransitions(outbreak);
    this.#states = this.#transitions.states;
    this.#effects = new EffectsAtWork(outbreak, stream);
    this.#hasEffects = (outbreak.countermeasures ?? []).length > 0 || outbreak.worm.rateChanges !== undefined;
    const { blockers, watches } = this.#measures;
    this.#clocks = new HostClocks(vulnerable, outbreak.durationSeconds, {
      immunization: outbreak.honeypots.some(({ delaySeconds }) => delaySeconds > 0),
      blockers: blockers.length,
      watches: watches.length,
      onset: hasOnsetClock(outbreak.worm),
    });
    this.#isolation =
      traits.watched && new Isolation(watches, traits.watched, this.#clocks, options.mayDrawLate);
    this.#avoided = new AvoidedContacts(this.#effects, outbreak.addressSpaceSize);
    const isDrawn = (outbreak.countermeasures ?? []).some(({ kind }) => kind === 'avoided-honeypots');
    this.#senders = new HostSenders(scanning, weights, { hosts: vulnerable, blockers, isDrawn });
    this.#contacts = new HoneypotContacts(outbreak, this.#clocks);
    this.#blocked = new Uint8Array(vulnerable);
    this.#hasGivenUp = new Uint8Array(vulnerable);
    for (const [group, { start }] of outbreak.honeypots.entries()) {
      if (start.kind === 'contacts') scanning.listen(group, 0, stream);
    }
    for (const host of immune) this.#changeStage(host, IMMUNIZED);
    for (const host of seeds) {
      this.#infect(host, -1);
      this.#begin(host);
    }
    this.#noteCounts();
    recorder.moveTo(0);
  }

  /** Follows the outbreak to its end; returns whether the control stopped it early. */
  follow(control: RunControl | undefined): boolean {
    const { durationSeconds } = this.#outbreak;
    let untilLook = EVENTS_PER_LOOK;
    while (this.#recorder.timeSeconds < durationSeconds) {
      this.#startDue();
      this.#step();
      if (--untilLook > 0) continue;
      untilLook = EVENTS_PER_LOOK;
      control?.progress(this.#recorder.timeSeconds);
      if (control?.shouldStop() === true) return true;
    }
    control?.progress(durationSeconds);
    return false;
  }

  final(): FinalCounts {
    if (this.#isolation?.isDrawnLate === true) {
      const stages = this.#states.stage;
      for (let host = 0; host < stages.length; host++) {
        if (isInfectedStage(stages[host]!)) this.#takeBackHeld(host);
      }
    }
    return {
      probes: this.#probes,
      honeypotContacts: this.#contacts.total(),
      firstStart: this.#contacts.starts.first(),
    };
  }

  #startDue(): void {
    const { timeSeconds } = this.#recorder;
    if (this.#outbreak.honeypots.length > 0)
      this.#contacts.starts.startDue(timeSeconds, this.#states.count[SUSCEPTIBLE]!, this.#listen);
    if (!this.#hasEffects) return;
    if (this.#seen < this.#effects.nextSeen() && timeSeconds < this.#effects.nextStartSeconds()) return;
    const { pace } = this.#effects;
    const begun = this.#effects.begin(timeSeconds, this.#seen);
    for (let row = 0; row < begun.length; row++) this.#startMeasure(begun[row]!);
    if (this.#effects.pace === pace || this.#traits.throttled === undefined) return;
    // What a throttle leaves of a rate depends on the rate.
    const stages = this.#states.stage;
    for (let host = 0; host < stages.length; host++) if (stages[host] === SCANNING) this.#updateSender(host);
  }

  /** Lets a countermeasure act on hosts that are infected already. */
  #startMeasure(position: number): void {
    const { watches, blockers } = this.#measures;
    const watch = watches.findIndex((one) => one.position === position);
    const blocker = blockers.findIndex((one) => one.position === position);
    const now = this.#recorder.timeSeconds;
    if (watch >= 0) this.#isolation!.begin(watch, now);
    const stages = this.#states.stage;
    for (let host = 0; host < stages.length; host++) {
      const stage = stages[host]!;
      if (!isInfectedStage(stage)) continue;
      if (watch >= 0) this.#isolation!.watchInfected(host, watch, now, this.#stream);
      if (stage === LATENT) continue;
      if (blocker >= 0) this.#setBlocking(host, blocker);
      this.#updateSender(host);
    }
  }

  /** Goes on to the next event, or to the next moment when the rules change. */
  #step(): void {
    const effects = this.#effects;
    if (this.#hasEffects && !effects.isSteady) this.#look();
    const { timeSeconds } = this.#recorder;
    const { speed } = effects;
    const scanRate = this.#scanning.rate() * speed;
    const exitRate = this.#transitions.ratePerSecond(effects);
    const avoidedRate = this.#avoided.ratePerSecond(this.#sentPerSecond() * speed);
    const rate = scanRate + exitRate + avoidedRate;
    const untilRandom = rate > 0 ? exponential(this.#stream) / rate : Infinity;
    const nextScan = this.#scanning.nextSeconds();
    const untilSet = speed > 0 ? (nextScan - this.#scanSeconds) / speed : Infinity;
    const nextRing = this.#clocks.firstTime();
    const untilEvent = Math.min(untilRandom, untilSet, nextRing - timeSeconds);
    const until = Math.min(untilEvent, this.#untilSeen());
    const end = timeSeconds + until;
    const change = this.#nextKnownChange();
    if (end >= change) {
      this.#passTime(change);
      return;
    }
    this.#passTime(end);
    if (until < untilEvent) return;
    if (nextRing - timeSeconds === untilEvent) {
      this.#clocks.take(this.#ring);
      this.#ringOut(this.#ring);
    } else if (untilSet <= untilRandom) {
      // A rounding error must not end the run just before it.
      this.#scanSeconds = nextScan;
      this.#scanning.take(this.#hit);
      this.#receive();
    } else {
      const target = this.#stream.nextDouble() * rate;
      if (target < scanRate) {
        this.#scanning.draw(this.#hit, this.#stream);
        this.#receive();
      } else if (target < scanRate + exitRate) this.#leave(this.#stream.nextDouble() * exitRate);
      else this.#avoid(target - scanRate - exitRate);
    }
  }

  #avoid(target: number): void {
    const isHeld = (host: number): boolean => this.#isHeldLate(host);
    const sender = this.#avoided.draw(target, this.#senders, isHeld, this.#stream);
    if (sender < 0) return;
    this.#changeStage(sender, IMMUNIZED);
    this.#noteCounts();
  }

  #look(): void {
    const load = this.#senders.loadWeight() * this.#weights.quantumPerSecond;
    this.#effects.look(this.#recorder.timeSeconds, this.#counts(), {
      load,
      scanning: this.#senders.scanningHosts(),
    });
  }

  #counts(): Counts {
    return { vulnerable: this.#outbreak.population.vulnerable, everInfected: this.#recorder.everInfected };
  }

  /** Seconds until a telescope has seen what it waits for. */
  #untilSeen(): number {
    if (!this.#hasEffects) return Infinity;
    const missing = this.#effects.nextSeen() - this.#seen;
    if (missing === Infinity) return Infinity;
    const arriving = this.#arrivingPerSecond();
    return arriving > 0 ? Math.max(0, missing) / arriving : Infinity;
  }

  /** At the full rate. */
  #sentPerSecond(): number {
    return this.#senders.sentWeight * this.#weights.quantumPerSecond;
  }

  #arrivingPerSecond(): number {
    const { speed, standing } = this.#effects;
    return this.#senders.loadWeight() * this.#weights.quantumPerSecond * speed * standing.passing;
  }

  #nextKnownChange(): number {
    const known = Math.min(this.#outbreak.durationSeconds, this.#effects.endSeconds);
    const next = this.#contacts.starts.nextSeconds(known);
    return this.#hasEffects ? Math.min(next, this.#effects.nextStartSeconds()) : next;
  }

  #passTime(timeSeconds: number): void {
    const elapsed = timeSeconds - this.#recorder.timeSeconds;
    const { speed } = this.#effects;
    this.#scanSeconds += elapsed * speed;
    this.#probes += elapsed * speed * this.#sentPerSecond();
    if (this.#hasEffects) {
      const seen = this.#seen + elapsed * this.#arrivingPerSecond();
      const awaited = this.#effects.nextSeen();
      // A rounding error must not miss the value that is waited for.
      this.#seen = Math.abs(awaited - seen) <= 1e-9 * seen ? Math.max(seen, awaited) : seen;
    }
    this.#recorder.moveTo(timeSeconds);
  }

  #ringOut({ host, blocker, watch, isOnset }: Ring): void {
    if (blocker >= 0) this.#blocked[host]! |= 1 << blocker;
    else if (watch >= 0) this.#isolation!.ring(host, watch, this.#recorder.timeSeconds, this.#stream);
    else {
      this.#changeStage(host, isOnset ? SCANNING : IMMUNIZED);
      this.#noteCounts();
      return;
    }
    this.#updateSender(host);
  }

  /** Decides what a probe does. */
  #receive(): void {
    const { sender, target } = this.#hit;
    const { vulnerable } = this.#outbreak.population;
    let outcome: Outcome = 'nothing';
    if (target >= 0 && this.#arrives(sender) && !this.#isHeldLate(sender)) {
      if (target < vulnerable) outcome = this.#reach(target, sender);
      else if (
        this.#contacts.receive(target - vulnerable, sender, this.#recorder.timeSeconds, this.#stream)
      ) {
        this.#changeStage(sender, IMMUNIZED);
        this.#noteCounts();
      }
    }
    if (this.#scanning.settle(this.#hit, outcome, this.#stream)) this.#giveUp(sender);
    if (outcome === 'infected') this.#begin(target);
  }

  #arrives(sender: number): boolean {
    if (!this.#hasEffects) return true;
    const probability = this.#effects.standing.passing * this.#senders.passingOf(sender);
    return probability >= 1 || this.#stream.nextDouble() < probability;
  }

  #reach(target: number, sender: number): Outcome {
    const stage = this.#states.stage[target]!;
    if (stage === IMMUNIZED) return 'nothing';
    if (stage !== SUSCEPTIBLE) return this.#isUnreachable(target) ? 'nothing' : 'was-infected';
    if (this.#isolation?.holdsSusceptible(target, this.#recorder.timeSeconds, this.#stream) === true) {
      return 'nothing';
    }
    this.#infect(target, sender);
    this.#noteCounts();
    return 'infected';
  }

  #infect(host: number, infector: number): void {
    this.#states.move(host, LATENT);
    this.#infected++;
    this.#recorder.noteInfection(host, infector);
    this.#scanning.infect(host, infector, this.#stream);
    this.#isolation?.watchAll(host, this.#recorder.timeSeconds, this.#stream);
  }

  /** Lets an infected host scan, at once or after its latent period. */
  #begin(host: number): void {
    const { latentSeconds = 0, latentLaw } = this.#outbreak.worm;
    if (latentSeconds === 0) this.#changeStage(host, SCANNING);
    else if (hasOnsetClock(this.#outbreak.worm)) {
      const wait = drawDelay(latentSeconds, latentLaw, this.#stream);
      this.#clocks.setOnset(host, this.#recorder.timeSeconds + wait);
    }
  }

  #leave(target: number): void {
    const drawn = this.#drawn;
    const now = this.#recorder.timeSeconds;
    this.#transitions.draw(drawn, target, this.#stream);
    const { host, to, cause } = drawn;
    if (cause === 'patching') {
      const rate = this.#effects.patchRate(now, this.#counts());
      const bound = this.#effects.patch;
      if (rate < bound && this.#stream.nextDouble() * bound >= rate) return;
    } else if (cause === 'patch-scanning' || cause === 'counter-worm') {
      if (this.#isUnreachable(host)) return;
      if (cause === 'counter-worm') this.#effects.growCounterWorm();
    }
    this.#changeStage(host, to);
    this.#noteCounts();
  }

  #isUnreachable(host: number): boolean {
    if (this.#isolation === undefined) return false;
    return this.#states.stage[host] === SUSCEPTIBLE
      ? this.#isolation.holdsSusceptible(host, this.#recorder.timeSeconds, this.#stream)
      : this.#isolation.holds(host, this.#recorder.timeSeconds, this.#stream);
  }

  /** Whether a sender is isolated now, if it has no clock for that. */
  #isHeldLate(sender: number): boolean {
    return (
      this.#isolation?.isDrawnLate === true &&
      this.#isolation.holds(sender, this.#recorder.timeSeconds, this.#stream)
    );
  }

  /** Takes the probes back that an infected host was counted for while it was isolated. */
  #takeBackHeld(host: number): void {
    const held = this.#isolation!.takeHeldSeconds(host, this.#recorder.timeSeconds, this.#stream);
    if (!this.#senders.isSending(host)) return;
    const rate = this.#weights.weightOf(host) * this.#weights.quantumPerSecond;
    this.#probes -= held * rate * this.#effects.speed;
  }

  /** Moves a host to another stage and informs the parts that depend on it. Infections go through `infect`. */
  #changeStage(host: number, to: number): void {
    const from = this.#states.stage[host]!;
    const wasInfected = isInfectedStage(from);
    if (wasInfected && this.#isolation?.isDrawnLate === true) this.#takeBackHeld(host);
    this.#states.move(host, to);
    if (to === IMMUNIZED || from === IMMUNIZED) this.#recorder.noteImmunization(host, to === IMMUNIZED);
    if (from === LATENT && to === SCANNING) {
      for (let blocker = 0; blocker < this.#measures.blockers.length; blocker++)
        this.#setBlocking(host, blocker);
    } else if (to !== SCANNING && to !== DORMANT) {
      if (wasInfected) this.#endInfection(host);
      if (to === IMMUNIZED) this.#isolation?.end(host, this.#recorder.timeSeconds);
      else this.#isolation?.release(host, this.#recorder.timeSeconds);
    }
    if (wasInfected || to === SCANNING) this.#updateSender(host);
    if (from === SUSCEPTIBLE) this.#scanning.withdraw(host);
    if (to === SUSCEPTIBLE) this.#scanning.restore(host);
  }

  #endInfection(host: number): void {
    this.#infected--;
    this.#blocked[host] = 0;
    this.#hasGivenUp[host] = 0;
    this.#clocks.endAll(host);
    this.#contacts.forget(host);
  }

  #setBlocking(host: number, blocker: number): void {
    const { position, seconds, law } = this.#measures.blockers[blocker]!;
    if (!this.#effects.isWorking(position)) return;
    const wait = drawDelay(seconds, law, this.#stream);
    this.#clocks.setBlocking(host, blocker, this.#recorder.timeSeconds + wait);
  }

  #updateSender(host: number): void {
    const isolation = this.#isolation;
    const isDrawnLate = isolation?.isDrawnLate === true;
    if (isDrawnLate && isInfectedStage(this.#states.stage[host]!)) this.#takeBackHeld(host);
    const sends =
      this.#states.stage[host] === SCANNING &&
      this.#hasGivenUp[host] === 0 &&
      (isDrawnLate || isolation?.holds(host, this.#recorder.timeSeconds, this.#stream) !== true) &&
      !this.#isKilled(host);
    const weight =
      this.#traits.throttled === undefined ? this.#weights.weightOf(host) : this.#throttled(host);
    this.#sender.sends = sends;
    this.#sender.blocked = this.#blocked[host]!;
    this.#sender.weight = weight;
    this.#senders.set(host, this.#sender, this.#scanSeconds, this.#stream);
  }

  #isKilled(host: number): boolean {
    if (this.#traits.killed === undefined) return false;
    const killed = this.#traits.killed[host]!;
    return this.#measures.killSwitches.some(
      ({ position }, row) => (killed >>> row) & 1 && this.#effects.isWorking(position),
    );
  }

  #throttled(host: number): number {
    const throttled = this.#traits.throttled![host]!;
    let weight = this.#weights.fullWeightOf(host);
    for (const [row, { position, allowedPerSecond }] of this.#measures.throttles.entries()) {
      if (((throttled >>> row) & 1) === 0 || !this.#effects.isWorking(position)) continue;
      const allowed = allowedPerSecond / this.#effects.pace;
      weight = Math.min(weight, Math.round(allowed / this.#weights.quantumPerSecond));
    }
    return weight;
  }

  /** A host sends no more probes but stays infected. */
  #giveUp(host: number): void {
    if (!this.#senders.isSending(host)) return;
    this.#hasGivenUp[host] = 1;
    this.#updateSender(host);
  }

  #noteCounts(): void {
    this.#recorder.noteCounts(this.#states.count[SUSCEPTIBLE]!, this.#infected);
  }
}
