/**
 * Which system begins or accepts a connection like this, by the file `p0f.fp` of p0f 3 (its README, section 5). A specific
 * signature comes before a generic one, and both before one that fits but for what routers change on the way.
 */
import { formatQuirks, quirkBits, quirksOf, type TcpTraits } from './tcp-traits.ts';

/** A signature of p0f with the label above it. */
export interface P0fSignature {
  /** Name and flavor, as `Linux 3.11 and newer`. */
  readonly system: string;
  /** Considered only where no specific signature fits. */
  readonly isGeneric: boolean;
  readonly timeToLive: number;
  /** The time to live is drawn, up to `timeToLive`. */
  readonly isTimeToLiveDrawn: boolean;
  readonly ipOptionsBytes: number;
  /** Null: any; so for the shift and the payload. */
  readonly mssBytes: number | null;
  readonly window: WindowRule;
  readonly windowScale: number | null;
  readonly layout: string;
  readonly quirks: number;
  readonly hasPayload: boolean | null;
}

type WindowRule =
  | { readonly kind: 'any' }
  | { readonly kind: 'is' | 'multiple' | 'mss' | 'mtu'; readonly value: number };

/** A file of signatures in the format of p0f 3. */
export interface P0fFingerprints {
  /** Of SYNs. */
  readonly requests: readonly P0fSignature[];
  /** Of SYN/ACKs. */
  readonly responses: readonly P0fSignature[];
  /** Numbers of lines that say nothing understandable, counted from 1. */
  readonly strangeLines: readonly number[];
}

/** What a segment was recognized by. */
export interface P0fMatch {
  readonly system: string;
  readonly isGeneric: boolean;
  /** It fits but for flags that routers change, or is farther away than packets come from. */
  readonly isFuzzy: boolean;
}

/** A packet has passed at most so many routers. */
const HOPS_MAX = 35;
const TCP_IP_HEADERS_BYTES = 40;
const ETHERNET_MTU_BYTES = 1500;
const TIMESTAMPS_BYTES = 12;
const MSS_MIN = 100;
/** What may be missing and what may be added in a fuzzy match. */
const MAY_BE_MISSING = quirkBits('df', 'id+');
const MAY_BE_ADDED = quirkBits('id-', 'ecn');
/** What only IPv6 has. */
const IPV6_QUIRKS = quirkBits('flow');

/** Returns whether a text is a file of p0f 3. */
export function isP0f(text: string): boolean {
  return /^\[tcp:re(?:quest|sponse)\]/m.test(text);
}

/** Returns the signatures of SYNs and SYN/ACKs over IPv4 in a text; it never throws. */
export function parseP0f(text: string): P0fFingerprints {
  const found = { requests: [] as P0fSignature[], responses: [] as P0fSignature[] };
  const strangeLines: number[] = [];
  let into: P0fSignature[] | null = null;
  let label: Label | null = null;
  text.split('\n').forEach((line, index) => {
    const content = line.trim();
    if (content === '' || content.startsWith(';')) return;
    if (content.startsWith('[')) {
      into =
        content === '[tcp:request]' ? found.requests : content === '[tcp:response]' ? found.responses : null;
      label = null;
      return;
    }
    if (into === null) return;
    const [, key, value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(content) ?? [];
    if (key === 'label') label = labelOf(value);
    const signature = key === 'sig' && label !== null ? signatureOf(value, label) : undefined;
    const isUnderstood = key === 'sys' || (key === 'label' && label !== null) || signature !== undefined;
    if (!isUnderstood) strangeLines.push(index + 1);
    if (signature !== undefined && signature !== null) into.push(signature);
  });
  return { ...found, strangeLines };
}

interface Label {
  readonly system: string;
  readonly isGeneric: boolean;
}

function labelOf(text: string): Label | null {
  const [type, , name, ...flavor] = text.split(':').map((field) => field.trim());
  if ((type !== 's' && type !== 'g') || name === undefined) return null;
  return { system: [name, flavor.join(':')].filter(Boolean).join(' '), isGeneric: type === 'g' };
}

const SIGNATURE =
  /^([46*]):(\d{1,3})(-?)(?:\+\d+)?:(\d{1,2}):(\*|\d{1,5}):([^,:]+),(\*|\d{1,3}):([^:]*):([^:]*):([0+*])$/;
const LAYOUT = /^(?:(?:mss|nop|ws|sok|sack|ts|eol\+\d{1,2}|\?\d{1,3})(?:,|$))*$/;

/** Undefined: no signature; null: one of IPv6 alone. */
function signatureOf(text: string, label: Label): P0fSignature | null | undefined {
  const fields = SIGNATURE.exec(text);
  if (fields === null) return undefined;
  const [, version, ttl, drawn, olen, mss, wsize = '', scale, layout = '', quirkText = '', payload] = fields;
  const window = windowRuleOf(wsize);
  const quirks = quirksOf(quirkText);
  if (window === undefined || quirks === undefined || !LAYOUT.test(layout)) return undefined;
  if (version === '6') return null;
  return {
    ...label,
    timeToLive: Number(ttl),
    isTimeToLiveDrawn: drawn === '-',
    ipOptionsBytes: Number(olen),
    mssBytes: mss === '*' ? null : Number(mss),
    window,
    windowScale: scale === '*' ? null : Number(scale),
    layout,
    quirks: quirks & ~IPV6_QUIRKS,
    hasPayload: payload === '*' ? null : payload === '+',
  };
}

function windowRuleOf(text: string): WindowRule | undefined {
  if (text === '*') return { kind: 'any' };
  const [, unit, digits] = /^(%|mss\*|mtu\*)?(\d{1,5})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (unit === undefined) return { kind: 'is', value };
  if (value === 0) return undefined;
  return { kind: unit === '%' ? 'multiple' : unit === 'mss*' ? 'mss' : 'mtu', value };
}

/**
 * Returns what is recognized, null where nothing is. `peerMssBytes` is the MSS of the SYN that a SYN/ACK answers; 0: of a SYN
 * itself.
 */
export function p0fMatch(
  traits: TcpTraits,
  signatures: readonly P0fSignature[],
  peerMssBytes = 0,
): P0fMatch | null {
  const multiple = windowMultiple(traits, peerMssBytes);
  let generic: P0fSignature | null = null;
  let fuzzy: P0fSignature | null = null;
  for (const signature of signatures) {
    const fit = fitOf(traits, signature, multiple);
    if (fit === 'exact') {
      if (!signature.isGeneric) return { system: signature.system, isGeneric: false, isFuzzy: false };
      generic ??= signature;
    } else if (fit === 'fuzzy') fuzzy ??= signature;
  }
  const best = generic ?? fuzzy;
  if (best === null) return null;
  return { system: best.system, isGeneric: best.isGeneric, isFuzzy: generic === null };
}

function fitOf(
  traits: TcpTraits,
  signature: P0fSignature,
  multiple: WindowMultiple | null,
): 'exact' | 'fuzzy' | null {
  if (signature.layout !== traits.layout || signature.ipOptionsBytes !== traits.ipOptionsBytes) return null;
  const missing = signature.quirks & ~traits.quirks;
  const added = traits.quirks & ~signature.quirks;
  if ((missing & ~MAY_BE_MISSING) !== 0 || (added & ~MAY_BE_ADDED) !== 0) return null;
  const hops = signature.timeToLive - traits.timeToLive;
  if (signature.isTimeToLiveDrawn && hops < 0) return null;
  const { mssBytes, windowScale, hasPayload } = signature;
  if (mssBytes !== null && mssBytes !== traits.mssBytes) return null;
  if (windowScale !== null && windowScale !== traits.windowScale) return null;
  if (hasPayload !== null && hasPayload !== traits.hasPayload) return null;
  if (!fitsWindow(traits.window, signature.window, multiple)) return null;
  const isFar = !signature.isTimeToLiveDrawn && (hops < 0 || hops > HOPS_MAX);
  return missing !== 0 || added !== 0 || isFar ? 'fuzzy' : 'exact';
}

function fitsWindow(window: number, rule: WindowRule, multiple: WindowMultiple | null): boolean {
  if (rule.kind === 'any') return true;
  if (rule.kind === 'is') return window === rule.value;
  if (rule.kind === 'multiple') return window % rule.value === 0;
  return multiple !== null && multiple.unit === rule.kind && multiple.count === rule.value;
}

interface WindowMultiple {
  readonly unit: 'mss' | 'mtu';
  readonly count: number;
}

/** A window as a multiple of the MSS or the MTU, of either side, with timestamps or without; null where it is none. */
function windowMultiple(
  { window, mssBytes, timestamp, headersBytes }: TcpTraits,
  peerMssBytes: number,
): WindowMultiple | null {
  if (window === 0 || mssBytes < MSS_MIN) return null;
  const usual = ETHERNET_MTU_BYTES - TCP_IP_HEADERS_BYTES;
  const hasTimestamp = timestamp !== null && timestamp !== 0;
  const candidates: (readonly ['mss' | 'mtu', number])[] = [
    ['mss', mssBytes],
    ['mss', hasTimestamp ? mssBytes - TIMESTAMPS_BYTES : 0],
    ['mss', usual],
    ['mss', usual - TIMESTAMPS_BYTES],
    ['mtu', mssBytes + TCP_IP_HEADERS_BYTES],
    ['mtu', mssBytes + headersBytes],
    ['mtu', ETHERNET_MTU_BYTES],
    ['mss', peerMssBytes],
    ['mss', peerMssBytes - TIMESTAMPS_BYTES],
  ];
  for (const [unit, size] of candidates)
    if (size > 0 && window % size === 0) return { unit, count: window / size };
  return null;
}

/** Times to live that systems begin with. */
const BEGINNINGS = [32, 64, 128, 255];

/** Returns the segment as p0f writes it: `4:63+1:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0`. */
export function formatP0f(traits: TcpTraits, peerMssBytes = 0): string {
  const { timeToLive, ipOptionsBytes, mssBytes, window, windowScale, layout, quirks, hasPayload } = traits;
  const first = BEGINNINGS.find((beginning) => timeToLive <= beginning) ?? timeToLive;
  const hops = first - timeToLive;
  const multiple = windowMultiple(traits, peerMssBytes);
  const size = multiple === null ? `${window}` : `${multiple.unit}*${multiple.count}`;
  return [
    4,
    `${timeToLive}+${hops > HOPS_MAX ? '?' : hops}`,
    ipOptionsBytes,
    mssBytes,
    `${size},${windowScale}`,
    layout,
    formatQuirks(quirks),
    hasPayload ? '+' : '0',
  ].join(':');
}
