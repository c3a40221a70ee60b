/**
 * Makes a personality of a fingerprint: where it allows several values one is taken, so that all tests of one host agree. What
 * cannot be played is noted with its reason.
 */
import type { PacketClass, StrayAnswer, StraySegment } from '@wormwood/netstack';
import { allowsWord, rangesOf, wordsOf } from './expression.ts';
import type { Fingerprint, TestResults } from './fingerprint.ts';
import type {
  EchoTraits,
  IdentificationMode,
  IdentificationTraits,
  Personality,
  TimestampTraits,
  Unmet,
} from './personality.ts';
import { sequenceOf } from './sequence-search.ts';
import { isSynAck, isUnanswered, synAcksOf } from './syn-acks.ts';
import { optionsLike, strayAnswerOf } from './tcp-shapes.ts';
import { timeToLivesOf } from './time-to-live.ts';
import { unreachableOf } from './unreachable.ts';

type Tests = Fingerprint['tests'];

const STRAY_TESTS: Readonly<Record<StraySegment, string>> = {
  'listening-null': 'T2',
  'listening-syn-fin': 'T3',
  'listening-ack': 'T4',
  'closed-syn': 'T5',
  'closed-ack': 'T6',
  'closed-null': 'T7',
};

/** RFC 9293 3.10.7.1, for tests that a fingerprint says nothing of. */
const STRAYS_DEFAULT: Readonly<Record<StraySegment, string | null>> = {
  'listening-null': null,
  'listening-syn-fin': null,
  'listening-ack': 'A Z R',
  'closed-syn': 'Z S+ AR',
  'closed-ack': 'A Z R',
  'closed-null': 'Z S+ AR',
};

/** Returns the personality that plays a fingerprint. */
export function personalityOf(fingerprint: Fingerprint): Personality {
  const { name, classes, tests } = fingerprint;
  const unmet: Unmet[] = [];
  const sequence = sequenceOf(tests.get('SEQ'));
  if (!sequence.isMet)
    unmet.push({
      test: 'SEQ',
      reason: 'no generator has this rate, this irregularity and this common divisor together',
    });
  const { timeToLive, hops } = timeToLivesOf(tests, PACKET_TESTS);
  const unreachable = unreachableOf(tests.get('U1'), hops);
  unmet.push(...unreachable.unmet);
  const synAcks = synAcksOf(tests, unmet);
  return {
    name,
    classes,
    unmet,
    timeToLive,
    dontFragment: dontFragmentOf(tests),
    sequence: isZero(tests.get('T1')) ? { kind: 'zero' } : sequence.traits,
    identification: identificationOf(tests.get('SEQ')),
    timestamps: timestampsOf(tests.get('SEQ'), unmet),
    synAcks,
    strays: straysOf(tests),
    echo: echoOf(tests.get('IE')),
    unreachable: unreachable.traits,
  };
}

/** Whether the sequence numbers of SYN/ACKs are 0. */
function isZero(t1: TestResults | undefined): boolean {
  return isSynAck(t1) && wordsOf(t1?.get('S') ?? 'O')[0] === 'Z';
}

/** By which test the IP header of a packet is known. */
const PACKET_TESTS: Readonly<Record<PacketClass, string>> = {
  'echo-reply': 'IE',
  'icmp-error': 'U1',
  'syn-ack': 'T1',
  'ecn-syn-ack': 'ECN',
  established: 'T1',
  reset: 'T6',
  udp: 'U1',
  ...STRAY_TESTS,
};

function dontFragmentOf(tests: Tests): Personality['dontFragment'] {
  const flagOf = (test: string): boolean =>
    wordsOf(tests.get(test)?.get('DF') ?? tests.get('T1')?.get('DF') ?? 'N')[0] === 'Y';
  const icmp = wordsOf(tests.get('U1')?.get('DF') ?? 'N')[0] === 'Y';
  const flags = Object.entries(PACKET_TESTS).map(([kind, test]) => [kind, flagOf(test)]);
  return {
    ...(Object.fromEntries(flags) as Record<PacketClass, boolean>),
    'icmp-error': icmp,
    udp: icmp,
    'echo-reply': icmp,
  };
}

function straysOf(tests: Tests): Personality['strays'] {
  const model = optionsLike(tests.get('OPS')?.get('O1'), null);
  const answers = Object.entries(STRAY_TESTS).map(([kind, test]): [string, StrayAnswer | null] => {
    const results = tests.get(test);
    if (results !== undefined) return [kind, strayAnswerOf(results, model)];
    const usual = STRAYS_DEFAULT[kind as StraySegment];
    if (usual === null) return [kind, null];
    const [s = '', a = '', f = ''] = usual.split(' ');
    return [
      kind,
      strayAnswerOf(
        new Map([
          ['S', s],
          ['A', a],
          ['F', f],
        ]),
        model,
      ),
    ];
  });
  return Object.fromEntries(answers) as Personality['strays'];
}

const MODES: Readonly<Record<string, IdentificationMode>> = {
  Z: { kind: 'zero' },
  I: { kind: 'incremental' },
  BI: { kind: 'broken' },
  RI: { kind: 'positive' },
  RD: { kind: 'random' },
};
/** Modes that count upwards: nmap compares where two of them stand. */
const COUNTING = new Set(['I', 'BI', 'RI']);

function identificationOf(seq: TestResults | undefined): IdentificationTraits {
  const open = modeWordOf(seq?.get('TI'), null);
  const closed = modeWordOf(seq?.get('CI'), open);
  const icmp = modeWordOf(seq?.get('II'), open ?? closed);
  const shared = seq?.get('SS');
  const areCounting = COUNTING.has(open ?? '') && COUNTING.has(icmp ?? '');
  const usual = open ?? closed ?? icmp ?? 'I';
  return {
    open: modeOf(open ?? usual),
    closed: modeOf(closed ?? usual),
    icmp: modeOf(icmp ?? usual),
    icmpCounts:
      shared === undefined || !areCounting
        ? open === icmp
          ? 'shared'
          : 'free'
        : allowsWord(shared, 'S')
          ? 'shared'
          : 'apart',
  };
}

function modeWordOf(expression: string | undefined, like: string | null): string | null {
  if (expression === undefined) return null;
  const words = wordsOf(expression);
  return (like !== null && words.includes(like) ? like : words[0]) ?? null;
}

function modeOf(word: string): IdentificationMode {
  return MODES[word] ?? { kind: 'constant', value: rangesOf(word)[0]?.from ?? 0 };
}

/** Frequencies by the binary logarithm that nmap rounds to: those that systems have (RFC 7323 5.4 asks for 1 to 1000). */
const TICKS: Readonly<Record<number, number>> = { 0: 2, 1: 2, 3: 10, 7: 100, 8: 200, 9: 500, 10: 1000 };
/** Faster clocks than this are none: each connection has another beginning. */
const FASTEST_CLOCK = 24;
/** What is measured of up to 5.66 ticks a second is 1. */
const NEVER_MEASURED = 2;

function timestampsOf(seq: TestResults | undefined, unmet: Unmet[]): TimestampTraits {
  const ranges = rangesOf(seq?.get('TS'));
  const values = ranges.flatMap(({ from, to }) => (from === to ? [from] : [from, to]));
  const usable = values.filter((value) => value !== NEVER_MEASURED && value !== 0);
  if (values.length > 0 && usable.length === 0 && values.includes(NEVER_MEASURED))
    unmet.push({ test: 'SEQ.TS', reason: 'nmap calls every clock of up to 5.66 ticks a second 1' });
  const logarithm = usable[0] ?? 10;
  return {
    ticksPerSecond: TICKS[logarithm] ?? 2 ** logarithm,
    isRandom: logarithm > FASTEST_CLOCK,
  };
}

function echoOf(ie: TestResults | undefined): EchoTraits {
  if (isUnanswered(ie)) return { answers: false, dontFragment: 'same', code: 'same' };
  const flags = { N: 'never', Y: 'always', S: 'same', O: 'opposite' } as const;
  const word = wordsOf(ie?.get('DFI') ?? 'N')[0];
  const code = wordsOf(ie?.get('CD') ?? 'S')[0];
  return {
    answers: true,
    dontFragment: word === 'Y' || word === 'S' || word === 'O' ? flags[word] : 'never',
    code: code === 'Z' ? 'zero' : code === 'S' ? 'same' : 'other',
  };
}
