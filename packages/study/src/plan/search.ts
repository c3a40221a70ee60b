/**
 * The cheapest value of a range at which something holds. The range is looked at in a few places first, so that a
 * bisection begins where the answer changes, and a claim that holds here and fails again further on is noticed.
 */

export interface SearchRange {
  /** The end that costs least: few honeypots, a late start. */
  readonly cheap: number;
  /** The end that costs most. */
  readonly dear: number;
  readonly isWhole: boolean;
  /** Values are looked at evenly in the logarithm where both ends are above 0 and far apart. */
  readonly isLogarithmic: boolean;
  /** Where to stop: the width of the bracket, relative to its place and absolute. @default 1e-6 */
  readonly relativeTolerance: number;
}

export type Found =
  | {
      readonly isFound: true;
      readonly value: number;
      /** Places further on where the claim does not hold. */
      readonly failsAgainAt: readonly number[];
    }
  | { readonly isFound: false };

const PLACES = 9;
const STEPS_MAX = 200;

/** Returns the value nearest to the cheap end at which `holds`, or that there is none among those looked at. */
export async function findCheapest(
  range: SearchRange,
  holds: (value: number) => Promise<boolean>,
): Promise<Found> {
  const places = placesOf(range);
  const answers: boolean[] = [];
  for (const place of places) answers.push(await holds(place));
  const first = answers.indexOf(true);
  if (first < 0) return { isFound: false };
  const failsAgainAt = places.filter((_, index) => index > first && answers[index] === false);
  let met = places[first] ?? range.dear;
  if (first === 0) return { isFound: true, value: met, failsAgainAt };
  let unmet = places[first - 1] ?? range.cheap;
  for (let step = 0; step < STEPS_MAX && !isNarrow(met, unmet, range); step++) {
    const middle = middleOf(met, unmet, range);
    if (await holds(middle)) met = middle;
    else unmet = middle;
  }
  return { isFound: true, value: met, failsAgainAt };
}

/** Returns the places that are looked at first, the cheap end first. */
function placesOf({ cheap, dear, isWhole, isLogarithmic }: SearchRange): readonly number[] {
  const places = Array.from({ length: PLACES }, (_, index) => {
    const share = index / (PLACES - 1);
    const place = isLogarithmic ? cheap * (dear / cheap) ** share : cheap + share * (dear - cheap);
    if (index === 0) return cheap;
    if (index === PLACES - 1) return dear;
    return isWhole ? Math.round(place) : place;
  });
  return [...new Set(places)];
}

function middleOf(met: number, unmet: number, { isWhole, isLogarithmic }: SearchRange): number {
  const middle = isLogarithmic && met > 0 && unmet > 0 ? Math.sqrt(met * unmet) : (met + unmet) / 2;
  if (!isWhole) return middle;
  return Math.max(Math.min(met, unmet) + 1, Math.min(Math.max(met, unmet) - 1, Math.round(middle)));
}

function isNarrow(met: number, unmet: number, { isWhole, relativeTolerance }: SearchRange): boolean {
  const width = Math.abs(met - unmet);
  return isWhole ? width <= 1 : width <= relativeTolerance * Math.max(Math.abs(met), Math.abs(unmet));
}
