/**
 * The words of `honeyd.conf`: text to tokens, each with its place. Whitespace and line ends are equal; `#` starts a
 * comment; a quoted string has no escapes and may span lines. Lexing never fails: what is no token becomes one of kind
 * `unknown`, and the parser says so.
 */

export type TokenKind = 'word' | 'quoted' | 'number' | 'address' | 'network' | 'symbol' | 'unknown' | 'end';

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
const UNKNOWN = /"[^"]*$|[^\s#]+?(?=[\s#]|$)|[^\s]/y;

/** Returns the tokens of a file, the last one of kind `end`. */
export function lexHoneydConfiguration(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let line = 1;
  let lineStart = 0;
  let startsLine = true;

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0] ?? null;
  };
  const push = (kind: TokenKind, raw: string): void => {
    const shown = kind === 'quoted' ? raw.slice(1, -1) : raw;
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

function nextToken(match: (pattern: RegExp) => string | null): readonly [TokenKind, string] {
  for (const [kind, pattern] of PATTERNS) {
    const raw = match(pattern);
    if (raw !== null) return [kind, raw];
  }
  return ['unknown', match(UNKNOWN) ?? ' '];
}
