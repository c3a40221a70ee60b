/**
 * A checking constructor: an outbreak that plain JavaScript has put together, with every field looked at, so that a wrong one
 * is an error in words and never a NaN in a result.
 */
import { nearest } from '@wormwood/base';
import type { Outbreak } from './outbreak.ts';

/** Returns what is wrong with a value at a path, a sentence each. */
type Rule = (value: unknown, path: string) => readonly string[];
type Rules = Readonly<Record<string, Rule>>;

const ADDRESSES_MAX = 2 ** 53;

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
}

function number(allowed: string, isAllowed: (value: number) => boolean): Rule {
  return (value, path) => {
    if (typeof value === 'number' && Number.isFinite(value) && isAllowed(value)) return [];
    return [`${path} is ${typeof value === 'number' ? value : shown(value)}; it must be ${allowed}.`];
  };
}

const count = number('a whole number, 0 or more', (value) => Number.isInteger(value) && value >= 0);
const size = number('a whole number from 1 to 2^53', (value) => {
  return Number.isInteger(value) && value >= 1 && value <= ADDRESSES_MAX;
});
const contactsRule = number('a whole number from 1 to 255', (value) => {
  return Number.isInteger(value) && value >= 1 && value <= 255;
});
const rate = number('a number, 0 or more', (value) => value >= 0);
const positive = number('a number above 0', (value) => value > 0);
const fraction = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
const share = number('a number above 0 and below 1', (value) => value > 0 && value < 1);
const boolean: Rule = (value, path) => {
  return typeof value === 'boolean' ? [] : [`${path} is ${shown(value)}; it must be true or false.`];
};

function optional(rule: Rule): Rule {
  return (value, path) => (value === undefined ? [] : rule(value, path));
}

function oneOf(...allowed: readonly string[]): Rule {
  return (value, path) => {
    if (typeof value === 'string' && allowed.includes(value)) return [];
    return [`${path} is ${shown(value)}; it must be one of ${allowed.join(', ')}.`];
  };
}

function list(rule: Rule): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) return [`${path} is ${shown(value)}; it must be a list.`];
    return value.flatMap((item, row) => rule(item, `${path}[${row}]`));
  };
}

function fields(rules: Rules): Rule {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [`${path} is ${shown(value)}; it must be an object.`];
    }
    const known = Object.keys(rules);
    const unknown = Object.keys(value)
      .filter((key) => !known.includes(key))
      .map((key) => {
        const near = nearest(key, known);
        return `${path} has no field ${key}${near === undefined ? '.' : `; ${near} is nearest.`}`;
      });
    const given = value as Readonly<Record<string, unknown>>;
    return [...unknown, ...known.flatMap((key) => rules[key]!(given[key], `${path}.${key}`))];
  };
}

/** An object whose field `kind` says which rules its other fields follow. */
function byKind(kinds: Readonly<Record<string, Rules>>): Rule {
  const kindRule = oneOf(...Object.keys(kinds));
  return (value, path) => {
    if (typeof value !== 'object' || value === null) return fields({})(value, path);
    const { kind } = value as { readonly kind?: unknown };
    const problems = kindRule(kind, `${path}.kind`);
    return problems.length > 0 ? problems : fields({ kind: kindRule, ...kinds[kind as string] })(value, path);
  };
}

const range = { first: count, size: count };

const delayLaw = byKind({
  exponential: {},
  fixed: {},
  uniform: { spread: fraction },
  gamma: { shape: positive },
  'log-normal': { sigma: rate },
});

const randomGraph = byKind({
  'erdos-renyi': { meanDegree: rate },
  'barabasi-albert': { links: size },
  'watts-strogatz': { degree: count, rewired: fraction },
  degrees: { degrees: list(fields({ degree: count, hosts: count })) },
});

const searches: Readonly<Record<string, Rules>> = {
  uniform: {},
  local: {
    levels: list(fields({ networkSize: size, probability: fraction })),
    around: optional(fields({ addresses: count, probability: fraction })),
  },
  routable: { ranges: list(fields(range)) },
  'coverage-hole': { reached: fraction },
  lists: { lists: list(fields({ ...range, probability: fraction })) },
  sequential: { nearProbability: fraction },
  permutation: {
    giveUpAfter: (value, path) => (value === null ? [] : size(value, path)),
    partitioned: boolean,
  },
  'short-cycles': { cycles: list(fraction) },
  topological: {
    neighbors: (value, path) =>
      Array.isArray(value) ? list(list(count))(value, path) : randomGraph(value, path),
    immune: optional(fields({ who: oneOf('hubs', 'neighbors', 'anyone'), fraction })),
  },
};

const atTime = { time: { timeSeconds: rate } };
const start = byKind({
  ...atTime,
  observed: { monitoredAddresses: count, probes: count, prepareSeconds: rate },
});

const countermeasures: Readonly<Record<string, Rules>> = {
  blacklist: { reactionSeconds: positive, reactionLaw: optional(delayLaw), coverage: fraction },
  'avoided-honeypots': { count: rate, learning: fraction, coverage: fraction },
  'bandwidth-cap': { probesPerSecond: rate },
  'clean-up': {
    containSeconds: positive,
    containLaw: optional(delayLaw),
    cleanSeconds: positive,
    coverage: fraction,
    sparesLatent: optional(boolean),
  },
  congestion: { exponent: rate },
  filter: { coverage: fraction },
  'counter-worm': { hosts: rate, scanRatePerSecond: rate, entersInfected: boolean },
  disinfection: { ratePerSecond: rate, coverage: fraction, sparesLatent: optional(boolean) },
  quarantine: {
    alarmRatePerSecond: rate,
    falseAlarmRatePerSecond: rate,
    quarantineSeconds: rate,
    quarantineLaw: optional(delayLaw),
    coverage: fraction,
  },
  'kill-switch': { coverage: fraction },
  'patch-scanning': { probesPerSecond: rate, coverage: fraction },
  patching: {
    curve: byKind({
      constant: { ratePerSecond: rate },
      logistic: { ratePerSecond: rate, firstFraction: share },
      awareness: { ratePerSecond: rate },
    }),
    coverage: fraction,
  },
  throttle: { coverage: fraction, allowedPerSecond: rate },
};

const outbreakRule = fields({
  addressSpaceSize: size,
  firstAddress: count,
  population: fields({
    vulnerable: count,
    infected: count,
    placement: optional(
      byKind({
        uniform: {},
        clustered: { levels: list(fields({ networkSize: size, networks: size })) },
        ranges: { ranges: list(fields({ ...range, weight: optional(rate) })) },
      }),
    ),
    rebootRatePerSecond: optional(rate),
    churnRatePerSecond: optional(rate),
  }),
  worm: fields({
    scanRatePerSecond: rate,
    strategy: byKind({
      ...searches,
      hitlist: { size: count, vulnerableFraction: fraction, then: byKind(searches) },
    }),
    scanRates: optional(
      byKind({
        classes: { classes: list(fields({ fraction, scanRatePerSecond: rate })) },
        'log-normal': { sigma: rate },
      }),
    ),
    latentSeconds: optional(rate),
    latentLaw: optional(delayLaw),
    rateChanges: optional(list(fields({ timeSeconds: rate, factor: rate }))),
    dormancy: optional(fields({ sleepRatePerSecond: rate, wakeRatePerSecond: rate })),
  }),
  honeypots: list(
    byKind({
      honeypots: {
        // Not whole in a mean field or on counts, where they are a rate.
        count: rate,
        start: byKind({ ...atTime, contacts: { contacts: count, prepareSeconds: rate } }),
        delaySeconds: rate,
        delayLaw: optional(delayLaw),
        contacts: optional(contactsRule),
        success: fraction,
        placement: oneOf('scattered', 'block', 'populated'),
      },
    }),
  ),
  countermeasures: optional(
    list(
      byKind(
        Object.fromEntries(Object.entries(countermeasures).map(([kind, of]) => [kind, { start, ...of }])),
      ),
    ),
  ),
  durationSeconds: positive,
  sampleSeconds: positive,
});

/**
 * Returns the outbreak that was given, after a look at every field.
 *
 * @throws {TypeError} with a sentence for each wrong field: where it stands, what it is, and what is allowed. What an
 * engine cannot run is not wrong; `unsupported` of the engine says that.
 */
export function checkedOutbreak(given: Outbreak): Outbreak {
  const problems = [...outbreakRule(given, 'outbreak')];
  if (problems.length === 0 && given.population.infected > given.population.vulnerable) {
    const { infected, vulnerable } = given.population;
    problems.push(
      `outbreak.population.infected is ${infected}; it must be at most vulnerable, ${vulnerable}.`,
    );
  }
  if (problems.length === 0) problems.push(...unsortedChanges(given));
  if (problems.length > 0) throw new TypeError(problems.join('\n'));
  return given;
}

function unsortedChanges({ worm: { rateChanges = [] } }: Outbreak): readonly string[] {
  return rateChanges.flatMap(({ timeSeconds }, row) => {
    const before = rateChanges[row - 1]?.timeSeconds ?? -1;
    if (timeSeconds > before) return [];
    const path = `outbreak.worm.rateChanges[${row}].timeSeconds`;
    return [`${path} is ${timeSeconds}; it must be above that of the change before, ${before}.`];
  });
}
