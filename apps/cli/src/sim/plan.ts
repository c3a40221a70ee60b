/** `wormwood sim plan SCENARIO --goal GOAL --vary PATH=A..B`: the least that keeps a goal. */
import { formatCount } from '@wormwood/base';
import type { ChunkRequest, RunChunk } from '@wormwood/epidemic';
import { scenarioDocument } from '@wormwood/files/scenario';
import {
  type Achieved,
  cheapestOf,
  type Costs,
  figureText,
  findFrontier,
  findPlan,
  type FrontierPoint,
  type Goal,
  isCheaperWhenLarger,
  type MarginalValue,
  marginalValues,
  parseGoal,
  parseVariation,
  type PlanFound,
  PlanRefused,
  type PlanRequest,
  type SearchVariable,
  type Variation,
} from '@wormwood/study';
import { type ManyPointsOptions, openManyPoints, warnOfAll } from './check-scenario.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { withManifest } from './manifest.ts';
import { openWorkerPool, type WorkerPool } from './worker-pool.ts';
import { VERSION } from '../version.ts';

export interface SimPlanOptions extends ManyPointsOptions {
  readonly goal: string;
  readonly vary: readonly string[];
  readonly cost?: readonly { readonly path: string; readonly weight: number }[];
  /** One-sided, 0.5 to 1. */
  readonly confidence: { readonly text: string; readonly z: number };
  readonly seed: string;
  readonly workers: number;
  readonly out?: string;
}

const RUNS_DEFAULT = 200;

interface Plan {
  readonly goal: Goal;
  readonly variable: SearchVariable;
  readonly found: PlanFound;
  readonly marginal: readonly MarginalValue[];
  /** With a second variable. */
  readonly second?: Variation;
  readonly frontier?: readonly FrontierPoint[];
}

/** `words` are those of the command line, for the manifest. */
export async function simPlan(
  argument: string,
  options: SimPlanOptions,
  words: readonly string[],
): Promise<ExitCode> {
  const started = new Date();
  const terminal = openTerminal(options);
  const { goal, variable, second, costs } = questionOf(options);
  const checked = await openManyPoints(argument, options, { terminal, runsDefault: RUNS_DEFAULT });
  if (checked === undefined) return EXIT.invalidFile;
  const { scenario, engine, runs } = checked;
  const { seed, confidence } = options;
  const document = scenarioDocument(scenario);
  const request: PlanRequest = { document, goal, variable, engine, seed, runs, z: confidence.z };
  const directory = options.out === undefined ? undefined : await prepareDirectory(options.out);
  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding the search; press Ctrl-C again to end at once.'),
  );
  const workers = Math.min(options.workers, runs);
  const pool = openWorkerPool(workers, interrupt.flag);
  const progress = terminal.progress('plan');
  let tried = 0;
  const runReplicates = async (chunk: ChunkRequest): Promise<readonly RunChunk[]> => {
    const chunks = await splitRuns(pool, chunk, workers);
    if (interrupt.interrupted())
      throw new CommandFailure(EXIT.interrupted, 'Ended before the plan was found; nothing is known yet.');
    tried++;
    progress.update(Math.min(0.99, tried / (tried + 8)), `${tried} values tried`);
    return chunks;
  };
  try {
    const plan: Plan =
      second === undefined
        ? await singlePlan(request, runReplicates)
        : await frontierPlan(request, second, { costs, runReplicates });
    if (directory !== undefined) await savePlan(directory, plan, request, { words, started });
    await terminal.print(
      options.json
        ? JSON.stringify(planDocument(plan, request))
        : describe(plan, request, { options, terminal }),
    );
    return plan.found.isFeasible ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error;
    warnOfAll(terminal, error.diagnostics);
    return EXIT.invalidFile;
  } finally {
    progress.stop();
    await pool.close();
    interrupt.release();
  }
}

async function savePlan(
  directory: string,
  plan: Plan,
  request: PlanRequest,
  { words, started }: { readonly words: readonly string[]; readonly started: Date },
): Promise<void> {
  const { document: scenario, engine, seed, runs } = request;
  const content = `${JSON.stringify(planDocument(plan, request))}\n`;
  const origin = { command: words, scenario, engine, seed, runs, started };
  await saveFiles(directory, withManifest([{ name: 'plan.json', content }], origin));
}

interface Question {
  readonly goal: Goal;
  readonly variable: SearchVariable;
  readonly second?: Variation;
  readonly costs?: Costs;
}

function questionOf({ goal: text, vary, cost = [] }: SimPlanOptions): Question {
  const goal = parseGoal(text);
  const parsed = vary.map(parseVariation);
  const reasons = [
    ...(goal.ok ? [] : [goal.reason]),
    ...parsed.flatMap((one) => (one.ok ? [] : [one.reason])),
  ];
  const variations = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  const variable = variations.find((one): one is SearchVariable => one.kind === 'range');
  if (reasons.length === 0) {
    if (variations.length > 2) reasons.push('A plan has one or two variables; give --vary once or twice.');
    if (variable === undefined)
      reasons.push(
        'A plan searches a range without a step; give --vary PATH=A..B, such as defenses.0.count=1..4_000_000.',
      );
    for (const { path } of cost) {
      if (variations.every((one) => one.path !== path))
        reasons.push(`--cost names ${path}, which no --vary varies.`);
    }
    if (cost.length > 0 && variations.length < 2)
      reasons.push('--cost weighs two variables against each other; give --vary twice.');
  }
  if (reasons.length > 0 || !goal.ok || variable === undefined)
    throw new CommandFailure(EXIT.usage, reasons.join('\n'));
  const second = variations.find((one) => one !== variable);
  const weight = (path: string | undefined): number => cost.find((one) => one.path === path)?.weight ?? 0;
  return {
    goal: goal.value,
    variable,
    ...(second !== undefined && { second }),
    ...(cost.length > 0 && { costs: { first: weight(variable.path), second: weight(second?.path) } }),
  };
}

/** Runs the replicates in as many parts as there are workers. */
async function splitRuns(
  pool: WorkerPool,
  chunk: ChunkRequest,
  workers: number,
): Promise<readonly RunChunk[]> {
  const size = Math.ceil(chunk.count / workers);
  const starts = Array.from({ length: Math.ceil(chunk.count / size) }, (_, index) => index * size);
  return Promise.all(
    starts.map((start) =>
      pool.runChunk({ ...chunk, first: chunk.first + start, count: Math.min(size, chunk.count - start) }),
    ),
  );
}

type RunReplicates = (chunk: ChunkRequest) => Promise<readonly RunChunk[]>;

async function singlePlan(request: PlanRequest, runReplicates: RunReplicates): Promise<Plan> {
  const { goal, variable } = request;
  const found = await findPlan(request, runReplicates);
  const marginal = found.isFeasible ? await marginalValues(request, found.place, runReplicates) : [];
  return { goal, variable, found, marginal };
}

async function frontierPlan(
  request: PlanRequest,
  second: Variation,
  { costs, runReplicates }: { readonly costs: Costs | undefined; readonly runReplicates: RunReplicates },
): Promise<Plan> {
  const { goal, variable } = request;
  const frontier = await findFrontier(request, second, runReplicates, costs === undefined ? {} : { costs });
  const feasible = frontier.filter(({ found }) => found.isFeasible);
  const best = cheapestOf(frontier) ?? leastOf(feasible, variable) ?? frontier.at(-1);
  const found = best?.found ?? { isFeasible: false, reason: 'No value of the second variable was tried.' };
  return { goal, variable, found, marginal: [], second, frontier };
}

function leastOf(points: readonly FrontierPoint[], variable: SearchVariable): FrontierPoint | undefined {
  const sign = isCheaperWhenLarger(variable) ? -1 : 1;
  const placeOf = ({ found }: FrontierPoint): number => (found.isFeasible ? sign * found.place : Infinity);
  return points.toSorted((a, b) => placeOf(a) - placeOf(b))[0];
}

/** The object that `--json` prints (design: stable contract of plans). */
function planDocument(
  { goal, variable, found, marginal, second, frontier }: Plan,
  { engine, runs, seed }: PlanRequest,
): object {
  const pointDocument = ({ text, found: at, cost }: FrontierPoint): object => ({
    values: at.isFeasible
      ? { [variable.path]: at.value, [second?.path ?? '']: text }
      : { [second?.path ?? '']: text },
    feasible: at.isFeasible,
    ...(at.isFeasible ? { achieved: achievedDocument(at.achieved) } : { reason: at.reason }),
    ...(cost !== undefined && { cost }),
  });
  const chosen = frontier?.find((point) => point.found === found);
  return {
    goal: goal.text,
    feasible: found.isFeasible,
    values: found.isFeasible
      ? { [variable.path]: found.value, ...(chosen && second && { [second.path]: chosen.text }) }
      : {},
    achieved: found.isFeasible ? achievedDocument(found.achieved) : {},
    reason: found.isFeasible ? null : found.reason,
    ...(found.isFeasible && found.notes.length > 0 && { notes: found.notes }),
    ...(marginal.length > 0 && { marginal }),
    ...(frontier !== undefined && { frontier: frontier.map(pointDocument) }),
    engine,
    runs,
    seed,
    version: VERSION,
  };
}

function achievedDocument({ conditions }: Achieved): object {
  return Object.fromEntries(conditions.map(({ text, value }) => [text, value]));
}

function describe(
  plan: Plan,
  { engine, runs }: PlanRequest,
  { options, terminal }: { readonly options: SimPlanOptions; readonly terminal: Terminal },
): string {
  const { goal, variable, found, marginal, second, frontier } = plan;
  const { bold } = terminal.stdout;
  const basis =
    runs === 1
      ? `By the mean field (${engine}).`
      : `By ${formatCount(runs)} runs of ${engine} at each value, confirmed by as many fresh ones, ` +
        `with a one-sided confidence of ${options.confidence.text}.`;
  const parts = [`${bold('Goal')}: ${goal.text}`];
  if (frontier !== undefined && second !== undefined)
    parts.push(renderTable(frontierTable(frontier, variable, second)));
  if (!found.isFeasible) return [...parts, bold('Impossible.'), found.reason, basis].join('\n');
  const chosen = frontier?.find((point) => point.found === found);
  const with_ = chosen === undefined || second === undefined ? '' : ` with ${second.path}=${chosen.text}`;
  const extreme = isCheaperWhenLarger(variable) ? 'The largest' : 'The least';
  const cost =
    chosen?.cost === undefined ? '' : `, the cheapest mixture (${formatCount(Math.abs(chosen.cost))})`;
  parts.push(bold(`${extreme} ${variable.path} is ${valueText(found.value)}${with_}${cost}.`));
  parts.push(
    ...found.achieved.conditions.map(
      ({ text, value }) => `  ${text}: ${value === null ? 'never reached' : figureText(text, value)}`,
    ),
  );
  const worthwhile = marginal.filter(({ perSecond }) => perSecond !== 0);
  parts.push(...worthwhile.map(marginalText), ...found.notes, basis);
  return parts.join('\n');
}

function frontierTable(
  frontier: readonly FrontierPoint[],
  variable: SearchVariable,
  second: Variation,
): Parameters<typeof renderTable>[0] {
  const hasCost = frontier.some(({ cost }) => cost !== undefined);
  return {
    caption: `Frontier: ${variable.path} for each ${second.path}`,
    columns: [second.path, variable.path, ...(hasCost ? ['cost'] : [])],
    rows: frontier.map(({ text, found, cost }) => {
      const cells = [text, found.isFeasible ? valueText(found.value) : 'impossible'];
      return hasCost ? [...cells, cost === undefined ? '–' : String(Number(cost.toPrecision(6)))] : cells;
    }),
  };
}

function marginalText({ path, perSecond }: MarginalValue): string {
  const [, , key] = path.split('.');
  const what = key === 'start' ? 'A start one minute earlier' : 'One second less delay';
  const worth = Math.abs(perSecond) * (key === 'start' ? 60 : 1);
  const honeypots = worth < 10 ? Number(worth.toPrecision(2)) : Number(worth.toPrecision(3));
  return `${what} is worth ${honeypots.toLocaleString('en-US')} honeypots.`;
}

function valueText(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : String(value);
}
