/** What a sensor tells about itself, as plain values. */
import { formatIpv4 } from '@wormwood/base';
import type { Metric } from '@wormwood/honeynet';
import type { Daemon } from '../daemon.ts';

export interface SensorStatus {
  readonly version: string;
  readonly sensor: string;
  readonly uptimeSeconds: number;
  readonly nets: readonly string[];
  /** How many addresses that is. */
  readonly addresses: number;
  readonly frames: number;
  /** Frames lost for want of room, and lines of logs for want of a disk. */
  readonly framesDropped: number;
  readonly linesDropped: number;
  readonly connections: number;
  readonly halfOpen: number;
  readonly memoryBytes: number;
  readonly totals: Daemon['counts']['totals'];
}

export interface SensorTop {
  readonly sources: readonly { readonly address: string; readonly contacts: number }[];
  readonly hosts: readonly { readonly address: string; readonly contacts: number }[];
  readonly ports: readonly { readonly protocol: string; readonly port: number; readonly contacts: number }[];
}

/** One line for each binding. */
export type SensorHosts = readonly {
  readonly first: string;
  readonly last: string;
  readonly personality: string | null;
  readonly ports: readonly string[];
}[];

export function statusOf(daemon: Daemon): SensorStatus {
  const { frames, dropped, connections, halfOpen } = daemon.sensor.counts();
  return {
    version: daemon.version,
    sensor: daemon.name,
    uptimeSeconds: daemon.uptimeSeconds(),
    nets: daemon.nets(),
    addresses: daemon.addresses().size,
    frames,
    framesDropped: dropped,
    linesDropped: daemon.outputs.dropped,
    connections,
    halfOpen,
    memoryBytes: process.memoryUsage.rss(),
    totals: daemon.counts.totals,
  };
}

export function topOf({ counts }: Daemon, length: number): SensorTop {
  const contacts = ({ key, count }: { readonly key: number; readonly count: number }) => ({
    address: formatIpv4(key),
    contacts: count,
  });
  return {
    sources: counts.topSources(length).map(contacts),
    hosts: counts.topDestinations(length).map(contacts),
    ports: counts.topPorts(length).map(({ protocol, port, count }) => ({ protocol, port, contacts: count })),
  };
}

export function hostsOf({ honeynet }: Daemon): SensorHosts {
  return honeynet.bindings.map(({ first, last, template }) => ({
    first: formatIpv4(first),
    last: formatIpv4(last),
    personality: template.personality,
    ports: template.ports.map(({ protocol, port, action }) => `${protocol}/${port} ${action.kind}`),
  }));
}

export function metricsOf(daemon: Daemon): readonly Metric[] {
  const status = statusOf(daemon);
  const { totals } = status;
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    kind: 'gauge',
    help,
    samples: [{ value }],
  });
  const counter = (name: string, help: string, value: number): Metric => ({
    ...gauge(name, help, value),
    kind: 'counter',
  });
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
    counter('received_bytes_total', 'Payload octets received.', totals.receivedBytes),
    counter('sent_bytes_total', 'Payload octets sent.', totals.sentBytes),
    counter('frames_total', 'Frames taken from the device.', status.frames),
    counter('frames_dropped_total', 'Frames lost for want of room.', status.framesDropped),
    counter('lines_dropped_total', 'Lines of logs lost for want of a disk.', status.linesDropped),
    gauge('connections', 'Connections now.', status.connections),
    gauge('connections_half_open', 'Handshakes that wait for their end.', status.halfOpen),
    gauge('memory_bytes', 'Resident memory of the process.', status.memoryBytes),
    gauge('uptime_seconds', 'Time since the start.', status.uptimeSeconds),
  ];
}
