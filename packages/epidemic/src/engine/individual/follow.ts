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
import { type Exit, Exits } from './host-transitions.ts';
import type { FinalCounts, Journal } from './recorder.ts';
import { type Circumstances, MeasuresAtWork, UNDISTURBED } from '../../countermeasure/effects-at-work.ts';
import { BLOCKED, FRESH, IMMUNIZED, LATENT, type Roster, SUSCEPTIBLE, WAITING } from './host-states.ts';
import type { ScanWeights } from './scan-weights.ts';
import type { Hit, Outcome, Scanning } from './scanning.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

const EVENTS_PER_LOOK = 4096;

interface Group {
  readonly honeypots: Honeypots;
  startSeconds: number;
  isStarted: boolean;
  susceptibleAtStart: number;
  contacts: number;
}

export interface FollowOptions {
  readonly outbreak: Outbreak;
  readonly scanning: Scanning;
  readonly weights: ScanWeights;
  /** Hosts infected at the start. */
  readonly seeds: Iterable<number>;
  readonly journal: Journal;
  readonly stream: RandomStream;
}

export class Following {
  readonly #outbreak: Outbreak;
  readonly #scanning: Scanning;
  readonly #weights: ScanWeights;
  readonly #journal: Journal;
  readonly #stream: RandomStream;
  readonly #roster: Roster;
  readonly #exits: Exits;
  readonly #measures: MeasuresAtWork;
  readonly #hasMeasures: boolean;
  readonly #canBlockedReach: boolean;
  /** Hosts that have given up scanning. */
  readonly #isDormant: Uint8Array;
  readonly #groups: readonly Group[];
  readonly #hit: Hit = { sender: -1, target: -1 };
  readonly #exit: Exit = { host: -1, to: SUSCEPTIBLE, by: 'course' };
  /** The scanning clock. */
  #scanSeconds = 0;
  /** Quanta of all hosts that scan, and of those of them that are blocked. */
  #scanningWeight = 0;
  #blockedWeight = 0;
  #infected = 0;
  #probes = 0;
  /** Probes on the way to where they were sent. */
  #seen = 0;

  constructor({ outbreak, scanning, weights, seeds, journal, stream }: FollowOptions) {
    const { vulnerable } = outbreak.population;
    this.#outbreak = outbreak;
    this.#scanning = scanning;
    this.#weights = weights;
    this.#journal = journal;
    this.#stream = stream;
    this.#exits = new Exits(outbreak);
    this.#roster = this.#exits.roster;
    this.#measures = new MeasuresAtWork(outbreak, stream);
    this.#hasMeasures = (outbreak.countermeasures ?? []).length > 0;
    this.#isDormant = new Uint8Array(vulnerable);
    this.#canBlockedReach = (outbreak.countermeasures ?? []).some(
      (measure) => (measure.kind === 'blacklist' || measure.kind === 'clean-up') && measure.coverage < 1,
    );
    this.#groups = outbreak.honeypots.map((honeypots) => ({
      honeypots,
      startSeconds: firstStart(honeypots),
      isStarted: false,
      susceptibleAtStart: 0,
      contacts: 0,
    }));
    for (const [group, { start }] of outbreak.honeypots.entries()) {
      if (start.kind === 'contacts') scanning.listen(group, 0, stream);
    }
    for (const host of seeds) this.#infect(host, -1);
    this.#noteCounts();
    journal.moveTo(0);
  }

  /** Follows the outbreak to its end; returns whether the control stopped it before. */
  follow(control: RunControl | undefined): boolean {
    const { durationSeconds } = this.#outbreak;
    let untilLook = EVENTS_PER_LOOK;
    while (this.#journal.timeSeconds < durationSeconds) {
      this.#startDue();
      this.#step();
      if (--untilLook > 0) continue;
      untilLook = EVENTS_PER_LOOK;
      control?.progress(this.#journal.timeSeconds);
      if (control?.shouldStop() === true) return true;
    }
    control?.progress(durationSeconds);
    return false;
  }

  final(): FinalCounts {
    const effective = this.#groups.filter(
      ({ isStarted, honeypots }) => isStarted && honeypots.count > 0 && honeypots.success > 0,
    );
    const first = Math.min(...effective.map(({ startSeconds }) => startSeconds));
    const firstGroups = effective.filter(({ startSeconds }) => startSeconds === first);
    return {
      probes: this.#probes,
      honeypotContacts: this.#groups.reduce((sum, { contacts }) => sum + contacts, 0),
      firstStart:
        firstGroups.length === 0
          ? null
          : {
              susceptible: firstGroups[0]!.susceptibleAtStart,
              honeypots: firstGroups.map(({ honeypots }) => honeypots),
            },
    };
  }

  #startDue(): void {
    const { timeSeconds } = this.#journal;
    for (let index = 0; index < this.#groups.length; index++) {
      const group = this.#groups[index]!;
      if (group.isStarted || group.startSeconds > timeSeconds) continue;
      group.isStarted = true;
      group.susceptibleAtStart = this.#roster.count[SUSCEPTIBLE]!;
      if (group.honeypots.start.kind === 'time') {
        this.#scanning.listen(index, this.#scanSeconds, this.#stream);
      }
    }
    if (this.#hasMeasures) this.#measures.begin(timeSeconds, { probes: this.#probes, seen: this.#seen });
  }

  /** Goes on to the next event, or to the next moment when the rules change. */
  #step(): void {
    const { timeSeconds } = this.#journal;
    const now = this.#circumstances();
    const { speed } = now;
    const scanRate = this.#scanning.rate() * speed;
    const exitRate = this.#exits.ratePerSecond(now);
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
    if (!this.#hasMeasures) return UNDISTURBED;
    const wanted = this.#scanningWeight * this.#weights.quantumPerSecond;
    return this.#measures.circumstances(this.#journal.timeSeconds, this.#counts(), wanted);
  }

  #counts(): Counts {
    return {
      vulnerable: this.#outbreak.population.vulnerable,
      susceptible: this.#roster.count[SUSCEPTIBLE]!,
      infected: this.#infected,
      everInfected: this.#journal.everInfected,
      probes: this.#probes,
    };
  }

  /** Seconds until a telescope has seen what it waits for. */
  #untilChange({ speed, passing, blockedPassing }: Circumstances): number {
    if (!this.#hasMeasures) return Infinity;
    const missing = this.#measures.nextSeen() - this.#seen;
    if (missing === Infinity) return Infinity;
    const arriving = this.#arrivingPerSecond(speed * passing, blockedPassing);
    return arriving > 0 ? Math.max(0, missing) / arriving : Infinity;
  }

  #arrivingPerSecond(factor: number, blockedPassing: number): number {
    const free = this.#scanningWeight - this.#blockedWeight;
    return (free + blockedPassing * this.#blockedWeight) * this.#weights.quantumPerSecond * factor;
  }

  #nextKnownChange({ endSeconds }: Circumstances): number {
    let next = Math.min(this.#outbreak.durationSeconds, endSeconds);
    for (const { isStarted, startSeconds } of this.#groups) {
      if (!isStarted && startSeconds < next) next = startSeconds;
    }
    return this.#hasMeasures ? Math.min(next, this.#measures.nextStartSeconds()) : next;
  }

  #passTime(timeSeconds: number, { speed, passing, blockedPassing }: Circumstances): void {
    const elapsed = timeSeconds - this.#journal.timeSeconds;
    this.#scanSeconds += elapsed * speed;
    this.#probes += elapsed * speed * this.#scanningWeight * this.#weights.quantumPerSecond;
    if (this.#hasMeasures) {
      const seen = this.#seen + elapsed * this.#arrivingPerSecond(speed * passing, blockedPassing);
      const awaited = this.#measures.nextSeen();
      // What is waited for is not missed by a rounding error.
      this.#seen = Math.abs(awaited - seen) <= 1e-9 * seen ? Math.max(seen, awaited) : seen;
    }
    this.#journal.moveTo(timeSeconds);
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
    const isBlocked = this.#canBlockedReach && this.#roster.state[sender] === BLOCKED;
    const probability = isBlocked ? passing * blockedPassing : passing;
    return probability >= 1 || this.#stream.nextDouble() < probability;
  }

  #reach(target: number, sender: number, { exposed }: Circumstances): Outcome {
    const state = this.#roster.state[target]!;
    if (state === IMMUNIZED) return 'nothing';
    if (state !== SUSCEPTIBLE) return 'was-infected';
    if (exposed < 1 && this.#stream.nextDouble() >= exposed) return 'nothing';
    this.#roster.move(target, LATENT);
    this.#infected++;
    this.#journal.noteInfection(target, sender);
    this.#scanning.infect(target, sender, this.#stream);
    this.#noteCounts();
    return 'infected';
  }

  #infect(host: number, infector: number): void {
    this.#roster.move(host, LATENT);
    this.#infected++;
    this.#journal.noteInfection(host, infector);
    this.#scanning.infect(host, infector, this.#stream);
    this.#begin(host);
  }

  /** Lets an infected host scan, unless that comes later. */
  #begin(host: number): void {
    if ((this.#outbreak.worm.latentSeconds ?? 0) > 0) return;
    this.#changeState(host, FRESH);
  }

  #receiveContact(index: number, sender: number): void {
    const group = this.#groups[index]!;
    const { start, success, delaySeconds } = group.honeypots;
    group.contacts++;
    if (!group.isStarted) {
      if (start.kind === 'contacts' && group.contacts === start.contacts) {
        group.startSeconds = this.#journal.timeSeconds + start.prepareSeconds;
      }
      return;
    }
    if (this.#roster.state[sender] !== FRESH) return;
    if (success < 1 && this.#stream.nextDouble() >= success) return;
    this.#changeState(sender, delaySeconds > 0 ? WAITING + index : IMMUNIZED);
    this.#noteCounts();
  }

  #leave(target: number, now: Circumstances): void {
    const exit = this.#exit;
    this.#exits.draw(exit, target, this.#stream);
    if (exit.by === 'patching') {
      const rate = this.#measures.patchRate(this.#journal.timeSeconds, this.#counts());
      if (rate < now.patch && this.#stream.nextDouble() * now.patch >= rate) return;
    }
    if (exit.by === 'counter-worm') this.#measures.growCounterWorm();
    this.#changeState(exit.host, exit.to);
    this.#noteCounts();
  }

  /** Moves a host to another state and lets the scanning know. Infections come another way, by `infect`. */
  #changeState(host: number, to: number): void {
    const from = this.#roster.state[host]!;
    this.#roster.move(host, to);
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
    const state = this.#roster.state[host]!;
    if (!isScanning(state) || this.#isDormant[host] === 1) return;
    this.#changeScanning(host, state, IMMUNIZED);
    this.#isDormant[host] = 1;
  }

  /** Whether any probe of a host in this state may arrive. */
  #reaches(state: number): boolean {
    return state === BLOCKED ? this.#canBlockedReach : isScanning(state);
  }

  #noteCounts(): void {
    this.#journal.noteCounts(this.#roster.count[SUSCEPTIBLE]!, this.#infected);
  }
}

function isInfected(state: number): boolean {
  return state !== SUSCEPTIBLE && state !== IMMUNIZED;
}

/** Blocked and contacted hosts still send probes. */
function isScanning(state: number): boolean {
  return state === FRESH || state === BLOCKED || state >= WAITING;
}

function firstStart({ start }: Honeypots): number {
  if (start.kind === 'time') return start.timeSeconds;
  return start.contacts <= 0 ? start.prepareSeconds : Infinity;
}
