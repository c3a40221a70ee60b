/**
 * When and where a scanning source reaches watched addresses, for the ways in which worms choose their destinations. All
 * probes that reach nothing watched are left out, exactly: a thinned Poisson process stays one.
 */
import { AddressSet, assert, exponential, type RandomStream, unreachable } from '@wormwood/base';

/** How a source chooses the addresses that it probes. */
export type ScanPattern =
  /** Every address alike. */
  | { readonly kind: 'uniform' }
  /** Those shares of the probes stay in the source's own /8 and /16; the rest is uniform. */
  | { readonly kind: 'local-preference'; readonly own8: number; readonly own16: number }
  /** One address after the other, from the one after its own. */
  | { readonly kind: 'sequential' }
  /** Every address alike, none twice. */
  | { readonly kind: 'permutation' }
  /** First so many addresses of a list, none of them watched; then uniform. */
  | { readonly kind: 'hitlist'; readonly listed: number };

/** A probe that reached a watched address. */
export interface Hit {
  readonly timeSeconds: number;
  readonly destination: number;
}

export interface ScanOptions {
  readonly source: number;
  readonly pattern: ScanPattern;
  readonly scanRatePerSecond: number;
  readonly watched: AddressSet;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

const SPACE = 2 ** 32;

/** The hits of one source, those of each share of its probes in order of time. */
export function scanHits(options: ScanOptions, stream: RandomStream): readonly Hit[] {
  const { pattern, source, scanRatePerSecond, watched, fromSeconds } = options;
  switch (pattern.kind) {
    case 'uniform':
      return uniformHits({ ...options, among: whole() }, stream);
    case 'permutation':
      return withoutRepeats(uniformHits({ ...options, among: whole() }, stream));
    case 'hitlist':
      return uniformHits(
        { ...options, among: whole(), fromSeconds: fromSeconds + pattern.listed / scanRatePerSecond },
        stream,
      );
    case 'sequential':
      return sequentialHits(options);
    case 'local-preference': {
      const { own8, own16 } = pattern;
      assert(own8 >= 0 && own16 >= 0 && own8 + own16 <= 1, 'shares of the probes add up to 1 at most');
      const shares = [
        { share: 1 - own8 - own16, among: whole() },
        { share: own8, among: networkOf(source, 2 ** 24) },
        { share: own16, among: networkOf(source, 2 ** 16) },
      ];
      return shares.flatMap(({ share, among }) =>
        uniformHits(
          {
            ...options,
            among,
            watched: watched.intersection(among),
            scanRatePerSecond: scanRatePerSecond * share,
          },
          stream,
        ),
      );
    }
    default:
      return unreachable(pattern);
  }
}

function uniformHits(
  options: ScanOptions & { readonly among: AddressSet },
  stream: RandomStream,
): readonly Hit[] {
  const { watched, among, scanRatePerSecond, fromSeconds, untilSeconds } = options;
  const hitsPerSecond = (scanRatePerSecond * watched.size) / among.size;
  const hits: Hit[] = [];
  if (hitsPerSecond === 0) return hits;
  for (let timeSeconds = fromSeconds; ;) {
    timeSeconds += exponential(stream) / hitsPerSecond;
    if (timeSeconds >= untilSeconds) return hits;
    hits.push({ timeSeconds, destination: watched.at(stream.nextBelow(watched.size)) });
  }
}

/** A permutation meets addresses in random order; while far from its end, as often as random probes meet new ones. */
function withoutRepeats(hits: readonly Hit[]): readonly Hit[] {
  const met = new Set<number>();
  return hits.filter(({ destination }) => {
    const isNew = !met.has(destination);
    met.add(destination);
    return isNew;
  });
}

function sequentialHits(options: ScanOptions): readonly Hit[] {
  const { source, watched, scanRatePerSecond, fromSeconds, untilSeconds } = options;
  const probes = Math.floor((untilSeconds - fromSeconds) * scanRatePerSecond);
  const hits: Hit[] = [];
  for (const { first, last } of walkedRanges(source + 1, probes)) {
    const walked = watched.intersection(AddressSet.fromRanges([{ first: first.address, last }]));
    for (let index = 0; index < walked.size; index++) {
      const destination = walked.at(index);
      const probe = first.probe + destination - first.address;
      hits.push({ timeSeconds: fromSeconds + probe / scanRatePerSecond, destination });
    }
  }
  return hits;
}

/** The addresses of a walk from `start`, as ranges: past the end of the space it goes on at the beginning. */
function walkedRanges(
  start: number,
  probes: number,
): readonly {
  readonly first: { readonly address: number; readonly probe: number };
  readonly last: number;
}[] {
  const count = Math.min(probes, SPACE);
  if (count <= 0) return [];
  const beforeEnd = Math.min(count, SPACE - start);
  const ranges = [];
  if (beforeEnd > 0) ranges.push({ first: { address: start, probe: 0 }, last: start + beforeEnd - 1 });
  if (count > beforeEnd)
    ranges.push({ first: { address: 0, probe: beforeEnd }, last: count - beforeEnd - 1 });
  return ranges;
}

function whole(): AddressSet {
  return AddressSet.fromRanges([{ first: 0, last: SPACE - 1 }]);
}

function networkOf(address: number, size: number): AddressSet {
  const first = address - (address % size);
  return AddressSet.fromRanges([{ first, last: first + size - 1 }]);
}
