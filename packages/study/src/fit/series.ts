/**
 * A series of counts as people have it: CSV with a header, one row a moment. `time_s` is in seconds, `time` a duration or a
 * moment (RFC 3339). The hosts are `ever_infected` (all so far), `new_infections` (in the interval that ends there) or `sources`
 * (different addresses that a telescope has seen so far).
 */
import {
  type Diagnostic,
  diagnose,
  nearest,
  parseDuration,
  type Problem,
  readTimestamp,
} from '@wormwood/base';

export interface CountSeries {
  /** Seconds from the first row. */
  readonly timeSeconds: readonly number[];
  /** Hosts ever infected, or different sources seen, by each time. */
  readonly cumulative: readonly number[];
  readonly kind: 'everInfected' | 'sources';
}

export type SeriesReading =
  | { readonly ok: true; readonly series: CountSeries }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

type CountColumn = 'ever_infected' | 'new_infections' | 'sources';

/**
 * The names that a column may have, in the order in which they are looked for. `sim run --out` writes the first forms, and beside
 * them `infected_hosts`: hosts infected at the moment, which are those ever infected only where none is immunized.
 */
const COLUMNS: ReadonlyMap<string, CountColumn> = new Map([
  ['ever_infected_hosts', 'ever_infected'],
  ['ever_infected_hosts_mean', 'ever_infected'],
  ['ever_infected', 'ever_infected'],
  ['new_infections', 'new_infections'],
  ['sources', 'sources'],
  ['infected_hosts', 'ever_infected'],
]);
const TIME_COLUMNS = ['time_s', 'time'] as const;
const ROWS_MAX = 1_000_000;
const PROBLEMS_MAX = 10;

interface Row {
  readonly seconds: number;
  readonly count: number;
}

/** Reads a series; `fileName` appears in the diagnostics. All problems are reported, up to ten. */
export function readSeries(text: string, fileName: string): SeriesReading {
  const problems: Problem[] = [];
  const refuse = (): SeriesReading => ({ ok: false, diagnostics: diagnose(problems, fileName, text) });
  const lines = linesOf(text);
  const [head] = lines;
  if (head === undefined) {
    problems.push(
      problem(
        'empty-file',
        [0, 0],
        'The file is empty.',
        'It begins with a header such as time_s,ever_infected.',
      ),
    );
    return refuse();
  }
  const names = head.text.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const timeAt = names.findIndex((name) => TIME_COLUMNS.some((known) => known === name));
  const countName = [...COLUMNS.keys()].find((name) => names.includes(name));
  const countAt = countName === undefined ? -1 : names.indexOf(countName);
  if (timeAt < 0) problems.push(missingColumn(head, names, TIME_COLUMNS, 'a time'));
  if (countAt < 0) problems.push(missingColumn(head, names, [...COLUMNS.keys()], 'a count'));
  const rows: Row[] = [];
  for (const line of lines.slice(1)) {
    const row = rowOf(line, { timeAt, countAt, isSeconds: names[timeAt] === 'time_s' }, problems);
    if (row !== undefined) rows.push(row);
    if (problems.length >= PROBLEMS_MAX || rows.length > ROWS_MAX) break;
  }
  if (problems.length > 0) return refuse();
  const kind = COLUMNS.get(countName ?? '') ?? 'ever_infected';
  return assembled(rows, kind, { lines, refuse, problems });
}

function assembled(
  rows: readonly Row[],
  kind: CountColumn,
  {
    lines,
    refuse,
    problems,
  }: { readonly lines: readonly Line[]; readonly refuse: () => SeriesReading; readonly problems: Problem[] },
): SeriesReading {
  const start = rows[0]?.seconds ?? 0;
  let total = 0;
  const cumulative = rows.map(({ count }) => {
    total += count;
    return kind === 'new_infections' ? total : count;
  });
  if (rows.length < ROWS_MIN) {
    const message = `The series has ${rows.length} rows; a fit needs at least ${ROWS_MIN}.`;
    problems.push(problem('too-short', spanOf(lines[0]!), message, 'Add rows.'));
  }
  rows.forEach(({ seconds }, index) => {
    const before = rows[index - 1];
    if (before === undefined || problems.length >= PROBLEMS_MAX) return;
    const span = spanOf(lines[index + 1]!);
    if (seconds <= before.seconds) {
      const help = 'Sort the rows by time and give each moment once.';
      problems.push(problem('time-order', span, 'This time is not later than that of the row before.', help));
    }
    if ((cumulative[index] ?? 0) < (cumulative[index - 1] ?? 0)) {
      const help =
        'Hosts that are infected at the moment can fall in number; give the hosts ever infected, or new_infections.';
      problems.push(problem('count-falls', span, 'This count is below that of the row before.', help));
    }
  });
  if (problems.length > 0) return refuse();
  const timeSeconds = rows.map(({ seconds }) => seconds - start);
  return {
    ok: true,
    series: { timeSeconds, cumulative, kind: kind === 'sources' ? 'sources' : 'everInfected' },
  };
}

const ROWS_MIN = 4;

interface Line {
  readonly text: string;
  readonly start: number;
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const line of text.replace(/^\ufeff/, ' ').split('\n')) {
    const content = line.replace(/\r$/, '');
    if (content.trim() !== '' && !content.trimStart().startsWith('#')) lines.push({ text: content, start });
    start += line.length + 1;
  }
  return lines;
}

function rowOf(
  line: Line,
  {
    timeAt,
    countAt,
    isSeconds,
  }: { readonly timeAt: number; readonly countAt: number; readonly isSeconds: boolean },
  problems: Problem[],
): Row | undefined {
  const fields = line.text.split(',').map((field) => field.trim());
  const time = fields[timeAt] ?? '';
  const count = fields[countAt] ?? '';
  const seconds = isSeconds ? numberOf(time) : momentOf(time);
  const hosts = numberOf(count);
  if (timeAt >= 0 && seconds === undefined) {
    const help = isSeconds
      ? 'Write seconds, such as 600.'
      : 'Write a duration such as 10min, or a moment such as 2001-07-19T12:00:00Z.';
    problems.push(problem('bad-time', spanOf(line), `"${time}" is not a time.`, help));
  }
  if (countAt >= 0 && (hosts === undefined || hosts < 0)) {
    const message = `"${count}" is not a number of hosts.`;
    problems.push(problem('bad-count', spanOf(line), message, 'Write a number of at least 0.'));
  }
  return seconds === undefined || hosts === undefined ? undefined : { seconds, count: hosts };
}

function numberOf(text: string): number | undefined {
  const number = text === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function momentOf(text: string): number | undefined {
  const moment = readTimestamp(text);
  if (moment !== undefined) return moment;
  const duration = parseDuration(text);
  return duration.ok ? duration.value : undefined;
}

function missingColumn(
  head: Line,
  names: readonly string[],
  known: readonly string[],
  noun: string,
): Problem {
  const meant = names.map((name) => nearest(name, known)).find((name) => name !== undefined);
  const help =
    meant === undefined
      ? `Name a column ${known.slice(0, -1).join(', ')} or ${known.at(-1)}.`
      : `Did you mean ${meant}?`;
  return problem('missing-column', spanOf(head), `No column holds ${noun}.`, help);
}

function spanOf({ text, start }: Line): readonly [number, number] {
  return [start, start + text.length];
}

function problem(code: string, span: readonly [number, number], message: string, help: string): Problem {
  return { code, span, path: '', message, help };
}
