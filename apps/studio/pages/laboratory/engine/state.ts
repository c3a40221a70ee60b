/**
 * The state of the laboratory as signals: the setup, its mean field, the result that the command line would print, and the
 * band of runs around it. Nothing waits for the slower ones, and a newer setup cancels them.
 */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { chooseEngine, type EngineChoice } from '@wormwood/epidemic';
import { resultDocument, type SimulationResult } from '@wormwood/report';
import type { Setup } from '../scenario/setup.ts';
import { BAND_RUNS, type Computed, meanField, randomEngineOf, resultOf, thinned } from './compute.ts';
import { Cancelled } from './workers.ts';

/** Rest after a move before the workers begin. */
const REST_MS = 220;
/** Where the mean field takes longer than this, it waits for the rest as well. */
const QUICK_MS = 60;

/** What is computed; null until the address is read. */
export const setup: ReadonlySignal<Setup | null> = computed(() => current.value);
const current = signal<Setup | null>(null);
/** Whether a handle moves just now. */
export const isMoving: ReadonlySignal<boolean> = computed(() => moving.value);
const moving = signal(false);
/** The mean field of the newest setup that it was computed for. */
export const mean = signal<Computed | null>(null);
/** The engine and the runs that the command line would take; null where that is not settled. */
const choice = signal<EngineChoice | null>(null);
/** The result of runs of that choice; null until the workers have it, and for the mean field. */
const ofRuns = signal<SimulationResult | null>(null);
/** The band of runs around a mean field. */
export const band = signal<SimulationResult | null>(null);
/** What the workers are at, and what they could not do. */
export const work = signal<{
  readonly completed: number;
  readonly runs: number;
  readonly engine: string;
} | null>(null);
export const failure = signal<string | null>(null);

/** What the page shows: the result of the command line, until it is there the mean field, until then nothing. */
export const shown: ReadonlySignal<SimulationResult | null> = computed(() => {
  if (ofRuns.value !== null) return ofRuns.value;
  return mean.value?.ok === true ? mean.value.result : null;
});

/** Why the engine is the one that it is; null where the mean field says it all. */
export const reason: ReadonlySignal<string | null> = computed(() => choice.value?.reason ?? null);

let rest: ReturnType<typeof setTimeout> | undefined;
let cancel = new AbortController();
let lastTookMs = 0;
let waiters: (() => void)[] = [];
let isSettled = false;

/** Computes another setup from now on; `isMove`: more of the same movement follow. */
export function compute(next: Setup, { isMove = false }: { readonly isMove?: boolean } = {}): void {
  cancel.abort();
  cancel = new AbortController();
  clearTimeout(rest);
  isSettled = false;
  batch(() => {
    current.value = next;
    moving.value = isMove;
    choice.value = null;
    ofRuns.value = null;
    band.value = null;
    work.value = null;
    failure.value = null;
    if (lastTookMs <= QUICK_MS || !isMove) computeMean(next);
    if (!isMove) choice.value = chosen(next);
  });
  rest = setTimeout(() => void settle(next), isMove ? REST_MS : 0);
}

function computeMean(next: Setup): void {
  const computedMean = meanField(next);
  mean.value = computedMean;
  lastTookMs = computedMean.ok ? computedMean.tookMs : 0;
}

function chosen({ outbreak, engine, runs }: Setup): EngineChoice {
  return engine === null
    ? chooseEngine(outbreak, runs ?? undefined)
    : { engine, runs: runs ?? 1, reason: null };
}

/** The movement has ended: everything is computed. */
async function settle(next: Setup): Promise<void> {
  const { signal: ended } = cancel;
  batch(() => {
    moving.value = false;
    choice.value ??= chosen(next);
    if (lastTookMs > QUICK_MS) computeMean(next);
  });
  const { engine, runs } = choice.peek() ?? { engine: 'ode', runs: 1 };
  const onProgress = (total: number, name: string) => (completed: number) => {
    work.value = { completed, runs: total, engine: name };
  };
  try {
    if (engine !== 'ode') {
      onProgress(runs, engine)(0);
      ofRuns.value = await resultOf(
        next,
        { engine, runs },
        { signal: ended, onProgress: onProgress(runs, engine) },
      );
    }
    const other = randomEngineOf(next.outbreak);
    if ((engine === 'ode' || runs === 1) && other !== null) {
      onProgress(BAND_RUNS, other)(0);
      const settings = { signal: ended, onProgress: onProgress(BAND_RUNS, other) };
      band.value = await resultOf(thinned(next), { engine: other, runs: BAND_RUNS }, settings);
    }
  } catch (error) {
    if (error instanceof Cancelled || ended.aborted) return;
    failure.value = error instanceof Error ? error.message : String(error);
  }
  if (ended.aborted) return;
  work.value = null;
  isSettled = true;
  for (const wake of waiters) wake();
  waiters = [];
}

/** What programs read of the page. */
export interface Wormwood {
  /** The `summary` that `sim run --json` prints for what is shown; null while runs are under way. */
  summary(): SimulationResult['summary'] | null;
  /** The whole object that `sim run --json` prints; null while runs are under way. */
  result(): unknown;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

/** Returns the result of the newest setup; null while its runs are under way. */
function settledResult(): SimulationResult | null {
  const now = current.peek();
  if (now === null) return null;
  const { engine } = choice.peek() ?? chosen(now);
  if (engine !== 'ode') return ofRuns.peek();
  const field = lastTookMs > QUICK_MS && moving.peek() ? meanField(now) : mean.peek();
  return field?.ok === true ? field.result : null;
}

/** Puts `window.wormwood` there. */
export function exposeResults(): void {
  const wormwood: Wormwood = {
    summary: () => settledResult()?.summary ?? null,
    result: () => {
      const result = settledResult();
      return result === null ? null : resultDocument(result);
    },
    settled: () =>
      new Promise((resolve) => {
        if (isSettled) resolve();
        else waiters.push(resolve);
      }),
  };
  Object.assign(window, { wormwood });
}
