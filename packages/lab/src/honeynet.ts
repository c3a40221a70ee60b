/**
 * The honeynet of the lab: a `honeyd.conf` with a binding for each honeypot address, the dispatcher and the stack that answer
 * for it, and what the stack reports, as observations for the detector.
 */
import { AddressSet, assert, type Clock, formatIpv4, type RandomStreams, siphashKeyOf } from '@wormwood/base';
import type { Observation } from '@wormwood/defense';
import type { Honeypots, Outbreak } from '@wormwood/epidemic';
import { Dispatcher, parseHoneydConfiguration } from '@wormwood/honeynet';
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
}

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
  const observer = observerOf(clock, (observation) => components.observed(observation));
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
  const tell = (kind: Observation['kind'], flow: Flow): void =>
    observed({
      timeSeconds: clock.nowSeconds(),
      kind,
      protocol: 'tcp',
      source: flow.remoteAddress,
      destination: flow.localAddress,
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
      if (opens) tell('contact', flow);
    },
    flowOpen: (flow) => tell('handshake', flow),
  };
}

/** The honeypots of a lab's scenario; null where there are none. */
export function honeypotsOf({ honeypots }: Pick<Outbreak, 'honeypots'>): Honeypots | null {
  const [first] = honeypots;
  return first === undefined || first.count === 0 ? null : first;
}
