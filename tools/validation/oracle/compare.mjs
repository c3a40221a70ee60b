/** Many runs of the agents and of an engine, and whether they are runs of the same outbreak. */
import { engineNamed } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { simulate } from './agents.mjs';
import { compareSamples, differencesOf, momentsOf } from './samples.mjs';

/** At which samples counts are compared: at four times spread over the run, the end among them. */
function timesOf({ time }) {
  const last = time.length - 1;
  return [0.2, 0.4, 0.65, 1].map((share) => Math.round(share * last));
}

/** The figures of one run: hosts ever infected, then susceptible, infected and immunized hosts at four times. */
function figuresOf({ everInfected, ...trajectory }) {
  const counts = [trajectory.susceptible, trajectory.infected, trajectory.immunized];
  return [everInfected, ...timesOf(trajectory).flatMap((k) => counts.map((count) => count[k]))];
}

export const FIGURES = [
  'ever infected',
  ...['early', 'middle', 'late', 'end'].flatMap((when) =>
    ['susceptible', 'infected', 'immunized'].map((state) => `${state} ${when}`),
  ),
];

/** Figures of `runs` runs of the agents, one row a run. */
export function agentSample(outbreak, runs, seed) {
  return Array.from({ length: runs }, (_, k) => figuresOf(simulate(outbreak, seed * 2 ** 20 + k)));
}

/** Figures of `runs` runs of an engine, one of the mean field; null where the engine refuses the outbreak. */
export function engineSample(name, outbreak, runs, seed) {
  const engine = engineNamed(name);
  if (engine.unsupported(outbreak).length > 0) return null;
  const streams = randomStreams(String(seed));
  return Array.from({ length: engine.random ? runs : 1 }, (_, replicate) => {
    const { trajectory, summary } = engine.run(outbreak, { streams, replicate });
    return figuresOf({ ...trajectory, everInfected: summary.everInfected });
  });
}

/** Samples of the agents on one outbreak, made once for all engines that are compared with them. */
export function agentsOf(outbreak) {
  const made = new Map();
  return (runs, seed) => {
    const key = `${runs} ${seed}`;
    if (!made.has(key)) made.set(key, agentSample(outbreak, runs, seed));
    return made.get(key);
  };
}

/** Standard errors by which means stand out at first, and by which they must differ again. */
const STANDS_OUT = 3;
const DIFFERS = 4;

/** Compares; what stands out counts if it differs again in `later` fresh runs. */
function twice(runs, later, compare) {
  const first = compare(runs, 0);
  if (first === null) return null;
  const suspects = differencesOf(first, STANDS_OUT);
  if (suspects.different.length === 0) return suspects;
  const again = differencesOf(compare(later, 1), DIFFERS);
  const different = again.different.filter((figure) => suspects.different.includes(figure));
  return { ...again, different, ranks: first.ranks };
}

/**
 * Compares an engine with the agents on one outbreak. What stands out is looked at again in three times as many fresh runs, and
 * counts only if the same figure differs there too.
 *
 * @returns what `differencesOf` does; null where the engine refuses the outbreak.
 */
export function compareWithAgents(name, outbreak, { agents, runs, seed }) {
  return twice(runs, 3 * runs, (count, part) => {
    const sample = engineSample(name, outbreak, count, 2 * seed + part);
    return sample && compareSamples(agents(count, 2 * seed + part), sample, FIGURES);
  });
}

/** Runs of each of the two outbreaks of a property, at first and again. */
const PROPERTY_RUNS = [20, 400];

/**
 * Compares two outbreaks in one engine.
 *
 * @param made `{same: [a, b]}` for one law, `{less, more}` where the first must not infect more hosts on average, or `{agents}`
 * for the law of the agents.
 * @returns what `differencesOf` does, about what breaks that; null where the engine refuses.
 */
export function propertyBreaks(name, made, seed) {
  if (made.agents !== undefined) return agentsBreak(name, made.agents, seed);
  const isSame = made.same !== undefined;
  const [a, b] = made.same ?? [made.less, made.more];
  if (!engineNamed(name).random) return meanFieldBreaks(a, b, isSame);
  return twice(...PROPERTY_RUNS, (runs, part) => {
    const one = engineSample(name, a, runs, 4 * seed + 2 * part);
    const other = engineSample(name, b, runs, 4 * seed + 2 * part + (made.isExact ? 0 : 1));
    if (one === null || other === null) return null;
    const compared = compareSamples(one, other, FIGURES);
    if (made.isExact) return { ...compared, means: unequal(one, other) };
    if (isSame) return compared;
    const ever = compared.means[0];
    return { ...compared, means: ever.a > ever.b ? [ever] : [], distance: 0 };
  });
}

function agentsBreak(name, outbreak, seed) {
  if (!engineNamed(name).random) return null;
  return twice(...PROPERTY_RUNS, (runs, part) => {
    const sample = engineSample(name, outbreak, runs, 4 * seed + part);
    return sample && compareSamples(agentSample(outbreak, runs, 4 * seed + part), sample, FIGURES);
  });
}

/** The figures that are not the same number in every run. */
function unequal(one, other) {
  const differs = (column) => one.some((row, run) => row[column] !== other[run][column]);
  return FIGURES.filter((_, column) => differs(column)).map((name) => ({ name, errors: Infinity }));
}

/** The mean field has no chance: what is the same differs by its numerical error, below 10⁻⁴ of the hosts. */
function meanFieldBreaks(a, b, isSame) {
  const [one] = engineSample('ode', a, 1, 0) ?? [];
  const [other] = engineSample('ode', b, 1, 0) ?? [];
  if (one === undefined || other === undefined) return null;
  const allowed = 1e-4 * a.population.vulnerable;
  const isApart = (_, column) => {
    const difference = one[column] - other[column];
    return (isSame ? Math.abs(difference) : difference) > allowed && (isSame || column === 0);
  };
  return { different: FIGURES.filter(isApart) };
}

/** The same outbreak `times` as large: as many times the hosts, addresses, honeypots, and probes of all together. */
export function enlarged(outbreak, times) {
  const { population, honeypots, countermeasures = [] } = outbreak;
  const grow = (object, ...keys) =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => [key, keys.includes(key) ? value * times : value]),
    );
  const startOf = (start) => grow(start, 'contacts', 'probes', 'monitoredAddresses');
  const measure = (one) =>
    Object.assign(grow(one, 'count', 'hosts', 'probesPerSecond'), { start: startOf(one.start) });
  return {
    ...outbreak,
    addressSpaceSize: outbreak.addressSpaceSize * times,
    population: grow(population, 'vulnerable', 'infected'),
    honeypots: honeypots.map(measure),
    countermeasures: countermeasures.map(measure),
  };
}

/** How far the mean field may lie from the mean of the agents with some thousand hosts, as a share of the hosts. */
export const MEAN_FIELD_SHARE = 0.02;

/**
 * Compares the mean field with a sample of the agents, which is only made where there is a mean field.
 *
 * @returns the figure that lies furthest off, by which share of the hosts, and four standard errors of that; null where the mean
 * field has no equations.
 */
export function meanFieldDistance(outbreak, sampleOf) {
  const [row] = engineSample('ode', outbreak, 1, 0) ?? [];
  if (row === undefined) return null;
  const sample = sampleOf();
  const { vulnerable } = outbreak.population;
  const distances = row.map((value, column) => {
    const { mean, standardError } = momentsOf(sample, column);
    const share = Math.abs(value - mean) / vulnerable;
    return { figure: FIGURES[column], share, error: (DIFFERS * standardError) / vulnerable };
  });
  return distances.reduce((most, next) => (next.share - next.error > most.share - most.error ? next : most));
}
