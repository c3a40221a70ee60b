import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkKnownFile } from './known-file.ts';

const FILE = `
version: 1
sources:
  - {prefix: 192.0.2.0/24, role: monitor, name: our Nagios, reason: It pings every address.}
signatures:
  - {name: marker, sha256: ${'ab'.repeat(32)}}
`;

describe('a file of known sources', () => {
  it('is read as it is meant', () => {
    expect(checkKnownFile(FILE, 'known.yaml')).toEqual({
      ok: true,
      file: {
        version: 1,
        sources: [
          {
            prefix: { address: 0xc0000200, prefixLength: 24 },
            role: 'monitor',
            name: 'our Nagios',
            reason: 'It pings every address.',
            from: '',
          },
        ],
        signatures: [{ name: 'marker', sha256: 'ab'.repeat(32) }],
      },
    });
  });

  it('reports every mistake at its place', () => {
    const wrong = FILE.replace('monitor', 'montior')
      .replace('192.0.2.0/24', '192.0.2.0/8')
      .replace('abab', 'ABAB');
    const check = checkKnownFile(wrong, 'known.yaml');
    const places = check.ok ? [] : check.diagnostics.map(({ code, path, line }) => [code, path, line]);
    expect(places).toEqual([
      ['invalid-prefix', 'sources.0.prefix', 4],
      ['unknown-word', 'sources.0.role', 4],
      ['invalid-name', 'signatures.0.sha256', 6],
    ]);
  });

  it('names research scanners, each with where that is written', () => {
    const path = new URL('../../../../known/research-scanners.yaml', import.meta.url);
    const check = checkKnownFile(readFileSync(path, 'utf8'), 'research-scanners.yaml');
    expect(check.ok && check.file.sources.length).toBeGreaterThan(20);
    expect(check.ok && check.file.sources.filter(({ from }) => !from.startsWith('https://'))).toEqual([]);
  });
});
