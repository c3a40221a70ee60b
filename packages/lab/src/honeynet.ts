/**
 * The honeynet of the lab: a `honeyd.conf` with a binding for each honeypot address, the dispatcher and the stack that answer
 * for it, and what the stack reports, as observations for the detector.
 */
import {
  AddressSet,
  assert,
  type Clock,
  formatCidr,
  formatIpv4,
  type RandomStreams,
  siphashKeyOf,
} from '@wormwood/base';
import type { Observation } from '@wormwood/defense';
import type { Honeypots, Outbreak } from '@wormwood/epidemic';
import { Dispatcher, EventMaker, type LineSink, parseHoneydConfiguration } from '@wormwood/honeynet';
import {
  type Flow,
  type LinkDevice,
  plainBehavior,
  silentObserver,
  Stack,
  type StackObserver,
} from '@wormwood/netstack';

export interface LabHoneynetComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  readonly streams: RandomStreams;
  readonly honeypots: ArrayLike<number>;
  readonly port: number;
  /** Ethernet address of the honeypots' side; 0 on a device without Ethernet. */
  readonly linkAddress: number;
  observed(observation: Observation): void;
  /** Receives each line that a sensor would write to its file of events. @default nobody */
  readonly event?: ((line: string) => void) | undefined;
}

/** Labs begin at the start of the year 2000, in the events that they write. */
const CALENDAR_SECONDS = 946_684_800;

/** Returns the stack that answers at the honeypot addresses. */
export function labHoneynet(components: LabHoneynetComponents): Stack {
  const { device, clock, streams, linkAddress, honeypots, port } = components;
  const text = honeydConfiguration(honeypots, port);
  const configuration = parseHoneydConfiguration({
    file: 'lab',
    text,
    readInclude: (name) => ({ ok: false, reason: `The lab includes no ${name}.` }),
  });
  assert(configuration.diagnostics.length === 0, 'the lab writes a configuration that can be read');
  const hosts = new Dispatcher({
    honeynet: configuration.honeynet,
    claimed: AddressSet.empty,
    services: { tcp: () => null, udp: () => undefined },
    stream: streams.stream('lab/honeynet'),
    behaviorOf: () => plainBehavior(siphashKeyOf(streams.stream('lab/behavior'))),
    linkAddressesOf: () => null,
    minuteOfDay: () => 0,
    sourceSystem: () => null,
  });
  const judged = observerOf(clock, (observation) => components.observed(observation));
  const observer = components.event === undefined ? judged : withEvents(judged, components, components.event);
  return new Stack({ device, hosts, clock, streams, observer, linkAddress });
}

/** Returns the configuration of the honeynet: only the port that the worm probes is open. */
function honeydConfiguration(honeypots: ArrayLike<number>, port: number): string {
  return [
    'create honeypot',
    'set honeypot default tcp action filtered',
    'set honeypot default udp action filtered',
    `add honeypot tcp port ${port} open`,
    ...Array.from(honeypots, (address) => `bind ${formatIpv4(address)} honeypot`),
    '',
  ].join('\n');
}

/** A SYN is a contact, whoever sent it; an opened flow is a handshake, which only the true source can complete. */
function observerOf(clock: Clock, observed: (observation: Observation) => void): StackObserver {
  // The lab's network is one of IPv4.
  const observe = (kind: Observation['kind'], flow: Flow): void =>
    observed({
      timeSeconds: clock.nowSeconds(),
      kind,
      protocol: 'tcp',
      source: Number(flow.remoteAddress),
      destination: Number(flow.localAddress),
      sourcePort: flow.remotePort,
      destinationPort: flow.localPort,
      payloadHash: null,
      payloadLength: 0,
      dark: true,
      // The lab controls every host, and none of them forges an address.
      linkAddress: null,
      forgeable: null,
    });
  return {
    ...silentObserver,
    tcpProbe: (flow, _flags, _lengthBytes, opens) => {
      if (opens) observe('contact', flow);
    },
    flowOpen: (flow) => observe('handshake', flow),
  };
}

/** Reports probes and connections as the daemon does. Every host is the lab's own, so its addresses count as proven. */
function withEvents(
  judged: StackObserver,
  { clock, streams, honeypots }: LabHoneynetComponents,
  event: (line: string) => void,
): StackObserver {
  const maker = new EventMaker({
    sensor: 'lab',
    clock: { nowSeconds: () => CALENDAR_SECONDS + clock.nowSeconds() },
    stream: streams.stream('lab/events'),
    hostName: () => 'honeypot',
    sink: sinkOf(event),
  });
  maker.sensorStart(
    'lab',
    AddressSet.fromRanges(Array.from(honeypots, (address) => ({ first: address, last: address })))
      .toCidrs()
      .map(formatCidr),
  );
  return {
    ...judged,
    tcpProbe: (flow, flags, lengthBytes, opens) => {
      maker.tcpProbe(flow, flags, lengthBytes);
      judged.tcpProbe(flow, flags, lengthBytes, opens);
    },
    flowOpen: (flow, proof) => {
      maker.flowOpen(flow, { ...proof, kind: 'router', forgeable: null });
      judged.flowOpen(flow, proof);
    },
    flowClose: (...ended) => maker.flowClose(...ended),
  };
}

/** No event of a lab is longer, but the one that lists its addresses, which comes as a text. */
const LINE_LENGTH_MAX = 65_536;

/** Hands on each line as text; the events of a lab are ASCII. */
function sinkOf(take: (line: string) => void): LineSink {
  const octets = new Uint8Array(LINE_LENGTH_MAX);
  return {
    octets,
    write: take,
    reserve: (lengthMax) => (lengthMax <= LINE_LENGTH_MAX ? 0 : -1),
    commit: (end) => {
      let line = '';
      for (let at = 0; at < end; at++) line += String.fromCharCode(octets[at] ?? 0);
      take(line);
    },
  };
}

/** The honeypots of a lab's scenario; null where there are none. */
export function honeypotsOf({ honeypots }: Pick<Outbreak, 'honeypots'>): Honeypots | null {
  const [first] = honeypots;
  return first === undefined || first.count === 0 ? null : first;
}
