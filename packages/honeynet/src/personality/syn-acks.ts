/**
 * The SYN/ACKs of a personality by what a SYN offers (`synAckIndex`), from the tests OPS, WIN, ECN and T1 of a fingerprint.
 *
 * An open port of ours takes the connections of ordinary clients. What a fingerprint says against that (no answer, a reset, a
 * number that completes no handshake) was seen with nmap's probes, and only SYNs with as small a window get it.
 */
import type { StrayAnswer, SynAckShape } from '@wormwood/netstack';
import { tcp } from '@wormwood/wire';
import { allowsWord, wordsOf } from './expression.ts';
import type { Fingerprint, TestResults } from './fingerprint.ts';
import type { Unmet } from './personality.ts';
import {
  insteadShape,
  looseShape,
  NO_OPTIONS,
  optionsLike,
  quirksOf,
  shapeOf,
  silentShape,
  strayAnswerOf,
  windowOf,
  withOddities,
  withTimestamps,
  type KnownTimestamps,
  type WrittenOptions,
} from './tcp-shapes.ts';

type Tests = Fingerprint['tests'];

const PROBES = [1, 2, 3, 4, 5, 6] as const;
/** The one that is least like what clients send. */
const PROBE_WITHOUT_MSS = 3;
/** Windows of the SYN/ACKs are unknown: as large as without scaling. */
const WINDOW_DEFAULT = 65_535;
const OPTIONS_DEFAULT: WrittenOptions = { ...NO_OPTIONS, order: ['mss'], mssBytes: 1460 };

/** Returns all of them; what is not played is added to `unmet`. */
export function synAcksOf(tests: Tests, unmet: Unmet[]): readonly SynAckShape[] {
  const t1 = tests.get('T1');
  const ecn = tests.get('ECN');
  const measured = measuredShapes(tests, unmet);
  // What has no SYN/ACK shows neither its window nor its options.
  const plain = isSynAck(t1)
    ? measured
    : measured.map(() => looseShape(shapeOf(OPTIONS_DEFAULT, WINDOW_DEFAULT)));
  const setup = { ...quirksOf(ecn), flags: congestionFlagsOf(ecn), packetClass: 'ecn-syn-ack' as const };
  const setUp = (shape: SynAckShape): SynAckShape => withOddities(shape, setup);
  const ecnPlain = isUnanswered(ecn) ? plain : plain.map(setUp);
  const [ops, win] = [tests.get('OPS'), tests.get('WIN')];
  // The first one is described by T1.
  const probed = measured.map((shape, i) =>
    i > 0 && isSynAck(t1) && isReset(ops?.get(`O${i + 1}`), win?.get(`W${i + 1}`), measured)
      ? insteadShape(shape, resetLike(shape))
      : probedShape(t1, shape),
  );
  // nmap gives no results of the six probes where one was not answered.
  if (isUnanswered(ops) || isUnanswered(win)) probed[PROBE_WITHOUT_MSS] = silentShape();
  const ecnProbed = measured.map((shape) => {
    if (isUnanswered(ecn)) return silentShape();
    if (isReset(ecn?.get('O'), ecn?.get('W'), measured))
      return insteadShape(setUp(shape), resetLike(setUp(shape)));
    return isUnanswered(t1) ? setUp(shape) : probedShape(t1, setUp(shape));
  });
  return [...plain, ...ecnPlain, ...probed, ...ecnProbed];
}

/** By what a SYN offers, as the fingerprint has them. */
function measuredShapes(tests: Tests, unmet: Unmet[]): readonly SynAckShape[] {
  const [ops, win, ecn] = [tests.get('OPS'), tests.get('WIN'), tests.get('ECN')];
  const known = knownTimestamps(tests.get('SEQ')?.get('TS'));
  const model = modelOf(ops, ecn, known);
  let isReported = false;
  const optionsOf = (attribute: string): WrittenOptions => {
    const expression = ops?.get(attribute);
    const options = optionsLike(expression, model, known);
    const isSilent = expression === '' && win?.get(attribute.replace('O', 'W')) === '0';
    if (known === 'ticking' && options?.hasTimestamps === false && !isSilent && !isReported) {
      isReported = true;
      unmet.push({ test: 'SEQ.TS', reason: 'not every SYN/ACK has the timestamps that would be measured' });
    }
    if (options === null && expression !== undefined)
      unmet.push({
        test: `OPS.${attribute}`,
        reason: `no TCP header has room for the options ${expression}`,
      });
    return options ?? model;
  };
  const window = windowOf(win, 'W1') ?? windowOf(ecn) ?? WINDOW_DEFAULT;
  const quirks = quirksOf(tests.get('T1'));
  const ecnOptions = optionsLike(ecn?.get('O'), model) ?? model;
  return [
    ...PROBES.map((number) =>
      shapeOf(optionsOf(`O${number}`), windowOf(win, `W${number}`) ?? window, quirks),
    ),
    shapeOf(ecnOptions, windowOf(ecn) ?? window, quirks),
    looseShape(shapeOf(model, window, quirks)),
  ];
}

/** The options of SYNs that no probe is like; where none of the six is known, with the timestamps that are known to be there. */
function modelOf(
  ops: TestResults | undefined,
  ecn: TestResults | undefined,
  known: KnownTimestamps,
): WrittenOptions {
  const first = optionsLike(ops?.get('O1'), null, known);
  if (first !== null) return first;
  const other = optionsLike(ecn?.get('O'), null) ?? OPTIONS_DEFAULT;
  return known === 'ticking' || known === 'zero' ? withTimestamps(other, known) : other;
}

function knownTimestamps(ts: string | undefined): KnownTimestamps {
  if (ts === undefined) return null;
  const [word] = wordsOf(ts);
  if (word === 'U') return 'none';
  return word === '0' ? 'zero' : 'ticking';
}

/** RFC 9293 3.10.7.1: the reset of a closed port, as odd as the SYN/ACK in whose place it is sent. */
function resetLike({ oddities }: SynAckShape): StrayAnswer {
  const { flags = 0, reserved = 0, urgentPointer = 0 } = oddities ?? {};
  return {
    flags: tcp.flag.RST | tcp.flag.ACK | flags,
    sequence: 'zero',
    acknowledgment: 'next',
    shape: shapeOf(NO_OPTIONS, 0, { reserved, urgentPointer }),
    payload: new Uint8Array(0),
  };
}

/** Whether what answered one probe was no SYN/ACK: it has no window and no options, where other SYN/ACKs have some. */
function isReset(
  options: string | undefined,
  window: string | undefined,
  measured: readonly SynAckShape[],
): boolean {
  return options === '' && window === '0' && measured.some(({ optionOrder }) => optionOrder.length > 0);
}

/** Returns what answers a probe that a client would get this SYN/ACK for. */
function probedShape(t1: TestResults | undefined, shape: SynAckShape): SynAckShape {
  if (t1 === undefined) return shape;
  if (isUnanswered(t1)) return silentShape();
  if (isSynAck(t1) && completesHandshake(t1)) return shape;
  const answer = strayAnswerOf(t1, null);
  if (answer === null) return silentShape();
  const flags = answer.flags | (shape.oddities?.flags ?? 0);
  return insteadShape(shape, { ...answer, flags, shape });
}

/** Returns whether an open port answers SYNs with SYN/ACKs. */
export function isSynAck(t1: TestResults | undefined): boolean {
  return !isUnanswered(t1) && allowsWord(t1?.get('F'), 'AS');
}

function completesHandshake(t1: TestResults): boolean {
  return allowsWord(t1.get('A'), 'S+') && ['O', 'Z'].some((word) => allowsWord(t1.get('S'), word));
}

/** Returns whether a test says that nothing came back. */
export function isUnanswered(results: TestResults | undefined): boolean {
  return results !== undefined && wordsOf(results.get('R') ?? 'Y')[0] === 'N';
}

/** CC: `Y` takes ECN (RFC 3168 6.1.1), `S` sends both flags back, `O` has CWR alone. */
function congestionFlagsOf(ecn: TestResults | undefined): number {
  const word = wordsOf(ecn?.get('CC') ?? 'N')[0];
  if (word === 'Y') return tcp.flag.ECE;
  if (word === 'S') return tcp.flag.ECE | tcp.flag.CWR;
  return word === 'O' ? tcp.flag.CWR : 0;
}
