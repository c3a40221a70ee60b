/**
 * Which operating system begins a connection like this: the file `pf.os` of OpenBSD's pf, which Honeyd reads, too. A line is
 * `window:ttl:df:size:options:class:version:subtype:details`; the first line that fits counts.
 */

/** What a SYN shows of its sender. */
export interface SynTraits {
  readonly window: number;
  /** As it arrived. */
  readonly timeToLive: number;
  readonly dontFragment: boolean;
  /** Octets of the packet, IP header included. */
  readonly lengthBytes: number;
  /** 0: the option is missing. */
  readonly mssBytes: number;
  /** In their order: `N`, `S`, `T` or `T0`, `M1460`, `W7`. */
  readonly options: readonly string[];
}

/** A file of fingerprints in the format of OpenBSD's pf.os. */
export interface PfOsFingerprints {
  readonly signatures: readonly SynSignature[];
  /** Numbers of lines that say nothing understandable, counted from 1. */
  readonly strangeLines: readonly number[];
}

export interface SynSignature {
  readonly window: Rule & { readonly of: 'octets' | 'mss' | 'mtu' };
  readonly timeToLive: number;
  readonly dontFragment: boolean;
  readonly length: Rule;
  readonly options: readonly OptionRule[];
  /** Class, version and subtype, as `Linux 2.4 .18-21`. */
  readonly system: string;
}

/** A number, any number, or any multiple of one. */
interface Rule {
  readonly kind: 'is' | 'any' | 'multiple';
  readonly value: number;
}

interface OptionRule {
  readonly name: string;
  /** Of `M` and `W`. */
  readonly rule: Rule | null;
}

/** A packet has passed at most so many routers. */
const HOPS_MAX = 40;
const HEADERS_BYTES = 40;
/** Senders whose MSS was lowered on the way still choose their window by that of Ethernet. */
const USUAL_MSS_BYTES = 1460;
const LINE = /^([^:]+):(\d+):([01]):([^:]+):([^:]+):([^:]*):([^:]*):([^:]*):/;
const OPTION = /^(?:N|S|T0?|\.|([MW])(.+))$/;

/** Returns the signatures of a text; it never throws. */
export function parsePfOs(text: string): PfOsFingerprints {
  const signatures: SynSignature[] = [];
  const strangeLines: number[] = [];
  text.split('\n').forEach((line, index) => {
    const content = line.replace(/#.*/, '').trim();
    if (content === '') return;
    const signature = signatureOf(content);
    if (signature === undefined) strangeLines.push(index + 1);
    else signatures.push(signature);
  });
  return { signatures, strangeLines };
}

/** Returns the system that begins connections like this, or null. */
export function systemOf(traits: SynTraits, signatures: readonly SynSignature[]): string | null {
  return signatures.find((signature) => fits(traits, signature))?.system ?? null;
}

function signatureOf(line: string): SynSignature | undefined {
  const fields = LINE.exec(line)
    ?.slice(1)
    .map((field) => field.trim());
  if (fields === undefined) return undefined;
  const [windowText = '', ttl = '', df, lengthText = '', optionText = '', genre = '', version, subtype] =
    fields;
  const unit = windowText[0];
  const of = unit === 'S' ? 'mss' : unit === 'T' ? 'mtu' : 'octets';
  const window = ruleOf(of === 'octets' ? windowText : windowText.slice(1));
  const length = ruleOf(lengthText);
  const options = optionsOf(optionText);
  if (window === undefined || length === undefined || options === undefined) return undefined;
  return {
    window: { ...window, of },
    timeToLive: Number(ttl),
    dontFragment: df === '1',
    length,
    options,
    // Marks of approximate matches and of stacks in user space.
    system: [genre.replace(/^[-@*]+/, ''), version, subtype].filter(Boolean).join(' '),
  };
}

function optionsOf(text: string): readonly OptionRule[] | undefined {
  const rules: OptionRule[] = [];
  for (const word of text.split(/[\s,]+/)) {
    const parts = OPTION.exec(word);
    if (parts === null) return undefined;
    if (word === '.') continue;
    const [, name, value] = parts;
    const rule = value === undefined ? null : ruleOf(value);
    if (rule === undefined) return undefined;
    rules.push({ name: name ?? word, rule });
  }
  return rules;
}

function ruleOf(text: string): Rule | undefined {
  if (text === '*') return { kind: 'any', value: 0 };
  const parts = /^(%?)(\d+)$/.exec(text);
  if (parts === null) return undefined;
  const value = Number(parts[2]);
  if (parts[1] === '') return { kind: 'is', value };
  return value === 0 ? undefined : { kind: 'multiple', value };
}

function obeys(value: number, { kind, value: wanted }: Rule): boolean {
  if (kind === 'any') return true;
  return kind === 'is' ? value === wanted : value % wanted === 0;
}

function fits(
  traits: SynTraits,
  { window, timeToLive, dontFragment, length, options }: SynSignature,
): boolean {
  const hops = timeToLive - traits.timeToLive;
  return (
    hops >= 0 &&
    hops <= HOPS_MAX &&
    traits.dontFragment === dontFragment &&
    obeys(traits.lengthBytes, length) &&
    traits.options.length === options.length &&
    options.every((rule, i) => fitsOption(traits.options[i]!, rule)) &&
    fitsWindow(traits, window)
  );
}

function fitsOption(option: string, { name, rule }: OptionRule): boolean {
  return rule === null ? option === name : option[0] === name && obeys(Number(option.slice(1)), rule);
}

function fitsWindow({ window, mssBytes }: SynTraits, rule: SynSignature['window']): boolean {
  if (rule.of === 'octets') return obeys(window, rule);
  const headers = rule.of === 'mtu' ? HEADERS_BYTES : 0;
  return [mssBytes, USUAL_MSS_BYTES].some((mss) => {
    const unit = mss + headers;
    return mss > 0 && window % unit === 0 && obeys(window / unit, rule);
  });
}
