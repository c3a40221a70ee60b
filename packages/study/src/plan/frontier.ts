/**
 * Two variables at once: for each value of the second, the cheapest value of the first that keeps the goal; and, with a cost for
 * each, the cheapest mixture among them.
 */
import { type ScenarioDocument, setScenarioValue } from '@wormwood/files/scenario';
import { takesWholeNumbersOnly } from '../sweep/plan-cells.ts';
import { formatQuantity, type SearchVariable, type Variation } from '../vary/vary.ts';
import { findPlan, type PlanFound, PlanRefused, type PlanRequest, type RunReplicates } from './plan.ts';

/** A plan at one value of a second variable. */
export interface FrontierPoint {
  /** The value of the second variable as it was tried, and as a number; NaN for a word. */
  readonly text: string;
  readonly place: number;
  readonly found: PlanFound;
  /** With costs and a feasible plan: what the mixture costs. */
  readonly cost?: number;
}

/** What a unit of each variable costs, in the units of its range (seconds, events per second, percent). */
export interface Costs {
  readonly first: number;
  readonly second: number;
}

/** Values of a second range that are tried, and how often the neighbourhood of the cheapest is looked at more closely. */
const PLACES = 9;
const REFINEMENTS = 2;

/** Returns a plan for each value of `second`, in its order; with costs, also between the values near the cheapest. */
export async function findFrontier(
  request: PlanRequest,
  second: Variation,
  runReplicates: RunReplicates,
  { costs, onPoint }: { readonly costs?: Costs; readonly onPoint?: (points: number) => void } = {},
): Promise<readonly FrontierPoint[]> {
  const isWhole = takesWholeNumbersOnly(request.document, second.path);
  const points: FrontierPoint[] = [];
  const tryAt = async (text: string, place: number): Promise<void> => {
    const document = changed(request.document, second.path, text);
    const found = await findPlan({ ...request, document }, runReplicates);
    const cost = costs && found.isFeasible ? costs.first * found.place + costs.second * place : undefined;
    points.push({ text, place, found, ...(cost !== undefined && { cost }) });
    onPoint?.(points.length);
  };
  if (second.kind === 'list') {
    for (const text of second.values) await tryAt(text, Number(text));
    return points;
  }
  for (const place of placesOf(second, isWhole)) await tryAt(formatQuantity(second.quantity, place), place);
  const refinements = costs === undefined ? 0 : REFINEMENTS;
  for (let refinement = 0; refinement < refinements; refinement++) {
    for (const place of placesNearCheapest(points, isWhole))
      await tryAt(formatQuantity(second.quantity, place), place);
  }
  return points.toSorted((a, b) => a.place - b.place);
}

/** Returns the point that costs least; undefined where none is feasible. */
export function cheapestOf(points: readonly FrontierPoint[]): FrontierPoint | undefined {
  const costed = points.filter(({ cost }) => cost !== undefined);
  return costed.toSorted((a, b) => (a.cost ?? 0) - (b.cost ?? 0))[0];
}

function placesOf({ from, to, scale }: SearchVariable, isWhole: boolean): readonly number[] {
  const places = Array.from({ length: PLACES }, (_, index) => {
    const share = index / (PLACES - 1);
    const place = scale === 'logarithmic' ? from * (to / from) ** share : from + share * (to - from);
    return isWhole ? Math.round(place) : Number(place.toPrecision(9));
  });
  return [...new Set(places)];
}

function placesNearCheapest(points: readonly FrontierPoint[], isWhole: boolean): readonly number[] {
  const sorted = points.toSorted((a, b) => a.place - b.place);
  const best = cheapestOf(sorted);
  if (best === undefined) return [];
  const at = sorted.indexOf(best);
  const between = [sorted[at - 1], sorted[at + 1]].flatMap((neighbour) => {
    if (neighbour === undefined) return [];
    const middle = (neighbour.place + best.place) / 2;
    return [isWhole ? Math.round(middle) : Number(middle.toPrecision(9))];
  });
  return between.filter((place) => sorted.every((point) => point.place !== place));
}

function changed(document: ScenarioDocument, path: string, text: string): ScenarioDocument {
  const change = setScenarioValue(document, path, text);
  if (!change.ok) throw new PlanRefused(change.diagnostics);
  return change.document;
}
