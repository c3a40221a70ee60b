import { describe, expect, it } from 'vitest';
import { checkScopeFile, readScopeFile } from './scope-file.ts';

/** 2026-03-01T12:00:00Z. */
const NOON = 1_772_366_400;
const FILE = `
version: 1
owner: Example University
contact: noc@example.org
expires: 2026-12-31
prefixes:
  - 10.20.0.0/16
addressesMax: 65536
protected: [10.20.0.1, 10.20.53.0/24]
actions:
  - {action: block, actuator: border-firewall, ttl: 1h, approval: automatic}
  - action: quarantine
    actuator: nac
    ttl: 2h
`;

function problemsOf(text: string): readonly (readonly [string, string, number, number])[] {
  const check = checkScopeFile(text, 'scope.yaml', NOON);
  return check.ok
    ? []
    : check.diagnostics.map(({ code, path, line, column }) => [code, path, line, column] as const);
}

describe('a scope file', () => {
  it('is read as it is meant', () => {
    expect(readScopeFile(FILE)).toEqual({
      ok: true,
      value: {
        version: 1,
        owner: 'Example University',
        contact: 'noc@example.org',
        expiresSeconds: Date.UTC(2026, 11, 31) / 1000,
        prefixes: [{ address: 0x0a14_0000, prefixLength: 16 }],
        addressesMax: 65_536,
        protectedPrefixes: [
          { address: 0x0a14_0001, prefixLength: 32 },
          { address: 0x0a14_3500, prefixLength: 24 },
        ],
        actions: [
          {
            action: 'block',
            actuator: 'border-firewall',
            ttlSeconds: 3600,
            approval: 'automatic',
            kind: 'infected',
            ipv6: 'address',
          },
          {
            action: 'quarantine',
            actuator: 'nac',
            ttlSeconds: 7200,
            approval: 'required',
            kind: 'infected',
            ipv6: 'address',
          },
        ],
        actionsPerMinute: 10,
        activeActionsMax: 100,
        verdictAgeMaxSeconds: 3600,
      },
    });
    expect(problemsOf(FILE)).toEqual([]);
  });

  it.each([
    ['expires: 2026-12-31', 'expires: 2026-03-01T12:00:00Z', 'expired', 'expires', 5, 10],
    ['expires: 2026-12-31', 'expires: 2026-02-30', 'invalid-time', 'expires', 5, 10],
    ['- 10.20.0.0/16', '- 10.0.0.0/7', 'too-wide', 'prefixes.0', 7, 5],
    ['- 10.20.0.0/16', '- 10.16.0.0/12', 'too-wide', 'prefixes', 7, 3],
    ['- 10.20.0.0/16', '- 10.20.0.0/8', 'invalid-prefix', 'prefixes.0', 7, 5],
    ['noc@example.org', 'nobody', 'invalid', 'contact', 4, 10],
    ['ttl: 2h', 'ttl: 31d', 'invalid', 'actions.1.ttl', 14, 10],
    ['action: block', 'action: shoot', 'unknown-word', 'actions.0.action', 11, 14],
    ['approval: automatic', 'aproval: automatic', 'unknown-key', 'actions.0', 11, 57],
    ['version: 1', 'version: 2', 'unsupported-version', 'version', 2, 10],
    ['protected: [10.20.0.1, 10.20.53.0/24]', '', 'missing-key', '', 2, 1],
  ])('with %s changed to %s is refused at its place', (before, after, code, path, line, column) => {
    expect(problemsOf(FILE.replace(before, after))).toEqual([[code, path, line, column]]);
  });

  it('reports every mistake at once', () => {
    const wrong = FILE.replace('ttl: 1h', 'ttl: 1').replace('action: quarantine', 'action: shoot');
    expect(problemsOf(wrong).map(([, path]) => path)).toEqual(['actions.0.ttl', 'actions.1.action']);
    expect(readScopeFile(wrong)).toMatchObject({ ok: false });
    expect(readScopeFile('version: [')).toMatchObject({ ok: false });
    // Mistakes of the words hide none of the content.
    const many = wrong
      .replace('noc@example.org', 'nobody')
      .replace('2026-12-31', '2029-12-31')
      .replace('10.20.0.0/16', '10.0.0.0/7');
    expect(problemsOf(many).map(([, path]) => path)).toEqual([
      'contact',
      'expires',
      'prefixes.0',
      'actions.0.ttl',
      'actions.1.action',
    ]);
  });
});
