// Texts of a honeyd.conf that are meant to keep its reader busy: what they cost is bounded by what is counted, not timed.
import { describe, expect, it } from 'vitest';
import { parseHoneydConfiguration } from './honeyd-parser.ts';

const parse = (text: string) =>
  parseHoneydConfiguration({ text, file: 'h.conf', readInclude: () => ({ ok: false, reason: 'no' }) });
const lines = (count: number, lineOf: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => lineOf(i)).join('\n');

describe('a honeyd.conf', () => {
  it('with more problems than a person reads is cut short, and still refused', () => {
    const { diagnostics } = parse(lines(5000, (i) => `foo${i}`));
    expect(diagnostics).toHaveLength(1001);
    expect(diagnostics.at(-1)).toMatchObject({ severity: 'error', code: 'too-many-problems' });
  });

  it('whose words are as long as the file is quoted in part', () => {
    for (const word of ['a', '1', '%', '$']) {
      const { diagnostics } = parse(word.repeat(200_000));
      expect(diagnostics[0]!.message.length).toBeLessThan(400);
    }
  });

  it.each([
    ['rules in one dynamic template', `create t\ndynamic d\n`, () => 'add d use t if source os = "x"'],
    ['rules for one address', 'create t\n', () => 'bind source os = "x" 10.0.0.1 t'],
    ['subsystems in one template', 'create t\n', () => 'add t subsystem "x"'],
    ['entries', '', (i: number) => `route entry 10.0.0.1 network 10.${i >> 8}.${i & 255}.0/24`],
    ['deletions', lines(1002, (i) => `create t${i}`) + '\n', (i: number) => `delete t${i}`],
  ])('may have a thousand %s, and no more', (_, head, lineOf) => {
    const errorsOf = (count: number): readonly string[] =>
      parse(head + lines(count, lineOf))
        .diagnostics.filter(({ severity }) => severity === 'error')
        .map(({ code }) => code);
    expect(errorsOf(1000)).toEqual([]);
    expect(errorsOf(1001)).toEqual(['too-many']);
  });

  it('with very many templates gives the first unknown names a suggestion', () => {
    const { diagnostics } = parse(
      `${lines(3000, (i) => `create t${i}`)}\n${lines(500, (i) => `bind 10.0.0.1 tt${i}`)}`,
    );
    const helped = diagnostics.filter(({ help }) => help.startsWith('Did you mean'));
    expect(helped).toHaveLength(100);
  });
});
