import { AddressSet } from '@wormwood/base';
import { IpSet } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from './frame-test-support.ts';
import { isUsable } from './observation-check.ts';
import { EventObserver, type EventReading } from './observe-events.ts';

const dark = AddressSet.fromCidrs([{ address: 0x0a010000, prefixLength: 16 }]);
const FILE = 'events.jsonl';

const EVENT = {
  v: 1,
  id: '019cab7e-0000-7000-8000-000000000000',
  ts: '2026-03-01T12:00:00.000250Z',
  event: 'probe.tcp',
  sensor: 'dmz',
  src_ip: '198.51.100.7',
  src_port: 50_000,
  dst_ip: '10.1.2.3',
  dst_port: 445,
  proto: 'tcp',
};
const HASH = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

function read(more: Readonly<Record<string, unknown>>, line = 1): EventReading {
  return readText(JSON.stringify({ ...EVENT, ...more }), line);
}

function readText(text: string, line = 1): EventReading {
  return new EventObserver(dark).read({ text, file: FILE, line });
}

function observationOf(more: Readonly<Record<string, unknown>>): unknown {
  const reading = read(more);
  return reading.kind === 'observations' && reading.observations.length === 1
    ? reading.observations[0]
    : reading;
}

function faultOf(more: Readonly<Record<string, unknown>>): string {
  const reading = read(more, 17);
  if (reading.kind !== 'malformed') return reading.kind;
  expect(reading.diagnostic).toMatchObject({ file: FILE, line: 17, severity: 'error' });
  return reading.diagnostic.message;
}

describe('a flood', () => {
  const flood = { event: 'probe.flood', of: 'probe.tcp', tcp_flags: 'S', backscatter: false, packets: 900 };

  it('is so many of what each of them would have been', () => {
    expect(observationOf(flood)).toMatchObject({ kind: 'contact', packets: 900, destinationPort: 445 });
    expect(observationOf({ ...flood, tcp_flags: 'SA', backscatter: true })).toMatchObject({
      kind: 'backscatter',
      packets: 900,
    });
    expect(observationOf({ ...flood, tcp_flags: 'A' })).toMatchObject({ kind: 'remainder', packets: 900 });
    const icmp = { of: 'probe.icmp', proto: 'icmp', tcp_flags: undefined, src_port: undefined };
    expect(observationOf({ ...flood, ...icmp })).toMatchObject({ kind: 'contact', protocol: 'icmp' });
    // The answers of a name server to questions in the name of ours.
    const dns = { of: 'probe.udp', proto: 'udp', tcp_flags: undefined, src_port: 53, dst_port: 40_000 };
    expect(observationOf({ ...flood, ...dns })).toMatchObject({ kind: 'backscatter', packets: 900 });
  });

  it('of a protocol without contacts says nothing, and one without a count is refused', () => {
    expect(read({ ...flood, proto: 'gre' }).kind).toBe('other');
    for (const packets of [undefined, 0, -1, 1.5, '900', 2 ** 32])
      expect(faultOf({ ...flood, packets })).toContain('packets');
  });
});

describe('an event', () => {
  it('is the observation that its fields say', () => {
    expect(observationOf({})).toEqual({
      // Seconds from 1970 to noon of 1 March 2026, as `date -u +%s` prints them.
      timeSeconds: 1_772_366_400.00025,
      kind: 'contact',
      protocol: 'tcp',
      source: addressOf('198.51.100.7'),
      destination: addressOf('10.1.2.3'),
      sourcePort: 50_000,
      destinationPort: 445,
      payloadHash: null,
      payloadLength: 0,
      dark: true,
      linkAddress: null,
      forgeable: null,
    });
  });

  it.each([
    [{}, { kind: 'contact', protocol: 'tcp' }],
    [{ event: 'probe.udp' }, { kind: 'contact', protocol: 'udp' }],
    [
      { event: 'probe.icmp', src_port: undefined },
      { kind: 'contact', protocol: 'icmp', destinationPort: 0 },
    ],
    [{ backscatter: true }, { kind: 'backscatter' }],
    [
      { event: 'flow.open', handshake: true },
      { kind: 'handshake', protocol: 'tcp' },
    ],
    // Nothing but a completed TCP handshake proves a source address.
    [{ event: 'flow.open' }, { kind: 'contact' }],
    [{ event: 'flow.open', handshake: 1 }, { kind: 'contact' }],
    [
      { event: 'flow.open', handshake: true, proto: 'udp' },
      { kind: 'contact', protocol: 'udp' },
    ],
    [
      { event: 'service.data', payload_sha256: HASH, payload_length: 5 },
      { kind: 'payload', payloadHash: HASH, payloadLength: 5 },
    ],
    [{ dst_ip: '10.2.0.1' }, { dark: false }],
  ])('%j', (more, expected) => {
    expect(observationOf(more)).toMatchObject(expected);
  });

  it('names the addresses that the sensor answers for', () => {
    const reading = read({ event: 'sensor.start', nets: ['10.1.0.0/16', '192.0.2.0/24', '2001:db8::/32'] });
    const nets = reading.kind === 'nets' ? reading.nets : IpSet.empty;
    expect([nets.ipv4.size, nets.ipv6.networks]).toEqual([65_536 + 256, 2 ** 32]);
    expect(read({ event: 'sensor.start' })).toEqual({ kind: 'other' });
  });

  it.each([
    { event: 'flow.close' },
    { event: 'service.login' },
    { event: 'verdict.infected', src_ip: undefined },
    { src_ip: '2001:db8::1' },
  ])('of another kind says nothing: %j', (more) => {
    expect(read(more)).toEqual({ kind: 'other' });
  });
});

describe('a line that is not an event', () => {
  it.each([
    [{ v: 2 }, 'The field `v` is 2.'],
    [{ event: 7 }, 'The field `event` is 7.'],
    [{ ts: undefined }, 'The field `ts` is missing.'],
    [{ ts: '2026-02-30T12:00:00Z' }, 'The field `ts` is "2026-02-30T12:00:00Z".'],
    [{ ts: [[1]] }, 'The field `ts` is a list or an object.'],
    [{ src_ip: '1.2.3' }, 'The field `src_ip` is "1.2.3".'],
    [{ src_ip: null }, 'The field `src_ip` is null.'],
    [{ dst_ip: 4 }, 'The field `dst_ip` is 4.'],
    [{ src_port: 65_536 }, 'The field `src_port` is 65536.'],
    [{ dst_port: 1.5 }, 'The field `dst_port` is 1.5.'],
    [{ event: 'flow.open', proto: 'sctp' }, 'The field `proto` is "sctp".'],
    [{ event: 'service.data' }, 'The field `payload_sha256` is missing.'],
    [
      { event: 'service.data', payload_sha256: HASH, payload_length: -1 },
      'The field `payload_length` is -1.',
    ],
    [{ event: 'sensor.start', nets: ['10.0.0.0/33'] }, 'The field `nets` is "10.0.0.0/33".'],
    [{ src_ip: '\u001b[2J' }, String.raw`The field ${'`src_ip`'} is "\u{1b}[2J".`],
  ])('is a diagnostic with its place: %j', (more, fault) => {
    expect(faultOf(more)).toBe(fault);
  });

  it.each(['{', '[]', '"x"', 'null', 'x'])('is reported: %s', (text) => {
    const reading = readText(text, 3);
    expect(reading).toMatchObject({ kind: 'malformed', diagnostic: { line: 3, file: FILE } });
  });

  it('may be nested without end', () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    const text = JSON.stringify(EVENT).replace('"tcp"}', `"tcp","ts":${deep}}`);
    expect(readText(text).kind).toBe('malformed');
    expect(readText(deep).kind).toBe('malformed');
  });

  it('is not an empty one', () => {
    expect(readText(' ')).toEqual({ kind: 'other' });
  });
});

/** What each of these events of one session says that it proves: a MAC address, `router`, nothing, or why nothing. */
function proofsOf(
  events: readonly Readonly<Record<string, unknown>>[],
  observer: EventObserver = new EventObserver(dark),
): readonly unknown[] {
  return events.map((more) => {
    const text = JSON.stringify({ ...EVENT, session: 'a', ...more });
    const reading = observer.read({ text, file: FILE, line: 1 });
    if (reading.kind !== 'observations') return reading.kind;
    return reading.observations.map(({ kind, linkAddress, forgeable }) => [kind, forgeable ?? linkAddress]);
  });
}

describe('the proof of a handshake', () => {
  const open = { event: 'flow.open', handshake: true };
  const mac = '02:00:5e:10:00:01';
  const data = { event: 'service.data', payload_sha256: HASH, payload_length: 5 };

  it.each([
    [{ source_proof: 'router', src_mac: mac }, null],
    [{ source_proof: 'link', src_mac: mac }, 0x02_00_5e_10_00_01],
    [{}, 'no-proof'],
    [{ src_mac: mac }, 'no-proof'],
    [{ source_proof: 'pending', src_mac: mac }, 'proof-pending'],
    [{ source_proof: 'PROVEN' }, 'no-proof'],
    [{ source_proof: true }, 'no-proof'],
    [{ source_proof: 'none' }, 'no-proof'],
    [{ source_proof: 'none', forgeable: 'sunspots' }, 'no-proof'],
    ...['no-link-address', 'unknown-router', 'arp-silent', 'arp-conflict', 'arp-mismatch'].map(
      (forgeable): [object, string] => [{ source_proof: 'none', forgeable }, forgeable],
    ),
    [{ source_proof: 'none', forgeable: 'address-changed', src_mac: mac }, 'address-changed'],
    [{ source_proof: 'none', forgeable: 'weak-sequence-numbers', src_mac: mac }, 'weak-sequence-numbers'],
  ])('is what the sensor says, or none: %j', (more, proof) => {
    expect(proofsOf([{ ...open, ...more }])).toEqual([[['handshake', proof]]]);
    // The payload of the session proves as much, one without a session nothing.
    expect(proofsOf([{ ...open, ...more }, data, { ...data, session: 'b' }]).slice(1)).toEqual([
      [['payload', proof]],
      [['payload', 'no-proof']],
    ]);
  });

  it.each([undefined, 'x', 7, 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00'])(
    'names the machine on the link, not %j',
    (src_mac) => {
      expect(faultOf({ ...open, source_proof: 'link', src_mac })).toContain('The field `src_mac` is ');
    },
  );

  it('that was pending comes in an event of its own, for the payload too', () => {
    const pending = { ...open, source_proof: 'pending', src_mac: mac };
    const proof = { event: 'flow.proof', source_proof: 'link', src_mac: mac };
    expect(proofsOf([pending, data, proof, data])).toEqual([
      [['handshake', 'proof-pending']],
      [['payload', 'proof-pending']],
      [
        ['handshake', 0x02_00_5e_10_00_01],
        ['payload', 0x02_00_5e_10_00_01],
      ],
      [['payload', 0x02_00_5e_10_00_01]],
    ]);
    const conflict = { event: 'flow.proof', source_proof: 'none', forgeable: 'arp-conflict' };
    expect(proofsOf([pending, data, conflict])).toEqual([
      [['handshake', 'proof-pending']],
      [['payload', 'proof-pending']],
      [
        ['handshake', 'arp-conflict'],
        ['payload', 'arp-conflict'],
      ],
    ]);
    // The payload is reported once more, and not again.
    expect(proofsOf([pending, data, proof, proof]).at(-1)).toEqual([['handshake', 0x02_00_5e_10_00_01]]);
    // What is pending for ever proves nothing.
    expect(proofsOf([pending, data, { ...proof, source_proof: 'pending' }, data]).at(-1)).toEqual([
      ['payload', 'no-proof'],
    ]);
    expect(proofsOf([pending, { ...proof, proto: 'udp' }])).toEqual([
      [['handshake', 'proof-pending']],
      'other',
    ]);
  });

  it('of a session is forgotten when as many others as are remembered began after it', () => {
    const observer = new EventObserver(dark, 100);
    const proven = { ...open, source_proof: 'router' };
    proofsOf([proven], observer);
    for (let i = 0; i < 99; i++) proofsOf([{ ...proven, session: String(i) }], observer);
    expect(proofsOf([data], observer)).toEqual([[['payload', null]]]);
    proofsOf([{ ...proven, session: 'last' }], observer);
    expect(proofsOf([data], observer)).toEqual([[['payload', 'no-proof']]]);
  });
});

it('no line makes the reader throw, and every observation can be judged', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('tcp', '10.1.2.3', EVENT.ts, 80, true));
  const names = [
    ...Object.keys(EVENT),
    'handshake',
    'payload_sha256',
    'payload_length',
    'nets',
    'backscatter',
    'source_proof',
    'src_mac',
    'forgeable',
    'session',
  ];
  const event = fc.constantFrom(
    'probe.tcp',
    'probe.udp',
    'flow.open',
    'flow.proof',
    'service.data',
    'sensor.start',
  );
  const changed = fc
    .tuple(event, fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }))
    .map(([name, more]) => JSON.stringify({ ...EVENT, event: name, ...more }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), changed), (text) => {
      const reading = readText(text);
      if (reading.kind !== 'observations') return;
      for (const observation of reading.observations) expect(isUsable(observation)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
