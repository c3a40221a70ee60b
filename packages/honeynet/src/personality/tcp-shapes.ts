/** SYN/ACKs and answers to stray segments, from what a fingerprint says of their windows, options and flags. */
import type { StrayAnswer, SynAckOddities, SynAckShape, TcpOptionName } from '@wormwood/netstack';
import { tcp } from '@wormwood/wire';
import { octetsOfChecksum } from './checksum-octets.ts';
import { rangesOf, wordsOf } from './expression.ts';
import type { TestResults } from './fingerprint.ts';

/** Options of a segment as nmap writes them, such as M5B4NW7NNT11. */
export interface WrittenOptions {
  readonly order: readonly TcpOptionName[];
  /** -1: the option is not there. */
  readonly mssBytes: number;
  readonly windowScale: number;
  readonly hasTimestamps: boolean;
  readonly zeroTimestamp: boolean;
  readonly zeroEcho: boolean;
  readonly hasSack: boolean;
}

const TOKEN = /M([0-9A-F]*)|W([0-9A-F]*)|T([01])([01])|[NSL]/y;
const NAMES: Readonly<Record<string, TcpOptionName>> = {
  M: 'mss',
  W: 'scale',
  T: 'timestamps',
  N: 'nop',
  S: 'sack',
  L: 'end',
};
/** RFC 9293 3.1: the header has 60 octets at most. */
const OPTIONS_BYTES_MAX = 40;
const LENGTHS: Readonly<Record<TcpOptionName, number>> = {
  mss: 4,
  scale: 3,
  timestamps: 10,
  nop: 1,
  sack: 2,
  end: 1,
};

/** Returns the options that a word of a fingerprint stands for; undefined where it stands for none that fit a header. */
function parseOptions(text: string): WrittenOptions | undefined {
  const order: TcpOptionName[] = [];
  let [mssBytes, windowScale, value, echo] = [-1, -1, '1', '1'];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (token === null) return undefined;
    at = TOKEN.lastIndex;
    order.push(NAMES[token[0][0]!]!);
    if (token[1] !== undefined) mssBytes = token[1] === '' ? 0 : Number.parseInt(token[1], 16);
    if (token[2] !== undefined) windowScale = token[2] === '' ? 0 : Number.parseInt(token[2], 16);
    if (token[3] !== undefined) [value, echo] = [token[3], token[4]!];
  }
  const length = order.reduce((sum, name) => sum + LENGTHS[name], 0);
  if (length > OPTIONS_BYTES_MAX || mssBytes > 0xffff || windowScale > 0xff) return undefined;
  return {
    order,
    mssBytes,
    windowScale,
    hasTimestamps: order.includes('timestamps'),
    zeroTimestamp: value === '0',
    zeroEcho: echo === '0',
    hasSack: order.includes('sack'),
  };
}

/** What is known of the timestamps of a host: that it has none, that they are 0, or that they tick; null: nothing. */
export type KnownTimestamps = 'none' | 'zero' | 'ticking' | null;

/**
 * Returns the alternative that goes best with `model`, what another segment of the same host has: the same scale and the same
 * options; without a model the first. In any case one with such timestamps as are known.
 */
export function optionsLike(
  expression: string | undefined,
  model: WrittenOptions | null,
  known: KnownTimestamps = null,
): WrittenOptions | null {
  if (expression === undefined) return null;
  const all = wordsOf(expression).flatMap((word) => parseOptions(word) ?? []);
  const right = all.filter((options) => known === null || timestampsOf(options) === known);
  const parsed = right.length > 0 ? right : all;
  if (model === null) return parsed.find(({ order }) => order.length > 0) ?? parsed[0] ?? null;
  const likeness = (options: WrittenOptions): number =>
    (options.windowScale === model.windowScale ? 4 : 0) +
    (options.mssBytes === model.mssBytes ? 2 : 0) +
    (options.order.join() === model.order.join() ? 1 : 0);
  return parsed.toSorted((a, b) => likeness(b) - likeness(a))[0] ?? null;
}

function timestampsOf({ hasTimestamps, zeroTimestamp }: WrittenOptions): KnownTimestamps {
  if (!hasTimestamps) return 'none';
  return zeroTimestamp ? 'zero' : 'ticking';
}

const PLAIN_ODDITIES: SynAckOddities = {
  instead: null,
  isLiteral: true,
  zeroTimestamp: false,
  zeroEcho: false,
  flags: 0,
  reserved: 0,
  urgentPointer: 0,
  packetClass: 'syn-ack',
};

/** Returns a SYN/ACK with these options, each sent as it is written. */
export function shapeOf(
  options: WrittenOptions,
  windowBytes: number,
  oddities: Partial<SynAckOddities> = {},
): SynAckShape {
  return {
    windowBytes,
    windowScale: options.windowScale,
    mssBytes: Math.max(0, options.mssBytes),
    sack: options.hasSack,
    timestamps: options.hasTimestamps,
    optionOrder: options.order,
    oddities: {
      ...PLAIN_ODDITIES,
      zeroTimestamp: options.zeroTimestamp,
      zeroEcho: options.zeroEcho,
      ...oddities,
    },
  };
}

/** Returns the same for a SYN that no probe is like: of its options those that the SYN offered are sent. */
export function looseShape(shape: SynAckShape): SynAckShape {
  return withOddities(shape, { isLiteral: false });
}

/** Returns a SYN/ACK with further oddities. */
export function withOddities(shape: SynAckShape, oddities: Partial<SynAckOddities>): SynAckShape {
  return { ...shape, oddities: { ...PLAIN_ODDITIES, ...shape.oddities, ...oddities } };
}

export function silentShape(): SynAckShape {
  return shapeOf(NO_OPTIONS, 0, { instead: 'nothing' });
}

/** Returns a shape in whose place another segment is sent, with the IP header that the SYN/ACK would have. */
export function insteadShape(shape: SynAckShape, instead: StrayAnswer): SynAckShape {
  return withOddities(shape, { instead });
}

/** Returns the same options with timestamps. */
export function withTimestamps(options: WrittenOptions, known: 'zero' | 'ticking'): WrittenOptions {
  if (options.hasTimestamps) return options;
  const order = options.order.filter((name) => name !== 'end');
  return {
    ...options,
    order: [...order, 'nop', 'nop', 'timestamps'],
    hasTimestamps: true,
    zeroTimestamp: known === 'zero',
  };
}

export const NO_OPTIONS: WrittenOptions = {
  order: [],
  mssBytes: -1,
  windowScale: -1,
  hasTimestamps: false,
  zeroTimestamp: false,
  zeroEcho: false,
  hasSack: false,
};

const FLAGS: Readonly<Record<string, number>> = {
  E: tcp.flag.ECE,
  U: tcp.flag.URG,
  A: tcp.flag.ACK,
  P: tcp.flag.PSH,
  R: tcp.flag.RST,
  S: tcp.flag.SYN,
  F: tcp.flag.FIN,
};

/** Returns what the Q attribute says: `R`, a reserved bit is set; `U`, an urgent pointer without URG. */
export function quirksOf(results: TestResults | undefined): { reserved: number; urgentPointer: number } {
  const word = wordsOf(results?.get('Q') ?? '')[0]!;
  return {
    reserved: word.includes('R') ? RESERVED_BIT : 0,
    urgentPointer: word.includes('U') ? URGENT_POINTER : 0,
  };
}

/** Any but zero. */
const RESERVED_BIT = 4;
const URGENT_POINTER = 1;

/** Returns the first window that is allowed. */
export function windowOf(results: TestResults | undefined, attribute = 'W'): number | undefined {
  return rangesOf(results?.get(attribute)).find(({ from }) => from <= 0xffff)?.from;
}

/** Returns what answers a stray segment by one of the tests T2 to T7; null: nothing. */
export function strayAnswerOf(results: TestResults, model: WrittenOptions | null): StrayAnswer | null {
  if (wordsOf(results.get('R') ?? 'Y')[0] === 'N') return null;
  const flags = (choose(results.get('F'), ['AR', 'R', 'AS']) ?? 'AR')
    .split('')
    .reduce((bits, letter) => bits | (FLAGS[letter] ?? 0), 0);
  const options = optionsLike(results.get('O'), model) ?? NO_OPTIONS;
  const checksum = rangesOf(results.get('RD'))[0]?.from ?? 0;
  return {
    flags,
    sequence: SEQUENCES[choose(results.get('S'), ['Z', 'A', 'O']) ?? 'Z'] ?? 'zero',
    acknowledgment: ACKNOWLEDGMENTS[choose(results.get('A'), ['S+', 'Z', 'S']) ?? 'S+'] ?? 'next',
    shape: shapeOf(options, windowOf(results) ?? 0, quirksOf(results)),
    payload: checksum === 0 || (flags & tcp.flag.RST) === 0 ? NOTHING : octetsOfChecksum(checksum),
  };
}

const NOTHING = new Uint8Array(0);
const SEQUENCES: Readonly<Record<string, StrayAnswer['sequence']>> = {
  Z: 'zero',
  A: 'acknowledgment',
  'A+': 'acknowledgment-plus-one',
  O: 'initial',
};
const ACKNOWLEDGMENTS: Readonly<Record<string, StrayAnswer['acknowledgment']>> = {
  Z: 'zero',
  S: 'sequence',
  'S+': 'next',
  O: 'other',
};

/** Returns the first of the preferred words that an expression allows, else its first; undefined where it is missing. */
function choose(expression: string | undefined, preferred: readonly string[]): string | undefined {
  if (expression === undefined) return undefined;
  const words = wordsOf(expression);
  return preferred.find((word) => words.includes(word)) ?? words[0];
}
