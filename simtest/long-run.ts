/**
 * A sensor through hours of virtual time: its interface goes down and comes back, changes its MTU, hosts come to addresses by
 * DHCP and lose them, the configuration is read again, the disk is full for a while, logs are rotated. Meanwhile machines
 * contact it, each time from an address of their own, and note what came back. Nothing here looks at how events are made.
 */
import {
  assert,
  type Clock,
  EventQueue,
  exponential,
  type RandomStream,
  randomStreams,
  VirtualClock,
} from '@wormwood/base';
import type { Honeynet } from '@wormwood/honeynet';
import { type MemoryDevice, memoryLink } from '@wormwood/netstack';
import { ethernet, etherType, type IpAddress, isMalformed, readU8 } from '@wormwood/wire';
import { linkAddresses } from '../apps/sensor/src/link/link-addresses.ts';
import { observerList } from '../apps/sensor/src/output/observer-list.ts';
import { openOutputs, type Outputs } from '../apps/sensor/src/output/outputs.ts';
import { WatchedServices } from '../apps/sensor/src/process/watched-services.ts';
import { componentsOf, honeynetOf } from '../apps/sensor/src/sensor-test-support.ts';
import { Sensor } from '../apps/sensor/src/sensor.ts';
import { type Contact, type ContactKind, ContactMachine } from './contact-machine.ts';
import { DhcpServer } from './dhcp-server.ts';
import { type IpPacket, readIpPacket } from './ip-packet.ts';
import { SimDisk } from './sim-disk.ts';
import { SimInterface } from './sim-interface.ts';

export interface LongRunOptions {
  readonly seed: string;
  readonly hours: number;
  readonly contactsPerHour: number;
}

/** What was done to the sensor, so many times each. */
export type Done = Record<'down' | 'up' | 'mtu' | 'reload' | 'full' | 'rotation' | 'silence', number>;

export interface LongRunReport {
  readonly contacts: readonly Contact[];
  /** The files of events, one after the other. */
  readonly texts: readonly string[];
  readonly done: Readonly<Done>;
  /** Leases that the DHCP server has given or prolonged. */
  readonly leasesGiven: number;
  readonly linesDropped: number;
  readonly troubles: readonly string[];
  /** How often the disk refused to write. */
  readonly refusals: number;
}

const EPOCH_SECONDS = 1_772_366_400;
const SENSOR_MAC = 0x02_00_00_00_00_01;
const ROUTER_MAC = 0x02_00_00_00_00_fe;
const HOUR_SECONDS = 3600;
/** In which no lease is asked for any more, so that all that were given are reported. */
const LAST_SECONDS = 120;
const BUDGET = 256;
const MTU = 1500;
const MTUS = [MTU, 1400];

const DHCP = [44, 55, 66].map((octet) => `dhcp windows on d0 ethernet "00:11:22:33:44:${octet}"`).join('\n');
/** A reload goes from one to the other: other addresses, other ports. */
const CONFIGURATIONS = [
  ['add host tcp port 80 open', 'bind 10.3.0.0/25 host\nbind 2001:db8:3::/64 host'],
  [
    'add host tcp port 81 open',
    'bind 10.3.0.0/26 host\nbind 10.4.0.0/26 host\nbind 2001:db8:3::/122 host\nbind 2001:db8:4::/122 host',
  ],
].map(([port, bindings]) =>
  honeynetOf(`
create host
set host default tcp action reset
set host default udp action reset
add host tcp port 443 open
${port}
create windows
set windows default tcp action reset
${DHCP}
${bindings}
`),
);
const NETWORKS = [0x0a03_0000, 0x0a04_0000];
const IPV6_NETWORKS = [0x2001_0db8_0003n << 80n, 0x2001_0db8_0004n << 80n];
/** One contact of so many is over IPv6. */
const IPV6_SHARE = 3;
const NETWORK_SIZE = 128;
const PORTS = [80, 81, 443, 8080];
const KINDS: readonly ContactKind[] = ['ping', 'segment', 'datagram', 'connection'];

class LongRun {
  readonly contacts: Contact[] = [];
  readonly done: Done = { down: 0, up: 0, mtu: 0, reload: 0, full: 0, rotation: 0, silence: 0 };
  readonly troubles: string[] = [];
  readonly disk: SimDisk;
  readonly server: DhcpServer;
  outputs!: Outputs;
  readonly #clock: VirtualClock = new VirtualClock(EPOCH_SECONDS);
  readonly #stream: RandomStream;
  readonly #options: LongRunOptions;
  readonly #machine: ContactMachine = new ContactMachine();
  readonly #far: MemoryDevice;
  readonly #interface: SimInterface;
  readonly #actions: EventQueue<() => unknown> = new EventQueue();
  readonly #endSeconds: number;
  #inbox: IpPacket[] = [];
  #sensor!: Sensor;
  #configuration = 0;

  constructor(options: LongRunOptions) {
    this.#options = options;
    this.#stream = randomStreams(options.seed).stream('long-run');
    this.#endSeconds = EPOCH_SECONDS + options.hours * HOUR_SECONDS;
    this.disk = new SimDisk(this.#clock);
    this.server = new DhcpServer(this.#clock);
    const [far, near] = memoryLink({ slots: 1024 });
    this.#far = far;
    this.#interface = new SimInterface(near);
  }

  async run(): Promise<void> {
    await this.#open();
    this.#plan();
    for (;;) {
      const now = this.#clock.nowSeconds();
      const next = Math.min(
        this.#actions.peekTime() ?? Number.POSITIVE_INFINITY,
        this.disk.nextSeconds(),
        // The wheel of the stack turns in ticks: what it says is due may be so a moment later.
        Math.max(this.#sensor.nextWorkSeconds(), now + 1e-3),
      );
      if (next >= this.#endSeconds) break;
      this.#clock.advanceTo(Math.max(next, now));
      this.#work();
      // oxlint-disable-next-line no-await-in-loop -- one moment after the other
      await this.disk.work();
      while ((this.#actions.peekTime() ?? Number.POSITIVE_INFINITY) <= this.#clock.nowSeconds())
        // oxlint-disable-next-line no-await-in-loop
        await this.#actions.pop()?.event();
    }
    this.disk.room = Number.POSITIVE_INFINITY;
    this.outputs.events.endGathered(true);
    await this.outputs.close();
  }

  async #open(): Promise<void> {
    const streams = randomStreams(this.#options.seed);
    const clock: Clock = this.#clock;
    const outputs = await openOutputs(
      { events: 'events', packetLog: 'packets', serviceLog: null },
      {
        sensor: 'long-run',
        clock,
        streams,
        disk: this.disk,
        vlan: () => this.#sensor.stack.vlan,
        hostName: (...asked) => this.#sensor.hostName(...asked),
        sourceSystem: () => null,
        onTrouble: (sentence) => this.troubles.push(sentence),
      },
    );
    this.outputs = outputs;
    const parts = {
      device: this.#interface,
      clock,
      streams,
      linkAddress: SENSOR_MAC,
      services: new WatchedServices({ tcp: () => null, udp: () => undefined }, outputs),
      linkAddressesOf: linkAddresses(streams),
      observer: observerList(
        outputs.observers,
        (destination, source, protocol) => this.#sensor.hostName(destination, source, protocol) !== null,
      ),
      onDhcp: (news: Parameters<Outputs['events']['dhcp']>[0]) => outputs.events.dhcp(news),
      onInterface: (change: { readonly kind: 'up' | 'down' | 'gone' | 'mtu'; readonly mtuBytes?: number }) =>
        outputs.events.networkInterface({
          event: `interface.${change.kind}`,
          name: 'd0',
          ...(change.mtuBytes === undefined ? {} : { mtu: change.mtuBytes }),
        }),
    };
    this.#sensor = new Sensor({ ...componentsOf('', parts), honeynet: configurationOf(0) });
  }

  /** Everything that will happen, as actions that plan their next turn. */
  #plan(): void {
    const { contactsPerHour } = this.#options;
    // The first time comes within the mean, so that a few hours have everything.
    const again = (
      meanSeconds: number,
      act: () => unknown,
      wait: number = this.#stream.nextDouble(),
    ): void => {
      const at = this.#clock.nowSeconds() + meanSeconds * wait;
      if (at >= this.#endSeconds - LAST_SECONDS) return;
      this.#actions.push(at, async () => {
        await act();
        again(meanSeconds, act, exponential(this.#stream));
      });
    };
    const after = (seconds: number, act: () => void): void => {
      this.#actions.push(this.#clock.nowSeconds() + seconds, act);
    };
    const until = (least: number, most: number): number => least + this.#stream.nextDouble() * (most - least);
    again(HOUR_SECONDS / contactsPerHour, () => this.#contact());
    again(HOUR_SECONDS, () => {
      if (!this.#interface.isUp) return;
      this.#interface.isUp = false;
      this.done.down++;
      after(until(120, 600), () => {
        this.#interface.isUp = true;
        this.done.up++;
      });
    });
    again(HOUR_SECONDS, () => {
      this.#interface.mtuBytes = MTUS[++this.done.mtu % MTUS.length] ?? MTU;
    });
    again(HOUR_SECONDS, () => {
      this.done.reload++;
      this.#configuration = 1 - this.#configuration;
      this.#sensor.replace(configurationOf(this.#configuration));
      this.outputs.events.sensorReload(true, 'read again');
    });
    again(2 * HOUR_SECONDS, () => {
      this.done.full++;
      this.disk.room = this.#stream.nextBelow(1000);
      after(until(600, 1800), () => (this.disk.room = Number.POSITIVE_INFINITY));
    });
    again(2 * HOUR_SECONDS, () => {
      this.done.silence++;
      this.server.isSilent = true;
      after(until(1500, 3000), () => (this.server.isSilent = false));
    });
    again(HOUR_SECONDS, async () => {
      this.disk.rename('events', `events.${++this.done.rotation}`);
      await this.outputs.reopen();
    });
    this.#actions.push(this.#endSeconds - LAST_SECONDS, () => (this.server.isSilent = true));
    this.#tick();
  }

  /** What the daemon does once a second. */
  #tick(): void {
    this.#sensor.look(this.#clock.nowSeconds());
    this.outputs.events.endGathered();
    this.#actions.push(this.#clock.nowSeconds() + 1, () => this.#tick());
  }

  #contact(): void {
    const pick = <T>(all: readonly T[]): T => {
      const drawn = all[this.#stream.nextBelow(all.length)];
      assert(drawn !== undefined, 'there is something to draw from');
      return drawn;
    };
    const leased = this.server.known();
    const below = this.#stream.nextBelow(NETWORK_SIZE);
    const bound = (): IpAddress =>
      this.#stream.nextBelow(IPV6_SHARE) === 0 ? pick(IPV6_NETWORKS) + BigInt(below) : pick(NETWORKS) + below;
    const host =
      leased.length > 0 && this.#stream.nextBelow(3) === 0
        ? pick(leased)
        : { address: bound(), linkAddress: SENSOR_MAC };
    const to = { kind: pick(KINDS), destination: host.address, port: pick(PORTS) };
    const seconds = this.#clock.nowSeconds();
    const isDelivered = this.#interface.isUp;
    const exchange = (packet: Uint8Array): readonly IpPacket[] => {
      this.#inbox = [];
      this.#send(packet, host.linkAddress);
      this.#work();
      return this.#inbox;
    };
    this.contacts.push(this.#machine.contact({ ...to, seconds, isDelivered }, exchange));
  }

  /** Lets the sensor and the DHCP server do what is to be done now. */
  #work(): void {
    for (let hasAnswered = true; hasAnswered;) {
      this.#sensor.work();
      hasAnswered = false;
      const frames: Uint8Array[] = [];
      this.#far.receive(({ bytes, start, end }) => frames.push(bytes.slice(start, end)), BUDGET);
      for (const octets of frames) {
        const frame = ethernet.parse(octets);
        if (isMalformed(frame) || (frame.etherType !== etherType.ipv4 && frame.etherType !== etherType.ipv6))
          continue;
        const packet = readIpPacket(frame.payload);
        if (packet === null) continue;
        const answer = this.server.answer(packet);
        if (answer === null) this.#inbox.push(packet);
        else {
          this.#send(answer, frame.source);
          hasAnswered = true;
        }
      }
    }
  }

  #send(packet: Uint8Array, destination: number): void {
    if (!this.#interface.isUp) return;
    const type = readU8(packet, 0) >>> 4 === 6 ? etherType.ipv6 : etherType.ipv4;
    const frame = { source: ROUTER_MAC, destination, tags: [], etherType: type, payload: packet };
    const at = this.#far.reserve();
    ethernet.emit(frame, this.#far.transmitBuffer, at);
    this.#far.commit(ethernet.length(frame));
    this.#far.flush();
  }
}

function configurationOf(number: number): Honeynet {
  const configuration = CONFIGURATIONS[number];
  assert(configuration !== undefined, 'one of the configurations');
  return configuration;
}

/** Runs a sensor through so many hours and returns what was done and what is in its files. */
export async function longRun(options: LongRunOptions): Promise<LongRunReport> {
  const made = new LongRun(options);
  await made.run();
  return {
    contacts: made.contacts,
    texts: made.disk.textsOf('events'),
    done: made.done,
    leasesGiven: made.server.given,
    linesDropped: made.outputs.dropped,
    troubles: made.troubles,
    refusals: made.disk.refusals,
  };
}
