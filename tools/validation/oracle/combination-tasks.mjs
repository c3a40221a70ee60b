/** The comparisons of the section on combined defenses, each from its number alone, so that any worker may do any. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { mixture, nameOf, pairOutbreak, PAIRS, measuresOf } from './combinations.mjs';
import {
  agentSample,
  agentsOf,
  compareWithAgents,
  enlarged,
  meanFieldDistance,
  propertyBreaks,
} from './compare.mjs';
import { propertyCase } from './properties.mjs';

export const RANDOM_ENGINES = ['hosts', 'probes', 'stochastic'];

/** Runs of agents and engine on a combination; the mean field against fewer runs of the agents with five times the hosts. */
const RUNS = 200;
const LARGER = { times: 5, runs: 30 };

/** Each pair of kinds is drawn so many times. */
const OUTBREAKS_OF_A_PAIR = 2;

const tasks = {
  pair: (number) => {
    const kinds = PAIRS[number];
    const seeds = Array.from({ length: OUTBREAKS_OF_A_PAIR }, (_, k) => OUTBREAKS_OF_A_PAIR * number + k);
    const results = seeds.map((seed) => comparisonOf(pairOutbreak(kinds, seed), seed));
    return { name: nameOf(kinds), number, results };
  },
  mixture: (number) => {
    const outbreak = mixture(number);
    const kinds = measuresOf(outbreak).map(({ kind }) => kind);
    return { name: nameOf(kinds), number, results: [comparisonOf(outbreak, 1e6 + number)] };
  },
  property: (number) => {
    const { name, made } = propertyCase(number);
    if (made === null) return { name, number, engines: {} };
    const engines = Object.fromEntries(
      [...RANDOM_ENGINES, 'ode'].map((engine) => {
        const result = propertyBreaks(engine, made, 2e6 + number);
        return [engine, result && { different: result.different, ranks: result.ranks }];
      }),
    );
    return { name, number, engines };
  },
};

function comparisonOf(outbreak, seed) {
  const agents = agentsOf(outbreak);
  const engines = Object.fromEntries(
    RANDOM_ENGINES.map((name) => [name, compareWithAgents(name, outbreak, { agents, runs: RUNS, seed })]),
  );
  const large = enlarged(outbreak, LARGER.times);
  const meanField = meanFieldDistance(large, () => agentSample(large, LARGER.runs, seed));
  return { engines, meanField };
}

export function taskResult({ kind, number }) {
  return tasks[kind](number);
}

if (!isMainThread) parentPort.on('message', (task) => parentPort.postMessage(taskResult(task)));
