/**
 * The daemon's core: frames of a device through the virtual network into the stack, whose answers go back the same way.
 * Work is done in batches on the main thread; between them the event loop turns, so that scripts, sockets and files get
 * their share. Nothing here opens or reads anything by itself.
 */
import type { AddressSet, Clock, RandomStreams } from '@wormwood/base';
import {
  type Binding,
  boundAddresses,
  Dispatcher,
  type DispatcherComponents,
  ExternalHosts,
  type DhcpNews,
  type Honeynet,
  Topology,
  TopologyDevice,
  VirtualHost,
} from '@wormwood/honeynet';
import {
  type HostDirectory,
  type LinkDevice,
  Stack,
  type StackObserver,
  type StackOptions,
} from '@wormwood/netstack';
import type { IpAddress } from '@wormwood/wire';
import { DhcpHosts } from './dhcp-hosts.ts';
import type { InterfaceState } from './device/interface-facts.ts';
import { NoticingDevice, type SensorDevice } from './device/sensor-device.ts';
import { Waiter } from './device/waiter.ts';
import type { WireReport } from './device/wire-watch.ts';

export interface SensorComponents {
  readonly device: SensorDevice;
  readonly honeynet: Honeynet;
  readonly claimed: AddressSet;
  readonly claimedIpv6?: DispatcherComponents['claimedIpv6'];
  readonly clock: Clock;
  readonly streams: RandomStreams;
  readonly observer: StackObserver;
  readonly linkAddress: number;
  readonly services: DispatcherComponents['services'] & {
    /** Open connections whose service only listens, and never waits for a turn of the event loop. @default none */
    readonly listeningCount?: number;
  };
  readonly behaviorOf: DispatcherComponents['behaviorOf'];
  readonly linkAddressesOf: DispatcherComponents['linkAddressesOf'];
  readonly sourceSystem: DispatcherComponents['sourceSystem'];
  /** Sees what goes over the device. @default nobody */
  readonly tap?: (device: LinkDevice) => LinkDevice;
  /** Called once when the device fails, and once when it works again. */
  onTrouble(sentence: string): void;
  /** Called when the interface goes down, up or away, or has another MTU. @default it is not reported */
  onInterface?(change: InterfaceChange): void;
  /** What becomes of hosts that ask for their address. @default it is not reported */
  onDhcp?(news: DhcpNews): void;
  /** Called with an exception that came up while frames were answered. */
  onFault(error: unknown): void;
}

export type InterfaceChange =
  | { readonly kind: InterfaceState }
  | { readonly kind: 'mtu'; readonly mtuBytes: number };

/** Counts since the start. */
export interface SensorCounts {
  readonly frames: number;
  readonly dropped: number;
  readonly connections: number;
  readonly halfOpen: number;
  /** Connections that were reset because memory was short. */
  readonly evicted: number;
}

/** Who answers a question that is about no packet. */
const NO_PROTOCOL = -1;
const BATCH_FRAMES = 4096;
/** How long the loop goes on asking after the last frame before it goes to sleep: waking costs about as much. */
const SPIN_SECONDS = 0.0001;
const SLEEP_SECONDS_MAX = 1;
/** A turn of the event loop costs as much as ten frames. */
const TURN_SECONDS = 0.0003;
/** A smaller batch is followed by a nap, which the kernel draws out by some 50 µs. */
const FEW_FRAMES = 64;
const NAP_MICROSECONDS = 20;
/** When frames that the kernel had no room for are offered again. */
const RETRY_SECONDS = 0.001;
/** How often the device is looked after. */
const LOOK_SECONDS = 1;
/** How long a device that reports an error is left alone. */
const TROUBLE_SECONDS = 0.5;

export class Sensor {
  readonly stack: Stack;
  readonly #components: SensorComponents;
  readonly #noticing: NoticingDevice;
  readonly #topologyDevice: TopologyDevice | null;
  readonly #dhcp: DhcpHosts | null;
  #honeynet: Honeynet;
  readonly #directory: ReplaceableDirectory;
  readonly #waiter: Waiter;
  readonly #jitterSeed: number;
  #topology: Topology;
  #externals: ReadonlySet<number>;
  #isClosing = false;
  #isTroubled = false;
  #state: InterfaceState = 'up';
  #mtuBytes: number;
  #frames = 0;
  #dropped = 0;
  #lastFrameSeconds = Number.NEGATIVE_INFINITY;
  #lookedSeconds = Number.NEGATIVE_INFINITY;

  constructor(components: SensorComponents, options: StackOptions = {}) {
    const { device, honeynet, clock, streams } = components;
    this.#components = components;
    this.#mtuBytes = device.mtuBytes;
    this.#honeynet = honeynet;
    this.#waiter = new Waiter(device.fd);
    this.#dhcp =
      honeynet.dhcpClients.length === 0 || device.medium !== 'ethernet'
        ? null
        : new DhcpHosts({
            device,
            clock,
            streams,
            statements: honeynet.dhcpClients,
            linkAddressesOf: components.linkAddressesOf,
            report: (news) => components.onDhcp?.(news),
            onChange: () => this.#answerAnew(),
          });
    const bare = this.#dhcp ?? device;
    const link = components.tap?.(bare) ?? bare;
    this.#jitterSeed = streams.stream('sensor/topology/jitter').nextUint32();
    this.#topology = new Topology(honeynet.topology, this.#jitterSeed);
    const topologyOf = (): Topology => this.#topology;
    this.#externals = externalsOf(honeynet);
    const externalsNow = (): ReadonlySet<number> => this.#externals;
    // Without a way in there is nothing to walk; a reload then brings none.
    this.#topologyDevice =
      honeynet.topology.entries.length === 0
        ? null
        : new TopologyDevice({
            device: link,
            get topology() {
              return topologyOf();
            },
            externals: new ExternalHosts({
              device: link,
              clock,
              linkAddress: components.linkAddress,
              get addresses() {
                return externalsNow();
              },
            }),
            isVirtual: (address) => this.#isVirtual(address),
            isForUs: (linkAddress, destination) => this.#isForUs(linkAddress, destination),
            clock,
            stream: streams.stream('sensor/topology'),
          });
    this.#noticing = new NoticingDevice(this.#topologyDevice ?? link, () => this.wake());
    this.#directory = new ReplaceableDirectory(this.#dispatcherOf());
    this.stack = new Stack(
      {
        device: this.#noticing,
        hosts: this.#directory,
        clock,
        streams,
        observer: components.observer,
        linkAddress: components.linkAddress,
      },
      options,
    );
    this.#askAhead();
  }

  /** Why `run` has ended though nobody asked for it; null: somebody did, or the frames have come to their end. */
  get failure(): string | null {
    return this.#state === 'gone' ? 'The network interface is gone.' : null;
  }

  /** Works until `close` is called or the device will never deliver again; then gives the device back. */
  async run(): Promise<void> {
    let turnedSeconds = Number.NEGATIVE_INFINITY;
    try {
      while (!this.#isClosing) {
        const frames = this.work();
        if (this.#isExhausted(frames)) break;
        const now = this.#now();
        if (frames > 0) this.#lastFrameSeconds = now;
        if (now - this.#lastFrameSeconds < SPIN_SECONDS && !this.#isTurnDue(now - turnedSeconds)) {
          // A batch costs about as much as ten frames: those that come meanwhile are answered in one.
          if (frames < FEW_FRAMES) this.#waiter.nap(NAP_MICROSECONDS);
          continue;
        }
        // oxlint-disable-next-line no-await-in-loop -- one round after the other
        await (now - this.#lastFrameSeconds < SPIN_SECONDS ? turn() : this.#sleep());
        turnedSeconds = this.#now();
        this.look(turnedSeconds);
      }
    } finally {
      this.#dhcp?.release();
      this.#components.device.flush();
      this.#waiter.close();
      this.#components.device.close();
    }
  }

  /** Whether the event loop must turn before the next batch: at once where services, or others in this process, have a say. */
  #isTurnDue(secondsSince: number): boolean {
    const { device, services } = this.#components;
    const isServing = this.stack.tcp.endpointCount > (services.listeningCount ?? 0);
    return secondsSince >= TURN_SECONDS || isServing || device.fd === null;
  }

  /** One batch; returns how many frames there were. For callers that keep time themselves. */
  work(): number {
    this.#noticing.isWorking = true;
    try {
      this.#dhcp?.work();
      const frames = this.stack.work(BATCH_FRAMES);
      this.#frames += frames;
      return frames;
    } catch (error) {
      // The frame at hand is gone; those behind it are answered in the next batch.
      this.#components.onFault(error);
      return 1;
    } finally {
      this.#noticing.isWorking = false;
    }
  }

  /** When `work` has to be called again though no frame comes, in seconds of the clock. */
  nextWorkSeconds(): number {
    return Math.min(
      this.stack.nextTimerSeconds(),
      this.#topologyDevice?.nextArrivalSeconds() ?? Number.POSITIVE_INFINITY,
      this.#dhcp?.nextTimerSeconds() ?? Number.POSITIVE_INFINITY,
    );
  }

  /** Ends the sleep, if any: something was queued between two batches. */
  wake(): void {
    this.#waiter.wake();
  }

  /** Ends `run` after the batch at hand. */
  close(): void {
    this.#isClosing = true;
    this.wake();
  }

  /** Name of the template that answers, or null. */
  hostName(address: IpAddress, source: IpAddress, protocol: number): string | null {
    const host = this.#directory.find(address, source, protocol);
    return host instanceof VirtualHost ? host.template.name : null;
  }

  /** Answers by another configuration from the next packet on; connections and frames on their way go on. */
  replace(honeynet: Honeynet): void {
    this.#topology = new Topology(honeynet.topology, this.#jitterSeed);
    this.#externals = externalsOf(honeynet);
    this.#honeynet = honeynet;
    this.#answerAnew();
  }

  counts(): SensorCounts {
    this.#dropped += this.#isClosing ? 0 : this.#components.device.takeDropped();
    return {
      frames: this.#frames,
      dropped: this.#dropped,
      connections: this.stack.tcp.connectionCount,
      halfOpen: this.stack.tcp.halfOpenCount,
      evicted: this.stack.tcp.evictedCount,
    };
  }

  /** Hosts that have an address by DHCP now, as bindings. */
  leased(): readonly Binding[] {
    return this.#dhcp?.bindings() ?? [];
  }

  /** Whether the device takes what is sent; null: it has no medium. */
  wire(): WireReport | null {
    return this.#components.device.wire?.() ?? null;
  }

  #isExhausted(frames: number): boolean {
    if (frames > 0 || this.#components.device.isExhausted !== true) return false;
    return (this.#topologyDevice?.heldCount ?? 0) === 0;
  }

  #now(): number {
    return this.#components.clock.nowSeconds();
  }

  /** Looks after the device, once a second at most; for callers that keep time themselves. */
  look(nowSeconds: number): void {
    if (nowSeconds - this.#lookedSeconds < LOOK_SECONDS) return;
    this.#lookedSeconds = nowSeconds;
    for (const sentence of this.#components.device.look?.(nowSeconds) ?? []) {
      this.#components.onTrouble(sentence);
    }
    this.#lookAfterInterface();
  }

  /** An interface that is gone never comes back, whatever is made in its place: its socket belongs to the old one. */
  #lookAfterInterface(): void {
    const { device } = this.#components;
    const report = (change: InterfaceChange): void => this.#components.onInterface?.(change);
    const state = device.state?.() ?? 'up';
    if (state !== this.#state) {
      this.#state = state;
      report({ kind: state });
      if (state === 'gone') this.close();
      return;
    }
    const { mtuBytes } = device;
    if (mtuBytes === this.#mtuBytes) return;
    this.#mtuBytes = mtuBytes;
    report({ kind: 'mtu', mtuBytes });
  }

  async #sleep(): Promise<void> {
    const longest = this.#components.device.hasUnsent === true ? RETRY_SECONDS : SLEEP_SECONDS_MAX;
    const seconds = Math.max(0, Math.min(longest, this.nextWorkSeconds() - this.#now()));
    const failure = await this.#waiter.wait(seconds);
    const isDown = (this.#components.device.state?.() ?? 'up') !== 'up';
    if (failure === null && isDown && this.#isTroubled) return;
    if (failure === null) {
      if (this.#isTroubled) this.#components.onTrouble('The network interface works again.');
      this.#isTroubled = false;
      return;
    }
    if (!this.#isTroubled) {
      this.#components.onTrouble(`The network interface reports ${failure}; waiting until it is back.`);
    }
    this.#isTroubled = true;
    await new Promise((resolve) => setTimeout(resolve, TROUBLE_SECONDS * 1000));
  }

  /** Whether a frame to this Ethernet address is for the host at the packet's destination, or for a router before it. */
  #isForUs(linkAddress: number, destination: number): boolean {
    if (linkAddress === this.#components.linkAddress || this.#directory.forwards(linkAddress)) return true;
    const host = this.#directory.find(destination, 0, NO_PROTOCOL);
    return host !== null && host.linkAddressAt(destination) === linkAddress;
  }

  /** Whether a virtual host is bound to an address, and no machine on the link has it. */
  #isVirtual(address: number): boolean {
    return this.#directory.current.isBound(address) && !this.stack.isTaken(address);
  }

  #answerAnew(): void {
    this.#directory.current = this.#dispatcherOf();
    this.#askAhead();
  }

  /** Where addresses are asked for before they are answered for: those that are bound, and those of the command line. */
  #askAhead(): void {
    this.stack.askAhead(each(boundAddresses(this.#honeynet).union(this.#components.claimed)));
  }

  /** The configuration, and what leases have been given for. */
  #dispatcherOf(): Dispatcher {
    const leased = this.#dhcp?.bindings() ?? [];
    const honeynet =
      leased.length === 0
        ? this.#honeynet
        : { ...this.#honeynet, bindings: [...this.#honeynet.bindings, ...leased] };
    const {
      claimed,
      claimedIpv6 = [],
      services,
      behaviorOf,
      linkAddressesOf,
      sourceSystem,
      streams,
    } = this.#components;
    return new Dispatcher({
      honeynet,
      claimed,
      claimedIpv6,
      services,
      stream: streams.stream('sensor/drops'),
      behaviorOf,
      linkAddressesOf,
      minuteOfDay,
      sourceSystem,
    });
  }
}

/** Who answers, until another configuration is loaded. */
class ReplaceableDirectory implements HostDirectory {
  current: Dispatcher;

  constructor(current: Dispatcher) {
    this.current = current;
  }

  find(...args: Parameters<HostDirectory['find']>): ReturnType<HostDirectory['find']> {
    return this.current.find(...args);
  }

  forwards(linkAddress: number): boolean {
    return this.current.forwards(linkAddress);
  }
}

function* each(addresses: AddressSet): Iterable<number> {
  for (let index = 0; index < addresses.size; index++) yield addresses.at(index);
}

function externalsOf({ externals }: Honeynet): ReadonlySet<number> {
  return new Set(externals.map(({ address }) => address));
}

/** Lets the event loop turn once. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function minuteOfDay(): number {
  const now = new Date();
  return now.getHours() * 60 + now.getMinutes();
}
