/** A honeynet for tests, from a honeyd.conf in the test's own text, and packets to it. */
import { AddressSet, parseIpv4, randomStreams, siphashKeyOf } from '@wormwood/base';
import { plainBehavior } from '@wormwood/netstack';
import { ipv4 } from '@wormwood/wire';
import { type ConfigurationResult, parseHoneydConfiguration } from './config/honeyd-parser.ts';
import { Dispatcher, type DispatcherComponents } from './dispatcher.ts';
import type { Honeynet } from './model.ts';

export function ip(text: string): number {
  const address = parseIpv4(text);
  if (!address.ok) throw new Error(address.reason);
  return address.value;
}

/** What is read of a text that includes no other file. */
export function readConfiguration(text: string): ConfigurationResult {
  return parseHoneydConfiguration({
    text,
    file: 'test.conf',
    readInclude: () => ({ ok: false, reason: 'a test has one file' }),
  });
}

/** The honeynet of a text without errors. */
export function honeynetOf(text: string): Honeynet {
  const { honeynet, diagnostics } = readConfiguration(text);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return honeynet;
}

/** Finds the hosts of a honeynet, which serve nothing; at midnight, for sources of unknown systems. */
export function dispatcherOf(
  honeynet: Honeynet,
  components: Partial<Omit<DispatcherComponents, 'honeynet'>> = {},
): Dispatcher {
  const streams = randomStreams('1');
  return new Dispatcher({
    honeynet,
    claimed: AddressSet.empty,
    services: { tcp: () => null, udp: () => undefined },
    stream: streams.stream('test/drops'),
    behaviorOf: () => plainBehavior(siphashKeyOf(streams.stream('test/behavior'))),
    linkAddressesOf: () => null,
    minuteOfDay: () => 0,
    sourceSystem: () => null,
    ...components,
  });
}

/** An IPv4 packet without options. */
export function ipv4Packet(
  source: number,
  destination: number,
  protocol: number,
  payload: Uint8Array,
  timeToLive = 64,
): Uint8Array {
  const flags = { reservedFlag: false, dontFragment: false, moreFragments: false, fragmentOffset: 0 };
  const words = { typeOfService: 0, identification: 1, ...flags, timeToLive, protocol, options: [] };
  const octets = new Uint8Array(20 + payload.length);
  ipv4.emit({ ...words, source, destination, payload }, octets);
  return octets;
}
