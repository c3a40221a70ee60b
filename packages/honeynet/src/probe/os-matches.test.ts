// Expressions of nmap's database as its documentation defines them: https://nmap.org/book/osdetect-fingerprint-format.html.
import { describe, expect, it } from 'vitest';
import { allows, differences } from './os-matches.ts';
import type { Observed } from './os-tests.ts';

function observed(tests: Readonly<Record<string, Readonly<Record<string, string>>>>): Observed {
  return new Map(
    Object.entries(tests).map(([test, attributes]) => [test, new Map(Object.entries(attributes))]),
  );
}

describe('an expression', () => {
  it.each([
    ['FF-103', ['FF', '100', '103'], ['FE', '104', '']],
    ['>1A', ['1B', 'FFFF'], ['1A', '19', 'x']],
    ['<1A', ['19', '0'], ['1A', '1B', 'Y']],
    ['I|RI', ['I', 'RI'], ['R', 'I|R', '']],
    ['2|5-7|>20', ['2', '5', '6', '7', '21'], ['1', '3', '4', '8', '20']],
    ['', [''], ['0', 'A']],
    ['M5B4ST11NW7', ['M5B4ST11NW7'], ['M5B4ST11NW8', 'M5B4ST11NW']],
  ] as const)('%s allows %j and not %j', (expression, allowed, others) => {
    expect(allowed.filter((value) => !allows(expression, value))).toEqual([]);
    expect(others.filter((value) => allows(expression, value))).toEqual([]);
  });
});

describe('a fingerprint', () => {
  it('differs where both have an attribute and the one does not allow the other', () => {
    const wanted = observed({ SEQ: { SP: 'FF-103', TI: 'Z', CI: 'I' }, T1: { R: 'Y' }, U1: { R: 'Y' } });
    const measured = observed({ SEQ: { SP: '104', TI: 'Z', II: 'I' }, T1: { R: 'N' }, IE: { R: 'N' } });
    expect(differences(wanted, measured)).toEqual([
      { test: 'SEQ.SP', wanted: 'FF-103', measured: '104' },
      { test: 'T1.R', wanted: 'Y', measured: 'N' },
    ]);
    expect(differences(wanted, wanted)).toEqual([]);
  });
});
