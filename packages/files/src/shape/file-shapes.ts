/** Shapes that several kinds of file share: the version of the format, prefixes of addresses, names with a purpose. */
import { type Cidr, formatCidr, parseCidr, quoted } from '@wormwood/base';
import { formatIpPrefix, type IpPrefix, parseIpPrefix } from '@wormwood/wire';
import { scalar, word } from './scalar-shapes.ts';
import type { Shape } from './shape.ts';

/** Returns the shape of `version: 1`; `files` names the kind of file: "scope files". */
export function versionOne(files: string): Shape<1> {
  return scalar<1>({
    allowed: 'the number 1',
    code: 'unsupported-version',
    parse: (input) =>
      input === 1
        ? { ok: true, value: 1 }
        : { ok: false, reason: `This program reads ${files} of version 1, not ${JSON.stringify(input)}.` },
    write: (value) => value,
    jsonSchema: { const: 1 },
  });
}

/** A block of addresses in CIDR notation; a bare address is a block of one. */
export const prefix: Shape<Cidr> = scalar<Cidr>({
  allowed: 'a prefix such as 10.20.0.0/16 or an address',
  code: 'invalid-prefix',
  parse: (input) => parseCidr(String(input)),
  write: formatCidr,
  jsonSchema: { type: 'string', pattern: String.raw`^\s*[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?\s*$` },
});

/** The same of either version of the Internet Protocol. */
export const ipPrefix: Shape<IpPrefix> = scalar<IpPrefix>({
  allowed: 'a prefix such as 10.20.0.0/16 or 2001:db8:20::/48, or an address',
  code: 'invalid-prefix',
  parse: (input) => parseIpPrefix(String(input)),
  write: formatIpPrefix,
  jsonSchema: {
    type: 'string',
    pattern: String.raw`^\s*(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:/[0-9]{1,3})?)\s*$`,
  },
});

/** Returns the shape of a text that must match, because it becomes part of something else. */
export function matching(pattern: RegExp, allowed: string): Shape<string> {
  return scalar<string>({
    allowed,
    code: 'invalid-name',
    parse: (input) =>
      typeof input === 'string' && pattern.test(input)
        ? { ok: true, value: input }
        : { ok: false, reason: `${quoted(String(input))} is not ${allowed}.` },
    write: (value) => value,
    jsonSchema: { type: 'string', pattern: pattern.source },
  });
}

/** The name of an actuator or a delivery: safe in a log, a URL and the name of a file. */
export const shortName: Shape<string> = matching(
  /^[a-z][a-z0-9-]{0,31}$/,
  'a name of lowercase letters, digits and hyphens, such as border-firewall',
);

export const absolutePath: Shape<string> = matching(/^\/[^\p{Cc}]+$/u, 'an absolute path');

/** Returns the field `kind` of an alternative of `kinds`. */
export function kindField<Kind extends string>(
  kind: Kind,
  meaning: string,
): { readonly key: string; readonly shape: Shape<Kind>; readonly description: string } {
  const words = { [kind]: meaning } as Readonly<Record<Kind, string>>;
  return { key: 'kind', shape: word<Kind>({ noun: 'a kind', words }), description: 'The kind.' };
}
