/** Random representations for property tests: every value that `parse` may return, and nothing that it may not. */
import fc from 'fast-check';
import type * as arp from './arp.ts';
import type * as dhcpv4 from './dhcpv4.ts';
import type * as ethernet from './ethernet.ts';
import type * as gre from './gre.ts';
import * as icmpv4 from './icmpv4.ts';
import * as ipv4Option from './ipv4-option.ts';
import type * as ipv4 from './ipv4.ts';
import type * as pcap from './pcap.ts';
import type * as pcapng from './pcapng.ts';
import * as tcpOption from './tcp-option.ts';
import type * as tcp from './tcp.ts';
import type * as udp from './udp.ts';
import { etherType } from './ether-type.ts';
import { identified, mac, octets, payload, u16, u24, u32, u8 } from './arbitrary-field-test-support.ts';

const vlanTag: fc.Arbitrary<ethernet.VlanTag> = fc.record({
  tagType: fc.constantFrom(etherType.vlan, etherType.vlanService),
  priority: fc.integer({ min: 0, max: 7 }),
  dropEligible: fc.boolean(),
  vlan: fc.integer({ min: 0, max: 4095 }),
});

export const ethernetRepr: fc.Arbitrary<ethernet.Repr> = fc.record({
  destination: mac,
  source: mac,
  tags: fc.array(vlanTag, { maxLength: 3 }),
  etherType: u16.filter((type) => type !== etherType.vlan && type !== etherType.vlanService),
  payload,
});

export const arpRepr: fc.Arbitrary<arp.Repr> = fc.record({
  operation: fc.oneof(fc.constantFrom(1, 2), u16),
  senderMac: mac,
  senderAddress: u32,
  targetMac: mac,
  targetAddress: u32,
});

const noOperation = { kind: 'noOperation' } as const;

/** Octets that no option list begins with: a kind, and a length that is impossible where only these octets are left. */
const garbled = (length: number): fc.Arbitrary<{ kind: 'garbled'; octets: Uint8Array }> =>
  fc
    .tuple(
      fc.integer({ min: 2, max: 255 }),
      fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: length + 1, max: 255 })),
      fc.uint8Array({ minLength: length, maxLength: length }),
    )
    .map(([code, badLength, rest]) => ({
      kind: 'garbled',
      octets: Uint8Array.from(rest, (octet, index) => (index === 0 ? code : index === 1 ? badLength : octet)),
    }));

type Ending = 'none' | 'end' | 'filled' | 'garbled';

/**
 * Lists that `parse` can return: options of at most 40 octets which end at a word, or with an `end`, or garbled.
 * `lengthOf` measures the list in octets before its last word is filled.
 */
function optionList<Own extends { readonly kind: string }>(
  option: fc.Arbitrary<Own>,
  lengthOf: (option: Own) => number,
): fc.Arbitrary<readonly (Own | tcpOption.Repr)[]> {
  const ending = fc.constantFrom<Ending>('none', 'end', 'filled', 'garbled');
  return fc.tuple(fc.array(option, { maxLength: 6 }), ending).chain(([drawn, how]) => {
    const options: (Own | tcpOption.Repr)[] = [];
    let length = 0;
    for (const next of drawn) {
      if (length + lengthOf(next) > 36) break;
      options.push(next);
      length += lengthOf(next);
    }
    const missing = (4 - (length % 4)) % 4;
    if (how === 'end') {
      // Without one octet to spare there is no room for an end in the last word, and a new word is begun.
      return fc.constant([...options, { kind: 'end' } as const]);
    }
    if (how === 'garbled') return garbled(missing === 0 ? 4 : missing).map((last) => options.concat(last));
    if (how === 'filled' && length <= 32) {
      const filling = fc.uint8Array({ minLength: missing + 3, maxLength: missing + 3 });
      return filling.map((after) => options.concat(endWith(after)));
    }
    return fc.constant([...options, ...Array.from({ length: missing }, () => noOperation)]);
  });
}

function endWith(filling: Uint8Array): tcpOption.Repr {
  const isUsual = filling.length < 4 && filling.every((octet) => octet === 0);
  return isUsual ? { kind: 'end' } : { kind: 'end', filling };
}

const unknownOption = (
  known: readonly number[],
): fc.Arbitrary<{ kind: 'unknown'; code: number; data: Uint8Array }> =>
  fc.record({
    kind: fc.constant('unknown' as const),
    code: fc.integer({ min: 2, max: 255 }).filter((code) => !known.includes(code)),
    data: octets(12),
  });

const optionOfTcp: fc.Arbitrary<tcpOption.Repr> = fc.oneof(
  fc.record({ kind: fc.constant('mss' as const), mssBytes: u16 }),
  fc.record({ kind: fc.constant('windowScale' as const), shift: u8 }),
  fc.constant({ kind: 'sackPermitted' } as const),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('timestamps' as const), value: u32, echo: u32 }),
  fc.constant(noOperation),
  unknownOption(Object.values(tcpOption.code)),
  // Known codes whose length is not theirs.
  fc.record({
    kind: fc.constant('unknown' as const),
    code: fc.constantFrom<number>(...Object.values(tcpOption.code)),
    data: fc.uint8Array({ minLength: 3, maxLength: 3 }),
  }),
);

function tcpOptionOctets(option: tcpOption.Repr): number {
  switch (option.kind) {
    case 'mss':
      return 4;
    case 'windowScale':
      return 3;
    case 'sackPermitted':
      return 2;
    case 'sack':
      return 2 + option.blocks.length * 8;
    case 'timestamps':
      return 10;
    case 'unknown':
      return 2 + option.data.length;
    default:
      return 1;
  }
}

const tcpOptions: fc.Arbitrary<readonly tcpOption.Repr[]> = optionList(optionOfTcp, tcpOptionOctets);

const words = (maxLength: number): fc.Arbitrary<number[]> => fc.array(u32, { maxLength });

const optionOfIpv4: fc.Arbitrary<ipv4Option.Repr> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('recordRoute' as const, 'looseSourceRoute' as const, 'strictSourceRoute' as const),
    pointer: u8,
    addresses: words(5),
  }),
  fc.record({
    kind: fc.constant('timestamp' as const),
    pointer: u8,
    overflow: fc.integer({ min: 0, max: 15 }),
    flag: fc.integer({ min: 0, max: 15 }),
    words: words(5),
  }),
  fc.record({ kind: fc.constant('routerAlert' as const), value: u16 }),
  fc.constant(noOperation),
  unknownOption(Object.values(ipv4Option.code)),
);

function ipv4OptionOctets(option: ipv4Option.Repr): number {
  switch (option.kind) {
    case 'timestamp':
      return 4 + option.words.length * 4;
    case 'routerAlert':
      return 4;
    case 'unknown':
      return 2 + option.data.length;
    case 'recordRoute':
    case 'looseSourceRoute':
    case 'strictSourceRoute':
      return 3 + option.addresses.length * 4;
    default:
      return 1;
  }
}

const ipv4Options: fc.Arbitrary<readonly ipv4Option.Repr[]> = optionList(
  optionOfIpv4,
  ipv4OptionOctets,
) as fc.Arbitrary<readonly ipv4Option.Repr[]>;

export const ipv4Repr: fc.Arbitrary<ipv4.Repr> = fc.record({
  typeOfService: u8,
  identification: u16,
  reservedFlag: fc.boolean(),
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffset: fc.integer({ min: 0, max: 0x1fff }).map((units) => units * 8),
  timeToLive: u8,
  protocol: u8,
  source: u32,
  destination: u32,
  options: ipv4Options,
  payload,
});

export const udpRepr: fc.Arbitrary<udp.Repr> = fc.record({
  sourcePort: u16,
  destinationPort: u16,
  checksummed: fc.boolean(),
  payload,
});

export const tcpRepr: fc.Arbitrary<tcp.Repr> = fc.record({
  sourcePort: u16,
  destinationPort: u16,
  sequenceNumber: u32,
  acknowledgmentNumber: u32,
  reserved: fc.integer({ min: 0, max: 15 }),
  flags: u8,
  window: u16,
  urgentPointer: u16,
  options: tcpOptions,
  payload,
});

export const icmpv4Repr: fc.Arbitrary<icmpv4.Repr> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'echoRequest' as const,
      'echoReply' as const,
      'informationRequest' as const,
      'informationReply' as const,
    ),
    ...identified,
  }),
  fc.record({
    kind: fc.constantFrom('timestampRequest' as const, 'timestampReply' as const),
    ...identified,
    originateTimestamp: u32,
    receiveTimestamp: u32,
    transmitTimestamp: u32,
  }),
  fc.record({
    kind: fc.constantFrom('addressMaskRequest' as const, 'addressMaskReply' as const),
    ...identified,
    addressMask: u32,
  }),
  fc.record({
    kind: fc.constant('destinationUnreachable' as const),
    code: u8,
    unused: u16,
    nextHopMtu: u16,
    quote: payload,
  }),
  fc.record({
    kind: fc.constantFrom('sourceQuench' as const, 'timeExceeded' as const),
    code: u8,
    unused: u32,
    quote: payload,
  }),
  fc.record({ kind: fc.constant('redirect' as const), code: u8, gateway: u32, quote: payload }),
  fc.record({
    kind: fc.constant('parameterProblem' as const),
    code: u8,
    pointer: u8,
    unused: u24,
    quote: payload,
  }),
  fc.record({
    kind: fc.constant('unknown' as const),
    type: u8.filter((type) => !Object.values<number>(icmpv4.messageType).includes(type)),
    code: u8,
    rest: fc.uint8Array({ minLength: 4, maxLength: 64 }),
  }),
);

export const greRepr: fc.Arbitrary<gre.Repr> = fc.record(
  { protocolType: u16, checksummed: fc.boolean(), payload, key: u32, sequenceNumber: u32 },
  { requiredKeys: ['protocolType', 'checksummed', 'payload'] },
);

const withoutFilling = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  octets(maxLength).map((field) => field.subarray(0, field.findLastIndex((octet) => octet !== 0) + 1));

export const dhcpv4Repr: fc.Arbitrary<dhcpv4.Repr> = fc.record({
  operation: u8,
  hops: u8,
  transactionId: u32,
  secondsElapsed: u16,
  broadcast: fc.boolean(),
  clientAddress: u32,
  yourAddress: u32,
  serverAddress: u32,
  relayAddress: u32,
  clientMac: mac,
  serverName: withoutFilling(64),
  bootFile: withoutFilling(128),
  options: fc.array(fc.record({ code: fc.integer({ min: 1, max: 254 }), data: octets(40) }), {
    maxLength: 8,
  }),
});

export const pcapRepr: fc.Arbitrary<pcap.Repr> = fc.record({
  byteOrder: fc.constantFrom('little' as const, 'big' as const),
  precision: fc.constantFrom('microseconds' as const, 'nanoseconds' as const),
  snapLength: u32,
  linkType: u16,
});

const captured = { originalLength: u32, bytes: payload };

export const pcapRecordRepr: fc.Arbitrary<pcap.RecordRepr> = fc.record({
  seconds: u32,
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  ...captured,
});

const pcapngOptions = fc.array(fc.record({ code: fc.integer({ min: 1, max: 0xffff }), data: octets(20) }), {
  maxLength: 3,
});

const wholeWords = fc
  .nat({ max: 9 })
  .chain((count) => fc.uint8Array({ minLength: count * 4, maxLength: count * 4 }));

export const pcapngRepr: fc.Arbitrary<pcapng.Repr> = fc.oneof(
  fc.record(
    { kind: fc.constant('section' as const), sectionLength: fc.maxSafeNat(), options: pcapngOptions },
    { requiredKeys: ['kind', 'options'] },
  ),
  fc.record({
    kind: fc.constant('interface' as const),
    linkType: u16,
    snapLength: u32,
    options: pcapngOptions,
  }),
  fc.record({
    kind: fc.constant('enhancedPacket' as const),
    interfaceIndex: u32,
    timestamp: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    ...captured,
    options: pcapngOptions,
  }),
  fc.record({
    kind: fc.constant('simplePacket' as const),
    originalLength: u32,
    bytes: wholeWords,
  }),
  fc.record({
    kind: fc.constant('unknown' as const),
    blockType: fc.integer({ min: 7, max: 0x0a0d_0d09 }),
    content: wholeWords,
  }),
);
