import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from './code-frame.ts';
import { diagnose } from './diagnostic.ts';

const PROBLEM = { code: 'unknown-key', path: 'worm', message: 'There is no key "x".', help: 'Use `y`.' };

/** The problem at the first occurrence of `meant` in `text`, rendered. */
function render(text: string, meant: string, color = false): readonly string[] {
  const start = text.indexOf(meant);
  const [diagnostic] = diagnose([{ ...PROBLEM, span: [start, start + meant.length] }], 'a.yaml', text);
  if (diagnostic === undefined) throw new Error('a problem has a diagnostic');
  return renderDiagnostic(diagnostic, text, { color }).split('\n');
}

describe('a rendered diagnostic', () => {
  it('begins with file, line and column, underlines the text and says what is allowed', () => {
    expect(render('a: 1\nworm:\n  scanRat: 5/s\n', 'scanRat')).toEqual([
      'a.yaml:3:3: error: There is no key "x". [unknown-key]',
      ' 3 |   scanRat: 5/s',
      '   |   ^^^^^^^',
      '   = help: Use `y`.',
    ]);
  });

  it('is coloured on request and the same without its escapes', () => {
    const text = 'worm: 1';
    const colored = render(text, 'worm', true).join('\n');
    expect(colored).toContain('\u001b[1;31m^^^^\u001b[0m');
    // oxlint-disable-next-line no-control-regex
    expect(colored.replaceAll(/\u001b\[[0-9;]*m/g, '')).toBe(render(text, 'worm').join('\n'));
  });

  it('keeps the underline in place after tabs, wide and combining characters', () => {
    expect(render('\t"日本e\u0301": worm', 'worm').slice(1, 3)).toEqual([
      ' 1 |  "日本e\u0301": worm',
      `   | ${' '.repeat(10)}^^^^`,
    ]);
  });

  it('underlines the first line of what spans several', () => {
    expect(render('a:\n  b: 1\n  c: 2\n', 'b: 1\n  c: 2').slice(1, 3)).toEqual([
      ' 2 |   b: 1',
      '   |   ^^^^',
    ]);
  });

  it('cuts a long line on both sides and keeps the offending text in view', () => {
    const [, source = '', underline = ''] = render(`${'a'.repeat(5000)} worm ${'b'.repeat(5000)}`, 'worm');
    expect(source.length).toBeLessThan(120);
    expect(source).toMatch(/^ 1 \| …a+ worm b+…$/);
    expect(underline.indexOf('^')).toBe(source.indexOf('worm'));
  });

  it('cuts a long offending text', () => {
    const [, source = '', underline = ''] = render(`a: ${'x'.repeat(5000)}`, 'x'.repeat(5000));
    expect(source).toMatch(/^ 1 \| a: x+…$/);
    expect(underline.trimEnd().length).toBe(source.length);
  });

  it('shows no frame for the file as a whole', () => {
    const [diagnostic] = diagnose([{ ...PROBLEM, span: [0, 0] }], 'a.yaml', '');
    if (diagnostic === undefined) throw new Error('a problem has a diagnostic');
    expect(renderDiagnostic(diagnostic, '', { color: false }).split('\n')).toEqual([
      'a.yaml:1:1: error: There is no key "x". [unknown-key]',
      '   = help: Use `y`.',
    ]);
  });

  it('writes characters that steer a terminal as their number', () => {
    const [, source] = render('a: "\u202eworm"', 'worm');
    expect(source).toBe(' 1 | a: "\\u{202e}worm"');
  });
});

describe('places', () => {
  it('are counted from 1, whatever ends the lines', () => {
    const text = 'a: 1\r\nb: 2\r\nc: 3';
    const spans = [text.indexOf('1'), text.indexOf('b'), text.indexOf('3')].map(
      (at) => [at, at + 1] as const,
    );
    const places = diagnose(
      spans.map((span) => Object.assign({ span }, PROBLEM)),
      'a.yaml',
      text,
    ).map(({ line, column, length }) => [line, column, length]);
    expect(places).toEqual([
      [1, 4, 1],
      [2, 1, 1],
      [3, 4, 1],
    ]);
  });
});
