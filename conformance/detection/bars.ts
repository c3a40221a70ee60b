/**
 * What the rows must show. A bar is missed when chance alone would do so at most once in a thousand, so that small samples do not
 * accuse and large ones do not excuse.
 */
import { countFrom, type Row } from './rows.ts';
import { atLeast, atMost } from './statistics.ts';

/**
 * `infected`: of an innocent, more than once in 10,000. `scanning`: the same, of one that does not scan. `found`: a promised
 * scanner in fewer than 99 %, or a monitor or research scanner that is not said to scan. `time`: a tenth
 * longer than in theory, over enough sources that their mean is normally distributed; evidence of payloads may make it shorter. `doors`: a
 * source that is judged otherwise by events. `proven`: a forged address that calls itself proven. `intervals`: fewer than 93 % or
 * more than 97 % hold the true rate.
 */
export type Bar = 'infected' | 'scanning' | 'found' | 'time' | 'doors' | 'proven' | 'intervals';

export interface Miss {
  readonly bar: Bar;
  readonly class: string;
  readonly prefixLength: number;
  readonly figures: string;
}

const SURPRISE = 1e-3;
const FALSE_RATE = 1e-4;
const FOUND_SHARE = 0.99;
const TIME_TOLERANCE = 0.1;
const SOURCES_MIN = 30;
const STANDARD_ERRORS = 3.3;
/** A capture takes one sequence number in 512 for a guessed one, and that handshake proves nothing: the last of 15 may be missing. */
const GUESSED_RATE = 15 / 512;
const COVERAGE = [0.93, 0.97] as const;

export function missesOf(rows: readonly Row[]): readonly Miss[] {
  return [...rows.flatMap(missesOfRow), ...intervalMisses(rows)];
}

function missesOfRow(row: Row): readonly Miss[] {
  const { sources, judged, kind, side } = row;
  const misses: Miss[] = [];
  const miss = (bar: Bar, figures: string): void =>
    void misses.push({ bar, class: row.class, prefixLength: row.prefixLength, figures });
  const isRare = (count: number): boolean => atLeast(count, sources, FALSE_RATE) > SURPRISE;
  if (side === 'innocent') {
    if (!isRare(judged.infected)) miss('infected', `${judged.infected} of ${sources}`);
    const scanning = countFrom(judged, 'scanning');
    if (kind === 'contact' && !isRare(scanning)) miss('scanning', `${scanning} of ${sources}`);
  }
  const mustBeFound = row.isPromised || (side === 'innocent' && kind === 'scanning');
  const found = countFrom(judged, kind);
  if (mustBeFound && atMost(found, sources, FOUND_SHARE) < SURPRISE) miss('found', `${found} of ${sources}`);
  if (row.isForged && row.proven > 0) miss('proven', `${row.proven} of ${sources}`);
  if ((row.doorsDiffer ?? 0) > 0) miss('doors', `${row.doorsDiffer} of ${sources}`);
  const proofsDiffer = row.proofsDiffer ?? 0;
  if (atLeast(proofsDiffer, sources, GUESSED_RATE) < SURPRISE)
    miss('doors', `the proofs of ${proofsDiffer} of ${sources}`);
  const { time } = row;
  if (time !== null && row.isPromised && sources >= SOURCES_MIN) {
    const allowed = TIME_TOLERANCE * time.theorySeconds + STANDARD_ERRORS * time.standardError;
    const ratio = (time.meanSeconds / time.theorySeconds).toFixed(3);
    if (time.meanSeconds - time.theorySeconds > allowed) miss('time', `${ratio} of theory`);
  }
  return misses;
}

/** Over all scanners together: the intervals of a few say nothing. */
function intervalMisses(rows: readonly Row[]): readonly Miss[] {
  let [held, stated] = [0, 0];
  for (const { intervals, isPromised } of rows) {
    if (intervals === null || !isPromised) continue;
    held += intervals.held;
    stated += intervals.stated;
  }
  const tooFew = atMost(held, stated, COVERAGE[0]) < SURPRISE;
  const tooMany = atLeast(held, stated, COVERAGE[1]) < SURPRISE;
  if (stated === 0 || !(tooFew || tooMany)) return [];
  return [{ bar: 'intervals', class: 'all', prefixLength: 0, figures: `${held} of ${stated}` }];
}
