/** Prints a diagnostic with the line that it is about, the offending text underlined. */
import { type Diagnostic, lineAt, printable } from './diagnostic.ts';

export interface RenderOptions {
  /** Whether to colour with ANSI escapes. */
  readonly color: boolean;
}

/** Cells of a source line that are shown; the offending text stays in view. */
const FRAME_WIDTH = 100;
const CELLS_BEFORE = 40;

const STYLES = { error: '1;31', warning: '1;33', note: '1;36', frame: '2', help: '36', place: '1' } as const;

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian wide and fullwidth characters and most emoji take two cells of a terminal. */
const DOUBLE_WIDTH = new RegExp(
  [
    '^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f]$',
    '^[\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$',
  ].join('|'),
  'u',
);

/**
 * Returns the diagnostic as lines of text without a final line break: `file:line:column` and the message; the line of
 * `sourceText` that it is about, underlined; and what is allowed.
 */
export function renderDiagnostic(diagnostic: Diagnostic, sourceText: string, options: RenderOptions): string {
  const paint = (style: keyof typeof STYLES, text: string): string =>
    options.color ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  const { severity, line, column, message, code, help } = diagnostic;
  const place = `${printable(diagnostic.file)}:${line}:${column}:`;
  const rendered = [`${paint('place', place)} ${paint(severity, `${severity}:`)} ${message} [${code}]`];
  const frame = diagnostic.length === 0 ? undefined : frameOf(diagnostic, sourceText);
  const gutter = ' '.repeat(String(line).length);
  if (frame !== undefined) {
    rendered.push(`${paint('frame', ` ${line} |`)} ${frame.source}`);
    rendered.push(`${paint('frame', ` ${gutter} |`)} ${frame.indent}${paint(severity, frame.underline)}`);
  }
  if (help !== '') rendered.push(`${paint('frame', ` ${gutter} =`)} ${paint('help', 'help:')} ${help}`);
  return rendered.join('\n');
}

interface Frame {
  readonly source: string;
  readonly indent: string;
  readonly underline: string;
}

function frameOf({ line, column, length }: Diagnostic, sourceText: string): Frame | undefined {
  const start = offsetOfLine(sourceText, line);
  if (start === undefined) return undefined;
  const source = lineAt(sourceText, start);
  const before = cellsFromEnd(shown(source.slice(0, column - 1)), CELLS_BEFORE);
  const meant = cellsFromStart(shown(source.slice(column - 1, column - 1 + length)), FRAME_WIDTH / 2);
  const rest = FRAME_WIDTH - widthOf(before) - widthOf(meant);
  const after = cellsFromStart(shown(source.slice(column - 1 + length)), rest);
  return {
    source: `${before}${meant}${after}`,
    indent: ' '.repeat(widthOf(before)),
    underline: '^'.repeat(Math.max(1, widthOf(meant))),
  };
}

function offsetOfLine(text: string, line: number): number | undefined {
  let start = 0;
  for (let passed = 1; passed < line; passed++) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return undefined;
  }
  return start;
}

/** A tab's width depends on the terminal; one blank keeps the underline in its place. */
function shown(source: string): string {
  return printable(source.replaceAll('\t', ' '));
}

function cellsFromStart(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  let taken = '';
  for (const character of text) {
    if (widthOf(taken) + widthOf(character) > cells - 1) break;
    taken += character;
  }
  return `${taken}…`;
}

function cellsFromEnd(text: string, cells: number): string {
  // As many code units as cells at the least: what lies further left cannot be shown.
  if (text.length <= cells) return text;
  return `…${Array.from(text.slice(-cells)).slice(1).join('')}`;
}

/** Cells of a terminal that `text` takes; long texts are measured no further than a line is shown. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text.slice(0, 4 * FRAME_WIDTH)) {
    if (ZERO_WIDTH.test(character)) continue;
    width += DOUBLE_WIDTH.test(character) ? 2 : 1;
  }
  return width;
}
