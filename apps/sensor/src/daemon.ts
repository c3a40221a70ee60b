/** A sensor with everything around it: files, counts, control, signals, and the change to an ordinary user. */
import { AddressSet, type Cidr, type Clock, formatCidr, type RandomStreams } from '@wormwood/base';
import {
  boundAddresses,
  type Honeynet,
  HoneynetServices,
  type PersonalityCatalog,
  SourceSystems,
  type SynFingerprints,
  TrafficCounts,
} from '@wormwood/honeynet';
import {
  captureHead,
  captureTap,
  type LinkDevice,
  type RouterStatus,
  sessionTap,
  type StackObserver,
} from '@wormwood/netstack';
import { formatIpv6Prefix, type IpAddress, ipProtocol, type Ipv6Prefix } from '@wormwood/wire';
import { compactHoneynet } from './compact-honeynet.ts';
import { SessionCaptures } from './output/session-captures.ts';
import { WireCapture } from './output/wire-capture.ts';
import type { InterfaceState } from './device/interface-facts.ts';
import { linkAddresses } from './link/link-addresses.ts';
import { formatLinkNetwork, formatRouter } from './link/link-words.ts';
import { answeringMacs, linkOptionsOf, type NamedLink, SensorLink } from './link/sensor-link.ts';
import { type ControlOptions, ControlServer } from './control/control-server.ts';
import type { ScriptUser } from './control/sensor-report.ts';
import { setEngineFlags } from './engine-flags.ts';
import { Faults } from './faults.ts';
import type { OpenedDevice } from './device/open-device.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { observerList } from './output/observer-list.ts';
import { openOutputs, type OutputPaths, type Outputs } from './output/outputs.ts';
import { HostedLauncher } from './process/hosted-launcher.ts';
import { LocalLauncher } from './process/local-launcher.ts';
import type { ProgramLauncher } from './process/program-start.ts';
import { type Personalities, personalitiesOf } from './personalities.ts';
import { RemoteConnector } from './process/remote-connector.ts';
import { ScriptSpawner } from './process/script-spawner.ts';
import { hasScripts, hostUsersOf } from './process/script-users.ts';
import { WatchedServices } from './process/watched-services.ts';
import { dropCapabilities, dropPrivileges, forbidInspection, type UserAccount } from './privileges.ts';
import { type InterfaceChange, Sensor } from './sensor.ts';
import { today } from './system-clock.ts';

/** What a sensor runs with. Everything that takes privileges is open already. */
export interface DaemonOptions {
  readonly version: string;
  /** Name of this sensor in events. */
  readonly name: string;
  readonly opened: OpenedDevice;
  readonly honeynet: Honeynet;
  /** Where scripts run. */
  readonly directory: string;
  /** What to answer for besides the addresses that are bound. */
  readonly nets: readonly Cidr[];
  /** The same of IPv6. */
  readonly ipv6: readonly Ipv6Prefix[];
  /** Answer for an address only once nobody else has. */
  readonly askFirst: boolean;
  /** Octets that strangers may claim in all. */
  readonly memoryBytes: number;
  /** Networks and routers of the link, beside those that the machine knows of the interface. */
  readonly link: NamedLink;
  /** Reads the databases when there is a name to look up. @default those that are installed, and our own */
  readonly personalities?: () => PersonalityCatalog;
  /** The fingerprints by which the systems of sources are identified; null: they are not identified. */
  readonly fingerprints: readonly SynFingerprints[] | null;
  readonly streams: RandomStreams;
  /** The same at each start: what a host has for as long as it lives, such as its Ethernet address. */
  readonly hostStreams: RandomStreams;
  readonly outputs: OutputPaths;
  /** The directory of a capture for each session; null: none. */
  readonly captures: string | null;
  /** The file of a capture of every frame; null: none. */
  readonly pcap: string | null;
  /** The user to become once everything is open; null: stay the same. */
  readonly user: UserAccount | null;
  /** The user of scripts, where this process may start them as another; null: they run as the sensor's own. */
  readonly scriptUser: UserAccount | null;
  readonly control: ControlOptions | null;
  /** Called with one sentence about trouble that passes. */
  readonly onTrouble: (sentence: string) => void;
}

const GIVE_BACK_MS = 100;
/** How often the machine is asked for the addresses and routes of the interface. */
const LINK_REFRESH_MS = 30_000;
/** How often it is looked which sweeps are over. */
const GATHER_MS = 1000;

export class Daemon {
  readonly sensor: Sensor;
  readonly outputs: Outputs;
  readonly counts: TrafficCounts;
  readonly version: string;
  readonly name: string;
  readonly #startedSeconds: number;
  readonly #clock: Clock;
  readonly #control: ControlServer | null;
  readonly #captures: Captures;
  readonly #link: SensorLink;
  readonly #scripts: ScriptSpawner;
  readonly #scriptUser: ScriptUser;
  readonly #proxies: RemoteConnector = new RemoteConnector();
  readonly #services: HoneynetServices;
  readonly #claimed: AddressSet;
  readonly #sourceSystems: SourceSystems | null;
  readonly personalities: Personalities;
  readonly #options: DaemonOptions;
  readonly #faults: Faults;
  #honeynet: Honeynet;
  /** Of the honeynet; made when they are asked for. */
  #addresses: AddressSet | null = null;
  #nets: readonly string[] | null = null;

  /** Opens what the options ask for, then becomes the user. Rejects with the system's error. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    setEngineFlags();
    let daemon: Daemon | undefined;
    const faults = new Faults({
      nowSeconds: () => performance.now() / 1000,
      onTrouble: (sentence) => (daemon ?? options).onTrouble(sentence),
    });
    const outputs = await openOutputs(options.outputs, {
      sensor: options.name,
      clock: options.opened.clock,
      streams: options.streams,
      hostName: (address, source, protocol) => daemon?.sensor.hostName(address, source, protocol) ?? null,
      sourceSystem: (source) => daemon?.sourceSystem(source) ?? null,
      vlan: () => daemon?.sensor.stack.vlan ?? 0,
      synMarks: () => daemon?.sensor.stack.synMarks ?? 0,
      onTrouble: (sentence) => options.onTrouble(sentence),
    });
    let control: ControlServer | null = null;
    let launcher: ProgramLauncher | null = null;
    try {
      if (options.control !== null) {
        control = await ControlServer.listen(options.control, () => daemon, faults);
      }
      launcher = await launcherOf(options);
      if (options.user !== null) dropPrivileges(options.user);
      else if (process.getuid?.() !== 0) dropCapabilities();
      forbidInspection();
      const link = new SensorLink(options.opened.interfaceName, options.link);
      // The user that the sensor has become makes them, as it makes their files.
      const captures = await openCaptures(
        options,
        () => daemon?.captureComment() ?? commentOf(options.honeynet, { ...options, link }, []),
      );
      daemon = new Daemon(options, { outputs, captures, link, control, faults, launcher });
      return daemon;
    } catch (error) {
      // What listens would keep the process alive.
      control?.close();
      launcher?.close();
      await outputs.close();
      throw error;
    }
  }

  private constructor(
    options: DaemonOptions,
    { outputs, captures, link, control, faults, launcher }: DaemonParts,
  ) {
    const { opened, nets, streams } = options;
    this.#options = options;
    this.#faults = faults;
    this.#captures = captures;
    this.#link = link;
    const honeynet = (this.#honeynet = compactHoneynet(options.honeynet));
    this.#clock = opened.clock;
    this.counts = new TrafficCounts(streams.stream('sensor/counts').nextUint32());
    this.#claimed = AddressSet.fromCidrs(nets);
    this.#sourceSystems =
      options.fingerprints === null ? null : new SourceSystems(options.fingerprints, opened.clock);
    const sourceSystem = (source: IpAddress): string | null => this.sourceSystem(source);
    const observer = observerList(
      [this.counts, ...outputs.observers],
      (destination, source, protocol) => this.sensor.hostName(destination, source, protocol) !== null,
    );
    this.outputs = outputs;
    this.#control = control;
    this.version = options.version;
    this.name = options.name;
    this.#startedSeconds = opened.clock.nowSeconds();
    this.#scriptUser = scriptUserOf(options, launcher);
    this.#scripts = new ScriptSpawner({ directory: options.directory, launcher });
    this.#services = servicesOf({
      outputs,
      faults,
      clock: opened.clock,
      spawner: this.#scripts,
      connector: this.#proxies,
      stream: streams.stream('sensor/services'),
      sourceSystem,
      observer,
    });
    this.personalities = personalitiesOf(options);
    const stackOptions = {
      arp: { askFirst: options.askFirst },
      memoryBytes: options.memoryBytes,
      link: linkOptionsOf(link, {
        answered: () => this.addresses(),
        routersChanged: () => captures.wire?.beginSection(),
      }),
    };
    this.sensor = new Sensor(
      {
        device: opened.device,
        honeynet,
        claimed: this.#claimed,
        claimedIpv6: options.ipv6,
        clock: opened.clock,
        streams,
        observer,
        linkAddress: opened.linkAddress,
        sourceSystem,
        tap: (device) => this.#watched(tapped(device, captures, opened.clock)),
        services: new WatchedServices(this.#services, outputs),
        behaviorOf: this.personalities.behaviorOf,
        linkAddressesOf: linkAddresses(options.hostStreams),
        onTrouble: (sentence) => this.onTrouble(sentence),
        onInterface: (change) => this.#onInterface(change),
        onDhcp: (news) => outputs.wantsEvents && outputs.events.dhcp(news),
        onFault: (error) => faults.caught('a frame', error),
      },
      stackOptions,
    );
  }

  /** Answers until `close` or the end of the device; then closes everything. */
  async run(): Promise<void> {
    this.outputs.events.sensorStart(this.version, this.nets());
    // By now whoever has read the configuration has let go of it.
    setTimeout(giveBackMemory, GIVE_BACK_MS).unref();
    for (const sentence of this.#link.gaps()) this.#options.onTrouble(sentence);
    const refresh = setInterval(() => this.#refreshLink(), LINK_REFRESH_MS).unref();
    const gather = setInterval(() => this.outputs.events.endGathered(), GATHER_MS).unref();
    try {
      await this.sensor.run();
    } finally {
      clearInterval(refresh);
      clearInterval(gather);
      this.outputs.events.endGathered(true);
      const { frames, dropped } = this.sensor.counts();
      this.outputs.events.sensorStop(frames, dropped);
      this.#services.close();
      this.#scripts.close();
      this.#proxies.close();
      this.#control?.close();
      await this.#captures.sessions?.close();
      await this.#captures.wire?.close();
      await this.outputs.close();
    }
  }

  /** What a source runs, as `Linux 2.6`, by its last SYN; null where that is not known. */
  sourceSystem(source: IpAddress): string | null {
    return this.#sourceSystems?.systemOf(source) ?? null;
  }

  get honeynet(): Honeynet {
    return this.#honeynet;
  }

  uptimeSeconds(): number {
    return this.#clock.nowSeconds() - this.#startedSeconds;
  }

  /** Answers as another configuration says from now on; connections go on. */
  replace(replacement: Honeynet): void {
    const honeynet = compactHoneynet(replacement);
    this.#honeynet = honeynet;
    this.#addresses = null;
    this.#nets = null;
    if (this.#scriptUser.isOwn && this.#options.scriptUser !== null && hasScripts(honeynet)) {
      this.onTrouble(
        "Scripts run as the sensor's own user until it is started again with this configuration.",
      );
    }
    this.personalities.prepare(honeynet);
    this.sensor.replace(honeynet);
    // Its hosts may have other Ethernet addresses.
    this.#captures.wire?.beginSection();
    const bindings = [...honeynet.bindings, ...honeynet.ipv6Bindings];
    this.outputs.events.sensorReload(true, `${bindings.length} bindings from now on`);
  }

  /** The new configuration has mistakes; everything stays as it is. */
  refuseReload(): void {
    this.outputs.events.sensorReload(false, 'The configuration has mistakes; the one before stays in force.');
  }

  /** What the head of a capture says of the sensor; undefined on a device without Ethernet. */
  captureComment(): string | undefined {
    const known = { ...this.#options, link: this.#link };
    return commentOf(this.#honeynet, known, this.sensor.stack.sources.routers());
  }

  /** Why the sensor has ended though nobody asked for it; null: somebody did. */
  get failure(): string | null {
    return this.sensor.failure;
  }

  #onInterface(change: InterfaceChange): void {
    const name = this.#link.interfaceName ?? '';
    if (change.kind === 'mtu')
      this.outputs.events.networkInterface({ event: 'interface.mtu', name, mtu: change.mtuBytes });
    else {
      this.outputs.events.networkInterface({ event: `interface.${change.kind}`, name });
      this.onTrouble(INTERFACE_WORDS[change.kind](name));
      if (change.kind === 'up') this.#refreshLink();
    }
  }

  /** Addresses and routes of an interface come and go, and it may have another name. */
  #refreshLink(): void {
    const name = this.#options.opened.device.interfaceName?.() ?? null;
    if (name !== null) this.#link.interfaceName = name;
    if (!this.#link.refresh()) return;
    this.sensor.stack.sources.replace(this.#link);
    this.#captures.wire?.beginSection();
    // A router that is new is asked for at once.
    this.sensor.wake();
  }

  #watched(device: LinkDevice): LinkDevice {
    return this.#sourceSystems?.watch(device) ?? device;
  }

  /** Every address that is answered for: those of the command line and those of the bindings. */
  addresses(): AddressSet {
    return (this.#addresses ??= boundAddresses(this.#honeynet).union(this.#claimed));
  }

  addressCount(): number {
    return this.addresses().size;
  }

  /** As prefixes, those of IPv6 among them. */
  nets(): readonly string[] {
    const prefixes = [...this.#honeynet.ipv6Bindings.map(({ prefix }) => prefix), ...this.#options.ipv6];
    return (this.#nets ??= [
      ...this.addresses().toCidrs().map(formatCidr),
      ...prefixes.map(formatIpv6Prefix),
    ]);
  }

  get faultCount(): number {
    return this.#faults.count;
  }

  get scriptUser(): ScriptUser | null {
    return hasScripts(this.#honeynet) ? this.#scriptUser : null;
  }

  /** An exception that reached the process: counted and reported as any other. */
  caught(error: unknown): void {
    this.#faults.caught('the process', error);
  }

  /** Writes a sentence about trouble to the events and to whoever started the sensor. */
  onTrouble(sentence: string): void {
    this.outputs.events.sensorTrouble(sentence);
    this.#options.onTrouble(sentence);
  }

  /** The networks whose hosts share the link, as prefixes, with the VLAN behind an `@`. */
  linkNets(): readonly string[] {
    return this.#link.networks.flatMap(formatLinkNetwork);
  }

  /** Each router of the link and how it is known. */
  routers(): readonly string[] {
    return this.sensor.stack.sources.routers().map(formatRouter);
  }

  /** Goes on in new files of the same names. */
  async reopen(): Promise<void> {
    await Promise.all([this.outputs.reopen(), this.#captures.wire?.reopen()]);
  }

  close(): void {
    this.sensor.close();
  }
}

const INTERFACE_WORDS: Readonly<Record<InterfaceState, (name: string) => string>> = {
  up: (name) => `The interface ${name} is up again.`,
  down: (name) => `The interface ${name} is down, or has no carrier.`,
  gone: (name) => `The interface ${name} is gone; the sensor ends.`,
};

interface DaemonParts {
  readonly outputs: Outputs;
  readonly captures: Captures;
  readonly link: SensorLink;
  readonly control: ControlServer | null;
  readonly faults: Faults;
  readonly launcher: ProgramLauncher;
}

type ServicesParts = Pick<
  ConstructorParameters<typeof HoneynetServices>[0],
  'clock' | 'stream' | 'spawner' | 'connector' | 'sourceSystem'
> & { readonly outputs: Outputs; readonly faults: Faults; readonly observer: StackObserver };

/** What stands behind open ports; what it says, and what it cannot do, goes to the outputs. */
function servicesOf({ outputs, faults, observer, ...parts }: ServicesParts): HoneynetServices {
  return new HoneynetServices({
    ...parts,
    schedule: (seconds, callback) => {
      const timer = setTimeout(faults.guard('a timer', callback), seconds * 1000);
      return () => clearTimeout(timer);
    },
    today,
    onMessage: (session, line) => outputs.serviceMessage(session, ipProtocol.tcp, line),
    onFailure: (session, protocol, reason) => {
      if (outputs.wantsEvents) outputs.events.serviceFailed(session, protocol, reason);
    },
    onLimited: ({ remoteAddress, localAddress }, limit) =>
      observer.answerLimited(limit, ipProtocol.udp, remoteAddress, localAddress),
  });
}

function scriptUserOf({ scriptUser }: DaemonOptions, launcher: ProgramLauncher): ScriptUser {
  const isRoot = process.getuid?.() === 0;
  const isApart = scriptUser !== null && (launcher instanceof HostedLauncher || isRoot);
  const own = process.getuid?.() ?? -1;
  return { userId: isApart ? scriptUser.userId : own, isOwn: !isApart };
}

/** Whoever gives up root leaves a process behind that starts scripts as another user than its own. */
function launcherOf({ user, scriptUser, honeynet, onTrouble }: LauncherOptions): Promise<ProgramLauncher> {
  const isApart = scriptUser !== null && user !== null && user.userId !== 0;
  if (!isApart || !hasScripts(honeynet)) return Promise.resolve(new LocalLauncher(scriptUser));
  return HostedLauncher.start(hostUsersOf(honeynet, scriptUser), onTrouble);
}

type LauncherOptions = Pick<DaemonOptions, 'user' | 'scriptUser' | 'honeynet' | 'onTrouble'>;

function commentOf(
  honeynet: Honeynet,
  {
    opened,
    hostStreams,
    link,
  }: { readonly opened: OpenedDevice; readonly hostStreams: RandomStreams; readonly link: SensorLink },
  routers: readonly RouterStatus[],
): string | undefined {
  if (opened.device.medium !== 'ethernet') return undefined;
  return link.captureComment(
    answeringMacs(opened.linkAddress, honeynet, linkAddresses(hostStreams)),
    routers,
  );
}

interface Captures {
  /** What every section and every file begins with. */
  readonly head: () => readonly Uint8Array[];
  readonly sessions: SessionCaptures | null;
  readonly wire: WireCapture | null;
}

async function openCaptures(
  { captures, pcap, opened, ...options }: DaemonOptions,
  comment: () => string | undefined,
): Promise<Captures> {
  const onTrouble = (sentence: string): void => options.onTrouble(sentence);
  const head = (): readonly Uint8Array[] => captureHead(opened.device.medium, comment());
  return {
    head,
    sessions: captures === null ? null : await SessionCaptures.open(captures, onTrouble),
    wire: pcap === null ? null : await WireCapture.open({ path: pcap, head, onTrouble }),
  };
}

/** The device, seen by whoever keeps its frames. The clock of a sensor counts from 1970. */
function tapped(device: LinkDevice, { head, sessions, wire }: Captures, clock: Clock): LinkDevice {
  let seen = device;
  if (sessions !== null) {
    seen = sessionTap({
      device: seen,
      clock,
      originSeconds: 0,
      write: (flow, block, nowSeconds) => sessions.take(flow, block, head, nowSeconds),
    });
  }
  if (wire !== null) {
    seen = captureTap({ device: seen, clock, originSeconds: 0, write: (block) => wire.write(block) });
  }
  return seen;
}
