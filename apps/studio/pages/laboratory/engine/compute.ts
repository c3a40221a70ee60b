/** From a setup to results: the mean field at once, everything else by the workers. */
import { randomStreams } from '@wormwood/base';
import { type EngineName, engineNamed, ode, type Outbreak, runEnsemble } from '@wormwood/epidemic';
import { type SimulationResult, toEnsembleResult, toSingleResult } from '@wormwood/report';
import manifest from '../../../package.json' with { type: 'json' };
import { HOSTS_MAX, type Setup } from '../scenario/setup.ts';
import { inWorker, workerCount } from './workers.ts';

const { version } = manifest;

/** Runs of the band around a mean field. */
export const BAND_RUNS = 20;
const BAND_SAMPLES = 300;
/** The page stands still for no longer than this. */
const STANDSTILL_MS = 2000;

export type Computed =
  | { readonly ok: true; readonly result: SimulationResult; readonly tookMs: number }
  | { readonly ok: false; readonly reason: string };

/** Returns the result of the mean field, as the engine `ode` of the command line has it; or why there is none. */
export function meanField({ scenario, outbreak, seed }: Setup): Computed {
  const [reason] = ode.unsupported(outbreak);
  if (reason !== undefined) return { ok: false, reason };
  const began = performance.now();
  const control = {
    shouldStop: () => performance.now() - began > STANDSTILL_MS,
    progress: () => undefined,
  };
  const run = ode.run(outbreak, { streams: randomStreams(seed), replicate: 0 }, control);
  const tookMs = performance.now() - began;
  if (run.partial)
    return { ok: false, reason: 'The mean field takes too long for a page; run it on the command line.' };
  return { ok: true, result: toSingleResult(run, { scenario, seed, version }), tookMs };
}

/** What is to be computed in the workers. */
export interface Runs {
  readonly engine: EngineName;
  readonly runs: number;
}

/** Returns the result of runs as `sim run --json` has it. Rejects with a reason, or with `Cancelled`. */
export async function resultOf(
  setup: Setup,
  { engine, runs }: Runs,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress?: (completed: number) => void },
): Promise<SimulationResult> {
  const { outbreak, scenario, seed } = setup;
  if (outbreak.population.vulnerable > HOSTS_MAX && engine === 'hosts')
    throw new Error('A page does not follow so many single hosts; the command line does.');
  const context = { scenario, seed, version };
  if (runs === 1) {
    const { run } = await inWorker({ kind: 'single', engine, outbreak, seed, keepInfections: false }, signal);
    return toSingleResult(run, context);
  }
  const ensemble = await runEnsemble(
    { outbreak, engine, seed, runs },
    (request) => inWorker({ kind: 'chunk', request }, signal),
    { workers: workerCount, signal, onProgress: ({ completed }) => onProgress?.(completed) },
  );
  return toEnsembleResult(ensemble, context);
}

/** Returns an engine whose runs differ and that can run the outbreak; null where there is none. */
export function randomEngineOf(outbreak: Outbreak): EngineName | null {
  if (outbreak.population.vulnerable > HOSTS_MAX) return null;
  return (
    (['stochastic', 'hosts'] as const).find((name) => engineNamed(name).unsupported(outbreak).length === 0) ??
    null
  );
}

/** Returns the setup with few samples, enough for a band in a picture. */
export function thinned(setup: Setup): Setup {
  const { outbreak } = setup;
  const sampleSeconds = Math.max(outbreak.sampleSeconds, outbreak.durationSeconds / BAND_SAMPLES);
  return { ...setup, outbreak: { ...outbreak, sampleSeconds } };
}
