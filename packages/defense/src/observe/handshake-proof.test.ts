import { AddressSet } from '@wormwood/base';
import { arp, type CaptureRecord, MAC_BROADCAST } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../observation.ts';
import {
  arpFrame,
  conversation,
  directed,
  framed,
  addressOf,
  type Link,
  macOf,
  sectionOf,
  segment,
} from './frame-test-support.ts';
import { PacketObserver } from './observe-packets.ts';

const HONEYPOT = '10.9.8.2';
const OUTSIDE = '198.51.100.7';
const NEIGHBOUR = '192.0.2.7';
const SENSOR = macOf('02:00:00:00:00:01');
const ROUTER = macOf('02:00:00:00:00:02');
const OTHER_ROUTER = macOf('02:00:00:00:00:03');
const OWNER = macOf('02:00:00:00:00:04');
const ATTACKER = macOf('02:00:00:00:00:05');
const CAPTURE_SENSOR = { sensorMacs: new Set([SENSOR]), routerMacs: new Set([ROUTER, OTHER_ROUTER]) };

function newObserver(sensor: typeof CAPTURE_SENSOR | null = CAPTURE_SENSOR): PacketObserver {
  const dark = AddressSet.fromCidrs([{ address: addressOf(HONEYPOT), prefixLength: 32 }]);
  return new PacketObserver(sensor === null ? { dark } : { dark, sensor });
}

interface Path {
  readonly from: string;
  readonly atSeconds?: number;
  readonly ports?: readonly [number, number];
  /** Of the SYN, the SYN/ACK, the ACK, and the payload. */
  readonly links: readonly [Link, Link, Link, Link];
}

/** A whole conversation, each frame on its own way. */
function talk({ from, links, atSeconds = 100, ports = [50_000, 445] }: Path): CaptureRecord[] {
  return conversation({
    from,
    to: HONEYPOT,
    atSeconds,
    ports,
    isn: Math.imul(ports[0], 0x9e3779b1) >>> 0,
  }).map((record, i) => framed(record, links[i]!));
}

function both(initiator: number, vlans: readonly number[] = []): Path['links'] {
  const there = { source: initiator, destination: SENSOR, vlans };
  return [there, { source: SENSOR, destination: initiator, vlans }, there, there];
}

function asks(atSeconds: number, address = NEIGHBOUR, vlans: readonly number[] = []): CaptureRecord {
  return arpFrame(
    atSeconds,
    {
      operation: arp.operation.request,
      senderMac: SENSOR,
      senderAddress: addressOf('192.0.2.1'),
      targetMac: 0,
      targetAddress: addressOf(address),
    },
    { source: SENSOR, destination: MAC_BROADCAST, vlans },
  );
}

interface Claim {
  readonly mac?: number;
  readonly source?: number;
  readonly address?: string;
  readonly operation?: number;
  readonly vlans?: readonly number[];
}

function claims(atSeconds: number, claim: Claim = {}): CaptureRecord {
  const {
    mac = OWNER,
    source = mac,
    address = NEIGHBOUR,
    operation = arp.operation.reply,
    vlans = [],
  } = claim;
  return arpFrame(
    atSeconds,
    {
      operation,
      senderMac: mac,
      senderAddress: addressOf(address),
      targetMac: SENSOR,
      targetAddress: addressOf('192.0.2.1'),
    },
    { source, destination: SENSOR, vlans },
  );
}

/** A frame of nothing that is watched, so that time goes by. */
function later(atSeconds: number): CaptureRecord {
  return claims(atSeconds, { address: '203.0.113.1' });
}

function observed(
  records: readonly CaptureRecord[],
  observer: PacketObserver = newObserver(),
): readonly Observation[] {
  return records.flatMap((record) => observer.observe(record));
}

/** What the handshakes prove, in the order in which that becomes known: a MAC address, `router`, or why nothing. */
function proofs(records: readonly CaptureRecord[], observer?: PacketObserver): readonly (string | number)[] {
  return observed(records, observer)
    .filter(({ kind }) => kind === 'handshake')
    .map(({ forgeable, linkAddress }) => forgeable ?? linkAddress ?? 'router');
}

describe('a source beyond a router', () => {
  it('is proven by the answers of the sensor to that router', () => {
    const observations = observed(talk({ from: OUTSIDE, links: both(ROUTER) }));
    expect(observations.map(({ kind, forgeable, linkAddress }) => [kind, forgeable, linkAddress])).toEqual([
      ['contact', null, null],
      ['handshake', null, null],
      ['payload', null, null],
    ]);
  });

  it('is proven over two routers, one for each way', () => {
    const [syn, , ack, data] = both(ROUTER);
    const back = { source: SENSOR, destination: OTHER_ROUTER };
    expect(proofs(talk({ from: OUTSIDE, links: [syn, back, ack, data] }))).toEqual(['router']);
    const [other] = both(OTHER_ROUTER);
    expect(proofs(talk({ from: OUTSIDE, links: [syn, back, other, data] }))).toEqual(['router']);
  });

  it.each<[string, string, Path['links']]>([
    [
      'an attacker on the link receives the answer',
      'address-changed',
      [both(ROUTER)[0], both(ATTACKER)[1], both(ROUTER)[2], both(ROUTER)[3]],
    ],
    [
      'the third segment comes from elsewhere',
      'address-changed',
      [both(ROUTER)[0], both(ROUTER)[1], both(ATTACKER)[2], both(ROUTER)[3]],
    ],
    [
      'the SYN comes from elsewhere',
      'address-changed',
      [both(ATTACKER)[0], both(ROUTER)[1], both(ROUTER)[2], both(ROUTER)[3]],
    ],
  ])('proves nothing when %s', (_, reason, links) => {
    expect(proofs(talk({ from: OUTSIDE, links }))).toEqual([reason]);
  });

  it('proves nothing when the answers come from another machine than the sensor', () => {
    const there = { source: ROUTER, destination: ATTACKER };
    const links: Path['links'] = [there, { source: ATTACKER, destination: ROUTER }, there, there];
    const observations = observed(talk({ from: OUTSIDE, links }));
    expect(observations.map(({ kind, forgeable }) => [kind, forgeable])).toEqual([
      ['contact', null],
      ['handshake', 'unknown-sensor'],
      ['payload', 'unknown-sensor'],
    ]);
  });

  it('proves nothing on virtual networks that differ', () => {
    const [syn, back, ack, data] = both(ROUTER, [7]);
    const elsewhere = both(ROUTER, [8]);
    expect(proofs(talk({ from: OUTSIDE, links: [syn, back, ack, data] }))).toEqual(['router']);
    expect(proofs(talk({ from: OUTSIDE, links: [syn, elsewhere[1], ack, data] }))).toEqual([]);
    expect(proofs(talk({ from: OUTSIDE, links: [syn, back, elsewhere[2], data] }))).toEqual([
      'address-changed',
    ]);
    expect(proofs(talk({ from: OUTSIDE, links: both(ROUTER, [1, 2, 3]) }))).toEqual([]);
  });

  it('is not proven by frames that entered the machine as if the sensor had sent them', () => {
    const path = { from: OUTSIDE, links: both(ROUTER) };
    const honest = talk(path).map((record, i) => directed(record, i === 1 ? 'out' : 'in'));
    expect(proofs(honest)).toEqual(['router']);
    expect(proofs(talk(path).map((record) => directed(record, 'in')))).toEqual(['unknown-sensor']);
    expect(proofs(talk(path).map((record) => directed(record, 'out')))).toEqual(['unknown-router']);
  });
});

describe('a capture whose sensor is not known', () => {
  const path = { from: OUTSIDE, links: both(ROUTER) };

  it('proves nothing', () => {
    expect(proofs(talk(path), newObserver(null))).toEqual(['unknown-sensor']);
    expect(proofs(conversation({ from: OUTSIDE, to: HONEYPOT }))).toEqual(['no-link-address']);
  });

  it('proves what the head of its section allows', () => {
    const head = sectionOf({
      macs: ['02:00:00:00:00:01'],
      routers: ['02:00:00:00:00:02'],
      nets: ['10.9.8.0/24'],
    });
    const observer = newObserver(null);
    const records = Array.from(talk(path), (record) => ({ ...record, sectionOptions: head }));
    expect(proofs(records, observer)).toEqual(['router']);
    // Another section has another head, or none.
    expect(proofs(talk({ ...path, atSeconds: 200, ports: [50_001, 445] }), observer)).toEqual([
      'unknown-sensor',
    ]);
    expect(observer.sensorFault).toBeNull();
  });

  it('proves nothing by a router of its head in a VLAN, where the address may be anybody’s', () => {
    const head = sectionOf({ macs: ['02:00:00:00:00:01'], routers: ['02:00:00:00:00:02'], nets: [] });
    const inHead = (links: Path['links']) =>
      proofs(
        Array.from(talk({ ...path, links }), (record) => ({ ...record, sectionOptions: head })),
        newObserver(null),
      );
    expect([inHead(both(ROUTER)), inHead(both(ROUTER, [20]))]).toEqual([['router'], ['proof-pending']]);
  });

  it('proves no address of the link by a router', () => {
    const nets = ['192.0.2.0/24'];
    const head = sectionOf({ macs: ['02:00:00:00:00:01'], routers: ['02:00:00:00:00:02'], nets });
    const forged = talk({ from: NEIGHBOUR, links: both(ROUTER) });
    const records = [...forged, asks(100.5), { ...forged[0]!, seconds: 103 }];
    expect(
      proofs(
        Array.from(records, (record) => ({ ...record, sectionOptions: head })),
        newObserver(null),
      ),
    ).toEqual(['proof-pending', 'arp-silent']);
  });

  it.each([
    ['{', 'it is not a JSON object'],
    [7, 'it is not a JSON object'],
    [{ routers: [] }, 'its `macs` are not a list of MAC addresses'],
    [
      { macs: ['02:00:00:00:00:01'], routers: ['ff:ff:ff:ff:ff:ff'] },
      'its `routers` are not a list of MAC addresses',
    ],
    [{ macs: [1], routers: [] }, 'its `macs` are not a list of MAC addresses'],
    [{ macs: [], routers: [], nets: ['10.0.0.1/24'] }, 'its `nets` are not a list of prefixes'],
  ])('proves nothing with a head that cannot be read: %j', (description, fault) => {
    const observer = newObserver(null);
    const head = sectionOf(description);
    expect(
      proofs(
        Array.from(talk(path), (record) => ({ ...record, sectionOptions: head })),
        observer,
      ),
    ).toEqual(['unknown-sensor']);
    expect(observer.sensorFault).toBe(fault);
  });
});

describe('a source on the link', () => {
  const honest = talk({ from: NEIGHBOUR, links: both(OWNER) });
  const forged = talk({ from: NEIGHBOUR, links: both(ATTACKER) });

  it('is proven when it alone answers the sensor, which asks after the handshake', () => {
    const observations = observed([...honest, asks(100.1), claims(100.2), later(101.2)]);
    expect(observations.map(({ kind, forgeable, linkAddress }) => [kind, forgeable, linkAddress])).toEqual([
      ['contact', null, null],
      ['handshake', 'proof-pending', null],
      ['payload', 'proof-pending', null],
      ['handshake', null, OWNER],
      ['payload', null, OWNER],
    ]);
    // The time is that of the handshake.
    expect(observations[3]?.timeSeconds).toBe(100.02);
  });

  it('is proven at once when it has answered within the minute before', () => {
    expect(proofs([asks(99), claims(99.1), later(100), ...honest])).toEqual(
      ['proof-pending', OWNER].slice(1),
    );
    const afterwards = talk({ from: NEIGHBOUR, links: both(OWNER), atSeconds: 170, ports: [50_001, 445] });
    expect(proofs([asks(99), claims(99.1), ...afterwards, later(172)])).toEqual([
      'proof-pending',
      'unknown-router',
    ]);
  });

  it.each<[string, readonly CaptureRecord[]]>([
    ['unknown-router', []],
    // The attacker asks, in the name of the sensor's address but not of its link address.
    ['unknown-router', [claims(100.1, { mac: ATTACKER, operation: arp.operation.request }), claims(100.2)]],
    ['arp-silent', [asks(100.1)]],
    // Asking is not an answer.
    ['arp-silent', [asks(100.1), claims(100.2, { operation: arp.operation.request })]],
    ['arp-silent', [asks(100.1), claims(101.2)]],
    ['arp-silent', [asks(100.1), claims(100.2, { vlans: [5] })]],
    ['arp-mismatch', [asks(100.1), claims(100.2, { mac: ATTACKER })]],
    ['arp-conflict', [asks(100.1), claims(100.2), claims(100.3, { mac: ATTACKER })]],
    ['arp-conflict', [asks(100.1), claims(100.2, { mac: ATTACKER }), claims(100.3)]],
    [
      'arp-conflict',
      [asks(100.1), claims(100.2, { mac: ATTACKER, operation: arp.operation.request }), claims(100.3)],
    ],
    ['arp-conflict', [asks(100.1), claims(100.2, { source: ATTACKER })]],
    ['arp-conflict', [asks(100.1), claims(100.2), claims(100.3, { mac: OWNER, source: ATTACKER })]],
  ])('is %s', (reason, exchange) => {
    expect(proofs([...honest, ...exchange, later(103)])).toEqual(['proof-pending', reason]);
  });

  it('is not proven by the answer of the owner when another machine sent the frames', () => {
    expect(proofs([...forged, asks(100.1), claims(100.2), later(102)])).toEqual([
      'proof-pending',
      'arp-mismatch',
    ]);
    expect(proofs([asks(99), claims(99.1), later(100), ...forged])).toEqual(['arp-mismatch']);
  });

  it('is not proven any more once another machine claims its address', () => {
    const records = [asks(99), claims(99.1), later(100.05), claims(100.06, { mac: ATTACKER })];
    const afterwards = talk({ from: NEIGHBOUR, links: both(OWNER), atSeconds: 101 });
    expect(proofs([...records, ...afterwards])).toEqual(['arp-conflict']);
  });

  it('is asked for anew after a minute, and then only the new answers count', () => {
    const again = (mac: number): CaptureRecord[] =>
      talk({ from: NEIGHBOUR, links: both(mac), atSeconds: 170, ports: [50_001, 445] });
    const first = [...honest, asks(100.1), claims(100.2), later(101.5)];
    const other = [...again(ATTACKER), asks(170.1), claims(170.2, { mac: ATTACKER }), later(172)];
    expect(proofs([...first, ...other])).toEqual(['proof-pending', OWNER, 'proof-pending', ATTACKER]);
    const silent = [
      ...again(OWNER),
      asks(170.1),
      claims(170.2, { operation: arp.operation.request }),
      later(172),
    ];
    expect(proofs([...first, ...silent])).toEqual(['proof-pending', OWNER, 'proof-pending', 'arp-silent']);
    const disputed = [...honest, asks(100.1), claims(100.2), claims(100.3, { mac: ATTACKER }), later(101.5)];
    const settled = [...again(OWNER), asks(170.1), claims(170.2), later(172)];
    expect(proofs([...disputed, ...settled])).toEqual([
      'proof-pending',
      'arp-conflict',
      'proof-pending',
      OWNER,
    ]);
  });

  it('is asked for on its own virtual network', () => {
    const tagged = talk({ from: NEIGHBOUR, links: both(OWNER, [7]) });
    const exchange = [asks(100.1, NEIGHBOUR, [7]), claims(100.2, { vlans: [7] })];
    expect(proofs([...tagged, ...exchange, later(102)])).toEqual(['proof-pending', OWNER]);
    expect(proofs([...tagged, asks(100.1), claims(100.2), later(102)])).toEqual([
      'proof-pending',
      'unknown-router',
    ]);
  });

  it('may complete many handshakes while the sensor asks, and each is settled', () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      talk({ from: NEIGHBOUR, links: both(OWNER), atSeconds: 100 + i / 1000, ports: [40_000 + i, 445] }),
    );
    const records = [...many.flat(), asks(100.4), claims(100.5), asks(100.6), later(101.5)];
    expect(proofs(records)).toEqual([
      ...Array.from({ length: 300 }, () => 'proof-pending'),
      ...Array.from({ length: 300 }, () => OWNER),
    ]);
    // The same without an answer at the end of the capture: nothing is proven.
    expect(proofs(records.slice(0, -1)).includes(OWNER)).toBe(false);
  });
});

describe('a guessed handshake', () => {
  const ends = { from: OUTSIDE, to: HONEYPOT };

  it('is right too late after eight wrong numbers', () => {
    const [syn, answer, ack] = talk({ from: OUTSIDE, links: both(ROUTER) }) as [
      CaptureRecord,
      CaptureRecord,
      CaptureRecord,
    ];
    const guesses = (count: number): CaptureRecord[] =>
      Array.from({ length: count }, (_, i) =>
        framed(segment({ ...ends, flags: 'A', seq: 1001, ack: 5 + i }), both(ROUTER)[0]),
      );
    expect(proofs([syn, answer, ...guesses(8), ack])).toEqual(['router']);
    expect(proofs([syn, answer, ...guesses(9), ack])).toEqual([]);
  });

  it.each([
    [1, 'weak-sequence-numbers'],
    [64_000, 'weak-sequence-numbers'],
    [-5, 'weak-sequence-numbers'],
    [2 ** 22, 'router'],
  ])('is possible when the host counts its sequence numbers: by %d', (step, expected) => {
    const observer = newObserver();
    const flow = (from: string, seq: number): CaptureRecord[] => {
      const back = { from: HONEYPOT, to: from, ports: [445, 50_000] } as const;
      return [
        segment({ from, to: HONEYPOT, flags: 'S', seq: 9 }),
        segment({ ...back, flags: 'SA', seq: seq >>> 0, ack: 10 }),
        segment({ from, to: HONEYPOT, flags: 'A', seq: 10, ack: (seq + 1) >>> 0 }),
      ].map((record, i) => framed(record, both(ROUTER)[i]!));
    };
    expect(proofs(flow('203.0.113.66', 0xffff_ffff), observer)).toEqual(['router']);
    expect(proofs(flow(OUTSIDE, 0xffff_ffff + step), observer)).toEqual([expected]);
  });
});

describe('a sequence number that another machine gets to know', () => {
  const ends = { from: OUTSIDE, to: HONEYPOT };
  const [there, back] = both(ROUTER);
  const [attackers, leak] = both(ATTACKER);
  const syn = segment({ ...ends, flags: 'S', seq: 1000 });
  const otherSyn = segment({ ...ends, flags: 'S', seq: 5 });
  const answer = segment({
    from: HONEYPOT,
    to: OUTSIDE,
    ports: [445, 50_000],
    flags: 'SA',
    seq: 77_000,
    ack: 1001,
  });
  const challenge = segment({
    from: HONEYPOT,
    to: OUTSIDE,
    ports: [445, 50_000],
    flags: 'A',
    seq: 77_001,
    ack: 1001,
  });
  const ack = segment({ ...ends, flags: 'A', seq: 1001, ack: 77_001 });

  it.each<[string, readonly CaptureRecord[]]>([
    ['a SYN repeated by it', [framed(syn, attackers)]],
    ['the answer to its SYN, though that is not seen', [framed(answer, leak)]],
    ['a challenge to anything that it sent', [framed(challenge, leak)]],
    [
      'another SYN, and the first one again',
      [framed(otherSyn, attackers), framed(syn, there), framed(answer, back)],
    ],
    ['a reset that it sent', [framed(segment({ ...ends, flags: 'R', seq: 1001 }), attackers)]],
  ])('proves nothing: %s', (_, between) => {
    const whole = [framed(syn, there), framed(answer, back)];
    expect(proofs([...whole, framed(ack, there)])).toEqual(['router']);
    expect(proofs([...whole, ...between, framed(ack, there)])).toEqual(['address-changed']);
  });
});

describe('a capture of both sides of a router', () => {
  const OUTER = macOf('02:00:00:00:00:06');
  const FAR = macOf('02:00:00:00:00:07');
  const beyond = { source: FAR, destination: OUTER };
  const outer: Path['links'] = [beyond, { source: OUTER, destination: FAR }, beyond, beyond];
  const inner = talk({ from: OUTSIDE, links: both(ROUTER) });
  const copies = talk({ from: OUTSIDE, links: outer });
  const kindsOf = (records: readonly CaptureRecord[]): readonly string[] =>
    observed(records).map(({ kind, forgeable }) => `${kind} ${forgeable}`);
  const whole = ['contact null', 'handshake null', 'payload null'];

  it('shows each frame twice, and one conversation, as proven as on the side of the sensor', () => {
    expect(kindsOf(inner)).toEqual(whole);
    // What comes passes the outer side first; what goes, last.
    expect(kindsOf(inner.flatMap((near, i) => (i === 1 ? [near, copies[i]!] : [copies[i]!, near])))).toEqual(
      whole,
    );
    expect(kindsOf(inner.flatMap((near, i) => [near, copies[i]!]))).toEqual(whole);
  });

  it('proves nothing by a frame that the sensor does not receive', () => {
    // All but the third segment and the payload reached the sensor.
    expect(kindsOf([...inner.slice(0, 2), ...copies.slice(2)])).toEqual(['contact null']);
    // An answer from elsewhere with another number is not a copy of the sensor's.
    const answer = {
      from: HONEYPOT,
      to: OUTSIDE,
      ports: [445, 50_000],
      flags: 'SA',
      seq: 7,
      ack: 1001,
    } as const;
    const forged = framed(segment(answer), outer[1]);
    expect(kindsOf([...inner.slice(0, 2), forged, ...inner.slice(2)])).toEqual(['contact null']);
  });
});
