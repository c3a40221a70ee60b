/** One stack, many clients, bad weather both ways, and virtual time: a whole run is one function of its seed. */
import { EventQueue, randomStreams, siphashKeyOf, VirtualClock } from '@wormwood/base';
import {
  FaultInjector,
  type FaultCounts,
  type Faults,
  type LinkDevice,
  type MemoryDevice,
  memoryLink,
  plainBehavior,
  silentObserver,
  Stack,
  type StackHost,
  TappedDevice,
  type ReceivedFrame,
} from '@wormwood/netstack';
import { type IpAddress, ipProtocol, isMalformed, pseudoHeaderSum, tcp } from '@wormwood/wire';
import { type Ends, hasUnseenDamage, readIpPacket } from './ip-packet.ts';
import { type Plan, plansOf, servers, servicePort } from './plan.ts';
import { CheckingService } from './services.ts';
import { type Outcome, packetOf, TestClient } from './test-client.ts';

export interface StormOptions {
  readonly seed: string;
  readonly seconds: number;
  readonly clients: number;
  readonly faults: Faults;
  /** Damages a packet on its way to the stack, in a manner of its own. */
  readonly damage?: (packet: Uint8Array) => void;
  /** MTUs of the stack's device, one after the other, each for `MTU_SECONDS`. @default 1500 throughout */
  readonly mtus?: readonly number[];
}

export interface StormReport {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** What went wrong, in sentences that name the client. */
  readonly problems: readonly string[];
  readonly toStack: FaultCounts;
  readonly toClients: FaultCounts;
  /** Packets that came to the clients damaged where a checksum shows it. */
  readonly badChecksums: number;
  /** And where none does, as in most of a header of IPv6. */
  readonly unseenDamages: number;
  /** Packets of the stack, by the MTU that its device had when they left, and the longest of them. */
  readonly longestByMtu: ReadonlyMap<number, number>;
  readonly virtualSeconds: number;
  readonly peakConnections: number;
  readonly tableBytes: number;
  /** After everything: all of these are zero, and no timer runs. */
  readonly left: {
    readonly connections: number;
    readonly halfOpen: number;
    readonly endpoints: number;
    readonly flows: number;
    readonly timers: number;
  };
}

/** Frames taken at a time. */
const BUDGET = 64;
/** Shorter than a stream of a slow client, so that it changes under each. */
const MTU_SECONDS = 7;
/** A client that is not done by then never will be. */
const CLIENT_SECONDS_MAX = 1200;
/** Idle time, probes and TIME-WAIT of the stack are all over by then. */
const DRAIN_SECONDS = 1500;
/** The stack's clock counts from 1970, as that of a machine does; within the hour it needs more than 31 bits. */
const EPOCH_SECONDS = 2 ** 31 - 1800;

class Storm {
  readonly clock: VirtualClock = new VirtualClock();
  readonly clients: Map<string, TestClient> = new Map();
  readonly finished: TestClient[] = [];
  readonly services: Map<string, CheckingService> = new Map();
  readonly problems: string[] = [];
  readonly timers: EventQueue<() => void> = new EventQueue();
  readonly far: FaultInjector;
  readonly near: FaultInjector;
  readonly stack: Stack;
  readonly longestByMtu: Map<number, number> = new Map();
  openFlows = 0;
  badChecksums = 0;
  unseenDamages = 0;
  peakConnections = 0;
  readonly #options: StormOptions;
  readonly #plans: Map<string, Plan> = new Map();
  readonly #farDevice: LinkDevice;
  readonly #nearDevice: MemoryDevice;

  constructor(options: StormOptions, plans: readonly Plan[]) {
    this.#options = options;
    for (const plan of plans) this.#plans.set(keyOf(plan.address, plan.port), plan);
    const streams = randomStreams(options.seed);
    const [far, near] = memoryLink({ medium: 'ip', slots: 8192 });
    const { clock } = this;
    const injector = (device: LinkDevice, name: string): FaultInjector =>
      new FaultInjector({ device, clock, stream: streams.stream(name) }, options.faults);
    this.#farDevice = far;
    this.far = injector(far, 'simtest/to-clients');
    this.#nearDevice = near;
    this.near = injector(new TappedDevice(near, this.#measure), 'simtest/to-stack');
    options.mtus?.forEach((mtu, i) => this.#changeMtu(i * MTU_SECONDS, mtu));
    const host = this.#host();
    this.stack = new Stack({
      device: this.near,
      hosts: { find: (address) => (servers.includes(address) ? host : null) },
      clock: { nowSeconds: () => EPOCH_SECONDS + clock.nowSeconds() },
      streams,
      linkAddress: 0,
      observer: {
        ...silentObserver,
        flowOpen: () => void this.openFlows++,
        flowClose: () => void this.openFlows--,
      },
    });
  }

  #host(): StackHost {
    const ports: ReadonlySet<number> = new Set(Object.values(servicePort));
    return {
      behavior: plainBehavior(siphashKeyOf(randomStreams(this.#options.seed).stream('simtest/secret'))),
      linkAddressAt: () => null,
      answersEcho: true,
      tcpPort: (port) => (ports.has(port) ? 'open' : 'closed'),
      udpPort: () => 'closed',
      acceptTcp: (connection) => {
        const key = keyOf(connection.remoteAddress, connection.remotePort);
        const plan = this.#plans.get(key);
        if (plan === undefined) return null;
        if (this.services.has(key)) this.complain(plan, 'was accepted twice');
        const service = new CheckingService(plan, connection, {
          now: () => this.clock.nowSeconds(),
          timers: this.timers,
          complain: (problem) => this.complain(plan, problem),
        });
        this.services.set(key, service);
        return service;
      },
      receiveUdp() {},
    };
  }

  /** From a time on, and again and again after all the others had theirs, until nobody comes any more. */
  #changeMtu(seconds: number, mtuBytes: number): void {
    const { mtus = [], seconds: until } = this.#options;
    if (seconds > until) return;
    this.timers.push(seconds, () => {
      this.#nearDevice.mtuBytes = mtuBytes;
      this.#changeMtu(seconds + mtus.length * MTU_SECONDS, mtuBytes);
    });
  }

  readonly #measure = (_bytes: Uint8Array, start: number, end: number, direction: 'in' | 'out'): void => {
    if (direction === 'in') return;
    const { mtuBytes } = this.#nearDevice;
    this.longestByMtu.set(mtuBytes, Math.max(this.longestByMtu.get(mtuBytes) ?? 0, end - start));
  };

  complain({ address, port, service }: Plan, problem: string): void {
    const at = this.clock.nowSeconds().toFixed(3);
    this.problems.push(`${at} s: ${service} of ${address.toString(16)}:${port}: ${problem}`);
  }

  start(plan: Plan): void {
    const client = new TestClient(plan, {
      now: () => this.clock.nowSeconds(),
      transmit: (packet) => this.transmit(packet),
      complain: (problem) => this.complain(plan, problem),
    });
    this.clients.set(keyOf(plan.address, plan.port), client);
    this.#schedule(client);
  }

  transmit(packet: Uint8Array): void {
    const device = this.#farDevice;
    const at = device.reserve();
    // A full link loses packets, as links do.
    if (at < 0) return;
    this.#options.damage?.(packet);
    device.transmitBuffer.set(packet, at);
    device.commit(packet.length);
    device.flush();
  }

  /** Takes what waits on both sides until nothing does, at the time that it is. */
  settle(): void {
    for (let frames = 1; frames > 0;) {
      frames = this.stack.work(BUDGET) + this.far.receive(this.#toClient, BUDGET);
      this.peakConnections = Math.max(this.peakConnections, this.stack.tcp.connectionCount);
    }
  }

  nextSeconds(): number {
    return Math.min(
      this.stack.nextTimerSeconds() - EPOCH_SECONDS,
      this.near.nextReleaseSeconds() ?? Number.POSITIVE_INFINITY,
      this.far.nextReleaseSeconds() ?? Number.POSITIVE_INFINITY,
      this.timers.peekTime() ?? Number.POSITIVE_INFINITY,
    );
  }

  runTimers(): void {
    const now = this.clock.nowSeconds();
    while ((this.timers.peekTime() ?? Number.POSITIVE_INFINITY) <= now) this.timers.pop()?.event();
  }

  readonly #toClient = ({ bytes, start, end }: ReceivedFrame): void => {
    const octets = bytes.slice(start, end);
    const packet = readIpPacket(octets);
    const segment = packet?.protocol === ipProtocol.tcp ? tcp.parse(packet.payload) : null;
    const isIntact =
      packet !== null &&
      segment !== null &&
      !isMalformed(segment) &&
      tcp.verifyChecksum(packet.payload, 0, packet.payload.length, pseudoHeaderSum(packet));
    if (!isIntact) {
      this.badChecksums++;
      return;
    }
    if (hasUnseenDamage(octets)) this.unseenDamages++;
    const client = this.clients.get(keyOf(packet.destination, segment.destinationPort));
    if (client === undefined) return this.#refuse(segment, packet);
    client.receive(segment);
    this.#schedule(client);
  };

  /** Where nobody is any more, a segment is answered by a reset (RFC 9293 3.10.7.1). */
  #refuse(segment: tcp.Repr, { source, destination: address }: Ends): void {
    const { flags, sourcePort, destinationPort, acknowledgmentNumber } = segment;
    const plan = this.#plans.get(keyOf(address, destinationPort));
    const last = this.finished.find((client) => client.plan === plan);
    if ((flags & tcp.flag.RST) !== 0 || last?.outcome === 'vanished') return;
    const reset: tcp.Repr = {
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      sequenceNumber: acknowledgmentNumber,
      acknowledgmentNumber: 0,
      reserved: 0,
      flags: tcp.flag.RST,
      window: 0,
      urgentPointer: 0,
      options: [],
      payload: new Uint8Array(0),
    };
    this.transmit(packetOf(reset, address, source));
  }

  /** A client is asked when its timer is due; a timer that has moved on is found out then. */
  #schedule(client: TestClient): void {
    if (client.isGone) {
      this.clients.delete(keyOf(client.plan.address, client.plan.port));
      this.finished.push(client);
      return;
    }
    const { timerSeconds } = client;
    if (timerSeconds === Number.POSITIVE_INFINITY) return;
    this.timers.push(timerSeconds, () => {
      if (client.isGone || client.timerSeconds > this.clock.nowSeconds()) return;
      client.onTimer();
      this.#schedule(client);
    });
  }
}

function keyOf(address: IpAddress, port: number): string {
  return `${address}/${port}`;
}

/** Runs a storm to the end of its last connection and returns what came of it. */
export function runStorm(options: StormOptions): StormReport {
  const stream = randomStreams(options.seed).stream('simtest/plans');
  const plans = plansOf(options.clients, options.seconds, stream);
  const storm = new Storm(options, plans);
  for (const plan of plans) storm.timers.push(plan.startSeconds, () => storm.start(plan));
  const endSeconds = options.seconds + CLIENT_SECONDS_MAX + DRAIN_SECONDS;
  for (let next = storm.nextSeconds(); next <= endSeconds; next = storm.nextSeconds()) {
    // The wheel of the stack turns in ticks: what it says is due may be so a moment later.
    storm.clock.advanceTo(Math.max(next, storm.clock.nowSeconds() + 1e-4));
    storm.runTimers();
    storm.settle();
  }
  return reportOf(storm, plans);
}

function reportOf(storm: Storm, plans: readonly Plan[]): StormReport {
  const { stack, clients, finished, services } = storm;
  for (const { plan } of clients.values()) storm.complain(plan, 'has stalled');
  for (const client of finished) {
    const service = services.get(keyOf(client.plan.address, client.plan.port));
    checkEnd(storm, client, service);
  }
  if (finished.length + clients.size !== plans.length) storm.problems.push('a client was lost');
  const outcomes = { done: 0, reset: 0, timeout: 0, aborted: 0, vanished: 0 };
  for (const { outcome } of finished) if (outcome !== null) outcomes[outcome]++;
  return {
    outcomes,
    problems: storm.problems,
    toStack: storm.near.counts,
    toClients: storm.far.counts,
    badChecksums: storm.badChecksums,
    unseenDamages: storm.unseenDamages,
    longestByMtu: storm.longestByMtu,
    virtualSeconds: storm.clock.nowSeconds(),
    peakConnections: storm.peakConnections,
    tableBytes: stack.tcp.memoryBytes,
    left: {
      connections: stack.tcp.connectionCount,
      halfOpen: stack.tcp.halfOpenCount,
      endpoints: stack.tcp.endpointCount,
      flows: storm.openFlows,
      timers: storm.nextSeconds() === Number.POSITIVE_INFINITY ? 0 : 1,
    },
  };
}

/** A connection that its client calls done was delivered whole, both ways; every service has heard of its end. */
function checkEnd(storm: Storm, client: TestClient, service: CheckingService | undefined): void {
  const { plan, outcome } = client;
  if (service !== undefined && service.closedReason === null) storm.complain(plan, 'was never closed');
  if (outcome !== 'done') return;
  if (client.received !== plan.answerBytes)
    storm.complain(plan, `is done with ${client.received} octets of ${plan.answerBytes}`);
  if (service === undefined) storm.complain(plan, 'is done without a service');
  else if (service.received !== plan.sendBytes)
    storm.complain(plan, `is done, but its service has ${service.received} octets of ${plan.sendBytes}`);
}
