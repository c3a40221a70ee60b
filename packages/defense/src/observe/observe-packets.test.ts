import { AddressSet, parseCidr } from '@wormwood/base';
import { type CaptureRecord, linkType } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { conversation, datagram, echo, ipRecord, addressOf, segment } from './frame-test-support.ts';
import { PacketObserver } from './observe-packets.ts';

const SCANNER = '198.51.100.7';
const HONEYPOT = '10.9.8.2';

function network(cidr: string): AddressSet {
  const parsed = parseCidr(cidr);
  if (!parsed.ok) throw new Error(parsed.reason);
  return AddressSet.fromCidrs([parsed.value]);
}

function newObserver(live?: string): PacketObserver {
  const dark = network('10.9.8.2/31');
  return new PacketObserver(live === undefined ? { dark } : { dark, live: network(live) });
}

function kindsOf(records: readonly CaptureRecord[], observer: PacketObserver = newObserver()): string[] {
  return records.flatMap((record) => observer.observe(record)).map(({ kind }) => kind);
}

/** Three frames between two Linux 6.18 kernels, recorded by tcpdump: SYN, SYN/ACK, and an ACK that carries `hello`. */
const LINUX_FRAMES = [
  `0200000000020200000000010800 4500003c657540004006b1320a0908010a090802
   a9de0050daaea2b500000000a002faf0debb0000 020405b40402080af2ff2fa9000000000103030a`,
  `0200000000010200000000020800 4500003c00004000400616a80a0908020a090801
   0050a9de2695195fdaaea2b6a012fe88631a0000 020405b40402080a1e941970f2ff2fa90103030a`,
  `0200000000020200000000010800 45000039657740004006b1330a0908010a090802
   a9de0050daaea2b6269519608018003f4c540000 0101080af2ff2fa91e941970 68656c6c6f`,
].map((digits) =>
  Uint8Array.from(digits.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
);

function ethernetRecord(bytes: Uint8Array): CaptureRecord {
  const time = { seconds: 1_000, nanoseconds: 500_000_000 };
  return {
    ...time,
    linkType: linkType.ethernet,
    originalLength: bytes.length,
    bytes,
    options: [],
    sectionOptions: [],
  };
}

describe('a recorded handshake', () => {
  it('is a contact, a handshake, and a payload with its SHA-256', () => {
    const sensor = { sensorMacs: new Set([0x02_00_00_00_00_02]), routerMacs: new Set([0x02_00_00_00_00_01]) };
    const observer = new PacketObserver({ dark: network('10.9.8.2/31'), sensor });
    const seen = LINUX_FRAMES.flatMap((bytes) => observer.observe(ethernetRecord(bytes)));
    const ends = {
      timeSeconds: 1000.5,
      protocol: 'tcp',
      source: addressOf('10.9.8.1'),
      destination: addressOf(HONEYPOT),
      sourcePort: 0xa9de,
      destinationPort: 80,
      payloadHash: null,
      payloadLength: 0,
      dark: true,
      linkAddress: null,
      forgeable: null,
    };
    // The published SHA-256 of `hello`.
    const payloadHash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    expect(seen).toEqual([
      { ...ends, kind: 'contact' },
      { ...ends, kind: 'handshake' },
      { ...ends, kind: 'payload', payloadHash, payloadLength: 5, greeting: 'short' },
    ]);
    expect(observer.counts()).toMatchObject({
      packets: 3,
      malformed: 0,
      ipv6: 0,
      elsewhere: 0,
      observations: 3,
    });
  });

  it('is none when the answer came from another machine than the one asked', () => {
    const forged = LINUX_FRAMES.map((bytes) => bytes.slice());
    // The SYN/ACK, which the sender of the SYN could have made up, comes from its own link address.
    forged[1]?.set([2, 0, 0, 0, 0, 1], 6);
    expect(kindsOf(forged.map(ethernetRecord))).toEqual(['contact']);
  });
});

describe('no handshake', () => {
  const ends = { from: SCANNER, to: HONEYPOT };
  const [syn, answer, ack, data] = conversation(ends) as [
    CaptureRecord,
    CaptureRecord,
    CaptureRecord,
    CaptureRecord,
  ];

  it('is the proof in full', () => {
    expect(kindsOf([syn, answer, ack, data])).toEqual(['contact', 'handshake', 'payload']);
    expect(kindsOf([syn, answer, ack, data, data, ack])).toEqual(['contact', 'handshake', 'payload']);
  });

  it.each<[string, readonly CaptureRecord[]]>([
    ['without an answer', [syn, ack, data]],
    ['without the third segment', [syn, answer]],
    ['out of order', [syn, ack, answer]],
    ['with a guessed number', [syn, answer, segment({ ...ends, flags: 'A', seq: 1001, ack: 77_002 })]],
    [
      'from another place in the sequence',
      [syn, answer, segment({ ...ends, flags: 'A', seq: 5, ack: 77_001 })],
    ],
    ['with a reset', [syn, answer, segment({ ...ends, flags: 'R', seq: 1001, ack: 77_001 })]],
    [
      'with two different answers',
      [
        syn,
        answer,
        segment({ from: HONEYPOT, to: SCANNER, ports: [445, 50_000], flags: 'SA', seq: 1, ack: 1001 }),
        ack,
      ],
    ],
    [
      'with an answer to something else',
      [
        syn,
        segment({ from: HONEYPOT, to: SCANNER, ports: [445, 50_000], flags: 'SA', seq: 77_000, ack: 9 }),
        ack,
      ],
    ],
    [
      'on another port',
      [syn, answer, segment({ ...ends, ports: [50_001, 445], flags: 'A', seq: 1001, ack: 77_001 })],
    ],
  ])('comes about %s', (_, records) => {
    expect(kindsOf(records).filter((kind) => kind !== 'remainder')).toEqual(['contact']);
  });
});

describe('contacts', () => {
  const ends = { from: SCANNER, to: HONEYPOT };

  it('are new connections; the same SYN again is none', () => {
    const syn = segment({ ...ends, flags: 'S', seq: 5 });
    const later = segment({ ...ends, flags: 'S', seq: 900 });
    expect(kindsOf([syn, syn, later])).toEqual(['contact', 'contact']);
  });

  it.each(['', 'F', 'FP'])('are TCP segments that ask without ACK: %j', (flags) => {
    expect(kindsOf([segment({ ...ends, flags })])).toEqual(['contact']);
  });

  it.each(['A', 'PA', 'FA'])('are not the rest of an unseen conversation: %j', (flags) => {
    expect(kindsOf([segment({ ...ends, flags, text: 'x' })])).toEqual(['remainder']);
  });

  it('are datagrams, with the first payload of the flow', () => {
    const records = ['', 'one', 'two'].map((text) => datagram({ ...ends, text }));
    expect(kindsOf(records)).toEqual(['contact', 'payload']);
    const seen = newObserver().observe(datagram({ ...ends, text: 'one' }));
    expect(seen).toMatchObject([
      { protocol: 'udp', destinationPort: 1434, payloadHash: null },
      { protocol: 'udp', destinationPort: 1434, payloadLength: 3 },
    ]);
  });

  it('are echo requests', () => {
    expect(kindsOf([echo(ends, 'echoRequest'), echo(ends, 'echoRequest')])).toEqual(['contact']);
  });

  it('are not observed from dark addresses, nor between others', () => {
    const observer = newObserver();
    const elsewhere = segment({ from: SCANNER, to: '192.0.2.1', flags: 'S' });
    const own = segment({ from: HONEYPOT, to: SCANNER, flags: 'S' });
    expect(kindsOf([elsewhere, own], observer)).toEqual([]);
    expect(observer.counts()).toMatchObject({ elsewhere: 1, malformed: 0 });
  });

  it('come to and from live addresses when these are watched; answers to them are none', () => {
    const live = '192.0.2.0/24';
    const host = '192.0.2.7';
    expect(kindsOf(conversation({ from: SCANNER, to: host }), newObserver(live))).toEqual([
      'contact',
      'handshake',
      'payload',
    ]);
    const outgoing = conversation({ from: host, to: SCANNER });
    expect(kindsOf(outgoing, newObserver(live))).toEqual(['contact', 'handshake', 'payload']);
    const asked = datagram({ from: host, to: SCANNER, ports: [50_000, 53], text: 'q' });
    const answered = datagram({ from: SCANNER, to: host, ports: [53, 50_000], text: 'a' });
    expect(kindsOf([asked, answered], newObserver(live))).toEqual(['contact', 'payload']);
    const seen = newObserver(live).observe(segment({ from: SCANNER, to: host, flags: 'S' }));
    expect(seen[0]?.dark).toBe(false);
  });
});

describe('backscatter', () => {
  const ends = { from: SCANNER, to: HONEYPOT };

  it.each<[string, CaptureRecord]>([
    ['SYN/ACK', segment({ ...ends, flags: 'SA' })],
    ['RST', segment({ ...ends, flags: 'R' })],
    ['RST/ACK', segment({ ...ends, flags: 'RA' })],
    ['echo reply', echo(ends, 'echoReply')],
    // Port unreachable, quoting a header that is not looked at.
    ['ICMP error', ipRecord(ends, 1, Uint8Array.of(3, 3, 0, 0, 0, 0, 0, 0, 0x45))],
  ])('is %s that answers nothing', (_, record) => {
    expect(kindsOf([record])).toEqual(['backscatter']);
  });

  it('is not a reset that ends a half-open scan, nor an answer that was asked for', () => {
    const syn = segment({ ...ends, flags: 'S', seq: 1 });
    expect(kindsOf([syn, segment({ ...ends, flags: 'R', seq: 2 })])).toEqual(['contact']);
    const live = '192.0.2.0/24';
    const host = '192.0.2.7';
    const ping = [
      echo({ from: host, to: SCANNER }, 'echoRequest'),
      echo({ from: SCANNER, to: host }, 'echoReply'),
    ];
    expect(kindsOf(ping, newObserver(live))).toEqual(['contact']);
  });
});

describe('limits', () => {
  it('forgets the flow begun first when there are too many', () => {
    const observer = new PacketObserver({ dark: network('10.9.8.2/31'), flowsMax: 2 });
    const records = [1, 2, 3, 3, 2, 1].map((port) =>
      datagram({ from: SCANNER, to: HONEYPOT, ports: [port, 1434] }),
    );
    expect(kindsOf(records, observer)).toEqual(['contact', 'contact', 'contact', 'contact']);
  });

  it('leaves tunnels alone: their inner addresses are the choice of whoever sends them', () => {
    const inner = segment({ from: '203.0.113.9', to: HONEYPOT, flags: 'S' });
    expect(kindsOf([ipRecord({ from: SCANNER, to: HONEYPOT }, 4, inner.bytes)])).toEqual([]);
  });

  it('makes no payload of one that the capture has cut', () => {
    const record = datagram({ from: SCANNER, to: HONEYPOT, text: 'a long payload' });
    const bytes = record.bytes.subarray(0, 32);
    expect(kindsOf([{ ...record, bytes }])).toEqual(['contact']);
  });

  it('counts what it cannot read', () => {
    const observer = newObserver();
    const syn = segment({ from: SCANNER, to: HONEYPOT, flags: 'S' });
    const bad: readonly CaptureRecord[] = [
      { ...syn, bytes: syn.bytes.subarray(0, 25), originalLength: 25 },
      { ...syn, seconds: 2 ** 40 },
      { ...syn, linkType: 9999 },
      ipRecord({ from: SCANNER, to: HONEYPOT }, 6, Uint8Array.of(1, 2, 3)),
    ];
    expect(kindsOf(bad, observer)).toEqual([]);
    expect(observer.counts()).toMatchObject({ packets: 4, malformed: 4, observations: 0 });
  });
});
