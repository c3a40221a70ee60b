/**
 * Reads one YAML 1.2 document (or JSON, which is YAML) into nodes that know their place in the text. The shapes check what
 * the document means.
 *
 * Hostile input is limited before a tree is built: in size, number of lexical tokens and nesting. Aliases are never
 * expanded, only followed where a shape reads a value, so aliases of aliases of aliases cost nothing.
 */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
  visit,
} from 'yaml';
import { type Problem, quoted, type Span } from '@wormwood/base';
import { expandedSize } from './expanded-size.ts';

/** A document without syntax errors, or the problems of its text. */
export type YamlReading =
  | { readonly ok: true; readonly tree: YamlTree }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface YamlTree {
  readonly root: YamlNode;
  /** The node behind a reference. */
  readonly follow: (reference: NodeReference) => YamlNode;
}

/** Opaque: `YamlTree.follow` makes a node of it, so that a part that no shape reads is never visited. */
export interface NodeReference {
  readonly node: unknown;
  /** The place to report for a missing value: the key that lacks it. */
  readonly span: Span;
}

export type YamlNode =
  | { readonly kind: 'mapping'; readonly span: Span; readonly entries: readonly YamlEntry[] }
  | { readonly kind: 'list'; readonly span: Span; readonly items: readonly NodeReference[] }
  | { readonly kind: 'scalar'; readonly span: Span; readonly value: string | number | boolean }
  | { readonly kind: 'nothing'; readonly span: Span };

export interface YamlEntry {
  /** `undefined` for a key that is a mapping or a list. */
  readonly key: string | undefined;
  readonly keySpan: Span;
  readonly value: NodeReference;
}

/** Files written by hand are short; a much longer file is of another kind, and slow to read. */
const TOKENS_MAX = 50_000;
const NESTING_MAX = 64;
const SYNTAX_PROBLEMS_MAX = 10;

/** Characters that YAML 1.2 (section 5.1) forbids; a damaged or binary file soon has one. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/u;

type Token = Parameters<Composer['compose']>[0] extends Iterable<infer T> ? T : never;

/** Reads `text`, which is rejected unread if it is longer than `maximumBytes`, and if it has too many tokens. */
export function readYaml(
  text: string,
  maximumBytes: number,
  maximumTokens: number = TOKENS_MAX,
): YamlReading {
  // A UTF-16 code unit is at least one byte of a file.
  if (text.length > maximumBytes) return refused(tooLarge(maximumBytes));
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden !== null) return refused(forbiddenCharacter(forbidden));
  const tokens = tokensOf(text, maximumTokens);
  if (!Array.isArray(tokens)) return refused(tokens);

  // The shapes find repeated keys; the parser's own search takes quadratic time.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false });
  const [first, second] = composer.compose(tokens, true, text.length);
  if (first === undefined) return refused(emptyDocument());
  const { problems, anchored } = inspect(first);
  if (second !== undefined) problems.push(secondDocument(second));
  if (problems.length > 0) return refused(...problems);
  if (expandedSize(first.contents, anchored) > maximumTokens) return refused(tooManyAliases(maximumTokens));
  const follow = ({ node, span }: NodeReference): YamlNode => view(node as Node | null, span, anchored);
  const root = follow({ node: first.contents, span: [0, 0] });
  return root.kind === 'nothing' ? refused(emptyDocument()) : { ok: true, tree: { root, follow } };
}

function refused(...problems: readonly Problem[]): YamlReading {
  return { ok: false, problems };
}

/** Returns the concrete syntax of `text`, or the problem that ended the reading early. */
function tokensOf(text: string, maximumTokens: number): Token[] | Problem {
  const parser = new Parser();
  const tokens: Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    lexemes++;
    if (parser.stack.length > NESTING_MAX) return tooDeep(parser.offset);
    if (lexemes > maximumTokens) return tooMany(parser.offset, maximumTokens);
  }
  tokens.push(...parser.end());
  return tokens;
}

/** Finds the problems that make the tree unusable, and the node that each alias refers to. */
function inspect(parsed: Document): { problems: Problem[]; anchored: ReadonlyMap<Node, Node> } {
  const problems: Problem[] = [];
  const complaints = [...parsed.errors, ...parsed.warnings].slice(0, SYNTAX_PROBLEMS_MAX);
  for (const { code, message, pos } of complaints) problems.push(syntaxProblem(code, message, pos));
  const anchors = new Map<string, Node>();
  const anchored = new Map<Node, Node>();
  visit(parsed, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (node.tag !== undefined && parsed.warnings.length === 0)
        problems.push(tagged(node.tag, spanOf(node)));
    },
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target === undefined) problems.push(unknownAlias(alias.source, spanOf(alias)));
      else anchored.set(alias, target);
    },
  });
  return { problems, anchored };
}

function view(given: Node | null, fallback: Span, anchored: ReadonlyMap<Node, Node>): YamlNode {
  const node = isAlias(given) ? anchored.get(given) : given;
  if (node === null || node === undefined) return { kind: 'nothing', span: fallback };
  const span = spanOf(node);
  if (isMap<Node, Node | null>(node)) {
    const entries = node.items.map(({ key, value }) => {
      const keySpan = spanOf(key);
      return { key: keyText(key, anchored), keySpan, value: { node: value, span: keySpan } };
    });
    return { kind: 'mapping', span, entries };
  }
  if (isSeq<Node | null>(node)) {
    return {
      kind: 'list',
      span,
      items: node.items.map((item) => ({ node: item, span: item === null ? span : spanOf(item) })),
    };
  }
  const value = isScalar(node) ? node.value : null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', span, value };
  }
  return { kind: 'nothing', span: fallback };
}

function keyText(key: Node, anchored: ReadonlyMap<Node, Node>): string | undefined {
  const node = isAlias(key) ? anchored.get(key) : key;
  return isScalar<string | number | boolean | null>(node) ? String(node.value ?? '') : undefined;
}

function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return [start, end];
}

function tooLarge(maximumBytes: number): Problem {
  const limit = maximumBytes % 1024 === 0 ? `${maximumBytes / 1024} KiB` : `${maximumBytes} bytes`;
  return {
    code: 'file-too-large',
    span: [0, 0],
    path: '',
    message: `The file is larger than ${limit}, so it was not read.`,
    help: 'Files of this kind are written by hand and short; is this the right one?',
  };
}

function forbiddenCharacter({ index, 0: character }: RegExpExecArray): Problem {
  const span: Span = [index, index + 1];
  if (character === '\ufffd') {
    const message = 'This is not UTF-8 text.';
    return { code: 'not-utf8', span, path: '', message, help: 'Save the file as UTF-8.' };
  }
  const hex = character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
  return {
    code: 'control-character',
    span,
    path: '',
    message: `A YAML file cannot contain the control character U+${hex}.`,
    help: 'Remove it, or save the file as plain UTF-8 text.',
  };
}

function emptyDocument(): Problem {
  return {
    code: 'empty-file',
    span: [0, 0],
    path: '',
    message: 'The file is empty.',
    help: 'It must contain keys and values.',
  };
}

function tooDeep(offset: number): Problem {
  return {
    code: 'nested-too-deeply',
    span: [offset, offset + 1],
    path: '',
    message: `Mappings and lists are nested more than ${NESTING_MAX / 2} deep here.`,
    help: 'A file of this kind needs only a few levels.',
  };
}

function tooMany(offset: number, maximumTokens: number): Problem {
  return {
    code: 'file-too-large',
    span: [offset, offset + 1],
    path: '',
    message: `The file has more than ${maximumTokens} tokens, so the rest was not read.`,
    help: 'Files of this kind are written by hand and short; is this the right one?',
  };
}

function tooManyAliases(most: number): Problem {
  return {
    code: 'file-too-large',
    span: [0, 0],
    path: '',
    message: `With its aliases written out, the file has more than ${most} values.`,
    help: 'Repeat smaller parts, or repeat them less often; no value may hold an alias of itself.',
  };
}

function secondDocument(second: Document): Problem {
  const start = second.range?.[0] ?? 0;
  return {
    code: 'multiple-documents',
    span: [start, start + 1],
    path: '',
    message: 'A second document begins here; a file holds one.',
    help: 'Remove the line `---`, or move the second document to its own file.',
  };
}

function unknownAlias(name: string, span: Span): Problem {
  return {
    code: 'unknown-alias',
    span,
    path: '',
    message: `There is no anchor ${quoted(name)} before this alias.`,
    help: `Put &${name} in front of the value that *${name} repeats, or write the value out.`,
  };
}

function tagged(tag: string, span: Span): Problem {
  return {
    code: 'tag',
    span,
    path: '',
    message: `The tag ${quoted(tag)} is not allowed in this file.`,
    help: 'Write the value without a tag.',
  };
}

function syntaxProblem(code: string, message: string, [start, end]: readonly [number, number]): Problem {
  const problem = { span: [start, Math.max(end, start + 1)] as const, path: '' };
  if (code === 'TAB_AS_INDENT') {
    const sentence = 'YAML does not allow tabs as indentation.';
    return { ...problem, code: 'tab-indentation', message: sentence, help: 'Indent with spaces.' };
  }
  if (code === 'TAG_RESOLVE_FAILED') {
    return { ...problem, code: 'tag', message: `${message}.`, help: 'Write the value without a tag.' };
  }
  return {
    ...problem,
    code: 'yaml-syntax',
    message: `This is not valid YAML: ${message.replace(/\.$/, '')}.`,
    help: 'Write one `key: value` per line, and indent the keys of a mapping equally with spaces.',
  };
}
