/** What nmap's tests say of answers, by the limits that its page states (https://nmap.org/book/osdetect-methods.html). */
import { icmpv4, ipProtocol, ipv4, pseudoHeaderSum, tcp, type tcpOption, udp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { DATAGRAM_TIME_TO_LIVE } from './os-probes.ts';
import { evaluate, type Exchange, formatObserved } from './os-tests.ts';

const TARGET = {
  source: 0x0a00_0001,
  destination: 0x0a00_0002,
  openPort: 80,
  closedPort: 1,
  closedUdpPort: 2,
  sequence: 7000,
  acknowledgment: 9000,
};

function packet(protocol: number, payload: Uint8Array, words: Partial<ipv4.Repr> = {}): ipv4.Repr {
  return {
    typeOfService: 0,
    identification: 0,
    reservedFlag: false,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 60,
    protocol,
    source: TARGET.destination,
    destination: TARGET.source,
    options: [],
    payload,
    ...words,
  };
}

function segment(words: Partial<tcp.Repr> = {}, head: Partial<ipv4.Repr> = {}): ipv4.Repr {
  const repr: tcp.Repr = {
    sourcePort: 80,
    destinationPort: 40_000,
    sequenceNumber: 1,
    acknowledgmentNumber: 0,
    reserved: 0,
    flags: tcp.flag.SYN | tcp.flag.ACK,
    window: 0x1234,
    urgentPointer: 0,
    options: [],
    payload: new Uint8Array(0),
    ...words,
  };
  const out = new Uint8Array(tcp.length(repr));
  tcp.emit(repr, out, 0, pseudoHeaderSum({ source: TARGET.destination, destination: TARGET.source }));
  return packet(ipProtocol.tcp, out, head);
}

const exchange = (answer: ipv4.Repr | null, sentSeconds = 0, sent = new Uint8Array(0)): Exchange => ({
  sent,
  sentSeconds,
  answer,
});
const stamp = (value: number, echo = 0): tcpOption.Repr => ({ kind: 'timestamps', value, echo });

/** What is measured of answers to the SYNs, a tenth of a second apart. */
function sequence(
  answers: readonly (ipv4.Repr | null)[],
  more: readonly (readonly [string, ipv4.Repr | null])[] = [],
) {
  const exchanges = new Map<string, Exchange>(
    answers.map((answer, i) => [`SEQ${i + 1}`, exchange(answer, i / 10)] as const),
  );
  for (const [name, answer] of more) exchanges.set(name, exchange(answer));
  return evaluate(exchanges, TARGET).get('SEQ') ?? new Map<string, string>();
}
const numbered = (numbers: readonly number[]) =>
  sequence(numbers.map((number) => segment({ sequenceNumber: number >>> 0 })));
const identified = (ids: readonly number[]) =>
  sequence(ids.map((identification) => segment({}, { identification }))).get('TI') ?? null;

describe('sequence numbers', () => {
  it('have a divisor, a rate and a deviation: logarithms of base two, eightfold', () => {
    // 1,024,000 each second without deviation.
    const even = numbered([1, 2, 3, 4, 5, 6].map((i) => i * 102_400));
    expect([even.get('GCD'), even.get('ISR'), even.get('SP')]).toEqual([
      (102_400).toString(16).toUpperCase(),
      Math.round(8 * Math.log2(1_024_000))
        .toString(16)
        .toUpperCase(),
      '0',
    ]);
    // Steps of 10 and 30 by turns: rates of 100 and 300, divided by their divisor of 10, which is more than 9.
    const uneven = numbered([100, 110, 140, 150, 180, 190]);
    const rates = [100, 300, 100, 300, 100];
    const mean = rates.reduce((a, b) => a + b) / 5;
    const deviation = (unit: number) =>
      Math.sqrt(rates.reduce((sum, rate) => sum + ((rate - mean) / unit) ** 2, 0) / 4);
    expect(uneven.get('GCD')).toBe('A');
    expect(uneven.get('ISR')).toBe(
      Math.round(8 * Math.log2(mean))
        .toString(16)
        .toUpperCase(),
    );
    expect(uneven.get('SP')).toBe(
      Math.round(8 * Math.log2(deviation(10)))
        .toString(16)
        .toUpperCase(),
    );
    // A divisor of 9 divides nothing.
    const nine = numbered([9, 18, 45, 54, 81, 90]);
    const wide = 0.9 * deviation(1);
    expect([nine.get('GCD'), nine.get('SP')]).toEqual([
      '9',
      Math.round(8 * Math.log2(wide))
        .toString(16)
        .toUpperCase(),
    ]);
  });

  it('may turn over or go backwards: the shorter way counts', () => {
    const turned = numbered([-5, 5, 15, 25, 35, 45]);
    const back = numbered([45, 35, 25, 15, 5, -5]);
    for (const numbers of [turned, back]) expect([numbers.get('GCD'), numbers.get('SP')]).toEqual(['A', '0']);
  });

  it('of which four are needed, none of them 0', () => {
    expect(numbered([0, 10, 20, 30]).has('GCD')).toBe(false);
    expect(numbered([0, 10, 20, 30, 40]).get('GCD')).toBe('A');
    expect(numbered([5, 5, 5, 5]).get('ISR')).toBe('0');
    expect(Object.fromEntries(numbered([5, 5, 5, 5]))).toMatchObject({ SP: '0', GCD: '0', ISR: '0' });
    // Less than one a second is 0.
    const slow = sequence([1, 2, 3, 4].map((sequenceNumber) => segment({ sequenceNumber })));
    expect(slow.get('ISR')).toBe(
      Math.round(8 * Math.log2(10))
        .toString(16)
        .toUpperCase(),
    );
  });

  it('of resets do not count, and without any answer there is none', () => {
    const reset = segment({ flags: tcp.flag.RST | tcp.flag.ACK, sequenceNumber: 77 });
    expect(
      sequence([1, 11, 21].map((sequenceNumber) => segment({ sequenceNumber })).concat(reset)).has('GCD'),
    ).toBe(false);
    expect([...sequence([null, null])]).toEqual([['R', 'N']]);
  });
});

describe('identifications', () => {
  it.each<[readonly number[], string | null]>([
    [[0, 0, 0], 'Z'],
    [[0, 0], null],
    [[7, 7, 7], '7'],
    [[1, 2, 3], 'I'],
    [[1, 10, 11], 'I'],
    [[1, 11, 12], null],
    [[2, 4, 6], null],
    [[65_534, 65_535, 65_535], 'I'],
    [[256, 512, 768], 'BI'],
    [[256, 256 + 5120, 256 + 5120], 'BI'],
    [[256, 256 + 5376, 256 + 5376], null],
    [[1, 1002, 1003], 'RI'],
    [[1, 1001, 1002], null],
    [[0, 25_600 - 256, 1], 'RD'],
    [[1, 20_001, 20_002], 'RI'],
    [[1, 20_002, 20_003], 'RD'],
    [[3, 2, 3], 'RD'],
  ])('%j are %s', (ids, word) => {
    expect(identified(ids)).toBe(word);
  });

  it('of two echo replies turn over, and are random by steps of 25,600', () => {
    const icmp = (first: number, second: number) => {
      const reply = (identification: number) =>
        packet(ipProtocol.icmpv4, new Uint8Array(8), { identification });
      return (
        sequence(
          [],
          [
            ['IE1', reply(first)],
            ['IE2', reply(second)],
          ],
        ).get('II') ?? null
      );
    };
    expect([icmp(65_535, 0), icmp(0, 25_344), icmp(0, 25_600), icmp(5, 5), icmp(0, 0)]).toEqual([
      'I',
      null,
      'RI',
      '5',
      'Z',
    ]);
  });

  it('of ICMP follow those of TCP where the first is less than three mean steps on', () => {
    const shared = (icmpFirst: number) => {
      const reply = (identification: number) =>
        packet(ipProtocol.icmpv4, new Uint8Array(8), { identification });
      return sequence(
        [10, 12, 15, 16].map((identification) => segment({}, { identification })),
        [
          ['IE1', reply(icmpFirst)],
          ['IE2', reply(icmpFirst + 1)],
        ],
      ).get('SS');
    };
    // The mean step is 2, so 16 + 3 · 2 = 22 is the limit.
    expect([shared(17), shared(21), shared(22)]).toEqual(['S', 'S', 'O']);
  });

  it('of closed ports need two answers', () => {
    const reset = (identification: number) => segment({ flags: tcp.flag.RST }, { identification });
    expect(sequence([], [['T5', reset(1)]]).get('CI')).toBeUndefined();
    expect(
      sequence(
        [],
        [
          ['T5', reset(1)],
          ['T7', reset(2)],
        ],
      ).get('CI'),
    ).toBe('I');
  });
});

describe('timestamps', () => {
  const ticking = (hertz: number) =>
    sequence(
      [0, 1, 2, 3, 4, 5].map((i) =>
        segment({ sequenceNumber: 1 + i, options: [stamp(Math.round(1000 + (i * hertz) / 10))] }),
      ),
    ).get('TS');

  it.each([
    [10, '3'],
    [70, '6'],
    [80, '7'],
    [150, '7'],
    [160, '8'],
    [350, '8'],
    [360, '8'],
    [370, '9'],
    [1000, 'A'],
  ])('that tick %i times a second are %s', (hertz, word) => {
    expect(ticking(hertz)).toBe(word);
  });

  it('are U where one is missing, 0 where one is 0, and nothing where they stand still', () => {
    const of = (values: readonly (number | null)[]) =>
      sequence(
        values.map((value, i) =>
          segment({ sequenceNumber: 1 + i, options: value === null ? [] : [stamp(value)] }),
        ),
      ).get('TS');
    expect([of([5, null]), of([0, null]), of([5, 0]), of([5, 5]), of([0xffff_ffff, 1])]).toEqual([
      'U',
      'U',
      '0',
      undefined,
      // Two ticks in a tenth of a second, over the turn: 20 a second.
      '4',
    ]);
    // Up to 5.66 a second, as where they move once in a second.
    expect(of([5, 5, 5, 6])).toBe('1');
  });
});

describe('a segment', () => {
  const test = (answer: ipv4.Repr | null, name = 'T5') =>
    Object.fromEntries(evaluate(new Map([[name, exchange(answer)]]), TARGET).get(name)!);

  it('that is missing is R=N', () => {
    expect(test(null)).toEqual({ R: 'N' });
  });

  it.each([
    [0, 'Z'],
    [9000, 'A'],
    [9001, 'A+'],
    [9002, 'O'],
    [8999, 'O'],
  ])('with the number %i is S=%s', (sequenceNumber, word) => {
    expect(test(segment({ sequenceNumber }))).toMatchObject({ S: word });
  });

  it.each([
    [0, 'Z'],
    [7000, 'S'],
    [7001, 'S+'],
    [7002, 'O'],
    [6999, 'O'],
  ])('that acknowledges %i is A=%s', (acknowledgmentNumber, word) => {
    expect(test(segment({ acknowledgmentNumber }))).toMatchObject({ A: word });
  });

  it('has flags in nmap’s order, quirks, a window and a text', () => {
    const all =
      tcp.flag.ECE | tcp.flag.URG | tcp.flag.ACK | tcp.flag.PSH | tcp.flag.RST | tcp.flag.SYN | tcp.flag.FIN;
    expect(test(segment({ flags: all, reserved: 1 }))).toMatchObject({
      F: 'EUAPRSF',
      Q: 'R',
      W: '1234',
      DF: 'N',
    });
    expect(test(segment({ flags: 0, urgentPointer: 1 }, { dontFragment: true }))).toMatchObject({
      F: '',
      Q: 'U',
      DF: 'Y',
    });
    expect(test(segment({ flags: tcp.flag.URG, urgentPointer: 1 }))).toMatchObject({ F: 'U', Q: '' });
    expect(test(segment({ reserved: 4, urgentPointer: 9 }))).toMatchObject({ Q: 'RU' });
    // The check value of CRC-32.
    const payload = new TextEncoder().encode('123456789');
    expect(test(segment({ flags: tcp.flag.RST, payload }))).toMatchObject({ RD: 'CBF43926' });
    expect(test(segment({ flags: tcp.flag.ACK, payload }))).toMatchObject({ RD: '0' });
    expect(test(segment({ flags: tcp.flag.RST }))).toMatchObject({ RD: '0' });
  });

  it.each([
    [0, 'N'],
    [tcp.flag.ECE, 'Y'],
    [tcp.flag.CWR, 'O'],
    [tcp.flag.ECE | tcp.flag.CWR, 'S'],
  ])('that answers ECN with the flags %i is CC=%s', (flags, word) => {
    const results = test(segment({ flags }), 'ECN');
    expect(results).toMatchObject({ CC: word });
    expect(Object.keys(results)).toEqual(['R', 'DF', 'TG', 'W', 'O', 'CC', 'Q']);
  });

  it.each([
    [1, '20'],
    [32, '20'],
    [33, '40'],
    [64, '40'],
    [65, '80'],
    [128, '80'],
    [129, 'FF'],
    [255, 'FF'],
  ])('that arrives with %i hops left is TG=%s', (timeToLive, word) => {
    expect(test(segment({}, { timeToLive }))).toMatchObject({ TG: word });
  });

  it('has its options as letters, up to the last octet', () => {
    const options: tcpOption.Repr[] = [
      { kind: 'mss', mssBytes: 0x5b4 },
      { kind: 'noOperation' },
      { kind: 'windowScale', shift: 10 },
      { kind: 'sackPermitted' },
      stamp(0, 0x1_0000),
      { kind: 'end' },
    ];
    const written = (more: readonly tcpOption.Repr[]) => test(segment({ options: more }))['O'];
    expect(written(options)).toMatch(/^M5B4NWAST01L+$/);
    expect(
      [written([stamp(1, 0)]), written([stamp(0x1_0000, 1)]), written([stamp(0, 0)])].map((text) =>
        text!.slice(0, 3),
      ),
    ).toEqual(['T10', 'T11', 'T00']);
  });
});

describe('the answers to SYNs', () => {
  it('have their options and windows by number, or none where one is missing', () => {
    const six = [1, 2, 3, 4, 5, 6].map((i) =>
      segment({ window: i, options: [{ kind: 'mss', mssBytes: i }] }),
    );
    const all = (answers: readonly (ipv4.Repr | null)[]) =>
      formatObserved(
        evaluate(new Map(answers.map((answer, i) => [`SEQ${i + 1}`, exchange(answer, i / 10)])), TARGET),
      );
    const lines = all(six);
    expect(lines[1]).toBe('OPS(O1=M1%O2=M2%O3=M3%O4=M4%O5=M5%O6=M6)');
    expect(lines[2]).toBe('WIN(W1=1%W2=2%W3=3%W4=4%W5=5%W6=6)');
    expect(lines[3]).toBe('T1(R=Y%DF=N%TG=40%S=O%A=Z%F=AS%RD=0%Q=)');
    expect(all([...six.slice(0, 5), null]).slice(1, 3)).toEqual(['OPS(R=N)', 'WIN(R=N)']);
  });
});

describe('an unreachable port', () => {
  const sent = packet(ipProtocol.udp, new Uint8Array(308).fill(0x43), {
    source: TARGET.source,
    destination: TARGET.destination,
    identification: 0x1042,
    timeToLive: 64,
  });
  const sentOctets = new Uint8Array(328);
  ipv4.emit(sent, sentOctets);
  sentOctets.set([0x12, 0x34, 0, 2, 1, 52, 0xab, 0xcd], 20);

  /** What is measured where a router on the way took a hop, and the quote was changed so. */
  const measured = (change: (quote: Uint8Array) => void, unused = 0, head: Partial<ipv4.Repr> = {}) => {
    const quote = sentOctets.slice();
    quote[ipv4.field.timeToLive] = DATAGRAM_TIME_TO_LIVE - 3;
    ipv4.fillChecksum(quote, 0);
    change(quote);
    const payload = new Uint8Array(icmpv4.HEADER_LENGTH + quote.length);
    payload.set([3, 3, 0, 0, 0, 0, unused >> 8, unused & 0xff]);
    payload.set(quote, icmpv4.HEADER_LENGTH);
    const u1 = exchange(packet(ipProtocol.icmpv4, payload, head), 0, sentOctets);
    return Object.fromEntries(evaluate(new Map([['U1', u1]]), TARGET).get('U1')!);
  };

  it('that is quoted as it came is G in all', () => {
    expect(measured(() => {}, 0x0102, { dontFragment: true })).toMatchObject({
      R: 'Y',
      DF: 'Y',
      IPL: '164',
      UN: '102',
      RIPL: 'G',
      RID: 'G',
      RIPCK: 'G',
      RUCK: 'G',
      RUD: 'G',
    });
  });

  it.each<[string, (quote: Uint8Array) => void, Record<string, string>]>([
    ['another length', (quote) => quote.set([0, 9], 2), { RIPL: '9', RIPCK: 'I' }],
    ['another number', (quote) => quote.set([0, 7], 4), { RID: '7', RIPCK: 'I' }],
    ['no checksum', (quote) => quote.set([0, 0], ipv4.field.checksum), { RIPCK: 'Z' }],
    ['another checksum of UDP', (quote) => quote.set([1, 2], 20 + udp.field.checksum), { RUCK: '102' }],
    ['another octet at the end', (quote) => void (quote[327] = 0), { RUD: 'I' }],
    ['another octet at the beginning', (quote) => void (quote[28] = 0), { RUD: 'I' }],
  ])('with %s is not', (_, change, words) => {
    expect(measured(change)).toMatchObject(words);
  });

  it('says how far away it is, so that no time to live is guessed', () => {
    expect(measured(() => {}, 0, { timeToLive: 61 })).toMatchObject({ T: '40' });
    expect(Object.fromEntries(evaluate(new Map([['U1', exchange(null)]]), TARGET).get('U1')!)).toEqual({
      R: 'N',
    });
  });
});

describe('two echo replies', () => {
  const echo = (dontFragment: boolean, code: number) =>
    packet(ipProtocol.icmpv4, Uint8Array.of(0, code), { dontFragment });
  const both = (first: ipv4.Repr | null, second: ipv4.Repr | null) => {
    const exchanges = new Map([
      ['IE1', exchange(first)],
      ['IE2', exchange(second)],
    ]);
    return Object.fromEntries(evaluate(exchanges, TARGET).get('IE')!);
  };

  it.each([
    [true, true, 'Y'],
    [false, false, 'N'],
    [true, false, 'S'],
    [false, true, 'O'],
  ])('with DF %s and %s are DFI=%s', (first, second, word) => {
    expect(both(echo(first, 0), echo(second, 0))).toEqual({ R: 'Y', DFI: word, TG: '40', CD: 'Z' });
  });

  it.each([
    [0, 0, 'Z'],
    [9, 0, 'S'],
    [9, 9, 'O'],
    [0, 9, 'O'],
    [1, 1, 'O'],
  ])('with the codes %i and %i are CD=%s', (first, second, word) => {
    expect(both(echo(false, first), echo(false, second))).toMatchObject({ CD: word });
  });

  it('are none where one is missing', () => {
    expect([both(null, echo(true, 0)), both(echo(true, 0), null)]).toEqual([{ R: 'N' }, { R: 'N' }]);
  });
});
