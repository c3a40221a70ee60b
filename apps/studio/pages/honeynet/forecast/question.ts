/**
 * What `/forecast` asks, in the words of `wormwood sim forecast`: each option is a pair in the address, and only what was asked
 * otherwise than by default stands there.
 */
import {
  AddressSet,
  nearest,
  parseCidr,
  parseCount,
  type Parsed,
  parseDuration,
  parseFraction,
  parseSeed,
} from '@wormwood/base';
import { type ForecastOptions, PRICED, type Prices } from '@wormwood/study';

/** Options by their names, as a reader wrote them. */
export type Written = Readonly<Record<string, string>>;

export interface ForecastQuestion extends ForecastOptions {
  /** Ω: the addresses that the worm scans. */
  readonly addressSpaceSize: number;
  /** Where they lie; null where only their number is known. */
  readonly addresses: AddressSet | null;
}

/** What an address asks for, and what of it cannot be. */
export interface QuestionRead {
  readonly written: Written;
  readonly question: ForecastQuestion;
  readonly problem: string | null;
}

/** Runs of each measure, as the command has them. */
const DRAWS = 200;
const CONTACTS_MAX = 1000;
const LENGTH_MAX = 400;

type Part = Partial<ForecastQuestion>;

function mapped<T>(
  read: Parsed<T>,
  to: (value: T) => Part,
  refused?: (value: T) => string | null,
): Parsed<Part> {
  if (!read.ok) return read;
  const reason = refused?.(read.value) ?? null;
  return reason === null ? { ok: true, value: to(read.value) } : { ok: false, reason };
}

/** How each option is read. */
const READERS: Readonly<Record<string, (text: string) => Parsed<Part>>> = {
  space: readSpace,
  response: (text) => mapped(parseDuration(text), (response) => ({ response })),
  faster: (text) => mapped(parseDuration(text), (faster) => ({ faster })),
  contacts: (text) =>
    mapped(
      parseCount(text),
      (contacts) => ({ contacts }),
      (contacts) =>
        contacts >= 1 && contacts <= CONTACTS_MAX ? null : `Contacts are from 1 to ${CONTACTS_MAX}.`,
    ),
  more: (text) => mapped(parseCount(text), (more) => ({ more })),
  filter: (text) => mapped(parseFraction(text), (filter) => ({ filter })),
  horizon: (text) =>
    mapped(
      parseDuration(text),
      (horizon) => ({ horizon }),
      (horizon) => (horizon > 0 ? null : 'A horizon is a time such as 2h.'),
    ),
  seed: (text) => mapped(parseSeed(text), (seed) => ({ seed })),
  ...Object.fromEntries(PRICED.map((thing) => [`cost.${thing}`, (text: string) => readPrice(thing, text)])),
};

function readSpace(text: string): Parsed<Part> {
  const cidr = parseCidr(text);
  if (cidr.ok) {
    const addresses = AddressSet.fromCidrs([cidr.value]);
    return { ok: true, value: { addressSpaceSize: addresses.size, addresses } };
  }
  const count = parseCount(text);
  if (!count.ok || count.value < 2)
    return { ok: false, reason: 'A space is a number of addresses or a prefix, such as 2^32 or 10.0.0.0/8.' };
  return { ok: true, value: { addressSpaceSize: count.value, addresses: null } };
}

function readPrice(thing: (typeof PRICED)[number], text: string): Parsed<Part> {
  const price = Number(text);
  if (text.trim() === '' || !(Number.isFinite(price) && price >= 0))
    return { ok: false, reason: 'A price is a number such as 0.1.' };
  return { ok: true, value: { cost: { [thing]: price } } };
}

/** Returns the question of a query; where anything of it is wrong, the usual question with a sentence. */
export function readQuestion(query: string): QuestionRead {
  const refuse = (reason: string): QuestionRead => ({
    written: {},
    question: questionOf({}) as ForecastQuestion,
    problem: `The address asks for what cannot be; this is the usual forecast. ${reason}`,
  });
  const written = pairsOf(query);
  if (written === null) return refuse('It cannot be read.');
  const question = questionOf(written);
  return typeof question === 'string' ? refuse(question) : { written, question, problem: null };
}

/** Returns the question that options make; or, as a sentence, why they cannot be. */
export function questionOf(written: Written): ForecastQuestion | string {
  const parts: Part[] = [];
  for (const [key, text] of Object.entries(written)) {
    const reader = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
    if (reader === undefined) {
      const meant = nearest(key.slice(0, 60), Object.keys(READERS));
      return `There is no option of that name.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
    }
    const part = reader(text);
    if (!part.ok) return part.reason;
    parts.push(part.value);
  }
  const prices = parts.flatMap(({ cost }) => cost ?? []);
  return Object.assign(
    { addressSpaceSize: 2 ** 32, addresses: null, contacts: 1, filter: 0.5, draws: DRAWS, seed: '1' },
    ...parts,
    prices.length > 0 && { cost: Object.assign({}, ...prices) as Prices },
  ) as ForecastQuestion;
}

/** Returns the query that stands for options. */
export function queryOf(written: Written): string {
  return Object.entries(written)
    .map(
      ([key, value]) =>
        `${key}=${encodeURIComponent(value).replaceAll(/%(?:2F|5E|3A)/g, decodeURIComponent)}`,
    )
    .join('&');
}

/** Returns the command that makes the same forecast. */
export function commandOf(written: Written, eventsPath: string): string {
  const words = Object.entries(written).map(([key, value]) =>
    key.startsWith('cost.')
      ? `--cost ${shellWord(`${key.slice('cost.'.length)}=${value}`)}`
      : `--${key} ${shellWord(value)}`,
  );
  return ['wormwood sim forecast --events', shellWord(eventsPath), ...words].join(' ');
}

function shellWord(word: string): string {
  return /^[\w./:=@%+,^-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Returns the pairs of a query, decoded; null where it cannot be decoded, or has a key twice. */
function pairsOf(query: string): Written | null {
  if (query === '') return {};
  if (query.length > LENGTH_MAX) return null;
  const written = new Map<string, string>();
  for (const pair of query.split('&')) {
    const end = pair.indexOf('=');
    if (end < 1) return null;
    try {
      const key = decodeURIComponent(pair.slice(0, end));
      if (written.has(key)) return null;
      written.set(key, decodeURIComponent(pair.slice(end + 1)));
    } catch {
      return null;
    }
  }
  return Object.fromEntries(written);
}
