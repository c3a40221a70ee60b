/** The section of docs/validation.md on combined defenses, from the results of all comparisons. */
import { MEAN_FIELD_SHARE } from './compare.mjs';
import { RANDOM_ENGINES } from './combination-tasks.mjs';

export const SECTION_START = '## Defenses that combine';

const HEAD = `${SECTION_START}

Made by \`npm run validation:combinations\`. The reference is a simulation of agents (\`tools/validation/oracle/agents.mjs\`) that
follows each host and each probe in plain lines and shares no code with the engines. Where it stands alone it agrees with closed forms
(\`tools/validation/oracle/two-hosts.mjs\`). Parameters, starts, and sizes are drawn from the number of each row; \`hosts\`,
\`probes\` and \`stochastic\` are compared with the agents by the mean hosts ever infected and by susceptible, infected and immunized
hosts at four times, and by the law of the hosts ever infected. *Ever infected* is the mean of the row's first outbreak. *Worst* is
the largest difference of two means over all engines and figures, in standard errors: what exceeds 3 is measured again in three times
as many fresh runs, where the same figure may differ by 4. *Law* is the distance of Kolmogorov and Smirnov as a share of what chance
exceeds once in 10,000 comparisons. *Mean field* is how far \`ode\` lies from the agents with five times the hosts, in percent of the
hosts; ${100 * MEAN_FIELD_SHARE} % beside four standard errors are allowed. A dash: the engine has no counts or equations for it, and says so.
`;

/** Returns whether the engines agree with the agents wherever they run the outbreaks of a row. */
export function agrees({ results }) {
  return results.every(
    ({ engines, meanField }) =>
      RANDOM_ENGINES.every((name) => engines[name] === null || engines[name].different.length === 0) &&
      // Who follows each host refuses none.
      engines.hosts !== null &&
      engines.probes !== null &&
      (meanField === null || meanField.share - meanField.error <= MEAN_FIELD_SHARE),
  );
}

function rowOf(result) {
  const { name, number, results } = result;
  const [{ engines }] = results;
  const ran = results.flatMap((one) => RANDOM_ENGINES.map((engine) => one.engines[engine]).filter(Boolean));
  const fields = results.map(({ meanField }) => meanField).filter(Boolean);
  const largest = (values) => (values.length === 0 ? null : Math.max(...values));
  const shown = (value, digits) => (value === null || value === undefined ? '–' : value.toFixed(digits));
  const ever = (engine) => engines[engine]?.means[0];
  return [
    number,
    name,
    shown(ever('hosts')?.a, 1),
    ...RANDOM_ENGINES.map((engine) => shown(ever(engine)?.b, 1)),
    shown(largest(ran.map(({ worst }) => worst.errors)), 1),
    shown(largest(ran.map(({ distanceShare }) => distanceShare)), 2),
    shown(largest(fields.map(({ share }) => 100 * share)), 1),
    agrees(result) ? 'pass' : '**fail**',
  ];
}

const COLUMNS = ['', 'defenses', 'agents', ...RANDOM_ENGINES, 'worst', 'law', 'mean field, %', ''];

function table(columns, rows, isLeft) {
  const line = (cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  const rule = columns.map((_, column) => (isLeft(column) ? '---' : '---:'));
  return [line(columns), `|${rule.join('|')}|`, ...rows.map(line)];
}

/** Properties by name: how many outbreaks each engine took, and which broke it. */
function propertyRows(results) {
  const rows = new Map();
  for (const { name, number, engines } of results) {
    const row = rows.get(name) ?? {};
    for (const [engine, result] of Object.entries(engines)) {
      if (result === null) continue;
      const cell = (row[engine] ??= { taken: 0, broken: [] });
      cell.taken++;
      if (result.different.length > 0) cell.broken.push(number);
    }
    rows.set(name, row);
  }
  const shown = (cell) => {
    if (cell === undefined) return '–';
    return cell.broken.length === 0
      ? `${cell.taken}`
      : `${cell.taken}, **broken by ${cell.broken.join(', ')}**`;
  };
  const cellsOf = (row) => [...RANDOM_ENGINES, 'ode'].map((engine) => shown(row[engine]));
  return [...rows].map(([name, row]) => [name].concat(cellsOf(row)));
}

/** Returns the section as lines, and what is wrong, a sentence each. */
export function sectionOf({ pairs, mixtures, properties }) {
  const wrong = [
    ...pairs.filter((pair) => !agrees(pair)).map(({ name, number }) => `pair ${number} fails: ${name}`),
    ...mixtures.filter((one) => !agrees(one)).map(({ name, number }) => `mixture ${number} fails: ${name}`),
    ...properties
      .filter(({ engines }) => Object.values(engines).some((result) => result?.different.length > 0))
      .map(({ name, number }) => `outbreak ${number} breaks: ${name}`),
  ];
  const count = (rows) => `${rows.filter(agrees).length} of ${rows.length}`;
  const isText = (column) => column === 1 || column === COLUMNS.length - 1;
  const lines = [
    HEAD,
    `${count(pairs)} pairs and ${count(mixtures)} mixtures pass.`,
    '',
    '### Pairs',
    '',
    ...table(COLUMNS, pairs.map(rowOf), isText),
    '',
    '### Mixtures of three to five',
    '',
    'Some have hosts of two scan rates, a latent period, reboots, scan rates that change, hosts that sleep, isolations that are not',
    'exponential, or cleaning that spares latent hosts.',
    '',
    ...table(COLUMNS, mixtures.map(rowOf), isText),
    '',
    '### Properties',
    '',
    `Random outbreaks of up to five defenses, ${properties.length} in all; each has the property that its number says. Counted are the`,
    'outbreaks that an engine took; the numbers of those that broke the property would stand beside.',
    '',
    ...table(['property', ...RANDOM_ENGINES, 'ode'], propertyRows(properties), (column) => column === 0),
  ];
  return { lines, wrong };
}
