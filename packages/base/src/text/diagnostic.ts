/**
 * Diagnostics: what is wrong with a file that a person wrote, where, and what is allowed there. The same object for
 * every kind of file; `code-frame.ts` prints it, `--json` shows it as it is.
 */

export interface Diagnostic {
  /** An error keeps the file from being used; a warning does not. A note names what is as it should be, but may surprise. */
  readonly severity: 'error' | 'warning' | 'note';
  /** Stable name of the kind of problem, in kebab case: `unknown-key`. */
  readonly code: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** How many code units of that line are meant; 0 for the file as a whole. */
  readonly length: number;
  /** Where in the document: `defenses.0.count`; empty for its root. */
  readonly path: string;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What is allowed instead, as a sentence or two. */
  readonly help: string;
}

/** Offsets into the text: [first, after the last]. */
export type Span = readonly [start: number, end: number];

/** A diagnostic before its place in the text is known as a line and a column. */
export interface Problem {
  /** @default 'error' */
  readonly severity?: Diagnostic['severity'];
  readonly code: string;
  readonly span: Span;
  readonly path: string;
  readonly message: string;
  readonly help: string;
}

const PROBLEMS_MAX = 100;
const QUOTED_LENGTH_MAX = 60;
/** Controls, and the marks that reorder a line on screen: harmless in a file, not in a terminal. */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Returns the diagnostics of `problems` in the order of the text, each once: an alias shows the same problem as often
 * as it is used. After a hundred, one more says how many were left out.
 */
export function diagnose(problems: readonly Problem[], file: string, text: string): readonly Diagnostic[] {
  const lines = lineStarts(text);
  const sorted = problems.toSorted((a, b) => a.span[0] - b.span[0]);
  const seen = new Set<string>();
  const unique = sorted.filter((problem) => {
    const key = `${problem.span[0]} ${problem.code} ${problem.message}`;
    return !seen.has(key) && seen.add(key);
  });
  const shown = unique.slice(0, PROBLEMS_MAX).map((problem) => locate(problem, { file, text, lines }));
  const last = shown.at(-1);
  if (unique.length > PROBLEMS_MAX && last !== undefined) {
    const message = `${unique.length - PROBLEMS_MAX} more problems follow.`;
    const severity = unique.some((problem) => (problem.severity ?? 'error') === 'error')
      ? 'error'
      : 'warning';
    shown.push({ ...last, severity, code: 'too-many-problems', message, help: 'Correct these first.' });
  }
  return shown;
}

interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly number[];
}

function locate(problem: Problem, { file, text, lines }: SourceFile): Diagnostic {
  const start = Math.min(problem.span[0], text.length);
  const lineIndex = lastAtMost(lines, start);
  const lineStart = lines[lineIndex] ?? 0;
  const lineEnd = lineStart + lineAt(text, lineStart).length;
  return {
    severity: problem.severity ?? 'error',
    code: problem.code,
    file,
    line: lineIndex + 1,
    column: start - lineStart + 1,
    length: Math.max(0, Math.min(problem.span[1], lineEnd) - start),
    path: problem.path,
    message: printable(problem.message),
    help: printable(problem.help),
  };
}

/** Returns the line that begins at offset `start`, without its end. */
export function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last of the ascending `values` that is at most `wanted`. */
function lastAtMost(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((values[middle] ?? Infinity) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Returns `text` with every character that would steer a terminal written as `\u{…}`. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** Returns what a person wrote in quotation marks, cut when it is long. */
export function quoted(text: string): string {
  return text.length > QUOTED_LENGTH_MAX ? `"${text.slice(0, QUOTED_LENGTH_MAX)}…"` : `"${text}"`;
}

/** Returns `a`, `a and b`, `a, b and c`. */
export function enumerated(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
