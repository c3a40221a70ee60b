/**
 * A cursor over tokens that gathers diagnostics. A statement that cannot be read throws `StatementFault` inside this
 * folder only; the parser catches it and goes on with the next statement, so that all problems are reported at once.
 */
import { type Diagnostic, nearest, parseCidr, parseIpv4, printable } from '@wormwood/base';
import { type Ipv6Prefix, parseIpv6Prefix } from '@wormwood/wire';
import type { Network } from '../model.ts';
import type { Token } from './honeyd-lexer.ts';
import { Places } from './places.ts';

/** A file with more problems is another kind of file. */
const DIAGNOSTICS_MAX = 1000;
const SUGGESTIONS_MAX = 100;
/** A word may be as long as the file. */
const MESSAGE_LENGTH_MAX = 300;

/** Ends the reading of one statement; its diagnostic has been noted. */
export class StatementFault extends Error {}

export class TokenReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly places: Places = new Places();
  #tokens: readonly Token[];
  #next = 0;
  #taken: Token | null = null;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Puts the tokens of an included file, without its `end`, before what is left to read. */
  include(tokens: readonly Token[]): void {
    this.#tokens = [...tokens.slice(0, -1), ...this.#tokens.slice(this.#next)];
    this.#next = 0;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new StatementFault('a token list ends with its end token');
    return token;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#next++;
    this.#taken = token;
    return token;
  }

  /** Whether the next token begins a line: what a statement lacks is then missing from the line before. */
  get isAtLineEnd(): boolean {
    const token = this.peek();
    return (token.kind === 'end' || token.startsLine) && this.#taken !== null;
  }

  /** Takes the next token if it is this word or symbol. */
  accept(text: string): boolean {
    const token = this.peek();
    if (token.text !== text || (token.kind !== 'word' && token.kind !== 'symbol')) return false;
    this.take();
    return true;
  }

  /** Takes one of the words, or reports what is allowed and which was probably meant. */
  expectWord<const W extends string>(words: readonly W[], place: string): W {
    const token = this.peek();
    const found =
      token.kind === 'word' || token.kind === 'symbol'
        ? words.find((word) => word === token.text)
        : undefined;
    if (found === undefined)
      return this.fault(token, 'unexpected-word', this.describe(token, place), allowed(token, words));
    this.take();
    return found;
  }

  expectNumber(
    what: string,
    limits: { readonly min: number; readonly max: number; readonly whole: boolean },
  ): number {
    const token = this.peek();
    const value = Number(token.text);
    const form = `${what} is a ${limits.whole ? 'whole ' : ''}number from ${limits.min} to ${limits.max}`;
    if (token.kind !== 'number')
      return this.fault(token, 'number-expected', this.describe(token, what), `${form}.`);
    if (value < limits.min || value > limits.max || (limits.whole && !Number.isInteger(value))) {
      return this.fault(token, 'number-out-of-range', `${form}, not ${token.text}.`, '');
    }
    this.take();
    return value;
  }

  expectQuoted(what: string): Token {
    const token = this.peek();
    if (!isQuotation(token)) {
      return this.fault(
        token,
        'string-expected',
        this.describe(token, what),
        `Put ${what} in double quotes.`,
      );
    }
    if (token.kind === 'typographic')
      this.note(
        'error',
        token,
        'typographic-quotes',
        'These are typographic quotes, as word processors set them.',
        `Write "${token.text}" in straight double quotes.`,
      );
    if (token.kind === 'unclosed')
      this.note(
        'error',
        { ...token, length: 1 },
        'unclosed-quote',
        'The quotation that opens here is not closed.',
        'Close it with a double quote on the same line.',
      );
    if (token.text === '')
      return this.fault(
        token,
        'empty-string',
        `${what.charAt(0).toUpperCase()}${what.slice(1)} is empty.`,
        '',
      );
    return this.take();
  }

  expectAddress(what: string): number {
    const token = this.peek();
    if (token.kind === 'quoted') {
      const help = 'Write its address: names would be looked up while the file is read, and answers change.';
      return this.fault(token, 'host-name', `${what} is given by the name "${token.text}".`, help);
    }
    if (token.kind !== 'address') {
      return this.fault(
        token,
        'address-expected',
        this.describe(token, what),
        `${what} is an IPv4 address such as 10.0.0.1.`,
      );
    }
    const address = parseIpv4(token.text);
    if (!address.ok) return this.fault(token, 'bad-address', address.reason, '');
    this.take();
    return address.value;
  }

  /** A network `a.b.c.d/n`. Bits beyond the mask are cleared, with a warning, as Honeyd does. */
  expectNetwork(what: string): Network {
    const token = this.peek();
    if (token.kind !== 'network') {
      const help = `${what} is written as address/length, such as 10.1.0.0/16.`;
      return this.fault(token, 'network-expected', this.describe(token, what), help);
    }
    const slash = token.text.indexOf('/');
    const address = parseIpv4(token.text.slice(0, slash));
    if (!address.ok) return this.fault(token, 'bad-address', address.reason, '');
    const prefixLength = Number(token.text.slice(slash + 1));
    if (prefixLength > 32) {
      return this.fault(token, 'bad-mask', `A mask has 0 to 32 bits, not ${prefixLength}.`, '');
    }
    this.take();
    const size = 2 ** (32 - prefixLength);
    const first = address.value - (address.value % size);
    if (first !== address.value) {
      const strict = parseCidr(token.text);
      this.note(
        'warning',
        token,
        'bits-beyond-mask',
        strict.ok ? token.text : strict.reason,
        'The extra bits are cleared.',
      );
    }
    return { address: first, prefixLength };
  }

  /** An IPv6 address, or a prefix `2001:db8:1::/64`. */
  expectIpv6Prefix(): Ipv6Prefix {
    const token = this.peek();
    const prefix = parseIpv6Prefix(token.text);
    if (!prefix.ok) return this.fault(token, 'bad-address', prefix.reason, '');
    this.take();
    return prefix.value;
  }

  note(severity: Diagnostic['severity'], at: Token, code: string, message: string, help: string): void {
    const { file, line, column, length } = at;
    if (this.diagnostics.length > DIAGNOSTICS_MAX) return;
    const isLast = this.diagnostics.length === DIAGNOSTICS_MAX;
    this.diagnostics.push({
      // What is left out may be an error.
      severity: isLast ? 'error' : severity,
      code: isLast ? 'too-many-problems' : code,
      file,
      line,
      column,
      length,
      path: '',
      message: isLast ? 'More problems follow; they are not listed.' : printable(shortened(message)),
      help: isLast ? 'Correct these first.' : help,
    });
  }

  /** Whether a suggestion is still worth its time: of many problems, the first get one. */
  get suggests(): boolean {
    return this.diagnostics.length < SUGGESTIONS_MAX;
  }

  fault(at: Token, code: string, message: string, help: string): never {
    const isMissing = at === this.peek() && this.isAtLineEnd;
    this.note('error', isMissing ? afterLast(this.#taken ?? at, at) : at, code, message, help);
    throw new StatementFault(message);
  }

  /** Returns a sentence about a token that stands where something else is expected. */
  describe(token: Token, expected: string): string {
    const isMissing = token === this.peek() && this.isAtLineEnd;
    const found =
      token.kind === 'end' ? 'The file ends' : isMissing ? 'The line ends' : `"${token.text}" stands`;
    return `${found} where ${expected.charAt(0).toLowerCase()}${expected.slice(1)} is expected.`;
  }
}

/** Whether a token is a quotation, or meant as one. */
export function isQuotation({ kind }: Token): boolean {
  return kind === 'quoted' || kind === 'typographic' || kind === 'unclosed';
}

/** The place behind the last token of a statement that lacks something; the end of its file where that one is of another. */
function afterLast(last: Token, next: Token): Token {
  return last.file === next.file ? { ...last, column: last.column + last.length, length: 1 } : next;
}

function shortened(message: string): string {
  return message.length > MESSAGE_LENGTH_MAX ? `${message.slice(0, MESSAGE_LENGTH_MAX)}…` : message;
}

function allowed(token: Token, words: readonly string[]): string {
  const meant = nearest(token.text, words);
  const list = words.length === 1 ? `Allowed: ${words[0]}.` : `Allowed: ${words.join(', ')}.`;
  return meant === undefined ? list : `Did you mean "${meant}"? ${list}`;
}
