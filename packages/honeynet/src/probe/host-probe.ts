/**
 * Shows what a stranger sees of a host before it stands on a network: the honeynet answers in memory, under virtual time, what an
 * ordinary client, p0f and nmap ask. No program is started and nobody else is asked.
 */
import { AddressSet, type RandomStreams, VirtualClock } from '@wormwood/base';
import { memoryLink } from '@wormwood/netstack';
import type { DispatcherComponents } from '../dispatcher.ts';
import type { Honeynet } from '../model.ts';
import { honeynetAtWork } from './honeynet-at-work.ts';
import {
  OrdinaryClient,
  type SeenHandshake,
  type SeenPing,
  type SeenPort,
  type SeenState,
} from './ordinary-client.ts';
import { scanSystem } from './os-scan.ts';
import type { Observed } from './os-tests.ts';
import { Prober } from './prober.ts';

export interface HostProbeComponents {
  readonly honeynet: Honeynet;
  readonly address: number;
  /** Who asks. */
  readonly source: number;
  readonly streams: RandomStreams;
  readonly behaviorOf: DispatcherComponents['behaviorOf'];
  readonly linkAddressesOf: DispatcherComponents['linkAddressesOf'];
  readonly minuteOfDay: DispatcherComponents['minuteOfDay'];
}

/** What was seen of a host. */
export interface HostView {
  /** The Ethernet address that answers ARP; null: that of the sensor's interface. */
  readonly linkAddress: number | null;
  readonly answersArp: boolean;
  /** Null: no echo reply. */
  readonly ping: SeenPing | null;
  /** Those that the configuration names, and common ones that are not as the others. */
  readonly ports: readonly SeenPort[];
  readonly others: Readonly<Record<'tcp' | 'udp', SeenState>>;
  /** At the first open port; null: there is none. */
  readonly handshake: SeenHandshake | null;
  /** What nmap's tests measure, and the ports that they went to; null: there is none such. */
  readonly observed: Observed;
  readonly openPort: number | null;
  readonly closedPort: number | null;
}

/** What scanners ask first. */
const COMMON_PORTS: Readonly<Record<'tcp' | 'udp', readonly number[]>> = {
  tcp: [21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 443, 445, 993, 1433, 3306, 3389, 5900, 8080, 9100],
  udp: [53, 67, 69, 123, 137, 161, 500, 1900, 5353],
};
/** Where no configuration has a port, unless it names this one: then the next. */
const ELSEWHERE = 41_953;
/** When it is asked: 2026-01-01. */
const START_SECONDS = 1_767_225_600;
/** Of the sensor's interface: locally administered. */
const INTERFACE_MAC = 0x02_00_5e_10_00_01;
const SLOTS = 256;
const FRAMES_MAX = 1024;

/** Returns what is seen of a host. */
export function probeHost(components: HostProbeComponents): HostView {
  const { address, source, streams, honeynet } = components;
  const prober = proberOf(components);
  const ends = { source, destination: address };
  const linkAddress = prober.resolve(address, source, INTERFACE_MAC);
  const client = new OrdinaryClient(prober, ends);
  const ping = client.ping();
  const tcp = seenPorts(client, honeynet, 'tcp');
  const udp = seenPorts(client, honeynet, 'udp');
  const tarpits = tarpitPorts(honeynet);
  const open = tcp.all.filter(({ state }) => state === 'open');
  const openPort = (open.find(({ port }) => !tarpits.has(port)) ?? open[0])?.port ?? null;
  const handshake = openPort === null ? null : client.handshake(openPort);
  const closedPort = tcp.all.findLast(({ state }) => state === 'closed')?.port ?? null;
  const closedUdpPort =
    udp.all.findLast(({ state }) => state === 'closed')?.port ?? udp.all.at(-1)?.port ?? ELSEWHERE;
  const stream = streams.stream('honeynet/probe');
  prober.wait(QUIET_SECONDS);
  const observed = scanSystem(
    prober,
    {
      ...ends,
      openPort,
      closedPort,
      closedUdpPort,
      sequence: 1 + stream.nextBelow(NUMBERS),
      acknowledgment: 1 + stream.nextBelow(NUMBERS),
    },
    stream,
  );
  return {
    linkAddress: linkAddress === INTERFACE_MAC ? null : linkAddress,
    answersArp: linkAddress !== null,
    ping,
    ports: [...tcp.named, ...udp.named],
    others: { tcp: tcp.others, udp: udp.others },
    handshake,
    observed,
    openPort,
    closedPort,
  };
}

const QUIET_SECONDS = 2;
const NUMBERS = 0x7fff_0000;

function proberOf({ address, ...components }: HostProbeComponents): Prober {
  const clock = new VirtualClock(START_SECONDS);
  const [far, near] = memoryLink({ medium: 'ethernet', slots: SLOTS });
  const { stack, nextWorkSeconds } = honeynetAtWork({
    ...components,
    // Where nothing is bound the default template answers.
    claimed: AddressSet.fromRanges([{ first: address, last: address }]),
    device: near,
    clock,
    linkAddress: INTERFACE_MAC,
  });
  return new Prober({ far, clock, work: () => void stack.work(FRAMES_MAX), nextWorkSeconds });
}

interface SeenPorts {
  readonly all: readonly SeenPort[];
  readonly named: readonly SeenPort[];
  readonly others: SeenState;
}

function seenPorts(client: OrdinaryClient, honeynet: Honeynet, protocol: 'tcp' | 'udp'): SeenPorts {
  const configured = configuredPorts(honeynet, protocol);
  const asked = [...new Set([...COMMON_PORTS[protocol], ...configured])].toSorted((a, b) => a - b);
  let elsewhere = ELSEWHERE;
  while (asked.includes(elsewhere)) elsewhere++;
  const all = client.ports(protocol, [...asked, elsewhere]);
  const others = all.at(-1)!.state;
  // One that is like all others was given no rule of its own, or one that says the same.
  return { all, others, named: all.filter(({ state }) => state !== others) };
}

/** Ports that any template names: the answer shows whose they are. */
function configuredPorts(
  { templates, bindings, defaultTemplate }: Honeynet,
  protocol: 'tcp' | 'udp',
): readonly number[] {
  const ports = new Set<number>();
  const all = [...templates.values(), ...bindings.map(({ template }) => template), defaultTemplate];
  for (const template of all)
    for (const rules of [
      template?.ports ?? [],
      ...(template?.dynamic ?? []).map((rule) => rule.template.ports),
    ])
      for (const rule of rules) if (rule.protocol === protocol) ports.add(rule.port);
  return [...ports].slice(0, PORTS_MAX);
}

const PORTS_MAX = 4096;

function tarpitPorts({ templates, bindings }: Honeynet): ReadonlySet<number> {
  const all = [...templates.values(), ...bindings.map(({ template }) => template)];
  return new Set(
    all.flatMap(({ ports }) =>
      ports.flatMap(({ port, action }) => ('tarpit' in action && action.tarpit ? [port] : [])),
    ),
  );
}
