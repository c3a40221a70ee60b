/** The prediction of a scenario: many runs of the engine `hosts`, as an ensemble and one by one. */
import { assert } from '@wormwood/base';
import {
  type ChunkRequest,
  type Ensemble,
  hosts,
  type Outbreak,
  type RunChunk,
  runChunk,
  runEnsemble,
  type Trajectory,
} from '@wormwood/epidemic';

/** Many runs of one outbreak, as an ensemble and one by one. */
export interface Prediction {
  readonly ensemble: Ensemble;
  readonly trajectories: readonly Trajectory[];
}

/** Runs the engine `hosts` `runs` times. */
export async function predict(outbreak: Outbreak, seed: string, runs: number): Promise<Prediction> {
  const obstacles = hosts.unsupported(outbreak);
  assert(obstacles.length === 0, obstacles[0] ?? '');
  const { vulnerable } = outbreak.population;
  const trajectories: Trajectory[] = [];
  const execute = (request: ChunkRequest): Promise<RunChunk> => {
    const chunk = runChunk(request);
    for (let row = 0; row < chunk.count; row++) {
      trajectories[chunk.first + row] = trajectoryOf(chunk, row, vulnerable);
    }
    return Promise.resolve(chunk);
  };
  const ensemble = await runEnsemble({ outbreak, engine: 'hosts', seed, runs }, execute, { workers: 1 });
  return { ensemble, trajectories };
}

function trajectoryOf(chunk: RunChunk, row: number, vulnerable: number): Trajectory {
  const { time } = chunk;
  const from = row * time.length;
  const susceptible = Float64Array.from(chunk.susceptible.subarray(from, from + time.length));
  const infected = Float64Array.from(chunk.infected.subarray(from, from + time.length));
  const immunized = susceptible.map((count, sample) => vulnerable - count - (infected[sample] ?? 0));
  return { time, susceptible, infected, immunized };
}
