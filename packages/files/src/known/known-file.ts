/**
 * The file of known sources: prefixes whose hosts contact unused addresses for a reason that somebody wrote down, and hashes
 * of payloads that prove an infection.
 */
import { diagnose, type Diagnostic } from '@wormwood/base';
import type { KnownPrefix, KnownRole } from '@wormwood/defense';
import { ipPrefix, matching, versionOne } from '../shape/file-shapes.ts';
import { readWith } from '../shape/read-with.ts';
import { text, word } from '../shape/scalar-shapes.ts';
import type { JsonSchema, Shape } from '../shape/shape.ts';
import { list, mapping } from '../shape/structure-shapes.ts';

/** A name and the payload that it names. */
export interface Signature {
  readonly name: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

export interface KnownFile {
  readonly version: 1;
  readonly sources: readonly (KnownPrefix & { readonly from: string })[];
  readonly signatures: readonly Signature[];
}

export type KnownFileCheck =
  | { readonly ok: true; readonly file: KnownFile }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const BEGINNING = 'A file of known sources begins with the lines `version: 1` and `sources:`.';
const line = (allowed: string): Shape<string> => text({ allowed, lengthMax: 300 });

const source: Shape<KnownFile['sources'][number]> = mapping<KnownFile['sources'][number], object>({
  allowed: 'a mapping with the keys prefix, role, name and reason',
  constants: {},
  fields: {
    prefix: { key: 'prefix', shape: ipPrefix, description: 'The addresses of the source.' },
    role: {
      key: 'role',
      shape: word<KnownRole>({
        noun: 'a role',
        words: {
          scanner: 'It scans the Internet for research, or to sell what it finds.',
          monitor: 'It checks whether hosts of the owner are there.',
          resolver: 'It asks name servers on behalf of others.',
          gateway: 'Many hosts speak through its address.',
        },
      }),
      description: 'What the source does.',
    },
    name: { key: 'name', shape: line('a name of one line'), description: 'Who it is.', examples: ['Censys'] },
    reason: {
      key: 'reason',
      shape: line('a sentence'),
      description: 'Why it contacts addresses that are not in use.',
      examples: ['It scans the whole address space every day.'],
    },
    from: {
      key: 'from',
      shape: line('where that is written'),
      description: 'Where that is written: a page, or a person of the owner.',
      fallback: '',
    },
  },
});

const signature: Shape<Signature> = mapping<Signature, object>({
  allowed: 'a mapping with the keys name and sha256',
  constants: {},
  fields: {
    name: { key: 'name', shape: line('a name of one line'), description: 'What sends this payload.' },
    sha256: {
      key: 'sha256',
      shape: matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case'),
      description: 'SHA-256 of the first payload of a flow.',
    },
  },
});

const knownShape: Shape<KnownFile> = mapping<KnownFile, object>({
  allowed: 'a mapping with the keys version and sources',
  constants: {},
  fields: {
    version: {
      key: 'version',
      shape: versionOne('files of known sources'),
      description: 'Version of the file format.',
      examples: [1],
    },
    sources: {
      key: 'sources',
      shape: list('a list of sources', source),
      description: 'Known sources. Of prefixes that overlap, the longest one counts.',
      fallback: [],
    },
    signatures: {
      key: 'signatures',
      shape: list('a list of signatures', signature),
      description: 'Payloads that prove an infection.',
      fallback: [],
    },
  },
});

/** A long list of prefixes is still read. */
const LIMITS = { bytes: 2 ** 22, tokens: 1_000_000 };

/** Reads the text of such a file in YAML or JSON; returns it, or every problem at once. */
export function checkKnownFile(written: string, fileName: string): KnownFileCheck {
  const reading = readWith(knownShape, written, BEGINNING, LIMITS);
  if (reading.ok) return { ok: true, file: reading.value };
  return { ok: false, diagnostics: diagnose(reading.problems, fileName, written) };
}

/** Returns the JSON Schema (draft 2020-12) of the file. */
export function knownJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Wormwood known sources, version 1',
    description:
      'Sources that contact unused addresses for a known reason, and payloads that prove an infection.',
    ...knownShape.jsonSchema,
  };
}
