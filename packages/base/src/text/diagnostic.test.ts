import { describe, expect, it } from 'vitest';
import { diagnose, enumerated, printable, type Problem, quoted } from './diagnostic.ts';

const TEXT = 'first: 1\r\nsecond: 22\nthird';

function problem(given: Partial<Problem>): Problem {
  return {
    code: 'wrong',
    span: [0, 1],
    path: '',
    message: 'It is wrong.',
    help: 'Write it right.',
    ...given,
  };
}

const places = (problems: readonly Problem[]) =>
  diagnose(problems, 'x.yaml', TEXT).map(({ line, column, length }) => [line, column, length]);

describe('a diagnostic', () => {
  it('has the place of its span, from 1', () => {
    expect(diagnose([problem({ span: [18, 20] })], 'x.yaml', TEXT)).toEqual([
      {
        severity: 'error',
        code: 'wrong',
        file: 'x.yaml',
        line: 2,
        column: 9,
        length: 2,
        path: '',
        message: 'It is wrong.',
        help: 'Write it right.',
      },
    ]);
  });

  it('covers nothing beyond the end of its line or of the text', () => {
    expect(places([problem({ span: [7, 15] })])).toEqual([[1, 8, 1]]);
    expect(places([problem({ span: [10, 11] })])).toEqual([[2, 1, 1]]);
    expect(places([problem({ span: [9, 10] })])).toEqual([[1, 10, 0]]);
    expect(places([problem({ span: [26, 30] })])).toEqual([[3, 6, 0]]);
    expect(places([problem({ span: [100, 120] })])).toEqual([[3, 6, 0]]);
  });

  it('stands in the order of the text, each once', () => {
    const problems = [
      problem({ span: [21, 26], code: 'b' }),
      problem({ span: [0, 5] }),
      problem({ span: [0, 5] }),
      problem({ span: [0, 5], message: 'It is wrong in another way.' }),
    ];
    expect(places(problems)).toEqual([
      [1, 1, 5],
      [1, 1, 5],
      [3, 1, 5],
    ]);
  });

  it('is followed by a hundred at most, and by how many more there are', () => {
    const many = (count: number, severity: 'error' | 'warning'): readonly Problem[] =>
      Array.from({ length: count }, (_, i) => problem({ message: `Problem ${i}.`, severity }));
    expect(diagnose(many(100, 'error'), 'x', TEXT)).toHaveLength(100);
    const shown = diagnose(many(102, 'warning'), 'x', TEXT);
    expect(shown).toHaveLength(101);
    expect(shown.at(-1)).toMatchObject({
      severity: 'warning',
      code: 'too-many-problems',
      message: '2 more problems follow.',
    });
    // An error among those left out must not go by as a warning.
    const hidden = [...many(100, 'warning'), problem({ span: [9, 10], severity: 'error' })];
    expect(diagnose(hidden, 'x', TEXT).at(-1)).toMatchObject({ severity: 'error' });
  });

  it('steers no terminal', () => {
    expect(diagnose([problem({ message: 'a\u001b[2J', help: '\u202eb' })], 'x', TEXT)[0]).toMatchObject({
      message: String.raw`a\u{1b}[2J`,
      help: String.raw`\u{202e}b`,
    });
    expect(printable('\u0000 ~\u007f\u009f\u00a0é')).toBe('\\u{0} ~\\u{7f}\\u{9f}\u00a0é');
  });
});

describe('words in a message', () => {
  it('are counted up', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(enumerated)).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });

  it('are quoted up to sixty characters', () => {
    expect(quoted('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
    expect(quoted('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
  });
});
