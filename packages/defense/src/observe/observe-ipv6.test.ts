// What a capture and the events of a sensor show of IPv6: the same observations, and whose addresses the link proves.
import {
  type CaptureRecord,
  etherType,
  icmpv6,
  ipProtocol,
  IpSet,
  ipv6,
  parseIpPrefix,
  parseIpv6,
  pseudoHeaderSum,
  tcp,
  udp,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../observation.ts';
import { framed, type Link, macOf, sectionOf } from './frame-test-support.ts';
import { EventObserver } from './observe-events.ts';
import { PacketObserver } from './observe-packets.ts';

const ip = (text: string): bigint => {
  const parsed = parseIpv6(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const setOf = (text: string): IpSet => {
  const parsed = parseIpPrefix(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return IpSet.of([parsed.value]);
};

const DARK = setOf('2001:db8:1::/112');
const HONEYPOT = ip('2001:db8:1::7');
const FAR = ip('2001:db8:5::9');
const NEIGHBOUR = ip('2001:db8:1::1:9');
const SENSOR_MAC = macOf('02:00:5e:10:00:01');
const ROUTER_MAC = macOf('02:00:5e:10:00:fe');
const HOST_MAC = macOf('02:00:00:00:00:09');
const ATTACKER_MAC = macOf('02:00:00:00:00:66');
const SECTION = sectionOf({
  macs: ['02:00:5e:10:00:01'],
  routers: ['02:00:5e:10:00:fe'],
  nets: ['2001:db8:1::/64'],
});

type Packet = Pick<ipv6.Repr, 'source' | 'destination' | 'protocol' | 'payload'> & Partial<ipv6.Repr>;

function frame(atSeconds: number, link: Link, packet: Packet): CaptureRecord {
  const repr = { trafficClass: 0, flowLabel: 0, hopLimit: 64, extensions: [], ...packet };
  const bytes = new Uint8Array(ipv6.length(repr));
  ipv6.emit(repr, bytes);
  const seconds = Math.floor(atSeconds);
  const nanoseconds = Math.round((atSeconds - seconds) * 1e9);
  const record = {
    seconds,
    nanoseconds,
    linkType: 0,
    originalLength: 0,
    bytes,
    options: [],
    sectionOptions: SECTION,
  };
  return framed(record, link, etherType.ipv6);
}

function segment(
  ends: { readonly source: bigint; readonly destination: bigint; readonly ports: readonly [number, number] },
  flags: number,
  [sequenceNumber, acknowledgmentNumber]: readonly [number, number],
  text = '',
): Packet {
  const repr = {
    sourcePort: ends.ports[0],
    destinationPort: ends.ports[1],
    sequenceNumber,
    acknowledgmentNumber,
    reserved: 0,
    flags,
    window: 1024,
    urgentPointer: 0,
    options: [],
    payload: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  };
  const payload = new Uint8Array(tcp.length(repr));
  tcp.emit(repr, payload, 0, pseudoHeaderSum(ends));
  return { source: ends.source, destination: ends.destination, protocol: ipProtocol.tcp, payload };
}

const { SYN, ACK, PSH } = tcp.flag;

/** A handshake and a payload as whoever has `mac` completes them in the name of `source`. */
function conversation(source: bigint, mac: number, atSeconds = 100): readonly CaptureRecord[] {
  const there = { source, destination: HONEYPOT, ports: [50_000, 2323] } as const;
  const back = { source: HONEYPOT, destination: source, ports: [2323, 50_000] } as const;
  const [out, home] = [
    { source: mac, destination: SENSOR_MAC },
    { source: SENSOR_MAC, destination: mac },
  ];
  return [
    frame(atSeconds, out, segment(there, SYN, [1000, 0])),
    frame(atSeconds + 0.01, home, segment(back, SYN | ACK, [77_000, 1001])),
    frame(atSeconds + 0.02, out, segment(there, ACK, [1001, 77_001])),
    frame(atSeconds + 0.03, out, segment(there, ACK | PSH, [1001, 77_001], 'hello')),
  ];
}

function neighborMessage(
  atSeconds: number,
  link: Link,
  ends: Pick<ipv6.Repr, 'source' | 'destination'>,
  message: icmpv6.Repr,
  hopLimit = 255,
): CaptureRecord {
  const payload = new Uint8Array(icmpv6.length(message));
  icmpv6.emit(message, payload, 0, pseudoHeaderSum(ends));
  return frame(atSeconds, link, { ...ends, protocol: ipProtocol.icmpv6, payload, hopLimit });
}

/** The sensor asks who has an address. */
function question(atSeconds: number, target: bigint): CaptureRecord {
  return neighborMessage(
    atSeconds,
    { source: SENSOR_MAC, destination: macOf('33:33:ff:00:00:09') },
    { source: HONEYPOT, destination: ip('ff02::1:ff01:9') },
    {
      kind: 'neighborSolicitation',
      code: 0,
      target,
      options: [{ kind: 'sourceLinkLayerAddress', mac: SENSOR_MAC }],
    },
  );
}

/** A machine says that it has the address. */
function answer(
  atSeconds: number,
  target: bigint,
  mac: number,
  { named = mac, hopLimit = 255 } = {},
): CaptureRecord {
  return neighborMessage(
    atSeconds,
    { source: mac, destination: SENSOR_MAC },
    { source: target, destination: HONEYPOT },
    {
      kind: 'neighborAdvertisement',
      code: 0,
      router: false,
      solicited: true,
      override: true,
      target,
      options: [{ kind: 'targetLinkLayerAddress', mac: named }],
    },
    hopLimit,
  );
}

function observed(records: readonly CaptureRecord[]): readonly Observation[] {
  const observer = new PacketObserver({ dark: DARK });
  // Time passes after the last one, so that nothing waits.
  const end = frame(
    110,
    { source: ROUTER_MAC, destination: SENSOR_MAC },
    segment({ source: FAR, destination: HONEYPOT, ports: [9, 9] }, ACK, [1, 1]),
  );
  return [...records, end]
    .flatMap((record) => observer.observe(record))
    .filter(({ kind }) => kind !== 'remainder');
}

/** What the handshakes prove, the last word of each. */
const proofs = (records: readonly CaptureRecord[]) =>
  observed(records)
    .filter(({ kind }) => kind === 'handshake')
    .map(({ linkAddress, forgeable }) => linkAddress ?? forgeable)
    .at(-1);

describe('a capture', () => {
  it('shows contact, handshake and payload, proven by the router for a source beyond it', () => {
    const found = observed(conversation(FAR, ROUTER_MAC));
    const ends = {
      source: FAR,
      destination: HONEYPOT,
      sourcePort: 50_000,
      destinationPort: 2323,
      dark: true,
    };
    expect(found).toMatchObject([
      { kind: 'contact', protocol: 'tcp', ...ends },
      { kind: 'handshake', forgeable: null, linkAddress: null, ...ends },
      { kind: 'payload', payloadLength: 5, forgeable: null, ...ends },
    ]);
  });

  it('says the same as the events of the sensor', () => {
    const lines = [
      { event: 'sensor.start', nets: ['2001:db8:1::/112'] },
      { event: 'probe.tcp', tcp_flags: 'S', backscatter: false },
      { event: 'flow.open', handshake: true, source_proof: 'router', session: 's' },
      {
        event: 'service.data',
        session: 's',
        payload_sha256: null,
        payload_length: 5,
        payload_greeting: null,
      },
    ];
    const found = observed(conversation(FAR, ROUTER_MAC));
    const times = ['40', '40', '40.02', '40.03'];
    const observer = new EventObserver(DARK);
    const seen = lines.flatMap((fields, index) => {
      const ends = {
        src_ip: '2001:db8:5::9',
        dst_ip: '2001:db8:1::7',
        src_port: 50_000,
        dst_port: 2323,
        proto: 'tcp',
      };
      const hash = found.find(({ kind }) => kind === 'payload')?.payloadHash;
      const more = 'payload_sha256' in fields ? { payload_sha256: hash } : {};
      const ts = `1970-01-01T00:01:${times[index]}Z`;
      const text = JSON.stringify({ v: 1, ts, ...ends, ...fields, ...more });
      const reading = observer.read({ text, file: 'events', line: index + 1 });
      if (reading.kind === 'malformed') throw new Error(reading.diagnostic.message);
      return reading.kind === 'observations' ? reading.observations : [];
    });
    const plain = (all: readonly Observation[]): object[] =>
      all.map((each) => ({ ...each, greeting: null, timeSeconds: each.timeSeconds.toFixed(3) }));
    expect(plain(seen)).toEqual(plain(found));
  });

  it('puts fragments together, and follows extension headers', () => {
    const repr = {
      sourcePort: 50_000,
      destinationPort: 1434,
      checksummed: true,
      payload: new Uint8Array(64).fill(7),
    };
    const whole = new Uint8Array(udp.HEADER_LENGTH + 64);
    udp.emit(repr, whole, 0, pseudoHeaderSum({ source: FAR, destination: HONEYPOT }));
    const link = { source: ROUTER_MAC, destination: SENSOR_MAC };
    const piece = (at: number, from: number, to: number): CaptureRecord =>
      frame(at, link, {
        source: FAR,
        destination: HONEYPOT,
        protocol: ipProtocol.udp,
        payload: whole.subarray(from, to),
        extensions: [
          { kind: 'hopByHop', options: [] },
          { kind: 'fragment', fragmentOffset: from, moreFragments: to < whole.length, identification: 5 },
        ],
      });
    const found = observed([piece(100, 40, 72), piece(100.1, 0, 40)]);
    expect(found).toMatchObject([
      { kind: 'contact', protocol: 'udp', destinationPort: 1434 },
      { kind: 'payload', payloadLength: 64 },
    ]);
    // Pieces that contradict each other are dropped (RFC 5722).
    expect(observed([piece(100, 40, 72), piece(100.1, 0, 48)])).toEqual([]);
  });

  it('takes no message among the machines of the link for a contact', () => {
    expect(observed([question(100, HONEYPOT), answer(100.1, HONEYPOT, HOST_MAC)])).toEqual([]);
  });

  it('without an address of IPv6 to watch counts its packets', () => {
    const observer = new PacketObserver({ dark: setOf('10.1.0.0/16') });
    for (const record of conversation(FAR, ROUTER_MAC)) expect(observer.observe(record)).toEqual([]);
    expect(observer.counts()).toMatchObject({ packets: 4, ipv6: 4, malformed: 0 });
  });
});

describe('a handshake of a neighbour', () => {
  const asked = question(100.05, NEIGHBOUR);
  const open = (mac: number) => conversation(NEIGHBOUR, mac);

  it('is proven by the one machine that answers for the address, when it sent the handshake', () => {
    expect(proofs([...open(HOST_MAC), asked, answer(100.1, NEIGHBOUR, HOST_MAC)])).toBe(HOST_MAC);
  });

  it.each([
    ['another machine answers', ATTACKER_MAC, [answer(100.1, NEIGHBOUR, HOST_MAC)], 'ndp-mismatch'],
    [
      'two machines answer',
      HOST_MAC,
      [answer(100.1, NEIGHBOUR, HOST_MAC), answer(100.2, NEIGHBOUR, ATTACKER_MAC)],
      'ndp-conflict',
    ],
    ['nobody answers', ATTACKER_MAC, [], 'ndp-silent'],
    [
      'the answer comes from beyond the link',
      ATTACKER_MAC,
      [answer(100.1, NEIGHBOUR, ATTACKER_MAC, { hopLimit: 254 })],
      'ndp-silent',
    ],
    [
      'the answer names another machine than its frame',
      ATTACKER_MAC,
      [answer(100.1, NEIGHBOUR, ATTACKER_MAC, { named: HOST_MAC })],
      'ndp-conflict',
    ],
  ] as const)('proves nothing when %s', (_, mac, answers, reason) => {
    expect(proofs([...open(mac), asked, ...answers])).toBe(reason);
  });

  it('is not proven by a router, which speaks for no address of the link', () => {
    expect(proofs([...open(ROUTER_MAC), asked, answer(100.1, NEIGHBOUR, HOST_MAC)])).toBe('ndp-mismatch');
  });
});
