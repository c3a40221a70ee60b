/** Compares what was measured with a fingerprint, as nmap does: only what both have counts, and each attribute by itself. */
import type { Observed } from './evaluate.ts';

export interface Difference {
  /** Such as `SEQ.SP`. */
  readonly test: string;
  readonly wanted: string;
  readonly measured: string;
}

/** Returns whether a value is what an expression of the database allows. */
export function allows(expression: string, value: string): boolean {
  return expression.split('|').some((each) => {
    if (each === value) return true;
    const number = Number.parseInt(value, 16);
    if (value === '' || !/^[0-9A-F]+$/.test(value)) return false;
    const bound = /^([<>])([0-9A-F]+)$/.exec(each);
    if (bound !== null) {
      const limit = Number.parseInt(bound[2]!, 16);
      return bound[1] === '>' ? number > limit : number < limit;
    }
    const range = /^([0-9A-F]+)-([0-9A-F]+)$/.exec(each);
    return (
      range !== null && number >= Number.parseInt(range[1]!, 16) && number <= Number.parseInt(range[2]!, 16)
    );
  });
}

/** Returns where they differ. */
export function differences(wanted: Observed, measured: Observed): readonly Difference[] {
  return [...wanted].flatMap(([test, attributes]) =>
    [...attributes].flatMap(([attribute, expression]): readonly Difference[] => {
      const value = measured.get(test)?.get(attribute);
      if (value === undefined || allows(expression, value)) return [];
      return [{ test: `${test}.${attribute}`, wanted: expression, measured: value }];
    }),
  );
}
