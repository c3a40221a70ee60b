// Signatures in p0f's notation, and segments of all kinds that the installed p0f and this reader call the same.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStreams } from '@wormwood/base';
import { ipProtocol, ipv4, pcap, pseudoHeaderSum, tcp, type tcpOption } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../honeynet-test-support.ts';
import { formatP0f, isP0f, p0fMatch, parseP0f } from './p0f.ts';
import { quirkBits, type TcpTraits, tcpTraitsOf } from './tcp-traits.ts';

const DATABASE = '/etc/p0f/p0f.fp';
const PROGRAM = '/usr/sbin/p0f';
const missing = [DATABASE, PROGRAM].find((path) => !existsSync(path)) ?? null;
if (missing !== null && process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(`no ${missing}`);
if (missing !== null) process.stderr.write(`skipped: no ${missing}\n`);

const SEED = process.env['WORMWOOD_SEED'] ?? '7';
const SEGMENTS = Number(process.env['WORMWOOD_LONG'] ?? 3000);

const CLIENT_MSS = 1400;
/** p0f looks at one bit of an acknowledgment number that should be zero: the lowest of its first octet. */
const STRANGE_ACKNOWLEDGMENT = 0x0100_0005;

type Pick = <T>(from: readonly T[]) => T;

const mss = (mssBytes: number): tcpOption.Repr => ({ kind: 'mss', mssBytes });
const ws = (shift: number): tcpOption.Repr => ({ kind: 'windowScale', shift });
const sok: tcpOption.Repr = { kind: 'sackPermitted' };
const nop: tcpOption.Repr = { kind: 'noOperation' };
const eol: tcpOption.Repr = { kind: 'end' };

/** Options as systems have them, with other numbers. */
function optionsFrom(pick: Pick): readonly tcpOption.Repr[] {
  const size = mss(pick([1460, 1460, 1400, 1380, 536, 265, 1024, 90]));
  const ts: tcpOption.Repr = {
    kind: 'timestamps',
    value: pick([0, 77_777, 4_000_000_000]),
    echo: pick([0, 0, 5]),
  };
  const scale = ws(pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15]));
  return pick<readonly tcpOption.Repr[]>([
    [size, sok, ts, nop, scale],
    [size, nop, scale, nop, nop, sok],
    [size, nop, nop, sok],
    [size, nop, scale, nop, nop, ts, sok, eol],
    [size, nop, scale, sok, ts],
    [size, nop, nop, sok, nop, scale, nop, nop, ts],
    [size, sok, ts],
    [size, nop, scale],
    [size],
    [],
    [size, sok, eol],
    [nop, nop, ts, size, nop, scale],
    [size, { kind: 'unknown', code: 77, data: new Uint8Array(2) }],
    [ts, nop, nop, scale, nop, size],
  ]);
}

interface Ends {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

function packetFrom(ends: Ends, words: Partial<tcp.Repr>, head: Partial<ipv4.Repr>): Uint8Array {
  const { source, destination, sourcePort, destinationPort } = ends;
  const segment: tcp.Repr = {
    sourcePort,
    destinationPort,
    sequenceNumber: 1,
    acknowledgmentNumber: 0,
    reserved: 0,
    flags: tcp.flag.SYN,
    window: 64_240,
    urgentPointer: 0,
    options: [],
    payload: new Uint8Array(0),
    ...words,
  };
  const octets = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, octets, 0, pseudoHeaderSum({ source, destination }));
  const repr: ipv4.Repr = {
    typeOfService: 0,
    identification: 0,
    reservedFlag: false,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: ipProtocol.tcp,
    source,
    destination,
    options: [],
    payload: octets,
    ...head,
  };
  const out = new Uint8Array(ipv4.length(repr));
  ipv4.emit(repr, out);
  return out;
}

function drawn(pick: Pick, ends: Ends, flags: number, acknowledgmentNumber: number): Uint8Array {
  const options = optionsFrom(pick);
  const size = options.find(({ kind }) => kind === 'mss');
  const unit = size?.kind === 'mss' ? size.mssBytes : 1460;
  const multiple = pick([1, 2, 4, 7, 10, 20, 34, 37, 44]);
  const window = pick([
    pick([0, 512, 1024, 4128, 8192, 16_384, 32_768, 65_535, 64_240, 5840]),
    Math.min(65_535, unit * multiple),
    Math.min(65_535, (unit + 40) * multiple),
    Math.min(65_535, Math.max(1, unit - 12) * multiple),
    1500 * pick([1, 2, 4]),
    (CLIENT_MSS - pick([0, 12])) * pick([3, 10, 44]),
  ]);
  return packetFrom(
    ends,
    {
      options,
      window,
      flags: flags | pick([0, 0, 0, tcp.flag.PSH, tcp.flag.URG, tcp.flag.ECE | tcp.flag.CWR]),
      sequenceNumber: pick([0, 1, 99, 4_000_000_000]),
      acknowledgmentNumber,
      urgentPointer: pick([0, 0, 0, 7]),
    },
    {
      timeToLive: pick([64, 63, 50, 28, 128, 127, 255, 240, 30, 1]),
      dontFragment: pick([true, true, false]),
      identification: pick([0, 4711]),
      typeOfService: pick([0, 0, 0, 2, 8]),
      reservedFlag: pick([false, false, false, false, true]),
    },
  );
}

function traitsOf(packet: Uint8Array): TcpTraits {
  return tcpTraitsOf(packet, 0, ipv4.readHeaderLength(packet, 0), packet.length);
}

interface Conversation {
  readonly ends: Ends;
  readonly syn: Uint8Array;
  readonly synAck: Uint8Array;
}

function conversations(count: number): readonly Conversation[] {
  const stream = randomStreams(SEED).stream('test/p0f');
  const pick: Pick = (from) => from[stream.nextBelow(from.length)]!;
  return Array.from({ length: count }, (_, i): Conversation => {
    const ends = {
      source: ip('10.1.0.0') + 1 + i,
      destination: ip('10.2.0.0') + 1 + i,
      sourcePort: 40_000,
      destinationPort: 80,
    };
    const back = {
      source: ends.destination,
      destination: ends.source,
      sourcePort: ends.destinationPort,
      destinationPort: ends.sourcePort,
    };
    const isAnswered = i % 2 === 1;
    // The SYN whose answer counts is that of an ordinary client.
    const syn = isAnswered
      ? packetFrom(ends, { options: [mss(CLIENT_MSS)] }, { dontFragment: true, identification: 1 })
      : drawn(pick, ends, tcp.flag.SYN, pick([0, 0, 0, STRANGE_ACKNOWLEDGMENT]));
    return { ends, syn, synAck: drawn(pick, back, tcp.flag.SYN | tcp.flag.ACK, pick([0, 2, 2])) };
  });
}

/** What p0f logs of them: kind, address, and its fields by name. */
function logOf(talks: readonly Conversation[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-p0f-'));
  try {
    const [capture, log] = [join(directory, 'a.pcap'), join(directory, 'log')];
    const file = {
      byteOrder: 'little',
      precision: 'microseconds',
      snapLength: 65_535,
      linkType: 101,
    } as const;
    const head = new Uint8Array(pcap.HEADER_LENGTH);
    pcap.emit(file, head);
    const records = talks.flatMap(({ syn, synAck }, i) => {
      const seconds = 1_700_000_000 + i;
      return [syn, i % 2 === 1 ? synAck : null].flatMap((bytes) => {
        if (bytes === null) return [];
        const record = { seconds, nanoseconds: 0, originalLength: bytes.length, bytes };
        const out = new Uint8Array(pcap.RECORD_HEADER_LENGTH + bytes.length);
        pcap.emitRecord(record, out, 0, file);
        return [out];
      });
    });
    writeFileSync(capture, Buffer.concat([head, ...records]));
    execFileSync(PROGRAM, ['-r', capture, '-o', log, '-f', DATABASE], { stdio: 'ignore' });
    return new Map(
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .flatMap((line) => {
          const fields = new Map(
            line
              .replace(/^\[[^\]]*\] /, '')
              .split('|')
              .map((field): [string, string] => {
                const at = field.indexOf('=');
                return [field.slice(0, at), field.slice(at + 1)];
              }),
          );
          const kind = fields.get('mod');
          return kind === 'syn' || kind === 'syn+ack'
            ? [[`${kind} ${fields.get('cli')?.split('/')[0]}`, fields] as const]
            : [];
        }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('a file of p0f 3', () => {
  const text = `; words
classes = win,unix,other
[mtu]
label = Ethernet
sig = 1500
[tcp:request]
label = s:unix:Linux:3.11 and newer
sig   = *:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0
label = s:!:NMap:SYN scan
sys   = @unix,@win
sig   = *:64-:0:1460:1024,0:mss::0
sig   = 6:64:0:*:*,*:mss:flow:0
nonsense
sig   = *:64:0:*:mss*0,10:mss::0
sig   = *:64:0:*:1,1:mss,what::0
label = g:win:Windows:
sig   = *:128:0:*:%8192,*:mss,nop,nop,sok:df,id+:*
[tcp:response]
sig = *:64:0:*:1,1:mss::0
label = s:unix:Solaris:6
sig   = 4:255:0:*:mss*7,0:mss:df,id+:0
[http:request]
label = s:!:curl:
sig = *:Host::curl
`;

  it('says names, and which of its lines are none', () => {
    expect(isP0f(text)).toBe(true);
    expect(isP0f('S44:64:1:60:M*:Linux:::')).toBe(false);
    const { requests, responses, strangeLines } = parseP0f(text);
    expect(requests.map(({ system }) => system)).toEqual([
      'Linux 3.11 and newer',
      'NMap SYN scan',
      'Windows',
    ]);
    expect(requests[2]).toMatchObject({ isGeneric: true, hasPayload: null, window: { kind: 'multiple' } });
    expect(responses.map(({ system }) => system)).toEqual(['Solaris 6']);
    expect(strangeLines).toEqual([13, 14, 15, 19]);
  });

  it('whatever it holds, reading it throws nothing', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('label', 'sig', '=', '*', 'mss*4', ':', ',', 's', 'df', '\n'),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const { requests, strangeLines } = parseP0f(`[tcp:request]\n${words.join('')}`);
        expect(requests.length + strangeLines.length).toBeLessThanOrEqual(words.join('').split('\n').length);
      }),
    );
  });
});

describe('a segment fits a signature', () => {
  /** A SYN of a current Linux, as it arrives. */
  const linux: TcpTraits = {
    timeToLive: 64,
    ipOptionsBytes: 0,
    headersBytes: 60,
    mssBytes: 1460,
    window: 44 * 1460,
    windowScale: 7,
    layout: 'mss,sok,ts,nop,ws',
    timestamp: 5,
    quirks: quirkBits('df', 'id+'),
    hasPayload: false,
  };
  const LINUX = '*:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0';
  /** How it fits a file of these signatures, of which the first is called 0. */
  const matchOf = (traits: Partial<TcpTraits>, peerMssBytes: number, ...signatures: readonly string[]) => {
    const lines = signatures.map((words, i) =>
      words.startsWith('g ')
        ? `label = g:unix:${i}:\nsig = ${words.slice(2)}`
        : `label = s:unix:${i}:\nsig = ${words}`,
    );
    const { requests, strangeLines } = parseP0f(`[tcp:request]\n${lines.join('\n')}`);
    expect([requests.length, strangeLines]).toEqual([signatures.length, []]);
    const match = p0fMatch({ ...linux, ...traits }, requests, peerMssBytes);
    return match && `${match.system}${match.isGeneric ? ' generic' : ''}${match.isFuzzy ? ' fuzzy' : ''}`;
  };

  it.each<[Partial<TcpTraits>, string, string | null]>([
    [{}, LINUX, '0'],
    [{ layout: 'mss,sok,ts,nop' }, LINUX, null],
    [{ ipOptionsBytes: 4 }, LINUX, null],
    [{ ipOptionsBytes: 4 }, LINUX.replace(':64:0:', ':64:4:'), '0'],
    [{ windowScale: 8 }, LINUX, null],
    [{ windowScale: 8 }, LINUX.replace(',7:', ',*:'), '0'],
    [{ mssBytes: 1459, window: 44 * 1459 }, LINUX.replace(':*:', ':1460:'), null],
    [{}, LINUX.replace(':*:', ':1460:'), '0'],
    // The payload: none, some, or either.
    [{ hasPayload: true }, LINUX, null],
    [{ hasPayload: true }, LINUX.replace(/0$/, '+'), '0'],
    [{ hasPayload: false }, LINUX.replace(/0$/, '+'), null],
    [{ hasPayload: true }, LINUX.replace(/0$/, '*'), '0'],
    [{ hasPayload: false }, LINUX.replace(/0$/, '*'), '0'],
    // Hops: up to 35, and none backwards, unless the first time to live is drawn.
    [{ timeToLive: 29 }, LINUX, '0'],
    [{ timeToLive: 28 }, LINUX, '0 fuzzy'],
    [{ timeToLive: 65 }, LINUX, '0 fuzzy'],
    [{ timeToLive: 1 }, LINUX.replace(':64:', ':64-:'), '0'],
    [{ timeToLive: 64 }, LINUX.replace(':64:', ':64-:'), '0'],
    [{ timeToLive: 65 }, LINUX.replace(':64:', ':64-:'), null],
    // What routers change: DF may be cleared, ECN set, and the identification with it.
    [{ quirks: quirkBits('id+') }, LINUX, '0 fuzzy'],
    [{ quirks: quirkBits('df') }, LINUX, '0 fuzzy'],
    [{ quirks: quirkBits('df', 'id+', 'ecn') }, LINUX, '0 fuzzy'],
    [{ quirks: quirkBits('id-') }, LINUX, '0 fuzzy'],
    [{ quirks: quirkBits('df', 'id+', 'pushf+') }, LINUX, null],
    [{}, LINUX.replace('df,id+', 'df,id+,pushf+'), null],
    [{}, LINUX.replace('df,id+', 'df,id+,flow'), '0'],
  ])('%o of %s: %s', (traits, signature, expected) => {
    expect(matchOf(traits, 0, signature)).toBe(expected);
  });

  const windowed = (rule: string): string => LINUX.replace('mss*44', rule);
  it.each<[Partial<TcpTraits>, number, string, string | null]>([
    [{ window: 1 }, 0, '*', '0'],
    [{ window: 1000 }, 0, '1000', '0'],
    [{ window: 1001 }, 0, '1000', null],
    [{ window: 3000 }, 0, '%1000', '0'],
    [{ window: 3001 }, 0, '%1000', null],
    [{ window: 44 * 1460 }, 0, 'mss*43', null],
    [{ window: 44 * 1460 }, 0, 'mtu*44', null],
    [{ window: 4 * 1448 }, 0, 'mss*4', '0'],
    [{ window: 4 * 1500 }, 0, 'mtu*4', '0'],
    [{ mssBytes: 1000, window: 4 * 988 }, 0, 'mss*4', '0'],
    [{ mssBytes: 1000, window: 4 * 988, timestamp: 0 }, 0, 'mss*4', null],
    [{ mssBytes: 1000, window: 4 * 988, timestamp: null }, 0, 'mss*4', null],
    [{ mssBytes: 1000, window: 4 * 1040 }, 0, 'mtu*4', '0'],
    [{ mssBytes: 1000, window: 4 * 1060 }, 0, 'mtu*4', '0'],
    [{ mssBytes: 1000, window: 5 * 1300 }, 0, 'mss*5', null],
    [{ mssBytes: 1000, window: 7 * 1301 }, 1301, 'mss*7', '0'],
    [{ mssBytes: 1000, window: 7 * 1289 }, 1301, 'mss*7', '0'],
    // p0f counts in no MSS below 100, and a closed window in none at all.
    [{ mssBytes: 100, window: 300 }, 0, 'mss*3', '0'],
    [{ mssBytes: 99, window: 297 }, 0, 'mss*3', null],
    [{ window: 0 }, 0, 'mss*1', null],
  ])('%o, of a peer whose MSS is %i, to the window %s: %s', (traits, peer, rule, expected) => {
    expect(matchOf(traits, peer, windowed(rule))).toBe(expected);
  });

  it('better than another: specific before generic, the first of a kind, and exact before fuzzy', () => {
    const far = LINUX.replace(':64:', ':128:');
    expect(matchOf({}, 0, `g ${LINUX}`, LINUX)).toBe('1');
    expect(matchOf({}, 0, far, `g ${LINUX}`, `g ${LINUX}`)).toBe('1 generic');
    expect(matchOf({}, 0, far, `g ${far}`)).toBe('0 fuzzy');
    expect(matchOf({}, 0, `g ${far}`, far)).toBe('0 generic fuzzy');
    expect(matchOf({}, 0, LINUX, LINUX)).toBe('0');
  });

  it('as it is written: hops from the next beginning, or a question mark where they are many', () => {
    const written = (traits: Partial<TcpTraits>) => formatP0f({ ...linux, ...traits });
    expect(written({})).toBe('4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0');
    for (const [timeToLive, text] of [
      [32, '32+0'],
      [33, '33+31'],
      [65, '65+?'],
      [93, '93+35'],
      [92, '92+?'],
      [128, '128+0'],
      [129, '129+?'],
      [220, '220+35'],
      [219, '219+?'],
      [255, '255+0'],
    ] as const) {
      expect(written({ timeToLive }).split(':')[1]).toBe(text);
    }
    expect(written({ window: 7, hasPayload: true }).split(':').slice(4)).toEqual([
      '7,7',
      'mss,sok,ts,nop,ws',
      'df,id+',
      '+',
    ]);
  });
});

describe.skipIf(missing !== null)('the installed p0f', () => {
  it(`names and writes ${SEGMENTS} segments alike`, () => {
    const { requests, responses, strangeLines } = parseP0f(readFileSync(DATABASE, 'latin1'));
    expect(strangeLines).toEqual([]);
    const talks = conversations(SEGMENTS);
    const log = logOf(talks);
    let named = 0;
    talks.forEach(({ syn, synAck, ends }, i) => {
      const isAnswered = i % 2 === 1;
      const traits = traitsOf(isAnswered ? synAck : syn);
      const peer = isAnswered ? CLIENT_MSS : 0;
      const source = ends.source;
      const address = [24, 16, 8, 0].map((shift) => (source >>> shift) & 0xff).join('.');
      const fields = log.get(`${isAnswered ? 'syn+ack' : 'syn'} ${address}`);
      const about = `${isAnswered ? 'SYN/ACK' : 'SYN'} ${i} of WORMWOOD_SEED=${SEED}`;
      expect(fields, about).toBeDefined();
      expect(formatP0f(traits, peer), about).toBe(fields!.get('raw_sig'));
      const match = p0fMatch(traits, isAnswered ? responses : requests, peer);
      const theirs = fields!.get('os') ?? fields!.get('app');
      expect(match?.system ?? '???', `${about}: ${fields!.get('raw_sig')}`).toBe(theirs);
      if (match === null) return;
      named++;
      expect([match.isFuzzy, match.isGeneric], about).toEqual([
        fields!.get('params')!.includes('fuzzy'),
        fields!.get('params')!.includes('generic'),
      ]);
    });
    expect(named).toBeGreaterThan(SEGMENTS / 50);
  });
});
