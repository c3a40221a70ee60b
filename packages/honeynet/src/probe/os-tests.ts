/**
 * What nmap's tests say of answers, from its documentation (https://nmap.org/book/osdetect-methods.html): an evaluator that
 * shares nothing with the engine in `personality`, so that it can judge it.
 */
import { icmpv4, ipv4, isMalformed, tcp, udp } from '@wormwood/wire';
import {
  DATAGRAM_BYTES,
  DATAGRAM_IDENTIFICATION,
  DATAGRAM_OCTET,
  DATAGRAM_TIME_TO_LIVE,
  type Target,
} from './os-probes.ts';

type Results = ReadonlyMap<string, string>;

/** What was measured, by test and attribute; a test that could not be made is not there. */
export type Observed = ReadonlyMap<string, Results>;

/** A probe that was sent, and what came back. */
export interface Exchange {
  readonly sent: Uint8Array;
  readonly sentSeconds: number;
  /** Null: nothing. */
  readonly answer: ipv4.Repr | null;
}

/** Probes by their names; those that could not be sent are not there. */
export type Exchanges = ReadonlyMap<string, Exchange>;

const hex = (value: number): string => value.toString(16).toUpperCase();
const SEQUENCE = ['SEQ1', 'SEQ2', 'SEQ3', 'SEQ4', 'SEQ5', 'SEQ6'];
const SEGMENTS = ['ECN', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7'];
const NOT_ANSWERED: Results = new Map([['R', 'N']]);

/** Returns what was measured, by test. */
export function evaluate(exchanges: Exchanges, target: Target): Observed {
  const answerTo = (name: string): ipv4.Repr | null => exchanges.get(name)?.answer ?? null;
  const observed = new Map<string, Results>();
  const syns = SEQUENCE.map(answerTo);
  const segments = syns.map((packet) => (packet === null ? null : segmentOf(packet)));
  const sequence = sequenceOf(exchanges, syns, segments);
  if (sequence.size > 0) observed.set('SEQ', sequence);
  const distance = distanceOf(answerTo('U1'));
  if (exchanges.has('SEQ1')) {
    const isWhole = segments.every((segment) => segment !== null);
    const each = (letter: string, valueOf: (i: number) => string): Results =>
      isWhole ? new Map(segments.map((_, i) => [`${letter}${i + 1}`, valueOf(i)])) : NOT_ANSWERED;
    observed.set(
      'OPS',
      each('O', (i) => optionsOf(syns[i]!)),
    );
    observed.set(
      'WIN',
      each('W', (i) => hex(segments[i]!.window)),
    );
    observed.set('T1', segmentResults(syns[0] ?? null, target, distance, 'T1'));
  }
  for (const name of SEGMENTS)
    if (exchanges.has(name)) observed.set(name, segmentResults(answerTo(name), target, distance, name));
  const datagram = exchanges.get('U1');
  if (datagram !== undefined) observed.set('U1', unreachableResults(datagram, distance));
  if (exchanges.has('IE1')) observed.set('IE', echoResults(answerTo('IE1'), answerTo('IE2'), distance));
  return observed;
}

/** Returns the measurements as lines of nmap's, in its order. */
export function formatObserved(observed: Observed): readonly string[] {
  return [...ORDER, 'U1', 'IE'].flatMap((test) => {
    const results = observed.get(test);
    if (results === undefined) return [];
    return `${test}(${[...results].map(([attribute, value]) => `${attribute}=${value}`).join('%')})`;
  });
}

const ORDER = ['SEQ', 'OPS', 'WIN', 'ECN', 'T1', ...SEGMENTS.slice(1)];

function segmentOf(packet: ipv4.Repr): tcp.Repr {
  const segment = tcp.parse(packet.payload);
  if (isMalformed(segment)) throw new Error(segment.reason);
  return segment;
}

function timeToLiveOf(packet: ipv4.Repr, distance: number | null): [string, string] {
  if (distance !== null) return ['T', hex(packet.timeToLive + distance)];
  const guess = [32, 64, 128].find((begin) => packet.timeToLive <= begin) ?? 255;
  return ['TG', hex(guess)];
}

function distanceOf(packet: ipv4.Repr | null): number | null {
  if (packet === null) return null;
  return DATAGRAM_TIME_TO_LIVE - packet.payload[icmpv4.HEADER_LENGTH + ipv4.field.timeToLive]!;
}

function sequenceOf(
  exchanges: Exchanges,
  syns: readonly (ipv4.Repr | null)[],
  segments: readonly (tcp.Repr | null)[],
): Results {
  const results = new Map<string, string>();
  // What refuses a connection is not a part of a sequence.
  const isSynAck = (segment: tcp.Repr): boolean =>
    (segment.flags & (tcp.flag.SYN | tcp.flag.ACK | tcp.flag.RST)) === (tcp.flag.SYN | tcp.flag.ACK);
  const seen = segments.flatMap((segment, i) =>
    segment === null || !isSynAck(segment)
      ? []
      : [{ segment, packet: syns[i]!, seconds: exchanges.get(SEQUENCE[i]!)?.sentSeconds ?? 0 }],
  );
  if (exchanges.has('SEQ1') && segments.every((segment) => segment === null)) return NOT_ANSWERED;
  addNumbers(results, seen);
  const ids = (names: readonly string[]): number[] =>
    names.flatMap((name) => exchanges.get(name)?.answer?.identification ?? []);
  const open = seen.map(({ packet }) => packet.identification);
  const icmp = ids(['IE1', 'IE2']);
  const classes = {
    TI: identificationClass(open, 3),
    CI: identificationClass(ids(['T5', 'T6', 'T7']), 2),
    II: identificationClass(icmp, 2),
  };
  for (const [name, word] of Object.entries(classes)) if (word !== null) results.set(name, word);
  const counts = new Set(['I', 'BI', 'RI']);
  if (counts.has(classes.TI ?? '') && counts.has(classes.II ?? '')) {
    const mean = Math.trunc((open.at(-1)! - open[0]!) / (open.length - 1));
    results.set('SS', icmp[0]! < open.at(-1)! + 3 * mean ? 'S' : 'O');
  }
  addTimestamps(results, seen);
  return results;
}

interface SynAck {
  readonly segment: tcp.Repr;
  readonly packet: ipv4.Repr;
  readonly seconds: number;
}

/** GCD, SP and ISR of the sequence numbers that are not 0. */
function addNumbers(results: Map<string, string>, all: readonly SynAck[]): void {
  const seen = all.filter(({ segment }) => segment.sequenceNumber !== 0);
  if (seen.length < 4) return;
  const pairs = seen.slice(1).map((each, i) => [seen[i]!, each] as const);
  const differences = pairs.map(([a, b]) => {
    const up = (b.segment.sequenceNumber - a.segment.sequenceNumber + 2 ** 32) % 2 ** 32;
    return Math.min(up, 2 ** 32 - up);
  });
  const divisor = differences.reduce((a, b) => gcd(a, b), 0);
  if (divisor === 0) {
    results.set('SP', '0').set('GCD', '0').set('ISR', '0');
    return;
  }
  const rates = differences.map(
    (difference, i) => difference / (pairs[i]![1].seconds - pairs[i]![0].seconds),
  );
  const mean = rates.reduce((a, b) => a + b, 0) / rates.length;
  const unit = divisor > 9 ? divisor : 1;
  const variance = rates.reduce((sum, rate) => sum + ((rate - mean) / unit) ** 2, 0) / (rates.length - 1);
  const deviation = Math.sqrt(variance);
  results.set('SP', hex(deviation <= 1 ? 0 : Math.round(Math.log2(deviation) * 8)));
  results.set('GCD', hex(divisor));
  results.set('ISR', hex(mean < 1 ? 0 : Math.round(Math.log2(mean) * 8)));
}

function addTimestamps(results: Map<string, string>, seen: readonly SynAck[]): void {
  const stamps = seen.map(({ segment }) => stampOf(segment));
  if (stamps.length === 0) return;
  if (stamps.some((stamp) => stamp === null)) results.set('TS', 'U');
  else if (stamps.some((stamp) => stamp === 0)) results.set('TS', '0');
  else {
    const usable = seen.filter(({ segment }) => segment.sequenceNumber !== 0);
    const ticks = usable.slice(1).map((b, i) => {
      const a = usable[i]!;
      const up = ((stampOf(b.segment) ?? 0) - (stampOf(a.segment) ?? 0) + 2 ** 32) % 2 ** 32;
      return Math.min(up, 2 ** 32 - up) / (b.seconds - a.seconds);
    });
    const mean = ticks.reduce((a, b) => a + b, 0) / ticks.length;
    if (mean > 0) results.set('TS', hex(tickClass(mean)));
  }
}

function tickClass(hertz: number): number {
  if (hertz <= 5.66) return 1;
  if (hertz > 70 && hertz <= 150) return 7;
  if (hertz > 150 && hertz <= 350) return 8;
  return Math.round(Math.log2(hertz));
}

function stampOf(segment: tcp.Repr): number | null {
  const option = segment.options.find(({ kind }) => kind === 'timestamps');
  return option?.kind === 'timestamps' ? option.value : null;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function identificationClass(ids: readonly number[], least: number): string | null {
  if (ids.length < least) return null;
  const signed = ids.slice(1).map((id, i) => id - ids[i]!);
  if (ids.every((id) => id === 0)) return 'Z';
  if (ids.length > 2 && signed.some((step) => step < 0 || step > 20_000)) return 'RD';
  const steps = signed.map((step) => (step + 65_536) % 65_536);
  if (steps.every((step) => step === 0)) return hex(ids[0]!);
  if (steps.some((step) => step > 1000 && (step % 256 !== 0 || step >= 25_600))) return 'RI';
  if (steps.every((step) => step % 256 === 0 && step <= 5120)) return 'BI';
  if (steps.every((step) => step % 2 === 0)) return null;
  return steps.every((step) => step < 10) ? 'I' : null;
}

/** The options as nmap writes them, each octet at the end an `L`: whatever stands behind the end counts, too. */
function optionsOf({ payload }: ipv4.Repr): string {
  const end = tcp.readHeaderLength(payload, 0);
  const word = (at: number): number => (payload[at]! << 8) | payload[at + 1]!;
  let text = '';
  let at = tcp.HEADER_LENGTH;
  while (at < end) {
    const kind = payload[at]!;
    if (kind === 0) text += 'L';
    else if (kind === 1) text += 'N';
    else if (kind === 2) text += `M${hex(word(at + 2))}`;
    else if (kind === 3) text += `W${hex(payload[at + 2]!)}`;
    else if (kind === 4) text += 'S';
    else if (kind === 8)
      text += `T${word(at + 2) === 0 && word(at + 4) === 0 ? 0 : 1}${word(at + 6) === 0 && word(at + 8) === 0 ? 0 : 1}`;
    at += kind <= 1 ? 1 : Math.max(2, payload[at + 1]!);
  }
  return text;
}

function segmentResults(
  packet: ipv4.Repr | null,
  { sequence, acknowledgment }: Target,
  distance: number | null,
  test: string,
): Results {
  if (packet === null) return NOT_ANSWERED;
  const segment = segmentOf(packet);
  const { flags } = segment;
  const results = new Map([
    ['R', 'Y'],
    ['DF', packet.dontFragment ? 'Y' : 'N'],
    timeToLiveOf(packet, distance),
  ]);
  if (test !== 'T1') results.set('W', hex(segment.window)).set('O', optionsOf(packet));
  if (test === 'ECN') {
    const [ece, cwr] = [(flags & tcp.flag.ECE) !== 0, (flags & tcp.flag.CWR) !== 0];
    results.set('CC', ece ? (cwr ? 'S' : 'Y') : cwr ? 'O' : 'N');
  } else {
    const ours = segment.sequenceNumber;
    const s = ours === 0 ? 'Z' : ours === acknowledgment ? 'A' : ours === acknowledgment + 1 ? 'A+' : 'O';
    const theirs = segment.acknowledgmentNumber;
    const a = theirs === 0 ? 'Z' : theirs === sequence ? 'S' : theirs === sequence + 1 ? 'S+' : 'O';
    results.set('S', s).set('A', a);
    const letters = [
      ['E', tcp.flag.ECE],
      ['U', tcp.flag.URG],
      ['A', tcp.flag.ACK],
      ['P', tcp.flag.PSH],
      ['R', tcp.flag.RST],
      ['S', tcp.flag.SYN],
      ['F', tcp.flag.FIN],
    ] as const;
    results.set('F', letters.flatMap(([letter, bit]) => ((flags & bit) === 0 ? [] : letter)).join(''));
    const isReset = (flags & tcp.flag.RST) !== 0 && segment.payload.length > 0;
    results.set('RD', isReset ? hex(checksumOf(segment.payload)) : '0');
  }
  const isUrgent = (flags & tcp.flag.URG) === 0 && segment.urgentPointer !== 0;
  results.set('Q', `${segment.reserved === 0 ? '' : 'R'}${isUrgent ? 'U' : ''}`);
  return results;
}

/** CRC-32, bit by bit. */
function checksumOf(octets: Uint8Array): number {
  let rest = ~0;
  for (const octet of octets) {
    rest ^= octet;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (-(rest & 1) & 0xedb8_8320);
  }
  return ~rest >>> 0;
}

function unreachableResults({ sent, answer }: Exchange, distance: number | null): Results {
  if (answer === null) return NOT_ANSWERED;
  const { payload } = answer;
  const quote = payload.subarray(icmpv4.HEADER_LENGTH);
  const word = (at: number): number => (quote[at]! << 8) | quote[at + 1]!;
  const given = word(ipv4.field.checksum);
  const header = quote.slice(0, 20);
  ipv4.fillChecksum(header, 0);
  const right = (header[ipv4.field.checksum]! << 8) | header[ipv4.field.checksum + 1]!;
  const udpChecksum = word(20 + udp.field.checksum);
  const sentChecksum = (sent[20 + udp.field.checksum]! << 8) | sent[21 + udp.field.checksum]!;
  const data = quote.subarray(28);
  return new Map([
    ['R', 'Y'],
    ['DF', answer.dontFragment ? 'Y' : 'N'],
    timeToLiveOf(answer, distance),
    ['IPL', hex(20 + payload.length)],
    ['UN', hex((payload[6]! << 8) | payload[7]!)],
    ['RIPL', word(2) === DATAGRAM_BYTES + 28 ? 'G' : hex(word(2))],
    ['RID', word(4) === DATAGRAM_IDENTIFICATION ? 'G' : hex(word(4))],
    ['RIPCK', given === right ? 'G' : given === 0 ? 'Z' : 'I'],
    ['RUCK', udpChecksum === sentChecksum ? 'G' : hex(udpChecksum)],
    ['RUD', data.every((octet) => octet === DATAGRAM_OCTET) ? 'G' : 'I'],
  ]);
}

function echoResults(first: ipv4.Repr | null, second: ipv4.Repr | null, distance: number | null): Results {
  if (first === null || second === null) return NOT_ANSWERED;
  const flags = [first.dontFragment, second.dontFragment];
  const [a, b] = flags;
  const dfi = a && b ? 'Y' : !a && !b ? 'N' : a ? 'S' : 'O';
  const [code1, code2] = [first.payload[1]!, second.payload[1]!];
  const cd = code1 === 0 && code2 === 0 ? 'Z' : code1 === 9 && code2 === 0 ? 'S' : 'O';
  return new Map([['R', 'Y'], ['DFI', dfi], timeToLiveOf(first, distance), ['CD', cd]]);
}
