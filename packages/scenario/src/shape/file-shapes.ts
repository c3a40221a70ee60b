/** Shapes that several kinds of file share: the version of the format, prefixes of addresses. */
import { type Cidr, formatCidr, parseCidr } from '@wormwood/base';
import { scalar } from './scalar-shapes.ts';
import type { Shape } from './shape.ts';

/** Returns the shape of `version: 1`; `files` says of what: "scope files". */
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
