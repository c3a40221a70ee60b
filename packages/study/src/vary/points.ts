/**
 * The points of a study: which values its paths take together. A grid has every combination, the last path varying fastest; a
 * Latin hypercube (McKay, Beckman and Conover, 1979) and Sobol's sequence spread a given number of points over all paths.
 */
import { assert, type RandomStreams } from '@wormwood/base';
import { SOBOL_DIMENSIONS_MAX, sobolPoints } from './sobol.ts';
import { formatQuantity, type Variation } from './vary.ts';

/** Every combination, a Latin hypercube, or a Sobol sequence. */
export type SampleKind = 'grid' | 'lhs' | 'sobol';

/** A value for each path, as a scenario file writes it. */
export type Point = Readonly<Record<string, string>>;

export interface SampleRequest {
  readonly kind: SampleKind;
  /** How many points `lhs` and `sobol` take. */
  readonly samples: number;
  readonly streams: RandomStreams;
  /** Whether a path takes whole numbers only, so that sampled values are rounded. */
  readonly isWhole: (path: string) => boolean;
}

/** The most points of a study. */
const POINTS_MAX = 10_000_000;

/** Returns the reasons, one sentence each, why the variations cannot be sampled so; empty when they can. */
export function sampleProblems(
  variations: readonly Variation[],
  { kind, samples }: Pick<SampleRequest, 'kind' | 'samples'>,
): readonly string[] {
  const repeated = variations.filter(
    ({ path }, index) => variations.findIndex((other) => other.path === path) < index,
  );
  const problems = repeated.map(({ path }) => `${path} is varied twice; name each path once.`);
  if (kind === 'grid') {
    for (const variation of variations) {
      if (variation.kind === 'range') {
        problems.push(
          `The grid needs a step for ${variation.path}: write A..B/STEP or A..B*FACTOR, or use --sample lhs or sobol.`,
        );
      }
    }
    const points = variations.reduce(
      (product, one) => product * (one.kind === 'list' ? one.values.length : 1),
      1,
    );
    if (points > POINTS_MAX)
      problems.push(`The grid has ${points} points; at most ${POINTS_MAX} are possible.`);
  } else if (samples > POINTS_MAX) {
    problems.push(`At most ${POINTS_MAX} samples are possible, not ${samples}.`);
  }
  if (kind === 'sobol' && variations.length > SOBOL_DIMENSIONS_MAX) {
    problems.push(
      `Sobol's sequence is tabulated for ${SOBOL_DIMENSIONS_MAX} paths, not ${variations.length}; use --sample lhs.`,
    );
  }
  return problems;
}

/** Returns the points of the study, at least one; `sampleProblems` must have found nothing. */
export function pointsOf(variations: readonly Variation[], request: SampleRequest): readonly Point[] {
  if (request.kind === 'grid') return gridOf(variations);
  const shares =
    request.kind === 'sobol'
      ? sobolPoints(request.samples, variations.length)
      : hypercube(variations.length, request);
  return shares.map((share) =>
    Object.fromEntries(
      variations.map((variation, axis) => [variation.path, valueAt(variation, share[axis] ?? 0, request)]),
    ),
  );
}

function gridOf(variations: readonly Variation[]): readonly Point[] {
  let points: readonly Point[] = [{}];
  for (const variation of variations) {
    assert(variation.kind === 'list', 'a grid has lists of values');
    const longer: Point[] = [];
    for (const point of points) {
      for (const value of variation.values) longer.push({ ...point, [variation.path]: value });
    }
    points = longer;
  }
  return points;
}

/** On each axis, one point in each of `samples` equal strips. */
function hypercube(dimensions: number, { samples, streams }: SampleRequest): readonly (readonly number[])[] {
  const axes = Array.from({ length: dimensions }, (_, axis) => {
    const random = streams.stream('latin-hypercube', axis);
    const strips = Array.from({ length: samples }, (_unused, index) => index);
    for (let last = samples - 1; last > 0; last--) {
      const other = random.nextBelow(last + 1);
      const moved = strips[last] ?? 0;
      strips[last] = strips[other] ?? 0;
      strips[other] = moved;
    }
    return strips.map((strip) => (strip + random.nextDouble()) / samples);
  });
  return Array.from({ length: samples }, (_, index) => axes.map((axis) => axis[index] ?? 0));
}

function valueAt(variation: Variation, share: number, { isWhole }: SampleRequest): string {
  if (variation.kind === 'list') {
    const { values } = variation;
    return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? '';
  }
  const { from, to, scale, quantity, path } = variation;
  const exact = scale === 'linear' ? from + share * (to - from) : from * (to / from) ** share;
  const whole = quantity === 'number' && isWhole(path);
  return formatQuantity(quantity, whole ? Math.round(exact) : Number(exact.toPrecision(9)));
}
