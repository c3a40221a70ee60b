/** Results of real runs to draw and describe: the seed's outbreak with other numbers. */
import { randomStreams } from '@wormwood/base';
import { ode } from '@wormwood/epidemic';
import type { SeriesBand, SimulationResult } from '../result.ts';
import { checkScenarioDocument, scenarioDocument } from '../scenario-file.ts';
import { toSingleResult } from '../to-result.ts';

export interface Variation {
  readonly name?: string;
  readonly vulnerable?: number;
  readonly honeypots?: number;
  readonly start?: string | { readonly contacts: number; readonly prepare: string };
  readonly delay?: string;
  readonly duration?: string;
}

export function odeResult(variation: Variation = {}): SimulationResult {
  const {
    name = 'seed',
    vulnerable = 360_000,
    honeypots = 262_144,
    start = '20min',
    delay = '1s',
  } = variation;
  const { duration = '24h' } = variation;
  const check = checkScenarioDocument(
    {
      version: 1,
      name,
      duration,
      population: { vulnerable, infected: Math.min(150, vulnerable) },
      worm: { scanRate: '50/s' },
      defenses: honeypots > 0 ? [{ kind: 'honeypots', count: honeypots, start, delay }] : [],
      sample: '60s',
    },
    'fixture',
  );
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  const run = ode.run(check.outbreak, { streams: randomStreams('1'), replicate: 0 });
  return toSingleResult(run, { scenario: scenarioDocument(check.scenario), seed: '1', version: '0.0.0' });
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
