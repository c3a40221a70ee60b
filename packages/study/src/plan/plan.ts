/**
 * The inverse question: the least count, the latest start, the longest delay or the least coverage that keeps a goal.
 *
 * One range is searched from its cheap end. Engines that draw use the same random numbers at every value (common random
 * numbers), and the value that they find is tried once more with fresh ones: what is returned kept the goal in both.
 */
import type { Diagnostic } from '@wormwood/base';
import {
  type ChunkRequest,
  columnOfFigure,
  engineNamed,
  type EngineName,
  type Outbreak,
  type RunChunk,
} from '@wormwood/epidemic';
import { checkScenarioDocument, type ScenarioDocument, setScenarioValue } from '@wormwood/files/scenario';
import { takesWholeNumbersOnly } from '../sweep/plan-cells.ts';
import { formatQuantity, type SearchVariable } from '../vary/vary.ts';
import { type Achieved, achievedBy, type RunFigures } from './achieved.ts';
import type { Goal, GoalFigure } from './goal.ts';
import { whyImpossible } from './impossible.ts';
import { findCheapest, type SearchRange } from './search.ts';

/** What is searched, and what it must keep. */
export interface PlanRequest {
  readonly document: ScenarioDocument;
  readonly goal: Goal;
  readonly variable: SearchVariable;
  readonly engine: EngineName;
  readonly seed: string;
  /** Runs at each value; 1 for the mean field. */
  readonly runs: number;
  /** z of the one-sided confidence that a goal of drawn runs is judged with. */
  readonly z: number;
}

/** Runs replicates somewhere; `first` and `count` may be split among workers as long as the rows come back in order. */
export type RunReplicates = (request: ChunkRequest) => Promise<readonly RunChunk[]>;

/** The plan, or why there is none. */
export type PlanFound =
  | {
      readonly isFeasible: true;
      /** In the words of the scenario file. */
      readonly value: unknown;
      /** As a number in the units of the variable. */
      readonly place: number;
      readonly achieved: Achieved;
      /** What a reader should know: values at which the goal fails again. */
      readonly notes: readonly string[];
    }
  | { readonly isFeasible: false; readonly reason: string };

/** Values of the file do not fit together; thrown with what is wrong. */
export class PlanRefused extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join(' '));
    this.diagnostics = diagnostics;
  }
}

/** Real values are searched to this width: far below what any figure of a plan is quoted to. */
const RELATIVE_TOLERANCE = 1e-6;
/** How far a value that fails with fresh random numbers is moved towards the dear end, and how often. */
const RETREAT = 0.02;
const RETREATS_MAX = 25;

/** Returns the cheapest value of the variable that keeps the goal, or why there is none. Throws `PlanRefused`. */
export async function findPlan(request: PlanRequest, runReplicates: RunReplicates): Promise<PlanFound> {
  const { document, variable, engine } = request;
  const range = rangeOf(variable, takesWholeNumbersOnly(document, variable.path));
  const isRandom = engineNamed(engine).random;
  const tryAt = (place: number, first: number): Promise<Achieved> =>
    tryValue(request, place, first, runReplicates);
  const found = await findCheapest(range, async (place) => (await tryAt(place, 0)).isMet);
  if (!found.isFound) {
    const best = await tryAt(range.dear, 0);
    return {
      isFeasible: false,
      reason: whyImpossible(outbreakAt(request, range.dear), variable, range.dear, best),
    };
  }
  let place = found.value;
  let achieved = await tryAt(place, isRandom ? request.runs : 0);
  for (let retreat = 0; !achieved.isMet && retreat < RETREATS_MAX && place !== range.dear; retreat++) {
    place = towards(range, place);
    achieved = await tryAt(place, request.runs * (retreat + 2));
  }
  if (!achieved.isMet) {
    return {
      isFeasible: false,
      reason: whyImpossible(outbreakAt(request, place), variable, place, achieved),
    };
  }
  const notes = found.failsAgainAt.map(
    (again) => `The goal fails again at ${variable.path}=${formatQuantity(variable.quantity, again)}.`,
  );
  return { isFeasible: true, value: valueAt(request, place), place, achieved, notes };
}

/** Counts, coverages and rates cost the more the larger they are; a start or a delay the more the earlier it is. */
export function isCheaperWhenLarger({ path, quantity }: SearchVariable): boolean {
  return quantity === 'duration' || /(?:^|\.)(?:allowed)$/.test(path);
}

function rangeOf(variable: SearchVariable, isWhole: boolean): SearchRange {
  const { from, to } = variable;
  const isReversed = isCheaperWhenLarger(variable);
  return {
    cheap: isReversed ? to : from,
    dear: isReversed ? from : to,
    isWhole: isWhole && variable.quantity === 'number',
    isLogarithmic: from > 0 && to / from > 20,
    relativeTolerance: RELATIVE_TOLERANCE,
  };
}

function towards({ dear, isWhole }: SearchRange, place: number): number {
  const step = Math.max(Math.abs(place) * RETREAT, isWhole ? 1 : 0);
  const moved = dear > place ? Math.min(dear, place + step) : Math.max(dear, place - step);
  return isWhole ? Math.round(moved) : moved;
}

async function tryValue(
  request: PlanRequest,
  place: number,
  first: number,
  runReplicates: RunReplicates,
): Promise<Achieved> {
  const { engine, seed, runs, goal, z } = request;
  const outbreak = outbreakAt(request, place);
  const chunks = await runReplicates({ outbreak, engine, seed, first, count: runs });
  const figures: RunFigures = {
    runs,
    column: (figure: GoalFigure) => chunks.flatMap((chunk) => Array.from(columnOfFigure(chunk, figure))),
  };
  return achievedBy(figures, goal, {
    vulnerable: outbreak.population.vulnerable,
    z: engineNamed(engine).random ? z : 0,
  });
}

function changedAt({ document, variable }: PlanRequest, place: number): ScenarioDocument {
  const { path, quantity } = variable;
  const change = setScenarioValue(document, path, formatQuantity(quantity, place));
  if (!change.ok) throw new PlanRefused(change.diagnostics);
  return change.document;
}

function valueAt(request: PlanRequest, place: number): unknown {
  let value: unknown = changedAt(request, place);
  for (const segment of request.variable.path.split('.'))
    value = (value as Readonly<Record<string, unknown>>)[segment];
  return value;
}

/** With a single sample: plans read figures, not series. */
function outbreakAt(request: PlanRequest, place: number): Outbreak {
  const check = checkScenarioDocument(changedAt(request, place), `${request.variable.path}=${place}`);
  if (!check.ok) throw new PlanRefused(check.diagnostics);
  const { outbreak } = check;
  return { ...outbreak, sampleSeconds: outbreak.durationSeconds };
}
