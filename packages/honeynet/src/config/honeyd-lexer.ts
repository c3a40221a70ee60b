/**
 * The words of `honeyd.conf`: text to tokens, each with its place. Whitespace and line ends are equal; `#` starts a
 * comment; a quoted string has no escapes and may span lines. Lexing never fails: what is not a token becomes one of kind
 * `unknown`, and the parser says so.
 */

export type TokenKind =
  | 'word'
  | 'quoted'
  /** In quotes of a word processor: meant as quoted. */
  | 'typographic'
  /** A quotation that is not closed on its line, though the next one begins a statement: ends with the line. */
  | 'unclosed'
  | 'number'
  | 'address'
  | 'network'
  /** An IPv6 address, or a prefix with its length. */
  | 'ipv6'
  | 'symbol'
  | 'unknown'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written, quotes left out. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** UTF-16 units that it covers on its first line. */
  readonly length: number;
  /** True for the first token of its line: where reading goes on after an error. */
  readonly startsLine: boolean;
}

/** All words that the language reserves: none of them can name a template. `default` and `template` name themselves. */
export const KEYWORDS: readonly string[] = (
  'create delete add broadcast bind clone dhcp set annotate route option list include dynamic use if otherwise ' +
  'template default tcp udp icmp port subsystem shared restart srcport dstport time to on ethernet action personality ' +
  'random uptime droprate in syn maxfds uid gid spoof from no finscan fragment drop old new entry network link ' +
  'unreach net latency ms loss bandwidth Kbps Mbps between tunnel filtered block closed reset tarpit open internal ' +
  'proxy source os ip am pm debug fd trace'
).split(' ');

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['ipv6', /(?:[0-9A-Fa-f]{1,4}:(?::|[0-9A-Fa-f]{1,4}:)|::)[0-9A-Fa-f:.]*(?:\/\d+)?/y],
  ['network', /\d+\.\d+\.\d+\.\d+\/\d+/y],
  ['address', /\d+\.\d+\.\d+\.\d+/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['word', /[$A-Za-z][.()/A-Za-z_0-9*-]*/y],
  ['quoted', /"[^"]*"/y],
  ['symbol', /[:=\-/]/y],
];
/** A unit glued to its number ends where the letters end: `5ms-10ms` is four tokens and a dash. */
const UNIT = /[A-Za-z]+/y;
const BLANK = /(?:[ \t\r\f\v]+|#[^\n]*)/y;
const UNKNOWN = /[^\s#]+?(?=[\s#]|$)|[^\s]/y;
const UNCLOSED = /"[^\n]*/y;
const TYPOGRAPHIC =
  /[\u2018-\u201f\u00ab\u00bb\u2033][^\u2018-\u201f\u00ab\u00bb\u2033"\n]*[\u2018-\u201f\u00ab\u00bb\u2033"]/y;
/** A line that begins a statement, so that no quotation goes on there. */
const STATEMENT_LINE =
  /\n[ \t]*(?:create|dynamic|delete|add|broadcast|bind|clone|dhcp|set|annotate|route|option|include)[ \t]/;
/** What some editors put before the text. */
const BYTE_ORDER_MARK = 0xfeff;

/** Returns the tokens of a file, the last one of kind `end`. */
export function lexHoneydConfiguration(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  let line = 1;
  let lineStart = position;
  let startsLine = true;

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0] ?? null;
  };
  const push = (kind: TokenKind, raw: string): void => {
    const shown = shownOf(kind, raw);
    const firstLine = raw.split('\n', 1)[0] ?? '';
    const length = Math.max(1, firstLine.length);
    tokens.push({ kind, text: shown, file, line, column: position - lineStart + 1, length, startsLine });
    startsLine = false;
    for (let i = 0; i < raw.length; i++) {
      if (raw.charCodeAt(i) !== 10) continue;
      line++;
      lineStart = position + i + 1;
    }
    position += raw.length;
  };

  while (position < text.length) {
    if (text.charCodeAt(position) === 10) {
      position++;
      line++;
      lineStart = position;
      startsLine = true;
      continue;
    }
    const blank = match(BLANK);
    if (blank !== null) {
      position += blank.length;
      continue;
    }
    const [kind, raw] = nextToken(match);
    push(kind, raw);
    if (kind === 'number') {
      const unit = match(UNIT);
      if (unit !== null) push('word', unit);
    }
  }
  tokens.push({
    kind: 'end',
    text: '',
    file,
    line,
    column: position - lineStart + 1,
    length: 1,
    startsLine: true,
  });
  return tokens;
}

function shownOf(kind: TokenKind, raw: string): string {
  if (kind === 'quoted' || kind === 'typographic') return raw.slice(1, -1);
  return kind === 'unclosed' ? raw.slice(1).trimEnd() : raw;
}

function nextToken(match: (pattern: RegExp) => string | null): readonly [TokenKind, string] {
  for (const [kind, pattern] of PATTERNS) {
    const raw = match(pattern);
    if (raw !== null && !(kind === 'quoted' && STATEMENT_LINE.test(raw))) return [kind, raw];
  }
  const unclosed = match(UNCLOSED);
  if (unclosed !== null) return ['unclosed', unclosed];
  const typographic = match(TYPOGRAPHIC);
  if (typographic !== null) return ['typographic', typographic];
  return ['unknown', match(UNKNOWN) ?? ' '];
}
