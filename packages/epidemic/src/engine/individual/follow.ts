/**
 * One random outbreak in which every host is followed from event to event. An event is a probe that may reach something, or
 * another change of a host's state (host-transitions.ts). A `Scanning` says what the probes reach; that is where engines
 * differ.
 *
 * Between two events all rates are constant but that of patching, which is drawn from a bound and thinned. Events of which
 * the time is set, those of walking hosts, are set on the scanning clock; it runs at the speed to which measures slow
 * scanning down, so they need not be moved when that changes.
 */
import { exponential, type RandomStream } from '@wormwood/base';
import type { Counts } from '../../countermeasure/effect.ts';
import type { RunControl } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { type HostTransition, HostTransitions } from './host-transitions.ts';
import { HoneypotStarts } from '../honeypot-starts.ts';
import type { FinalCounts } from '../recorder.ts';
import type { InfectionRecorder } from './infection-recorder.ts';
import { type Circumstances, EffectsAtWork, UNDISTURBED } from '../../countermeasure/effects-at-work.ts';
import { BLOCKED, FRESH, IMMUNIZED, LATENT, SUSCEPTIBLE, WAITING } from '../../dynamics/transitions.ts';
import type { HostStates } from './host-states.ts';
import type { ScanWeights } from './scan-weights.ts';
import type { Hit, Outcome, Scanning } from './scanning.ts';

const EVENTS_PER_LOOK = 4096;

export interface FollowOptions {
  readonly outbreak: Outbreak;
  readonly scanning: Scanning;
  readonly weights: ScanWeights;
  /** Hosts infected at the start. */
  readonly seeds: Iterable<number>;
  readonly recorder: InfectionRecorder;
  readonly stream: RandomStream;
}

export class Following {
  readonly #outbreak: Outbreak;
  readonly #scanning: Scanning;
  readonly #weights: ScanWeights;
  readonly #recorder: InfectionRecorder;
  readonly #stream: RandomStream;
  readonly #states: HostStates;
  readonly #transitions: HostTransitions;
  readonly #effects: EffectsAtWork;
  readonly #hasEffects: boolean;
  readonly #canBlockedReach: boolean;
  /** Hosts that have given up scanning. */
  readonly #isDormant: Uint8Array;
  readonly #starts: HoneypotStarts;
  /** Contacts of each group of honeypots. */
  readonly #contacts: Float64Array;
  readonly #hit: Hit = { sender: -1, target: -1 };
  readonly #drawn: HostTransition = { host: -1, to: SUSCEPTIBLE, cause: 'onset' };
  /** The scanning clock. */
  #scanSeconds = 0;
  /** Quanta of all hosts that scan, and of those of them that are blocked. */
  #scanningWeight = 0;
  #blockedWeight = 0;
  #infected = 0;
  #probes = 0;
  /** Probes on the way to where they were sent. */
  #seen = 0;

  constructor({ outbreak, scanning, weights, seeds, recorder, stream }: FollowOptions) {
    const { vulnerable } = outbreak.population;
    this.#outbreak = outbreak;
    this.#scanning = scanning;
    this.#weights = weights;
    this.#recorder = recorder;
    this.#stream = stream;
    this.#transitions = new HostTransitions(outbreak);
    this.#states = this.#transitions.states;
    this.#effects = new EffectsAtWork(outbreak, stream);
    this.#hasEffects = (outbreak.countermeasures ?? []).length > 0;
    this.#isDormant = new Uint8Array(vulnerable);
    this.#canBlockedReach = (outbreak.countermeasures ?? []).some(
      (measure) => (measure.kind === 'blacklist' || measure.kind === 'clean-up') && measure.coverage < 1,
    );
    this.#starts = new HoneypotStarts(outbreak.honeypots);
    this.#contacts = new Float64Array(outbreak.honeypots.length);
    for (const [group, { start }] of outbreak.honeypots.entries()) {
      if (start.kind === 'contacts') scanning.listen(group, 0, stream);
    }
    for (const host of seeds) this.#infect(host, -1);
    this.#noteCounts();
    recorder.moveTo(0);
  }

  /** Follows the outbreak to its end; returns whether the control stopped it before. */
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
    return {
      probes: this.#probes,
      honeypotContacts: this.#contacts.reduce((sum, contacts) => sum + contacts, 0),
      firstStart: this.#starts.first(),
    };
  }

  #startDue(): void {
    const { timeSeconds } = this.#recorder;
    this.#starts.startDue(timeSeconds, this.#states.count[SUSCEPTIBLE]!, (group) => {
      if (this.#outbreak.honeypots[group]!.start.kind === 'contacts') return;
      this.#scanning.listen(group, this.#scanSeconds, this.#stream);
    });
    if (this.#hasEffects) this.#effects.begin(timeSeconds, { probes: this.#probes, seen: this.#seen });
  }

  /** Goes on to the next event, or to the next moment when the rules change. */
  #step(): void {
    const { timeSeconds } = this.#recorder;
    const now = this.#circumstances();
    const { speed } = now;
    const scanRate = this.#scanning.rate() * speed;
    const exitRate = this.#transitions.ratePerSecond(now);
    const rate = scanRate + exitRate;
    const untilRandom = rate > 0 ? exponential(this.#stream) / rate : Infinity;
    const nextScan = this.#scanning.nextSeconds();
    const untilSet = speed > 0 ? (nextScan - this.#scanSeconds) / speed : Infinity;
    const untilEvent = Math.min(untilRandom, untilSet);
    const until = Math.min(untilEvent, this.#untilChange(now));
    const end = timeSeconds + until;
    const change = this.#nextKnownChange(now);
    if (end >= change) {
      this.#passTime(change, now);
      return;
    }
    this.#passTime(end, now);
    if (until < untilEvent) return;
    if (untilSet <= untilRandom) {
      // Not a rounding error short of it.
      this.#scanSeconds = nextScan;
      this.#scanning.take(this.#hit);
      this.#receive(now);
    } else if (this.#stream.nextDouble() * rate < scanRate) {
      this.#scanning.draw(this.#hit, this.#stream);
      this.#receive(now);
    } else {
      this.#leave(this.#stream.nextDouble() * exitRate, now);
    }
  }

  #circumstances(): Circumstances {
    if (!this.#hasEffects) return UNDISTURBED;
    const wanted = this.#scanningWeight * this.#weights.quantumPerSecond;
    return this.#effects.circumstances(this.#recorder.timeSeconds, this.#counts(), wanted);
  }

  #counts(): Counts {
    return {
      vulnerable: this.#outbreak.population.vulnerable,
      susceptible: this.#states.count[SUSCEPTIBLE]!,
      infected: this.#infected,
      everInfected: this.#recorder.everInfected,
      probes: this.#probes,
    };
  }

  /** Seconds until a telescope has seen what it waits for. */
  #untilChange({ speed, passing, blockedPassing }: Circumstances): number {
    if (!this.#hasEffects) return Infinity;
    const missing = this.#effects.nextSeen() - this.#seen;
    if (missing === Infinity) return Infinity;
    const arriving = this.#arrivingPerSecond(speed * passing, blockedPassing);
    return arriving > 0 ? Math.max(0, missing) / arriving : Infinity;
  }

  #arrivingPerSecond(factor: number, blockedPassing: number): number {
    const free = this.#scanningWeight - this.#blockedWeight;
    return (free + blockedPassing * this.#blockedWeight) * this.#weights.quantumPerSecond * factor;
  }

  #nextKnownChange({ endSeconds }: Circumstances): number {
    const next = this.#starts.nextSeconds(Math.min(this.#outbreak.durationSeconds, endSeconds));
    return this.#hasEffects ? Math.min(next, this.#effects.nextStartSeconds()) : next;
  }

  #passTime(timeSeconds: number, { speed, passing, blockedPassing }: Circumstances): void {
    const elapsed = timeSeconds - this.#recorder.timeSeconds;
    this.#scanSeconds += elapsed * speed;
    this.#probes += elapsed * speed * this.#scanningWeight * this.#weights.quantumPerSecond;
    if (this.#hasEffects) {
      const seen = this.#seen + elapsed * this.#arrivingPerSecond(speed * passing, blockedPassing);
      const awaited = this.#effects.nextSeen();
      // What is waited for is not missed by a rounding error.
      this.#seen = Math.abs(awaited - seen) <= 1e-9 * seen ? Math.max(seen, awaited) : seen;
    }
    this.#recorder.moveTo(timeSeconds);
  }

  /** Decides what comes of a probe. */
  #receive(now: Circumstances): void {
    const { sender, target } = this.#hit;
    let outcome: Outcome = 'nothing';
    if (target >= 0 && this.#arrives(sender, now)) {
      if (target >= this.#outbreak.population.vulnerable) {
        this.#receiveContact(target - this.#outbreak.population.vulnerable, sender);
      } else {
        outcome = this.#reach(target, sender, now);
      }
    }
    if (this.#scanning.settle(this.#hit, outcome, this.#stream)) this.#giveUp(sender);
    if (outcome === 'infected') this.#begin(target);
  }

  #arrives(sender: number, { passing, blockedPassing }: Circumstances): boolean {
    const isBlocked = this.#canBlockedReach && this.#states.state[sender] === BLOCKED;
    const probability = isBlocked ? passing * blockedPassing : passing;
    return probability >= 1 || this.#stream.nextDouble() < probability;
  }

  #reach(target: number, sender: number, { exposed }: Circumstances): Outcome {
    const state = this.#states.state[target]!;
    if (state === IMMUNIZED) return 'nothing';
    if (state !== SUSCEPTIBLE) return 'was-infected';
    if (exposed < 1 && this.#stream.nextDouble() >= exposed) return 'nothing';
    this.#states.move(target, LATENT);
    this.#infected++;
    this.#recorder.noteInfection(target, sender);
    this.#scanning.infect(target, sender, this.#stream);
    this.#noteCounts();
    return 'infected';
  }

  #infect(host: number, infector: number): void {
    this.#states.move(host, LATENT);
    this.#infected++;
    this.#recorder.noteInfection(host, infector);
    this.#scanning.infect(host, infector, this.#stream);
    this.#begin(host);
  }

  /** Lets an infected host scan, unless that comes later. */
  #begin(host: number): void {
    if ((this.#outbreak.worm.latentSeconds ?? 0) > 0) return;
    this.#changeState(host, FRESH);
  }

  #receiveContact(index: number, sender: number): void {
    const group = this.#starts.groups[index]!;
    const { start, success, delaySeconds } = group.honeypots;
    const contacts = ++this.#contacts[index]!;
    if (!group.isStarted) {
      if (start.kind === 'contacts' && contacts === start.contacts) {
        group.startSeconds = this.#recorder.timeSeconds + start.prepareSeconds;
      }
      return;
    }
    if (this.#states.state[sender] !== FRESH) return;
    if (success < 1 && this.#stream.nextDouble() >= success) return;
    this.#changeState(sender, delaySeconds > 0 ? WAITING + index : IMMUNIZED);
    this.#noteCounts();
  }

  #leave(target: number, now: Circumstances): void {
    const drawn = this.#drawn;
    this.#transitions.draw(drawn, target, this.#stream);
    if (drawn.cause === 'patching') {
      const rate = this.#effects.patchRate(this.#recorder.timeSeconds, this.#counts());
      if (rate < now.patch && this.#stream.nextDouble() * now.patch >= rate) return;
    }
    if (drawn.cause === 'counter-worm') this.#effects.growCounterWorm();
    this.#changeState(drawn.host, drawn.to);
    this.#noteCounts();
  }

  /** Moves a host to another state and lets the scanning know. Infections come another way, by `infect`. */
  #changeState(host: number, to: number): void {
    const from = this.#states.state[host]!;
    this.#states.move(host, to);
    if (this.#isDormant[host] === 0) this.#changeScanning(host, from, to);
    else if (!isInfected(to)) this.#isDormant[host] = 0;
    if (isInfected(from) && !isInfected(to)) this.#infected--;
    if (from === SUSCEPTIBLE) this.#scanning.withdraw(host);
    if (to === SUSCEPTIBLE) this.#scanning.restore(host);
  }

  #changeScanning(host: number, from: number, to: number): void {
    const weight = this.#weights.weightOf(host);
    if (isScanning(from)) this.#scanningWeight -= weight;
    if (isScanning(to)) this.#scanningWeight += weight;
    if (from === BLOCKED) this.#blockedWeight -= weight;
    if (to === BLOCKED) this.#blockedWeight += weight;
    const reached = this.#reaches(from);
    const reaches = this.#reaches(to);
    if (reaches && !reached) this.#scanning.start(host, this.#scanSeconds, this.#stream);
    if (reached && !reaches) this.#scanning.stop(host);
  }

  /** A host sends no more probes; infected it stays. */
  #giveUp(host: number): void {
    const state = this.#states.state[host]!;
    if (!isScanning(state) || this.#isDormant[host] === 1) return;
    this.#changeScanning(host, state, IMMUNIZED);
    this.#isDormant[host] = 1;
  }

  /** Whether any probe of a host in this state may arrive. */
  #reaches(state: number): boolean {
    return state === BLOCKED ? this.#canBlockedReach : isScanning(state);
  }

  #noteCounts(): void {
    this.#recorder.noteCounts(this.#states.count[SUSCEPTIBLE]!, this.#infected);
  }
}

function isInfected(state: number): boolean {
  return state !== SUSCEPTIBLE && state !== IMMUNIZED;
}

/** Blocked and contacted hosts still send probes. */
function isScanning(state: number): boolean {
  return state === FRESH || state === BLOCKED || state >= WAITING;
}
