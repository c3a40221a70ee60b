/**
 * One lab as it runs: hosts, honeynet, detector and immunizer joined, without a notion of where time and frames come
 * from. `run-in-memory.ts` drives it by virtual time over links in memory; the app does by real time over real devices.
 */
import {
  type Cidr,
  type Clock,
  EventQueue,
  exponential,
  type RandomStream,
  type RandomStreams,
} from '@wormwood/base';
import {
  type Actuator,
  type Detector,
  type Observation,
  type Responder,
  type Verdict,
} from '@wormwood/defense';
import { type Outbreak, placePopulation, PLACEMENT_STREAM, type Trajectory } from '@wormwood/epidemic';
import type { LinkDevice, Stack } from '@wormwood/netstack';
import { memoryActuator, MemoryAuditFile, openImmunizer } from './immunizer.ts';
import type { Lab } from '@wormwood/files/lab';
import { labDetector } from './detector.ts';
import { honeypotsOf, labHoneynet } from './honeynet.ts';
import { type ContactRecord, LabHosts } from './hosts.ts';
import { MarkerHosts, type MarkerHostsCounts } from './marker-hosts.ts';

/** What is to be run, and with which randomness. */
export interface LabPlan {
  readonly lab: Lab;
  readonly outbreak: Outbreak;
  readonly streams: RandomStreams;
  /** Number of the run among those of one seed. */
  readonly replicate: number;
  /**
   * The honeypots listen from the beginning, and no contact counts against a host before `addHoneypots`.
   * @default as the scenario says
   */
  readonly isListening?: boolean;
}

export interface LabSurroundings {
  readonly clock: Clock;
  readonly hostsDevice: LinkDevice;
  readonly honeynetDevice: LinkDevice;
  /** Receives each line that the honeynet would write to its file of events. @default nobody */
  readonly event?: (line: string) => void;
  /** Ethernet addresses of the lab's side of both links, and of the router on the hosts' link. */
  readonly links?: { readonly hosts: number; readonly router: number; readonly honeynet: number };
}

export interface LabCounts extends MarkerHostsCounts {
  readonly probes: number;
  /** Handshakes with honeypots. */
  readonly honeypotContacts: number;
  readonly verdicts: number;
  /** Verdicts on forgeable evidence, which are not acted on. */
  readonly forgeableVerdicts: number;
  /** Probes sent by immunized hosts, and infections by them, which a firewall must stop. */
  readonly immunizedProbes: number;
  readonly immunizedInfections: number;
}

/** What one run of a lab measured. */
export interface LabRun {
  readonly replicate: number;
  readonly trajectory: Trajectory;
  readonly contacts: readonly ContactRecord[];
  readonly counts: LabCounts;
  /** The audit log of the immunizer, one JSON object per line. */
  readonly audit: string;
}

/** An action that is due and was not let through is tried again after so long. */
const AGAIN_SECONDS = 0.001;
/** Frames taken at a time. */
const BUDGET = 1024;

/** One run of a lab, moved on from outside: its marker hosts, its honeypots and its immunizer. */
export class LabCourse {
  readonly hosts: LabHosts;
  readonly #plan: LabPlan;
  readonly #surroundings: LabSurroundings;
  readonly #scan: RandomStream;
  readonly #response: RandomStream;
  #startSeconds: number;
  /** When honeypots begin to answer, and when their contacts begin to count against a host; seconds since the beginning. */
  readonly #listenFromSeconds: number;
  #honeypots: Float64Array;
  #convictFromSeconds: number;
  readonly #markerHosts: MarkerHosts;
  #honeynet: Stack;
  #detector: Detector | null;
  /** Verdicts on their way to the immunizer, by the clock's seconds. */
  readonly #verdicts: EventQueue<Verdict> = new EventQueue();
  readonly #auditFile: MemoryAuditFile = new MemoryAuditFile();
  #responder: Responder | null = null;
  /** When the immunizer's next task is due, by the clock's seconds. */
  #dueSeconds = Infinity;
  readonly #counts = {
    probes: 0,
    honeypotContacts: 0,
    verdicts: 0,
    forgeableVerdicts: 0,
    immunizedProbes: 0,
    immunizedInfections: 0,
  };

  constructor(plan: LabPlan, surroundings: LabSurroundings) {
    const { lab, outbreak, streams, replicate } = plan;
    const { clock, hostsDevice, links } = surroundings;
    const population = placePopulation(outbreak, streams.stream(PLACEMENT_STREAM, replicate));
    const honeypots = population.honeypotAddress[0] ?? new Float64Array(0);
    const start = honeypotsOf(outbreak)?.start;
    this.#plan = plan;
    this.#surroundings = surroundings;
    this.#scan = streams.stream('lab/scan', replicate);
    this.#response = streams.stream('lab/response', replicate);
    this.#startSeconds = clock.nowSeconds();
    const isTimed = start?.kind === 'time' && plan.isListening !== true;
    this.#listenFromSeconds = isTimed ? start.timeSeconds : 0;
    this.#convictFromSeconds = isTimed ? start.timeSeconds : Infinity;
    this.#honeypots = honeypots;
    this.hosts = new LabHosts(outbreak, population);
    this.#markerHosts = new MarkerHosts({
      device: hostsDevice,
      hostAt: (address) => this.hosts.indexOf(address),
      port: lab.port,
      stream: streams.stream('lab/marker-hosts', replicate),
      received: (host, source) => this.#receiveMarker(host, source),
      ...(links === undefined ? {} : { link: { own: links.hosts, router: links.router } }),
    });
    this.#honeynet = this.#stackFor(honeypots);
    this.#detector = honeypots.length === 0 ? null : labDetector(plan, honeypots.length);
  }

  /** Seconds since the lab began. */
  nowSeconds(): number {
    return this.#surroundings.clock.nowSeconds() - this.#startSeconds;
  }

  /**
   * Opens the immunizer, whose actions `actuator` carries out; by default it makes a host stop scanning. The lab begins when
   * the promise resolves.
   */
  async open(actuator: Actuator = this.#inMemory()): Promise<void> {
    const { outbreak } = this.#plan;
    const { clock } = this.#surroundings;
    this.#responder = await openImmunizer({
      clock,
      prefix: prefixOf(outbreak),
      endSeconds: clock.nowSeconds() + outbreak.durationSeconds,
      actuator,
      auditFile: this.#auditFile,
    });
    this.#startSeconds = clock.nowSeconds();
  }

  /** Draws the time from one probe of the lab to the next, in seconds; infinite if no host scans. */
  drawGapSeconds(): number {
    const rate = this.hosts.scanning * this.#plan.outbreak.worm.scanRatePerSecond;
    return rate === 0 ? Infinity : exponential(this.#scan) / rate;
  }

  /** One of the infected hosts probes one of the addresses. */
  probe(): void {
    const { firstAddress, addressSpaceSize } = this.#plan.outbreak;
    const source = this.hosts.drawScanner(this.#scan);
    this.#counts.probes++;
    if (this.hosts.isImmunized(source)) this.#counts.immunizedProbes++;
    this.#markerHosts.probe(source, firstAddress + this.#scan.nextBelow(addressSpaceSize));
  }

  /** Takes the waiting frames of both devices and answers them; returns how many there were. */
  work(): number {
    const isListening = this.nowSeconds() >= this.#listenFromSeconds;
    const onHoneynet = isListening
      ? this.#honeynet.work(BUDGET)
      : this.#surroundings.honeynetDevice.receive(ignore, BUDGET);
    return this.#markerHosts.work(BUDGET) + onHoneynet;
  }

  /** Seconds since the beginning at which `respond` has something to do; infinite when nothing is due. */
  nextResponseSeconds(): number {
    return Math.min(this.#verdicts.peekTime() ?? Infinity, this.#dueSeconds) - this.#startSeconds;
  }

  /** Passes on the verdicts that have waited long enough, and runs the due tasks of the immunizer. */
  async respond(): Promise<void> {
    const now = this.#surroundings.clock.nowSeconds();
    while ((this.#verdicts.peekTime() ?? Infinity) <= now) {
      const next = this.#verdicts.pop();
      if (next !== undefined) this.#responder?.offer(next.event);
    }
    await this.#responder?.step();
    const due = this.#responder?.nextDueSeconds() ?? Infinity;
    // What the limit per minute keeps back is due in the moment at which it is not yet let through; virtual time must go on.
    this.#dueSeconds = due > now ? due : now + AGAIN_SECONDS;
  }

  /** Records that the immunizer has acted on a host. `silences`: it stops scanning; otherwise the network drops its packets. */
  immunized(address: number, silences: boolean): void {
    const now = this.nowSeconds();
    this.hosts.sampleUntil(now);
    this.hosts.immunize(address, now, silences);
  }

  /**
   * Puts so many more honeypots on unused addresses, as many as there are; from now on contacts count against a host.
   * Returns how many were added.
   */
  addHoneypots(count: number): number {
    const { outbreak, streams, replicate } = this.#plan;
    const added = this.hosts.placeHoneypots(count, streams.stream('lab/more-honeypots', replicate));
    this.#honeypots = Float64Array.from([...this.#honeypots, ...added]);
    this.#honeynet = this.#stackFor(this.#honeypots);
    this.#detector = labDetector(this.#plan, this.#honeypots.length);
    this.#convictFromSeconds = Math.min(this.#convictFromSeconds, this.nowSeconds());
    this.hosts.sampleUntil(Math.min(this.nowSeconds(), outbreak.durationSeconds));
    return added.length;
  }

  result(): LabRun {
    return {
      replicate: this.#plan.replicate,
      trajectory: this.hosts.trajectory(),
      contacts: this.hosts.contactRecords(),
      counts: { ...this.#markerHosts.counts(), ...this.#counts },
      audit: this.#auditFile.text,
    };
  }

  #stackFor(honeypots: ArrayLike<number>): Stack {
    const { clock, honeynetDevice, links, event } = this.#surroundings;
    return labHoneynet({
      device: honeynetDevice,
      clock,
      streams: this.#plan.streams,
      honeypots,
      port: this.#plan.lab.port,
      linkAddress: links?.honeynet ?? 0,
      observed: (observation) => this.#observe(observation),
      event,
    });
  }

  #inMemory(): Actuator {
    return memoryActuator((address) => this.immunized(address, true));
  }

  #receiveMarker(host: number, source: number): void {
    this.hosts.sampleUntil(this.nowSeconds());
    if (this.hosts.infect(host) && this.hosts.isImmunized(source)) this.#counts.immunizedInfections++;
  }

  /** Counts a contact; honeypots with a start by contacts detect the worm after the given number of them. */
  #countContact(nowSeconds: number): void {
    this.#counts.honeypotContacts++;
    const start = this.#plan.isListening === true ? undefined : honeypotsOf(this.#plan.outbreak)?.start;
    if (start?.kind === 'contacts' && this.#counts.honeypotContacts === start.contacts) {
      this.#convictFromSeconds = nowSeconds + start.prepareSeconds;
    }
  }

  #observe(observation: Observation): void {
    const now = this.nowSeconds();
    if (observation.kind === 'handshake') this.#countContact(now);
    if (now < this.#convictFromSeconds) return;
    if (observation.kind === 'handshake') this.hosts.contacted(Number(observation.source), now);
    const verdict = this.#detector?.observe(observation) ?? null;
    if (verdict === null) return;
    if (!verdict.unforgeable) {
      this.#counts.forgeableVerdicts++;
      return;
    }
    this.#counts.verdicts++;
    this.hosts.convicted(Number(verdict.source), now);
    const waitSeconds = exponential(this.#response) * this.#plan.lab.response.delaySeconds;
    this.#verdicts.push(this.#surroundings.clock.nowSeconds() + waitSeconds, verdict);
  }
}

function prefixOf({ firstAddress, addressSpaceSize }: Outbreak): Cidr {
  return { address: firstAddress, prefixLength: 32 - Math.round(Math.log2(addressSpaceSize)) };
}

function ignore(): void {
  // The honeypots have not started yet.
}
