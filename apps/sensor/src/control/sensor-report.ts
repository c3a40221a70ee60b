/** What a sensor says about itself, as plain values. */
import { formatCidr, formatIpv4 } from '@wormwood/base';
import {
  type Binding,
  explainAddress,
  explanationInWords,
  type FrequentAddress,
  type Honeynet,
  type Metric,
  type Template,
  type TrafficCounts,
} from '@wormwood/honeynet';
import { formatIp, type IpAddress } from '@wormwood/wire';
import type { WireReport } from '../device/wire-watch.ts';
import type { Outputs } from '../output/outputs.ts';
import type { Personalities } from '../personalities.ts';
import type { Sensor } from '../sensor.ts';

/** The user that scripts run as. */
export interface ScriptUser {
  readonly userId: number;
  /** It is the user of the sensor itself. */
  readonly isOwn: boolean;
}

/** What reports are made from; a running daemon has it. */
export interface ReportSource {
  readonly version: string;
  readonly name: string;
  readonly honeynet: Honeynet;
  readonly counts: TrafficCounts;
  readonly sensor: Pick<Sensor, 'counts' | 'wire' | 'leased'>;
  readonly outputs: Pick<Outputs, 'dropped' | 'follow'>;
  /** Exceptions that nobody expected so far. */
  readonly faultCount: number;
  /** Null: no port starts a program. */
  readonly scriptUser: ScriptUser | null;
  readonly personalities: Pick<Personalities, 'behaviorOf'>;
  uptimeSeconds(): number;
  /** Every address that is answered for, as prefixes, and how many addresses that is. */
  nets(): readonly string[];
  addressCount(): number;
  /** Each router of the link and how it is known, and the networks whose hosts share the link. */
  routers(): readonly string[];
  linkNets(): readonly string[];
}

/** What `net status` shows of a running sensor. */
export interface SensorStatus {
  readonly version: string;
  readonly sensor: string;
  readonly uptimeSeconds: number;
  readonly nets: readonly string[];
  /** How many addresses that is. */
  readonly addresses: number;
  readonly frames: number;
  /** Frames dropped because a ring was full, and lines of logs dropped because a disk was. */
  readonly framesDropped: number;
  readonly linesDropped: number;
  readonly connections: number;
  readonly halfOpen: number;
  /** Connections that were reset because memory was short. */
  readonly evicted: number;
  /** In words: each router of the link and how it is known. */
  readonly routers: readonly string[];
  /** Networks whose hosts share the link, in words. */
  readonly linkNets: readonly string[];
  readonly memoryBytes: number;
  /** Exceptions that nobody expected and that the sensor survived. */
  readonly faults: number;
  /** The user that scripts run as; null: there are no scripts. */
  readonly scriptUser: ScriptUser | null;
  /** Whether the medium takes what is sent; null: there is no medium. */
  readonly wire: WireReport | null;
  readonly totals: TrafficCounts['totals'];
}

/** The busiest sources, hosts and ports, the busiest first. */
export interface SensorTop {
  readonly sources: readonly { readonly address: string; readonly contacts: number }[];
  readonly hosts: readonly { readonly address: string; readonly contacts: number }[];
  readonly ports: readonly { readonly protocol: string; readonly port: number; readonly contacts: number }[];
}

/** One line for each binding. */
export type SensorHosts = readonly {
  readonly first: string;
  readonly last: string;
  readonly template: string;
  /** Whether the host came to its address by DHCP. */
  readonly leased: boolean;
  readonly personality: string | null;
  readonly ports: readonly string[];
}[];

/** The virtual routers and how they are joined. */
export interface SensorTopology {
  /** Where packets from outside enter. */
  readonly entries: readonly { readonly router: string; readonly network: string }[];
  readonly routers: readonly {
    readonly address: string;
    /** Networks whose hosts are attached to it. */
    readonly links: readonly string[];
    readonly routes: readonly {
      readonly network: string;
      readonly nextHop: string;
      readonly latencySeconds: number;
      readonly loss: number;
      /** Bits a second; null: without limit. */
      readonly bandwidth: number | null;
    }[];
  }[];
}

/** What an address would answer, in the words of `net explain`; one text for each protocol. */
export interface SensorExplanation {
  readonly address: string;
  readonly texts: readonly string[];
}

export function topologyOf({ honeynet: { topology } }: ReportSource): SensorTopology {
  return {
    entries: topology.entries.map(({ router, network }) => ({
      router: formatIpv4(router),
      network: formatCidr(network),
    })),
    routers: topology.routers.map(({ address, links, routes }) => ({
      address: formatIpv4(address),
      links: links.map(formatCidr),
      routes: routes.map(({ network, nextHop, link: { latencySeconds, loss, bandwidth } }) => ({
        network: formatCidr(network),
        nextHop: formatIpv4(nextHop),
        latencySeconds,
        loss,
        bandwidth,
      })),
    })),
  };
}

export function explanationOf(
  { honeynet, personalities }: ReportSource,
  address: IpAddress,
): SensorExplanation {
  const name = formatIp(address);
  const texts = (['tcp', 'udp', 'icmp'] as const).map((protocol) => {
    const question = { address, protocol, port: null, source: null };
    return explanationInWords(
      explainAddress(honeynet, question, personalities.behaviorOf),
      `${name} ${protocol}`,
      protocol,
    ).join('\n');
  });
  return { address: name, texts };
}

export function statusOf(source: ReportSource): SensorStatus {
  const { frames, dropped, connections, halfOpen, evicted } = source.sensor.counts();
  return {
    version: source.version,
    sensor: source.name,
    uptimeSeconds: source.uptimeSeconds(),
    nets: source.nets(),
    addresses: source.addressCount(),
    frames,
    framesDropped: dropped,
    linesDropped: source.outputs.dropped,
    connections,
    halfOpen,
    evicted,
    routers: source.routers(),
    linkNets: source.linkNets(),
    memoryBytes: process.memoryUsage.rss(),
    faults: source.faultCount,
    scriptUser: source.scriptUser,
    wire: source.sensor.wire(),
    totals: source.counts.totals,
  };
}

export function topOf({ counts }: ReportSource, length: number): SensorTop {
  const contacts = ({ address, count }: FrequentAddress) => ({ address: formatIp(address), contacts: count });
  return {
    sources: counts.topSources(length).map(contacts),
    hosts: counts.topDestinations(length).map(contacts),
    ports: counts.topPorts(length).map(({ protocol, port, count }) => ({ protocol, port, contacts: count })),
  };
}

export function hostsOf({ honeynet, sensor }: ReportSource): SensorHosts {
  return [
    ...honeynet.bindings.map((binding) => hostOf(binding, false)),
    ...sensor.leased().map((binding) => hostOf(binding, true)),
    ...honeynet.ipv6Bindings.map(({ prefix, ...binding }) => {
      const last = prefix.first | ((1n << BigInt(128 - prefix.length)) - 1n);
      return hostOf({ ...binding, first: prefix.first, last }, false);
    }),
  ];
}

interface BoundHosts extends Pick<Binding, 'original' | 'template'> {
  readonly first: IpAddress;
  readonly last: IpAddress;
}

function hostOf({ first, last, original, template }: BoundHosts, leased: boolean): SensorHosts[number] {
  return {
    first: formatIp(first),
    last: formatIp(last),
    template: original,
    leased,
    personality: template.personality,
    ports: portsOf(template),
  };
}

/** What each port does, the default actions last; those of a dynamic template by the template that is used. */
function portsOf({ ports, defaultActions, dynamic }: Template): readonly string[] {
  if (dynamic !== null && dynamic.length > 0)
    return dynamic.flatMap(({ condition, template }) =>
      portsOf(template).map((port) => `${condition.kind}: ${port}`),
    );
  return [
    ...ports.map(({ protocol, port, action }) => `${protocol}/${port} ${action.kind}`),
    ...Object.entries(defaultActions).map(([protocol, action]) => `${protocol} ${action.kind}`),
  ];
}

export function metricsOf(source: ReportSource): readonly Metric[] {
  const status = statusOf(source);
  const { totals } = status;
  return [
    {
      name: 'contacts_total',
      kind: 'counter',
      help: 'Packets to virtual hosts outside any connection.',
      samples: [
        { labels: { protocol: 'tcp' }, value: totals.tcpProbes },
        { labels: { protocol: 'udp' }, value: totals.udpProbes + totals.udpDatagrams },
        { labels: { protocol: 'icmp' }, value: totals.icmpMessages },
        { labels: { protocol: 'other' }, value: totals.otherPackets },
      ],
    },
    counter('connections_opened_total', 'Completed handshakes.', totals.connectionsOpened),
    counter('connections_closed_total', 'Connections that have ended.', totals.connectionsClosed),
    counter('connections_evicted_total', 'Connections reset because memory was short.', status.evicted),
    counter('received_bytes_total', 'Payload octets received.', totals.receivedBytes),
    counter('sent_bytes_total', 'Payload octets sent.', totals.sentBytes),
    counter('frames_total', 'Frames taken from the device.', status.frames),
    counter('frames_dropped_total', 'Frames dropped because a ring was full.', status.framesDropped),
    counter(
      'lines_dropped_total',
      'Lines of logs lost because the disk could not take them.',
      status.linesDropped,
    ),
    counter('faults_total', 'Unexpected errors that the sensor survived.', status.faults),
    ...wireMetrics(status.wire),
    gauge('connections', 'Connections now.', status.connections),
    gauge('connections_half_open', 'Handshakes that wait for their end.', status.halfOpen),
    gauge('memory_bytes', 'Resident memory of the process.', status.memoryBytes),
    gauge('uptime_seconds', 'Time since the start.', status.uptimeSeconds),
  ];
}

function wireMetrics(wire: WireReport | null): readonly Metric[] {
  if (wire === null) return [];
  return [
    counter('frames_sent_total', 'Frames that the device took.', wire.sent),
    counter('frames_refused_total', 'Frames that the device refused.', wire.refused),
    gauge('wire_stuck', '1 while no frame leaves the device.', wire.state === 'stuck' ? 1 : 0),
    gauge('mtu_bytes', 'Largest packet that the device takes.', wire.mtuBytes),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, kind: 'gauge', help, samples: [{ value }] };
}

function counter(name: string, help: string, value: number): Metric {
  return { ...gauge(name, help, value), kind: 'counter' };
}
