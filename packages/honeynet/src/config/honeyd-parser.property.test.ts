/** The reader of honeyd.conf on any octets; the faults of Honeyd's reader shown absent. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexHoneydConfiguration } from './honeyd-lexer.ts';
import { readConfiguration } from '../honeynet-test-support.ts';

it('makes of any octets a honeynet and diagnostics with places inside the text', () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(fc.constantFrom(...'"#\n\r\t /.-:=019aZ$é\u0000'), { maxLength: 200 })
      .map((letters) => Uint8Array.from(letters, (letter) => letter.charCodeAt(0) & 255)),
  );
  fc.assert(
    fc.property(octets, (bytes) => {
      const text = String.fromCharCode(...bytes);
      const lines = text.split('\n').length;
      for (const { line, column, length, message } of readConfiguration(text).diagnostics) {
        expect(line).toBeLessThanOrEqual(lines);
        expect(Math.min(line, column, length)).toBeGreaterThan(0);
        expect(Array.from(message).every((letter) => letter >= ' ')).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

it('reads every octet once: as many tokens as there are, and no diagnostic twice at one place', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: 'grapheme' }), (text) => {
      const tokens = lexHoneydConfiguration(text, 'any');
      expect(tokens.length).toBeLessThanOrEqual(text.length + 1);
      const letters = tokens.reduce((sum, token) => sum + token.text.length, 0);
      expect(letters).toBeLessThanOrEqual(text.length);
      expect(readConfiguration(text).diagnostics.length).toBeLessThanOrEqual(tokens.length);
    }),
  );
});

describe("faults of Honeyd's reader", () => {
  it('B9: both spellings of a refusal, and personalities of either generation, are read', () => {
    const { honeynet, diagnostics } = readConfiguration(`
create first
set first personality "NetBSD 1.5.2 running on a Commodore Amiga (68040 processor)"
set first default tcp action reset
set first default udp action block
create second
set second personality "Linux 2.6.32"
set second default tcp action closed
set second default udp action filtered
`);
    expect(diagnostics).toEqual([]);
    const actions = ['first', 'second'].map((name) => honeynet.templates.get(name)?.defaultActions);
    expect(actions[0]).toEqual(actions[1]);
  });

  it('B14: of a port added twice the last definition holds, and a warning says so', () => {
    const { honeynet, diagnostics } = readConfiguration(
      'create a\nadd a tcp port 80 open\nadd a tcp port 80 closed\n',
    );
    expect(honeynet.templates.get('a')?.ports).toEqual([
      { protocol: 'tcp', port: 80, action: { kind: 'closed' } },
    ]);
    expect(diagnostics.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'port-defined-twice'],
    ]);
  });

  it('B14: a template named by a keyword is reported as one, with a name instead', () => {
    expect(readConfiguration('create router\ncreate source\n').diagnostics).toMatchObject([
      { code: 'keyword-as-name', line: 2, column: 8, help: 'Choose another name, such as source-host.' },
    ]);
  });
});
