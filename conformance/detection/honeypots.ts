/**
 * The honeypots of the telescope: the honeynet's own dispatcher and stack, and the events that a sensor writes about what they
 * are sent. Every second dark address has a host with the usual ports open; the others are as silent as unused addresses.
 */
import { AddressSet, type Clock, type RandomStreams, siphashKeyOf } from '@wormwood/base';
import { Dispatcher, parseHoneydConfiguration } from '@wormwood/honeynet';
import { type HostDirectory, type LinkDevice, plainBehavior, Stack } from '@wormwood/netstack';
import { Outputs } from '../../apps/sensor/src/output/outputs.ts';
import { WatchedServices } from '../../apps/sensor/src/process/watched-services.ts';
import { ROUTER_MAC, NEIGHBOUR_MAC, SENSOR_MAC, type Telescope } from './telescope.ts';

export interface HoneypotsComponents {
  readonly telescope: Telescope;
  readonly device: LinkDevice;
  readonly clock: Clock;
  readonly streams: RandomStreams;
  readonly onEvent: (line: Uint8Array) => void;
}

const OPEN_TCP = [
  21, 22, 23, 25, 80, 110, 135, 139, 143, 443, 445, 1433, 2323, 3306, 3389, 5060, 6881, 8080, 8443, 8883,
  9102,
];
const OPEN_UDP = [53, 123, 137, 161, 500, 514, 1434, 4500, 5060, 6881];

const HONEYPOT = [
  'create default',
  'set default default tcp action closed',
  'set default default udp action closed',
  ...OPEN_TCP.map((port) => `add default tcp port ${port} open`),
  ...OPEN_UDP.map((port) => `add default udp port ${port} open`),
  '',
].join('\n');

const UNUSED = [
  'create default',
  'set default default tcp action filtered',
  'set default default udp action filtered',
  'set default default icmp action filtered',
  '',
].join('\n');

/** Returns the stack that answers for the telescope; its events begin with `sensor.start`. */
export function honeypots(components: HoneypotsComponents): Stack {
  const { telescope, device, clock, streams } = components;
  const nobody = { events: null, packetLog: null, serviceLog: null };
  const outputs = new Outputs(nobody, {
    sensor: 'telescope',
    clock,
    streams,
    vlan: () => 0,
    synMarks: () => stack.synMarks,
    hostName: (address) => (telescope.isHoneypot(Number(address)) ? 'honeypot' : null),
    sourceSystem: () => null,
    onTrouble: (sentence) => {
      throw new Error(sentence);
    },
  });
  outputs.follow(components.onEvent);
  outputs.events.sensorStart('0.1.0', [telescope.cidr]);
  const answering = dispatcher(HONEYPOT, components, outputs);
  const unused = dispatcher(UNUSED, components, outputs);
  const hosts: HostDirectory = {
    find: (address, source, protocol) =>
      (telescope.isHoneypot(Number(address)) ? answering : unused).find(address, source, protocol),
  };
  const { observers } = outputs;
  const [observer] = observers;
  if (observer === undefined) throw new Error('a sensor has an observer for its events');
  const routers = [ROUTER_MAC, NEIGHBOUR_MAC].map((linkAddress) => ({ linkAddress, vlan: 0 }));
  const stack = new Stack(
    { device, hosts, clock, streams, observer, linkAddress: SENSOR_MAC },
    { link: { routers } },
  );
  return stack;
}

function dispatcher(text: string, components: HoneypotsComponents, outputs: Outputs): Dispatcher {
  const { telescope, streams } = components;
  const configuration = parseHoneydConfiguration({
    file: 'telescope',
    text,
    readInclude: (name) => ({ ok: false, reason: `The telescope includes no ${name}.` }),
  });
  if (configuration.diagnostics.length > 0) throw new Error(JSON.stringify(configuration.diagnostics));
  const key = siphashKeyOf(streams.stream('conformance/sequence-numbers'));
  return new Dispatcher({
    honeynet: configuration.honeynet,
    claimed: AddressSet.fromRanges([{ first: telescope.first, last: telescope.first + telescope.size - 1 }]),
    services: new WatchedServices({ tcp: () => null, udp: () => undefined }, outputs),
    stream: streams.stream('conformance/honeypots'),
    behaviorOf: () => plainBehavior(key),
    linkAddressesOf: () => null,
    minuteOfDay: () => 0,
    sourceSystem: () => null,
  });
}
