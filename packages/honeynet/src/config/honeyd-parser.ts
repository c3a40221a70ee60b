/**
 * Reads `honeyd.conf` as it is: every statement of Honeyd's grammar, in both spellings (`block`/`filtered`,
 * `reset`/`closed`). All problems are reported at once: after a statement that cannot be read, reading goes on at the next
 * one. What differs from Honeyd: docs/honeynet.md#where-honeydconf-means-something-else-here. Files are
 * asked for through `readInclude`, so this folder touches no disk.
 */
import { type Diagnostic, formatIpv4, nearest, type Parsed } from '@wormwood/base';
import { formatIpv6Prefix, parseIpv6Prefix } from '@wormwood/wire';
import type { Honeynet, PortAction } from '../model.ts';
import { readAction, readCondition, readPortNumber, startsCondition } from './honeyd-action.ts';
import { KEYWORDS, lexHoneydConfiguration, type Token } from './honeyd-lexer.ts';
import { readRoute } from './honeyd-route.ts';
import { readEthernet, readSet } from './honeyd-set.ts';
import {
  type AddressRange,
  emptyTemplate,
  HoneynetBuilder,
  isNobodysPrefix,
  nobodysAddress,
  type TemplateDraft,
} from './honeynet-builder.ts';
import { partOf, type Places } from './places.ts';
import { StatementFault, TokenReader } from './token-reader.ts';

export interface ConfigurationSource {
  readonly text: string;
  /** Name to show in diagnostics. */
  readonly file: string;
  /** The text of a file named by `include`, or why it cannot be read. */
  readInclude(name: string): Parsed<string>;
}

export interface ConfigurationResult {
  /** What could be read; to be used only when no diagnostic is an error. */
  readonly honeynet: Honeynet;
  readonly diagnostics: readonly Diagnostic[];
  /** Where what was read stands in the text. */
  readonly places: Places;
}

type Statement = (context: ParserContext) => void;

interface ParserContext {
  readonly reader: TokenReader;
  readonly builder: HoneynetBuilder;
  readonly source: ConfigurationSource;
  includes: number;
  deletions: number;
}

/** Stands for the ten levels that Honeyd allows; counted over all files, which also ends a file that includes itself. */
const INCLUDES_MAX = 100;

/** Rules, subsystems and deletions beyond so many are a mistake, or meant to keep the reader busy. */
const ALIKE_MAX = 1000;
/** Templates that are named where one is not known. */
const NAMES_SHOWN = 8;

const STATEMENTS: Readonly<Record<string, Statement>> = {
  create: readCreate,
  dynamic: readDynamic,
  delete: readDelete,
  add: readAdd,
  broadcast: readBroadcast,
  bind: readBind,
  clone: readClone,
  dhcp: readDhcp,
  set: ({ reader, builder }) => readSet(reader, (what) => expectTemplate(reader, builder, what)),
  annotate: readAnnotate,
  route: ({ reader, builder }) => readRoute(reader, builder),
  option: readOption,
  include: readIncludeStatement,
};

/** Returns the honeynet that a `honeyd.conf` describes and everything that is wrong or doubtful about it. */
export function parseHoneydConfiguration(source: ConfigurationSource): ConfigurationResult {
  const reader = new TokenReader(lexHoneydConfiguration(source.text, source.file));
  const context: ParserContext = {
    reader,
    builder: new HoneynetBuilder(),
    source,
    includes: 0,
    deletions: 0,
  };
  while (reader.peek().kind !== 'end') {
    try {
      readStatement(context);
    } catch (fault) {
      if (!(fault instanceof StatementFault)) throw fault;
      skipToNextStatement(reader);
    }
  }
  return {
    honeynet: context.builder.build(),
    diagnostics: reader.diagnostics,
    places: reader.places,
  };
}

function readStatement(context: ParserContext): void {
  const token = context.reader.take();
  const statement =
    token.kind === 'word' && Object.hasOwn(STATEMENTS, token.text) ? STATEMENTS[token.text] : undefined;
  if (statement !== undefined) return statement(context);
  if (token.kind === 'word' && (token.text === 'list' || token.text === 'debug')) {
    context.reader.fault(
      token,
      'console-statement',
      `"${token.text}" is a command of the console.`,
      'Remove it from the file.',
    );
  }
  const words = Object.keys(STATEMENTS);
  const meant = nearest(token.text, words);
  const help = `${meant === undefined ? '' : `Did you mean "${meant}"? `}Statements: ${words.join(', ')}.`;
  const message =
    token.kind === 'unknown'
      ? `"${token.text}" is not a word of the language.`
      : `"${token.text}" begins no statement.`;
  context.reader.fault(token, 'unknown-statement', message, help);
}

/** A statement word at the start of a line is taken for the next statement. */
function skipToNextStatement(reader: TokenReader): void {
  for (let token = reader.peek(); token.kind !== 'end'; token = reader.peek()) {
    if (token.startsLine) return;
    reader.take();
  }
}

function readCreate({ reader, builder }: ParserContext): void {
  const name = expectFreeName(reader, builder, 'create');
  builder.templates.set(name, emptyTemplate(name));
}

function readDynamic({ reader, builder }: ParserContext): void {
  const name = expectFreeName(reader, builder, 'dynamic');
  builder.templates.set(name, { ...emptyTemplate(name), dynamic: [] });
}

function readClone({ reader, builder }: ParserContext): void {
  const name = expectFreeName(reader, builder, 'clone');
  const original = expectTemplate(reader, builder, 'the template to clone');
  builder.templates.set(name, { ...original, name });
}

function readDelete(context: ParserContext): void {
  const { reader, builder } = context;
  const template = expectTemplate(reader, builder, 'the template to delete');
  const at = reader.peek();
  if (!isWord(at, 'tcp') && !isWord(at, 'udp')) {
    forbidMore(reader, at, 'templates are deleted', ++context.deletions - 1);
    return builder.deleteTemplate(template.name);
  }
  const protocol = reader.expectWord(['tcp', 'udp'], 'a protocol');
  reader.expectWord(['port'], 'port');
  const port = readPortNumber(reader, 'A port');
  if (!builder.deletePort(template, protocol, port)) {
    reader.note(
      'error',
      at,
      'no-such-port',
      `Template "${template.name}" has no ${protocol} port ${port}.`,
      '',
    );
  }
}

function readAdd({ reader, builder }: ParserContext): void {
  const named = reader.peek();
  const template = expectTemplate(reader, builder, 'a template');
  if (reader.accept('subsystem')) return readSubsystem(reader, template);
  if (reader.accept('use')) {
    const used = expectOrdinaryTemplate(reader, builder);
    reader.expectWord(['if'], 'if');
    return addRule(reader, named, template, () => builder.addRule(template, readCondition(reader), used));
  }
  if (reader.accept('otherwise')) {
    reader.expectWord(['use'], 'use');
    const used = expectOrdinaryTemplate(reader, builder);
    return addRule(reader, named, template, () => builder.addRule(template, { kind: 'otherwise' }, used));
  }
  const at = reader.peek();
  const protocol = reader.expectWord(
    ['tcp', 'udp', 'subsystem', 'use', 'otherwise'],
    'tcp, udp, subsystem, use or otherwise',
  );
  reader.expectWord(['port'], 'port');
  const port = readPortNumber(reader, 'A port');
  const replaced = builder.setPort(template, {
    protocol: protocol as 'tcp' | 'udp',
    port,
    action: readAction(reader),
  });
  if (replaced) {
    const help = 'The last definition holds; Honeyd kept the first.';
    reader.note(
      'warning',
      at,
      'port-defined-twice',
      `The ${protocol} port ${port} of "${template.name}" was defined before.`,
      help,
    );
  }
}

function addRule(reader: TokenReader, named: Token, template: TemplateDraft, add: () => void): void {
  if (template.dynamic === null) {
    const help = `Create it with: dynamic ${template.name}.`;
    reader.fault(named, 'not-dynamic', `Template "${template.name}" is not dynamic.`, help);
  }
  forbidMore(reader, named, 'rules stand in one dynamic template', template.dynamic.length);
  add();
}

/** Holds back statements of which each looks at all those before: `what` completes "More than 1000 …". */
function forbidMore(reader: TokenReader, at: Token, what: string, count: number): void {
  if (count >= ALIKE_MAX) reader.fault(at, 'too-many', `More than ${ALIKE_MAX} ${what}.`, '');
}

function readSubsystem(reader: TokenReader, template: TemplateDraft): void {
  const command = reader.expectQuoted('a command').text;
  let shared = false;
  let restart = false;
  while (isWord(reader.peek(), 'shared') || isWord(reader.peek(), 'restart')) {
    if (reader.take().text === 'shared') shared = true;
    else restart = true;
  }
  forbidMore(reader, reader.peek(), 'subsystems stand in one template', template.subsystems.length);
  template.subsystems = [...template.subsystems, { command, shared, restart }];
}

function readBroadcast({ reader, builder }: ParserContext): void {
  const template = expectTemplate(reader, builder, 'a template').name;
  reader.expectWord(['srcport'], 'srcport');
  const sourcePort = readPortNumber(reader, 'A source port');
  reader.expectWord(['dstport'], 'dstport');
  const destinationPort = readPortNumber(reader, 'A destination port');
  reader.expectWord(['time'], 'time');
  const everySeconds = reader.expectNumber('The time between broadcasts', { min: 1, max: 1e9, whole: true });
  const action: PortAction = readAction(reader);
  builder.broadcasts.push({ template, sourcePort, destinationPort, everySeconds, action });
}

function readBind({ reader, builder }: ParserContext): void {
  if (startsCondition(reader)) {
    const condition = readCondition(reader);
    const at = reader.peek();
    const address = reader.expectAddress('The address to bind');
    if (nobodysAddress(address, address) !== null) {
      rejectNobodys(reader, at, address, address);
      return void expectOrdinaryTemplate(reader, builder);
    }
    const rules = builder.templates.get(formatIpv4(address))?.dynamic ?? [];
    forbidMore(reader, reader.peek(), 'rules bind one address', rules.length);
    return builder.bindWhen(address, condition, expectOrdinaryTemplate(reader, builder));
  }
  const at = reader.peek();
  if (at.kind === 'ipv6') return readBindIpv6(reader, builder);
  // Networks and ranges are beyond Honeyd's grammar, where each address takes a line.
  const { first, last, isNetwork } = readAddresses(reader);
  const isNobodys = nobodysAddress(first, last) !== null;
  if (isNobodys) rejectNobodys(reader, at, first, last);
  if (first === last && reader.accept('to')) {
    const name = reader.take();
    if (name.kind !== 'word')
      reader.fault(
        name,
        'interface-expected',
        `"${name.text}" is not an interface.`,
        'Write bind ADDRESS to eth0.',
      );
    if (!isNobodys) builder.externals.push({ address: first, interfaceName: name.text });
    return;
  }
  const template = expectTemplate(reader, builder, 'a template');
  reader.places.note(partOf.binding(first, last), at);
  if (isNobodys) return;
  if (!builder.bind({ first, last, isNetwork }, template)) {
    reader.note(
      'error',
      at,
      'bound-twice',
      `${at.text} is bound already.`,
      'Delete the first binding, or this one.',
    );
  }
}

/** Prefixes and addresses of IPv6 are beyond Honeyd's grammar, too. */
function readBindIpv6(reader: TokenReader, builder: HoneynetBuilder): void {
  const at = reader.peek();
  const prefix = reader.expectIpv6Prefix();
  const isNobodys = isNobodysPrefix(prefix);
  if (isNobodys)
    reader.note(
      'error',
      at,
      'address-of-nobody',
      `No host can have an address of ${at.text}.`,
      'Hosts have addresses such as 2001:db8:1::5; a whole link is 2001:db8:1::/64.',
    );
  const template = expectTemplate(reader, builder, 'a template');
  reader.places.note(partOf.ipv6Binding(prefix), at);
  if (!isNobodys && !builder.bindIpv6(prefix, template))
    reader.note(
      'error',
      at,
      'bound-twice',
      `${at.text} is bound already.`,
      'Delete the first binding, or this one.',
    );
}

/** Addresses that no host has: this network, loopback, groups and beyond (RFC 1122 3.2.1.3). */
function rejectNobodys(reader: TokenReader, at: Token, first: number, last: number): void {
  const nobodys = nobodysAddress(first, last);
  if (nobodys === null) return;
  reader.note(
    'error',
    at,
    'address-of-nobody',
    `No host can have ${formatIpv4(nobodys)}.`,
    'Hosts have addresses from 1.0.0.0 to 223.255.255.255, without 127.0.0.0/8.',
  );
}

function readAddresses(reader: TokenReader): AddressRange {
  if (reader.peek().kind === 'network') {
    const { address, prefixLength } = reader.expectNetwork('The network to bind');
    return { first: address, last: address + 2 ** (32 - prefixLength) - 1, isNetwork: prefixLength < 32 };
  }
  const first = reader.expectAddress('The address to bind');
  if (!reader.accept('-')) return { first, last: first, isNetwork: false };
  const at = reader.peek();
  const last = reader.expectAddress('The last address to bind');
  if (last < first)
    reader.fault(at, 'empty-range', `${formatIpv4(last)} lies before ${formatIpv4(first)}.`, '');
  return { first, last, isNetwork: false };
}

function readDhcp({ reader, builder }: ParserContext): void {
  const template = expectTemplate(reader, builder, 'a template');
  reader.expectWord(['on'], 'on');
  const name = reader.take();
  if (name.kind !== 'word')
    reader.fault(
      name,
      'interface-expected',
      `"${name.text}" is not an interface.`,
      'Write dhcp NAME on eth0.',
    );
  const ethernet = reader.accept('ethernet')
    ? readEthernet(reader, partOf.ethernet(`dhcp-${builder.dhcpClients.length + 1}`))
    : template.ethernet;
  if (ethernet === null) {
    const help = 'Add ethernet "vendor or address".';
    reader.fault(
      name,
      'dhcp-without-ethernet',
      `Template "${template.name}" has no Ethernet address to ask with.`,
      help,
    );
  }
  builder.addDhcpClient(template, ethernet, name.text);
}

function readAnnotate({ reader, builder }: ParserContext): void {
  const personality = reader.accept('random') ? 'random' : reader.expectQuoted('a personality').text;
  if (reader.accept('fragment')) {
    const policy = reader.expectWord(['drop', 'old', 'new'], 'a fragment policy');
    builder.annotations.push({ kind: 'fragments', personality, policy });
    return;
  }
  const allowed = !reader.accept('no');
  reader.expectWord(['finscan', 'fragment', 'no'], 'finscan, no finscan or fragment');
  builder.annotations.push({ kind: 'fin-scan', personality, allowed });
}

function readOption({ reader, builder }: ParserContext): void {
  const [plugin, key] = [reader.take(), reader.take()];
  for (const token of [plugin, key]) {
    if (token.kind !== 'word')
      reader.fault(
        token,
        'word-expected',
        `"${token.text}" is not a name.`,
        'Write option PLUGIN KEY VALUE.',
      );
  }
  const slash = reader.accept('/') ? '/' : '';
  const value = reader.take();
  if (value.kind !== 'word' && value.kind !== 'number' && value.kind !== 'quoted') {
    reader.fault(value, 'value-expected', `"${value.text}" is not a value.`, 'A number or a word.');
  }
  builder.options.push({ plugin: plugin.text, key: key.text, value: slash + value.text });
}

function readIncludeStatement(context: ParserContext): void {
  const { reader } = context;
  const name = reader.take();
  if (name.kind !== 'word' && name.kind !== 'quoted')
    reader.fault(name, 'file-expected', 'include needs a file name.', '');
  if (++context.includes > INCLUDES_MAX) {
    reader.fault(
      name,
      'too-many-includes',
      `More than ${INCLUDES_MAX} includes.`,
      'Does a file include itself?',
    );
  }
  const text = context.source.readInclude(name.text);
  if (!text.ok) return reader.fault(name, 'include-unreadable', text.reason, '');
  reader.include(lexHoneydConfiguration(text.value, name.text));
}

function expectFreeName(reader: TokenReader, builder: HoneynetBuilder, statement: string): string {
  const token = reader.peek();
  if (token.kind === 'quoted' || token.kind !== 'word') {
    reader.fault(
      token,
      'name-expected',
      token.kind === 'end'
        ? 'The file ends where a name is expected.'
        : `"${token.text}" cannot name a template.`,
      `Write ${statement} NAME; a name begins with a letter.`,
    );
  }
  const reserved = KEYWORDS.includes(token.text) && token.text !== 'default' && token.text !== 'template';
  if (reserved) {
    // It is made all the same, so that what follows is not wrong, too.
    const help = `Choose another name, such as ${token.text}-host.`;
    reader.note(
      'error',
      token,
      'keyword-as-name',
      `"${token.text}" is a word of the language and cannot name a template.`,
      help,
    );
  }
  if (builder.templates.has(token.text)) {
    reader.fault(token, 'template-exists', `Template "${token.text}" exists already.`, '');
  }
  return reader.take().text;
}

function* take(names: Iterable<string>, most: number): Iterable<string> {
  let taken = 0;
  for (const name of names) {
    if (taken++ === most) return;
    yield name;
  }
}

function expectTemplate(reader: TokenReader, builder: HoneynetBuilder, what: string): TemplateDraft {
  const token = reader.peek();
  const isStatement = reader.isAtLineEnd && Object.hasOwn(STATEMENTS, token.text);
  const isName = token.kind === 'word' || token.kind === 'address' || token.kind === 'ipv6';
  if (!isName || isStatement) {
    reader.fault(token, 'template-expected', reader.describe(token, what), 'Name a template.');
  }
  const template = builder.templates.get(nameIn(token));
  if (template === undefined) {
    const meant = reader.suggests ? nearest(token.text, builder.templates.keys()) : undefined;
    const known = Array.from(take(builder.templates.keys(), NAMES_SHOWN)).join(', ') || 'none yet';
    const help = meant === undefined ? `Templates so far: ${known}.` : `Did you mean "${meant}"?`;
    const message =
      token.kind === 'address' || token.kind === 'ipv6'
        ? `No template is bound to ${token.text}.`
        : `No template is called "${token.text}".`;
    return reader.fault(token, 'unknown-template', message, help);
  }
  reader.take();
  return template;
}

/** An IPv6 address can be written in many ways; its template has the name of one. */
function nameIn({ kind, text }: Token): string {
  const prefix = kind === 'ipv6' ? parseIpv6Prefix(text) : null;
  return prefix?.ok === true ? formatIpv6Prefix(prefix.value) : text;
}

/** A dynamic template stands for ordinary ones, so that no chain of them can lead back to itself. */
function expectOrdinaryTemplate(reader: TokenReader, builder: HoneynetBuilder): TemplateDraft {
  const token = reader.peek();
  const template = expectTemplate(reader, builder, 'the template to use');
  if (template.dynamic !== null) {
    const help = 'Add its rules here one by one.';
    reader.fault(token, 'dynamic-in-dynamic', `Template "${template.name}" is dynamic itself.`, help);
  }
  return template;
}

function isWord(token: Token, text: string): boolean {
  return token.kind === 'word' && token.text === text;
}
