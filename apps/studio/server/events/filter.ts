/**
 * The filter of events, as people write it: `src_ip:192.0.2.0/24 dst_port:445 event:service.*`. Every term must hold. What a
 * term cannot be is said in a sentence.
 */
import { cidrSize, nearest, type Parsed } from '@wormwood/base';
import { type IpAddress, isIpv6Prefix, parseIpPrefix } from '@wormwood/wire';
import { PROTOCOL_NUMBERS } from './event-row.ts';

/** What all terms ask for; null or empty where none asks. */
export interface EventFilter {
  readonly source: AddressSpan | null;
  readonly destination: AddressSpan | null;
  readonly port: number | null;
  readonly protocol: number | null;
  /** A name, or the beginning of names with `*` behind. */
  readonly kind: string | null;
  readonly host: string | null;
}

/** Addresses from the first to the last, both of one version. */
export interface AddressSpan {
  readonly first: IpAddress;
  readonly last: IpAddress;
}

export const NO_FILTER: EventFilter = {
  source: null,
  destination: null,
  port: null,
  protocol: null,
  kind: null,
  host: null,
};

const KEYS = ['src_ip', 'dst_ip', 'dst_port', 'proto', 'event', 'host'] as const;
type Key = (typeof KEYS)[number];

const EXAMPLE = 'src_ip:192.0.2.0/24 dst_port:445 event:service.*';
const LENGTH_MAX = 400;
const PORT_MAX = 65_535;
const IPV6_BITS = 128;
const SHOWN_LENGTH_MAX = 40;

/** Reads a filter; an empty text asks for nothing and lets everything through. */
export function parseFilter(text: string): Parsed<EventFilter> {
  if (text.length > LENGTH_MAX) return refuse(`A filter has at most ${LENGTH_MAX} characters.`);
  let filter: EventFilter = { ...NO_FILTER };
  const seen = new Set<Key>();
  for (const term of text.split(/\s+/).filter((each) => each !== '')) {
    const colon = term.indexOf(':');
    const name = term.slice(0, Math.max(colon, 0));
    const key = KEYS.find((each) => each === name);
    if (key === undefined) return refuse(unknownTerm(term, name));
    if (seen.has(key)) return refuse(`The filter has ${key} twice; every term must hold, so name it once.`);
    seen.add(key);
    const read = fieldOf(key, term.slice(colon + 1));
    if (!read.ok) return read;
    filter = Object.assign(filter, read.value);
  }
  return { ok: true, value: filter };
}

function fieldOf(key: Key, value: string): Parsed<Partial<EventFilter>> {
  switch (key) {
    case 'src_ip':
    case 'dst_ip': {
      const span = spanOf(value);
      if (span === undefined)
        return refuse(
          `${key} takes an address or a prefix such as 192.0.2.0/24 or 2001:db8::/48, not "${shown(value)}".`,
        );
      return { ok: true, value: key === 'src_ip' ? { source: span } : { destination: span } };
    }
    case 'dst_port': {
      const port = Number(value);
      if (!/^[0-9]{1,5}$/.test(value) || port > PORT_MAX)
        return refuse(`dst_port takes a port from 0 to ${PORT_MAX}, not "${shown(value)}".`);
      return { ok: true, value: { port } };
    }
    case 'proto': {
      const protocol = PROTOCOL_NUMBERS.get(value);
      if (protocol === undefined) return refuse(`proto takes tcp, udp or icmp, not "${shown(value)}".`);
      return { ok: true, value: { protocol } };
    }
    case 'event':
      if (!/^[a-z][a-z0-9.-]{0,62}\*?$/.test(value))
        return refuse(
          `event takes a name such as flow.open, or a beginning such as service.*, not "${shown(value)}".`,
        );
      return { ok: true, value: { kind: value } };
    case 'host':
      if (value === '') return refuse('host takes the name of a template.');
      return { ok: true, value: { host: value } };
    default:
      throw key satisfies never;
  }
}

/** A bare address is a block of one. */
function spanOf(value: string): AddressSpan | undefined {
  const prefix = parseIpPrefix(value);
  if (!prefix.ok) return undefined;
  if (isIpv6Prefix(prefix.value)) {
    const { first, length } = prefix.value;
    return { first, last: first + (1n << BigInt(IPV6_BITS - length)) - 1n };
  }
  const { address, prefixLength } = prefix.value;
  return { first: address, last: address + cidrSize(prefixLength) - 1 };
}

function unknownTerm(term: string, name: string): string {
  const meant = nearest(name === '' ? term : name, KEYS);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `"${shown(term)}" is not a term of a filter; write ${KEYS.join(', ')} with a value, such as ${EXAMPLE}.${hint}`;
}

function shown(text: string): string {
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

function refuse(reason: string): Parsed<never> {
  return { ok: false, reason };
}
