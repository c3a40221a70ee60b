/** The same as `arbitrary-packet-test-support.ts` for IPv6, its extensions and its ICMP. */
import fc from 'fast-check';
import * as icmpv6 from './icmpv6.ts';
import * as ipv6Extension from './ipv6-extension.ts';
import type * as ipv6 from './ipv6.ts';
import type * as mld from './mld.ts';
import type * as ndpOption from './ndp-option.ts';
import {
  identified,
  ipv6Address,
  mac,
  octets,
  payload,
  u16,
  u32,
  u8,
} from './arbitrary-field-test-support.ts';

const ipv6Option: fc.Arbitrary<ipv6Extension.Option> = fc.oneof(
  fc.constant({ kind: 'pad1' } as const),
  fc.record({ kind: fc.constant('padN' as const), data: octets(5) }),
  fc.record({ kind: fc.constant('routerAlert' as const), value: u16 }),
  fc.record({
    kind: fc.constant('unknown' as const),
    code: fc.integer({ min: 6, max: 255 }),
    data: octets(20),
  }),
);

function ipv6OptionOctets(option: ipv6Extension.Option): number {
  if (option.kind === 'pad1') return 1;
  if (option.kind === 'routerAlert') return 4;
  return 2 + (option.kind === 'garbled' ? 0 : option.data.length);
}

/** Options that fill units of 8 octets behind the first two, or a garbled rest that does. */
const ipv6Options: fc.Arbitrary<readonly ipv6Extension.Option[]> = fc
  .tuple(fc.array(ipv6Option, { maxLength: 5 }), fc.boolean(), u8)
  .map(([options, isGarbled, code]) => {
    const length = options.reduce((sum, option) => sum + ipv6OptionOctets(option), 2);
    const missing = (8 - (length % 8)) % 8;
    if (missing === 0) return options;
    if (isGarbled) {
      const rest = Uint8Array.from({ length: missing }, (_, index) => (index === 0 ? code || 1 : 0xff));
      return options.concat({ kind: 'garbled', octets: rest });
    }
    if (missing === 1) return options.concat({ kind: 'pad1' });
    return options.concat({ kind: 'padN', data: new Uint8Array(missing - 2) });
  });

const routingData = fc
  .nat({ max: 3 })
  .chain((units) => fc.uint8Array({ minLength: 4 + units * 8, maxLength: 4 + units * 8 }));

const extensionBefore: fc.Arbitrary<ipv6Extension.Repr> = fc.oneof(
  fc.record({ kind: fc.constant('destinationOptions' as const), options: ipv6Options }),
  fc.record({ kind: fc.constant('routing' as const), routingType: u8, segmentsLeft: u8, data: routingData }),
);

const ipv6HopByHop: fc.Arbitrary<ipv6Extension.Repr> = fc.record({
  kind: fc.constant('hopByHop' as const),
  options: ipv6Options,
});

const ipv6Fragment: fc.Arbitrary<ipv6Extension.Repr> = fc.record({
  kind: fc.constant('fragment' as const),
  fragmentOffset: fc.constantFrom(0, 8, 1480, 65_528),
  moreFragments: fc.boolean(),
  identification: u32,
});

export const ipv6Repr: fc.Arbitrary<ipv6.Repr> = fc.record({
  trafficClass: u8,
  flowLabel: fc.integer({ min: 0, max: 0xf_ffff }),
  hopLimit: u8,
  source: ipv6Address,
  destination: ipv6Address,
  extensions: fc
    .tuple(
      fc.array(ipv6HopByHop, { maxLength: 1 }),
      fc.array(extensionBefore, { maxLength: 2 }),
      fc.array(ipv6Fragment, { maxLength: 1 }),
    )
    .map((parts) => parts.flat()),
  protocol: u8.filter((number) => !ipv6Extension.isExtension(number)),
  payload,
});

const neighborOption: fc.Arbitrary<ndpOption.Repr> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('sourceLinkLayerAddress' as const, 'targetLinkLayerAddress' as const),
    mac,
  }),
  fc.record({
    kind: fc.constant('prefixInformation' as const),
    prefixLength: u8,
    onLink: fc.boolean(),
    autonomous: fc.boolean(),
    validLifetimeSeconds: u32,
    preferredLifetimeSeconds: u32,
    prefix: ipv6Address,
  }),
  fc.record({
    kind: fc.constant('redirectedHeader' as const),
    quote: fc.nat({ max: 6 }).chain((units) => fc.uint8Array({ minLength: units * 8, maxLength: units * 8 })),
  }),
  fc.record({ kind: fc.constant('mtu' as const), mtuBytes: u32 }),
  fc.record({
    kind: fc.constant('unknown' as const),
    code: fc.integer({ min: 6, max: 255 }),
    data: fc
      .nat({ max: 3 })
      .chain((units) => fc.uint8Array({ minLength: 6 + units * 8, maxLength: 6 + units * 8 })),
  }),
);

const ndpOptions = fc.array(neighborOption, { maxLength: 3 });

const multicastRecord: fc.Arbitrary<mld.MulticastRecord> = fc.record({
  recordType: u8,
  group: ipv6Address,
  sources: fc.array(ipv6Address, { maxLength: 3 }),
  auxiliaryData: fc.constantFrom(new Uint8Array(0), new Uint8Array([1, 2, 3, 4])),
});

export const icmpv6Repr: fc.Arbitrary<icmpv6.Repr> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('destinationUnreachable' as const, 'timeExceeded' as const),
    code: u8,
    unused: u32,
    quote: payload,
  }),
  fc.record({ kind: fc.constant('packetTooBig' as const), code: u8, mtuBytes: u32, quote: payload }),
  fc.record({ kind: fc.constant('parameterProblem' as const), code: u8, pointer: u32, quote: payload }),
  fc.record({ kind: fc.constantFrom('echoRequest' as const, 'echoReply' as const), ...identified }),
  fc.record({ kind: fc.constant('routerSolicitation' as const), code: u8, options: ndpOptions }),
  fc.record({
    kind: fc.constant('routerAdvertisement' as const),
    code: u8,
    hopLimit: u8,
    routerFlags: u8,
    routerLifetimeSeconds: u16,
    reachableTimeMilliseconds: u32,
    retransmitTimeMilliseconds: u32,
    options: ndpOptions,
  }),
  fc.record({
    kind: fc.constant('neighborSolicitation' as const),
    code: u8,
    target: ipv6Address,
    options: ndpOptions,
  }),
  fc.record({
    kind: fc.constant('neighborAdvertisement' as const),
    code: u8,
    router: fc.boolean(),
    solicited: fc.boolean(),
    override: fc.boolean(),
    target: ipv6Address,
    options: ndpOptions,
  }),
  fc.record({
    kind: fc.constant('redirect' as const),
    code: u8,
    target: ipv6Address,
    destination: ipv6Address,
    options: ndpOptions,
  }),
  fc.record({
    kind: fc.constantFrom(
      'multicastListenerQuery' as const,
      'multicastListenerReport' as const,
      'multicastListenerDone' as const,
    ),
    code: u8,
    maximumResponseDelay: u16,
    group: ipv6Address,
    rest: octets(24),
  }),
  fc.record({
    kind: fc.constant('multicastListenerReportV2' as const),
    code: u8,
    records: fc.array(multicastRecord, { maxLength: 3 }),
    rest: octets(4),
  }),
  fc.record({
    kind: fc.constant('unknown' as const),
    type: u8.filter((type) => !Object.values<number>(icmpv6.messageType).includes(type)),
    code: u8,
    rest: payload,
  }),
);
