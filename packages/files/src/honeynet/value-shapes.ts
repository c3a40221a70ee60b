/** Shapes of single values in `net.yaml` that a scenario does not need. */
import { formatCidr, formatIpv4, parseCidr, parseIpv4, type Parsed, quoted } from '@wormwood/base';
import { formatIpv6Prefix, type Ipv6Prefix, parseIpv6Prefix } from '@wormwood/wire';
import { scalar } from '../shape/scalar-shapes.ts';
import { nameOf, reportWrongType, type Shape } from '../shape/shape.ts';

/** The addresses from `first` to `last`, both included. */
export interface AddressSpan {
  readonly first: number;
  readonly last: number;
  /** Written as a prefix of several addresses. */
  readonly isNetwork: boolean;
}

/** The addresses of a binding: those of IPv6 as a prefix. */
export type BoundAddresses = AddressSpan | Ipv6Prefix;

const PORT_MAX = 65_535;
const BANDWIDTH_MAX = 1e18;
const BANDWIDTH = /^([0-9]+(?:\.[0-9]+)?)\s*(bps|Kbps|Mbps|Gbps)$/;
const BANDWIDTH_UNITS: Readonly<Record<string, number>> = { Gbps: 1e9, Mbps: 1e6, Kbps: 1e3, bps: 1 };
const MINUTES_PER_DAY = 1440;
const NO_CHILDREN: ReadonlyMap<string, Shape<unknown>> = new Map();

/** Returns the shape of any text, line ends included: commands, names of personalities. */
export function anyText(
  allowed: string,
  length: { readonly min: number; readonly max: number },
): Shape<string> {
  return {
    allowed,
    children: NO_CHILDREN,
    jsonSchema: { type: 'string', minLength: length.min, maxLength: length.max },
    write: (value) => value,
    read: (node, place, reader) => {
      if (node.kind !== 'scalar' || typeof node.value !== 'string')
        return reportWrongType(node, allowed, place, reader);
      const size = Array.from(node.value).length;
      if (size >= length.min && size <= length.max) return node.value;
      const message = `${nameOf(place)} has ${size} characters; ${length.min} to ${length.max} are allowed.`;
      reader.report({
        code: 'invalid-text',
        span: node.span,
        path: place.path,
        message,
        help: place.description,
      });
      return undefined;
    },
  };
}

/** Returns the shape of a value that may be absent, which is written `false`. */
export function orFalse<T>(shape: Shape<T>): Shape<T | null> {
  const allowed = `${shape.allowed}, or false for none`;
  return {
    allowed,
    children: shape.children,
    jsonSchema: { anyOf: [{ const: false }, shape.jsonSchema] },
    write: (value) => (value === null ? false : shape.write(value)),
    read: (node, place, reader) =>
      node.kind === 'scalar' && node.value === false ? null : shape.read(node, place, reader),
  };
}

/**
 * Returns the mapping `shape` written without the keys that have their default values, so that a file shows only what is
 * special.
 */
export function sparse<T>(shape: Shape<T>): Shape<T> {
  const properties = shape.jsonSchema['properties'] as Readonly<
    Record<string, { readonly default?: unknown }>
  >;
  return {
    ...shape,
    write: (value) =>
      Object.fromEntries(
        Object.entries(shape.write(value) as object).filter(
          ([key, written]) => JSON.stringify(written) !== JSON.stringify(properties[key]?.default),
        ),
      ),
  };
}

/** An address as a number. */
export const address: Shape<number> = scalar<number>({
  allowed: 'an IPv4 address such as 10.1.2.3',
  code: 'invalid-address',
  parse: (input) => parseIpv4(String(input)),
  write: formatIpv4,
  jsonSchema: { type: 'string', pattern: String.raw`^\s*[0-9]{1,3}(?:\.[0-9]{1,3}){3}\s*$` },
});

const SPAN_PATTERN = String.raw`^\s*[0-9]{1,3}(?:\.[0-9]{1,3}){3}\s*(?:/[0-9]{1,2}|-\s*[0-9]{1,3}(?:\.[0-9]{1,3}){3})?\s*$`;

/** An address, a prefix, or the first and last address of a range. */
export const addressSpan: Shape<AddressSpan> = scalar<AddressSpan>({
  allowed: 'an address, a prefix such as 10.1.0.0/16, or a range such as 10.1.0.1-10.1.0.9',
  code: 'invalid-addresses',
  parse: parseSpan,
  write: writeSpan,
  jsonSchema: {
    type: 'string',
    pattern: SPAN_PATTERN,
  },
});

/** The same, or an address or prefix of IPv6. */
export const boundAddresses: Shape<BoundAddresses> = scalar<BoundAddresses>({
  allowed: `${addressSpan.allowed}, or an IPv6 address or prefix such as 2001:db8:1::/64`,
  code: 'invalid-addresses',
  parse: (input) => (String(input).includes(':') ? parseIpv6Prefix(String(input)) : parseSpan(input)),
  write: (value) => ('length' in value ? formatIpv6Prefix(value) : writeSpan(value)),
  jsonSchema: {
    type: 'string',
    anyOf: [
      { pattern: SPAN_PATTERN },
      {
        pattern: String.raw`^\s*[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:[0-9.]{7,15})?(?:/[0-9]{1,3})?\s*$`,
      },
    ],
  },
});

function parseSpan(input: string | number): Parsed<AddressSpan> {
  const written = String(input).trim();
  const [from, to] = written.split('-', 2);
  if (to === undefined) {
    const block = parseCidr(written);
    if (!block.ok) return block;
    const { address: first, prefixLength } = block.value;
    const last = first + 2 ** (32 - prefixLength) - 1;
    return { ok: true, value: { first, last, isNetwork: last > first } };
  }
  const first = parseIpv4(from ?? '');
  if (!first.ok) return first;
  const last = parseIpv4(to);
  if (!last.ok) return last;
  return last.value < first.value
    ? { ok: false, reason: `${quoted(to.trim())} is lower than ${quoted((from ?? '').trim())}.` }
    : { ok: true, value: { first: first.value, last: last.value, isNetwork: false } };
}

/** Whether the addresses from `first` to `last` are those of a prefix. */
export function isNetwork(first: number, last: number): boolean {
  const size = last - first + 1;
  return Number.isInteger(Math.log2(size)) && first % size === 0;
}

function writeSpan({ first, last, isNetwork: isPrefix }: AddressSpan): string {
  if (first === last) return formatIpv4(first);
  return isPrefix
    ? formatCidr({ address: first, prefixLength: 32 - Math.log2(last - first + 1) })
    : `${formatIpv4(first)}-${formatIpv4(last)}`;
}

/** A whole number from 0 to 65,535. */
export const portNumber: Shape<number> = whole('a port from 0 to 65535', { min: 0, max: PORT_MAX });

/** Returns the shape of a whole number within limits. */
export function whole(
  allowed: string,
  limits: { readonly min: number; readonly max: number },
): Shape<number> {
  return scalar<number>({
    allowed,
    code: 'invalid-number',
    parse: (input) =>
      typeof input === 'number' && Number.isInteger(input) && input >= limits.min && input <= limits.max
        ? { ok: true, value: input }
        : { ok: false, reason: `${quoted(String(input))} is not ${allowed}.` },
    write: (value) => value,
    jsonSchema: { type: 'integer', minimum: limits.min, maximum: limits.max },
  });
}

/** A protocol and its port, as `tcp/80`. */
export const protocolPort: Shape<{ readonly protocol: 'tcp' | 'udp'; readonly port: number }> = scalar({
  allowed: 'a port such as tcp/80 or udp/53',
  code: 'invalid-port',
  parse: (input) => {
    const parts = /^(tcp|udp)\/([0-9]{1,5})$/.exec(String(input).trim());
    const port = Number(parts?.[2]);
    return parts === null || port > PORT_MAX
      ? { ok: false, reason: `${quoted(String(input))} is not a port such as tcp/80 or udp/53.` }
      : { ok: true, value: { protocol: parts[1] === 'tcp' ? 'tcp' : 'udp', port } };
  },
  write: ({ protocol, port }) => `${protocol}/${port}`,
  jsonSchema: { type: 'string', pattern: String.raw`^\s*(?:tcp|udp)/[0-9]{1,5}\s*$` },
});

/** A bandwidth in bits per second. */
export const bandwidth: Shape<number> = scalar<number>({
  allowed: 'a bandwidth such as 56 Kbps or 10 Mbps',
  code: 'invalid-bandwidth',
  parse: (input) => {
    const parts = BANDWIDTH.exec(String(input).trim());
    const value = parts === null ? Number(input) : Number(parts[1]) * BANDWIDTH_UNITS[parts[2] ?? 'bps']!;
    return value > 0 && value <= BANDWIDTH_MAX
      ? { ok: true, value }
      : { ok: false, reason: `${quoted(String(input))} is not a bandwidth such as 56 Kbps or 10 Mbps.` };
  },
  write: (value) => {
    const unit = Object.entries(BANDWIDTH_UNITS).find(([, size]) => Number.isInteger(value / size));
    return unit === undefined || value / unit[1] >= 1e15 || (value / unit[1]) * unit[1] !== value
      ? value
      : `${value / unit[1]} ${unit[0]}`;
  },
  jsonSchema: {
    anyOf: [
      { type: 'number', minimum: 0, maximum: BANDWIDTH_MAX },
      { type: 'string', pattern: String.raw`^\s*[0-9]+(?:\.[0-9]+)?\s*(?:bps|Kbps|Mbps|Gbps)?\s*$` },
    ],
  },
});

/** A time of day in minutes after midnight. */
export const timeOfDay: Shape<number> = scalar<number>({
  allowed: 'a time of day from 00:00 to 23:59',
  code: 'invalid-time',
  parse: (input) => {
    const parts = /^([0-9]{1,2}):([0-9]{2})$/.exec(String(input).trim());
    const minute = Number(parts?.[2]);
    const minutes = Number(parts?.[1]) * 60 + minute;
    return minute < 60 && minutes < MINUTES_PER_DAY
      ? { ok: true, value: minutes }
      : { ok: false, reason: `${quoted(String(input))} is not a time of day such as 08:30.` };
  },
  write: (minutes) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`,
  jsonSchema: { type: 'string', pattern: String.raw`^\s*[0-9]{1,2}:[0-9]{2}\s*$` },
});
