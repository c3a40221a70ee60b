/** Labels laid over verdicts: one row for each class and prefix. */
import { randomStreams } from '@wormwood/base';
import type { Door, Findings, Verdict } from './doors.ts';
import { mean, standardError, upperBound } from './statistics.ts';
import { Telescope, type PrefixLength } from './telescope.ts';
import { leastSeconds, verdictTime } from './theory.ts';
import { KINDS, type Kind, type Label, type TrafficClass } from './traffic-class.ts';

/** Sources by the most that was said of them. */
export type Judged = Readonly<Record<Kind, number>>;

export interface TimeToVerdict {
  readonly meanSeconds: number;
  readonly standardError: number;
  /** Of the sequential test with the stated parameters, and of the best test with the same errors. */
  readonly theorySeconds: number;
  readonly leastSeconds: number;
}

export interface Row {
  readonly class: string;
  readonly about: string;
  readonly side: TrafficClass['side'];
  readonly kind: Kind;
  readonly prefixLength: PrefixLength;
  readonly isPromised: boolean;
  readonly isForged: boolean;
  readonly sources: number;
  readonly judged: Judged;
  /** Sources whose verdict calls itself unforgeable. */
  readonly proven: number;
  /** Of an innocent: sources that more was said of than is true, and the largest rate of that which 95 % do not rule out. */
  readonly falseVerdicts: number;
  readonly falseRateBound: number;
  /** Sources that are judged otherwise by events, read at once or as they come, than by the capture; null where only that shows them. */
  readonly doorsDiffer: number | null;
  /** Sources of which one door proves the address and another does not. */
  readonly proofsDiffer: number | null;
  /** Of scanners that draw their targets from the whole space. */
  readonly time: TimeToVerdict | null;
  /** Intervals of 95 % that hold the true rate, and how many there are. */
  readonly intervals: { readonly held: number; readonly stated: number } | null;
}

interface Judgement {
  readonly kind: Kind;
  readonly isProven: boolean;
  /** The first that says that the source scans, or more. */
  readonly first: Verdict | null;
}

const NOTHING: Judgement = { kind: 'contact', isProven: false, first: null };

/** Returns what is said of each source. */
function judgements(findings: Findings): ReadonlyMap<string, Judgement> {
  const found = new Map<string, Judgement>();
  for (const verdict of findings.verdicts) {
    const { source, kind = 'infected', timeSeconds, unforgeable } = verdict;
    const before = found.get(source) ?? NOTHING;
    const isClaim = kind !== 'contact';
    const isFirst = isClaim && (before.first === null || timeSeconds < before.first.timeSeconds);
    found.set(source, {
      kind: KINDS.indexOf(kind) > KINDS.indexOf(before.kind) ? kind : before.kind,
      isProven: before.isProven || (isClaim && unforgeable),
      first: isFirst ? verdict : before.first,
    });
  }
  return found;
}

/** Returns the sources that more is said of than contacts, with the most that is. */
export function kindsOf(findings: Findings): ReadonlyMap<string, Kind> {
  const claims = [...judgements(findings)].filter(([, { kind }]) => kind !== 'contact');
  return new Map(claims.map(([source, { kind }]) => [source, kind]));
}

/** Returns the rows of the classes whose sources are labelled, all of one prefix. */
export function rowsOf(
  classes: readonly TrafficClass[],
  labels: readonly Label[],
  findings: Readonly<Record<Door, Findings>>,
): readonly Row[] {
  const capture = judgements(findings.capture);
  const others = [judgements(findings.events), judgements(findings.watch)];
  return classes.flatMap((trafficClass) => {
    const own = labels.filter((label) => label.class === trafficClass.name && isSeen(label));
    return own.length === 0 ? [] : [rowOf(trafficClass, own, capture, others)];
  });
}

/** A scanner that never came by is not a scanner that was missed. */
function isSeen({ side, contacts }: Label): boolean {
  return side === 'innocent' || contacts > 0;
}

function rowOf(
  trafficClass: TrafficClass,
  labels: readonly Label[],
  capture: ReadonlyMap<string, Judgement>,
  others: readonly ReadonlyMap<string, Judgement>[],
): Row {
  const judged = { contact: 0, scanning: 0, infected: 0 };
  let [proven, doorsDiffer, proofsDiffer] = [0, 0, 0];
  for (const { source } of labels) {
    const { kind, isProven } = capture.get(source) ?? NOTHING;
    judged[kind]++;
    if (isProven) proven++;
    const byDoors = others.map((door) => door.get(source) ?? NOTHING);
    if (byDoors.some((byDoor) => byDoor.kind !== kind)) doorsDiffer++;
    if (byDoors.some((byDoor) => byDoor.isProven !== isProven)) proofsDiffer++;
  }
  const { name, about, side, kind, captureOnly = false, isForged = false } = trafficClass;
  const falseVerdicts = side === 'scanner' ? 0 : labels.length - countUpTo(judged, kind);
  const prefixLength = labels[0]!.prefixLength;
  return {
    class: name,
    about,
    side,
    kind,
    prefixLength,
    isPromised: labels[0]!.isPromised,
    isForged,
    sources: labels.length,
    judged,
    proven,
    falseVerdicts,
    falseRateBound: upperBound(falseVerdicts, labels.length),
    doorsDiffer: captureOnly ? null : doorsDiffer,
    proofsDiffer: captureOnly ? null : proofsDiffer,
    time: timeOf(trafficClass, labels, capture),
    intervals: intervalsOf(labels, capture),
  };
}

/** Sources of which no more is said than `kind`. */
function countUpTo(judged: Judged, kind: Kind): number {
  return KINDS.slice(0, KINDS.indexOf(kind) + 1).reduce((sum, each) => sum + judged[each], 0);
}

/** Sources of which `kind` is said, or more. */
export function countFrom(judged: Judged, kind: Kind): number {
  return KINDS.slice(KINDS.indexOf(kind)).reduce((sum, each) => sum + judged[each], 0);
}

function timeOf(
  { uniformRate, ports, side }: TrafficClass,
  labels: readonly Label[],
  capture: ReadonlyMap<string, Judgement>,
): TimeToVerdict | null {
  if (uniformRate === undefined || side === 'innocent') return null;
  const times = labels.flatMap(({ source, firstContactSeconds }) => {
    const first = capture.get(source)?.first ?? null;
    return first === null || firstContactSeconds === null ? [] : [first.timeSeconds - firstContactSeconds];
  });
  if (times.length < 2) return null;
  const telescope = new Telescope(labels[0]!.prefixLength);
  const stream = randomStreams('1').stream('conformance/theory');
  return {
    meanSeconds: mean(times),
    standardError: standardError(times),
    theorySeconds: verdictTime(
      { telescope, probesPerSecond: uniformRate, ...(ports === undefined ? {} : { ports }) },
      stream,
    ).meanSeconds,
    leastSeconds: leastSeconds(telescope, uniformRate),
  };
}

function intervalsOf(labels: readonly Label[], capture: ReadonlyMap<string, Judgement>): Row['intervals'] {
  let [held, stated] = [0, 0];
  for (const { source, uniformRate, contactRate } of labels) {
    const first = capture.get(source)?.first ?? null;
    if (first === null || uniformRate === null) continue;
    const { contactsPerSecond: contacts, scanRatePerSecond: whole } = first;
    const [interval, rate] =
      contacts === undefined || contacts === null ? [whole ?? null, uniformRate] : [contacts, contactRate];
    if (interval === null || rate === null) continue;
    stated++;
    if (interval.low <= rate && rate <= interval.high) held++;
  }
  return stated === 0 ? null : { held, stated };
}
