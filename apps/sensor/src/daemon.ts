/** A sensor with everything around it: files, counts, control, signals, and the change to an ordinary user. */
import { randomBytes } from 'node:crypto';
import { AddressSet, type Cidr, type Clock, formatCidr, type RandomStreams } from '@wormwood/base';
import {
  type Honeynet,
  HoneynetServices,
  SourceSystems,
  type SynFingerprints,
  TrafficCounts,
} from '@wormwood/honeynet';
import { captureHead, captureTap, type LinkDevice, plainBehavior, sessionTap } from '@wormwood/netstack';
import { ipProtocol } from '@wormwood/wire';
import { compactHoneynet } from './compact-honeynet.ts';
import { SessionCaptures } from './output/session-captures.ts';
import { WireCapture } from './output/wire-capture.ts';
import { ipv6Directory, type Ipv6Prefix } from './ipv6-prefixes.ts';
import { linkAddresses } from './link-addresses.ts';
import { type ControlOptions, ControlServer } from './control/control-server.ts';
import type { OpenedDevice } from './device/open-device.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { observerList } from './output/observer-list.ts';
import { openOutputs, type OutputPaths, type Outputs } from './output/outputs.ts';
import { RemoteConnector } from './process/remote-connector.ts';
import { ScriptSpawner } from './process/script-spawner.ts';
import { WatchedServices } from './process/watched-services.ts';
import { dropCapabilities, dropPrivileges, type UserAccount } from './privileges.ts';
import { Sensor } from './sensor.ts';

/** Of the key that initial sequence numbers come from. */
const SECRET_BYTES = 16;

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
  /** Where it is found, and answers echo requests, by IPv6. */
  readonly ipv6: readonly Ipv6Prefix[];
  /** Answer for an address only once nobody else has. */
  readonly askFirst: boolean;
  /** By which sources are told apart; null: they are not. */
  readonly fingerprints: SynFingerprints | null;
  readonly streams: RandomStreams;
  readonly outputs: OutputPaths;
  /** The directory of a capture for each session; null: none. */
  readonly captures: string | null;
  /** The file of a capture of every frame; null: none. */
  readonly pcap: string | null;
  /** Whom to become once everything is open; null: stay who we are. */
  readonly user: UserAccount | null;
  readonly control: ControlOptions | null;
  /** Told of trouble that passes, in one sentence. */
  onTrouble(sentence: string): void;
}

const GIVE_BACK_MS = 100;

export class Daemon {
  readonly sensor: Sensor;
  readonly outputs: Outputs;
  readonly counts: TrafficCounts = new TrafficCounts();
  readonly version: string;
  readonly name: string;
  readonly #startedSeconds: number;
  readonly #clock: Clock;
  readonly #control: ControlServer | null;
  readonly #captures: Captures;
  readonly #scripts: ScriptSpawner;
  readonly #proxies: RemoteConnector = new RemoteConnector();
  readonly #services: HoneynetServices;
  readonly #claimed: AddressSet;
  readonly #sourceSystems: SourceSystems | null;
  #honeynet: Honeynet;

  /** Opens what the options ask for, then becomes the user. Rejects with the system's error. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    let daemon: Daemon | undefined;
    const outputs = await openOutputs(options.outputs, {
      sensor: options.name,
      clock: options.opened.clock,
      streams: options.streams,
      hostName: (address, source, protocol) => daemon?.sensor.hostName(address, source, protocol) ?? null,
      sourceSystem: (source) => daemon?.sourceSystem(source) ?? null,
      onTrouble: (sentence) => options.onTrouble(sentence),
    });
    try {
      const control =
        options.control === null ? null : await ControlServer.listen(options.control, () => daemon);
      if (options.user !== null) dropPrivileges(options.user);
      else if (process.getuid?.() !== 0) dropCapabilities();
      // Made by whom we have become, who also makes the files.
      const captures = await openCaptures(options);
      daemon = new Daemon(options, { outputs, captures }, control);
      return daemon;
    } catch (error) {
      await outputs.close();
      throw error;
    }
  }

  private constructor(
    options: DaemonOptions,
    { outputs, captures }: { readonly outputs: Outputs; readonly captures: Captures },
    control: ControlServer | null,
  ) {
    const { opened, nets, streams } = options;
    this.#captures = captures;
    const honeynet = compactHoneynet(options.honeynet);
    this.#clock = opened.clock;
    this.#honeynet = honeynet;
    this.#claimed = AddressSet.fromCidrs(nets);
    this.#sourceSystems =
      options.fingerprints === null ? null : new SourceSystems(options.fingerprints, opened.clock);
    const sourceSystem = (source: number): string | null => this.sourceSystem(source);
    this.outputs = outputs;
    this.#control = control;
    this.version = options.version;
    this.name = options.name;
    this.#startedSeconds = opened.clock.nowSeconds();
    this.#scripts = new ScriptSpawner({ directory: options.directory });
    this.#services = new HoneynetServices({
      spawner: this.#scripts,
      connector: this.#proxies,
      clock: opened.clock,
      schedule: (seconds, callback) => {
        const timer = setTimeout(callback, seconds * 1000);
        return () => clearTimeout(timer);
      },
      sourceSystem,
      today,
      onMessage: (session, line) => outputs.serviceMessage(session, ipProtocol.tcp, line),
    });
    const behavior = plainBehavior(randomBytes(SECRET_BYTES));
    const stackOptions = {
      arp: { askFirst: options.askFirst },
      ...(options.ipv6.length > 0 && { ipv6: ipv6Directory(options.ipv6) }),
    };
    this.sensor = new Sensor(
      {
        device: opened.device,
        honeynet,
        claimed: this.#claimed,
        clock: opened.clock,
        streams,
        observer: observerList(
          [this.counts, ...outputs.observers],
          (destination, source, protocol) => this.sensor.hostName(destination, source, protocol) !== null,
        ),
        linkAddress: opened.linkAddress,
        sourceSystem,
        tap: (device) => this.#watched(tapped(device, captures, opened.clock)),
        services: new WatchedServices(this.#services, outputs),
        behaviorOf: () => behavior,
        linkAddressOf: linkAddresses(streams),
        onTrouble: (sentence) => {
          outputs.events.sensorTrouble(sentence);
          options.onTrouble(sentence);
        },
      },
      stackOptions,
    );
  }

  /** Answers until `close` or the end of the device; then closes everything. */
  async run(): Promise<void> {
    this.outputs.events.sensorStart(this.version, this.nets());
    // By now whoever has read the configuration has let go of it.
    setTimeout(giveBackMemory, GIVE_BACK_MS).unref();
    try {
      await this.sensor.run();
    } finally {
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
  sourceSystem(source: number): string | null {
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
    this.sensor.replace(honeynet);
    this.outputs.events.sensorReload(true, `${honeynet.bindings.length} bindings from now on`);
  }

  /** The new configuration has mistakes; everything stays as it is. */
  refuseReload(): void {
    this.outputs.events.sensorReload(false, 'The configuration has mistakes; the one before stays in force.');
  }

  #watched(device: LinkDevice): LinkDevice {
    return this.#sourceSystems?.watch(device) ?? device;
  }

  /** Every address that is answered for: those of the command line and those of the bindings. */
  addresses(): AddressSet {
    return AddressSet.fromRanges(this.#honeynet.bindings).union(this.#claimed);
  }

  /** The same as prefixes. */
  nets(): readonly string[] {
    return this.addresses().toCidrs().map(formatCidr);
  }

  /** Goes on in new files of the same names. */
  async reopen(): Promise<void> {
    await Promise.all([this.outputs.reopen(), this.#captures.wire?.reopen()]);
  }

  close(): void {
    this.sensor.close();
  }
}

/** Local time, as YYYY-MM-DD. */
function today(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

interface Captures {
  readonly sessions: SessionCaptures | null;
  readonly wire: WireCapture | null;
}

async function openCaptures({ captures, pcap, opened, ...options }: DaemonOptions): Promise<Captures> {
  const onTrouble = (sentence: string): void => options.onTrouble(sentence);
  const head = captureHead(opened.device.medium);
  return {
    sessions: captures === null ? null : await SessionCaptures.open(captures, onTrouble),
    wire: pcap === null ? null : await WireCapture.open({ path: pcap, head, onTrouble }),
  };
}

/** The device, seen by whoever keeps its frames. The clock of a sensor counts from 1970. */
function tapped(device: LinkDevice, { sessions, wire }: Captures, clock: Clock): LinkDevice {
  let seen = device;
  if (sessions !== null) {
    seen = sessionTap({
      device: seen,
      clock,
      originSeconds: 0,
      write: (flow, block, nowSeconds) => sessions.take(flow, block, device.medium, nowSeconds),
    });
  }
  if (wire !== null) {
    seen = captureTap({ device: seen, clock, originSeconds: 0, write: (block) => wire.write(block) });
  }
  return seen;
}
