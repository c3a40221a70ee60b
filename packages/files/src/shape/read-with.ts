/** Reads a short file of one shape: returns all its problems, or its value and the place of each part. */
import { assert, type Problem, type Span } from '@wormwood/base';
import { readYaml } from './yaml-tree.ts';
import { createReader, type Draft, type Shape } from './shape.ts';

export type ShapeReading<T> =
  | { readonly ok: true; readonly value: T; readonly spanAt: (path: string) => Span }
  | {
      readonly ok: false;
      readonly problems: readonly [Problem, ...Problem[]];
      /** What could be read, any part of which may be missing; undefined where that is nothing. */
      readonly draft: Draft<T> | undefined;
      readonly spanAt: (path: string) => Span;
    };

/** Only files written by programs are longer. */
export interface ReadLimits {
  readonly bytes: number;
  readonly tokens: number;
}

const LIMITS: ReadLimits = { bytes: 2 ** 18, tokens: 50_000 };

/** Reads `text` in YAML or JSON; `beginning` is a sentence that says how such a file begins. */
export function readWith<T>(
  shape: Shape<T>,
  text: string,
  beginning: string,
  limits: ReadLimits = LIMITS,
): ShapeReading<T> {
  const reading = readYaml(text, limits.bytes, limits.tokens);
  if (!reading.ok) return refused<T>(reading.problems, undefined, () => [0, 0]);
  const { reader, problems, spans } = createReader(reading.tree);
  const { root } = reading.tree;
  const keySpan: Span = [root.span[0], root.span[0]];
  const value = shape.read(root, { path: '', keySpan, description: beginning }, reader);
  const spanAt = (path: string): Span => spans.get(path) ?? keySpan;
  if (problems.length > 0) return refused<T>(problems, value, spanAt);
  // A reading without problems is whole.
  return { ok: true, value: value as T, spanAt };
}

function refused<T>(
  problems: readonly Problem[],
  draft: Draft<T> | undefined,
  spanAt: (path: string) => Span,
): ShapeReading<T> {
  const [first, ...others] = problems;
  assert(first !== undefined, 'a file that cannot be read has a problem');
  return { ok: false, problems: [first, ...others], draft, spanAt };
}
