/**
 * The engines where defenses combine: a short sample of what `npm run validation:combinations` does in full. Against the agents by
 * means and by the law of the hosts ever infected; against themselves by properties of any outbreak.
 */
import { describe, expect, it } from 'vitest';
import { mixture, nameOf, pairOutbreak, PAIRS } from './combinations.mjs';
import { agentsOf, compareWithAgents, propertyBreaks } from './compare.mjs';
import { propertyCase } from './properties.mjs';

const ENGINES = ['hosts', 'probes', 'stochastic'] as const;
/** One pair in seven and a few mixtures; a different seed takes others. */
const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
const RUNS = 40;

/** What differs; nobody may refuse but the engine that counts hosts, where those differ from each other. */
function differenceOf(
  engine: string,
  result: { readonly different: readonly string[] } | null,
): readonly string[] {
  if (result !== null) return result.different;
  return engine === 'stochastic' ? [] : ['refused'];
}

function expectAgents(outbreak: ReturnType<typeof mixture>): void {
  const agents = agentsOf(outbreak);
  for (const engine of ENGINES) {
    const result = compareWithAgents(engine, outbreak, { agents, runs: RUNS, seed: SEED });
    expect(differenceOf(engine, result), engine).toEqual([]);
  }
}

describe(`combined defenses, WORMWOOD_SEED=${SEED}`, () => {
  const pairs = PAIRS.map((kinds) => ({ kinds, name: nameOf(kinds) }));
  it.each(pairs.filter((_, k) => k % 7 === SEED % 7))('$name', ({ kinds }) => {
    expectAgents(pairOutbreak(kinds, SEED));
  });

  it.each([0, 1, 2, 3])('a mixture: %i', (k) => expectAgents(mixture(SEED + k)));

  it.each(Array.from({ length: 11 }, (_, k) => SEED + k))('property of outbreak %i', (number) => {
    const { name, made } = propertyCase(number);
    for (const engine of [...ENGINES, 'ode']) {
      const result = made && propertyBreaks(engine, made, number);
      expect(result?.different ?? [], `${name}: ${engine}`).toEqual([]);
    }
  });
});
