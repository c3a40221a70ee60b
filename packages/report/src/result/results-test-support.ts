/** Results of real runs to draw and describe: the seed's outbreak with other numbers. */
import { randomStreams } from '@wormwood/base';
import { ode } from '@wormwood/epidemic';
import type { EnsembleSummary, SeriesBand, SimulationResult } from './result.ts';
import { checkScenarioDocument } from '@wormwood/files/scenario';
import { toSingleResult } from './to-result.ts';

export interface Variation {
  readonly name?: string;
  readonly vulnerable?: number;
  readonly honeypots?: number;
  readonly start?: string | { readonly contacts: number; readonly prepare: string };
  readonly delay?: string;
  readonly duration?: string;
  readonly success?: number;
  readonly space?: string;
  readonly infected?: number;
}

const known = new Map<string, SimulationResult>();

/** Returns the mean field of a variation; the same one twice is computed once. */
export function odeResult(variation: Variation = {}): SimulationResult {
  const key = JSON.stringify(variation);
  const result = known.get(key) ?? runOde(variation);
  known.set(key, result);
  return result;
}

function runOde(variation: Variation): SimulationResult {
  const {
    name = 'seed',
    vulnerable = 360_000,
    honeypots = 262_144,
    start = '20min',
    delay = '1s',
  } = variation;
  const { duration = '24h', success = 1, space = '2^32', infected = Math.min(150, vulnerable) } = variation;
  const check = checkScenarioDocument(
    {
      version: 1,
      name,
      duration,
      space,
      population: { vulnerable, infected },
      worm: { scanRate: '50/s' },
      defenses: honeypots > 0 ? [{ kind: 'honeypots', count: honeypots, start, delay, success }] : [],
      sample: '60s',
    },
    'fixture',
  );
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  const run = ode.run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
  return toSingleResult(run, { scenario: check.scenario, seed: '1', version: '0.0.0' });
}

/** The result as if it were the mean of many runs, with a band of a tenth on both sides. */
export function asEnsemble(result: SimulationResult): SimulationResult {
  const band = (values: readonly number[] | SeriesBand): SeriesBand => {
    const mean = values as readonly number[];
    const scaled = (factor: number) => mean.map((value) => value * factor);
    return { mean, q05: scaled(0.9), q25: scaled(0.95), q50: mean, q75: scaled(1.05), q95: scaled(1.1) };
  };
  const { time, susceptible, infected, immunized } = result.series;
  return {
    ...result,
    engine: 'hosts',
    runs: 400,
    series: { time, susceptible: band(susceptible), infected: band(infected), immunized: band(immunized) },
  };
}

/** The result with distributions of a tenth on both sides in its summary. */
export function ensembleOf(
  result: SimulationResult,
  { extinctProbability = 1 }: Partial<Pick<EnsembleSummary, 'extinctProbability'>>,
): SimulationResult {
  const spread = (value: number | null) => {
    const at = (factor: number) => (value === null ? null : value * factor);
    return {
      mean: value,
      sd: at(0.06),
      se: at(0.003),
      q05: at(0.9),
      q25: at(0.95),
      q50: value,
      q75: at(1.05),
      q95: at(1.1),
    };
  };
  const { timeTo, ...figures } = result.summary as Extract<
    SimulationResult['summary'],
    { peakInfected: number }
  >;
  const each = (values: object) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, spread(value as number | null)]));
  return {
    ...asEnsemble(result),
    summary: { ...each(figures), timeTo: each(timeTo), extinctProbability } as unknown as EnsembleSummary,
  };
}
