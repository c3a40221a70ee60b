/**
 * The scenario file: its keys, their meanings and their defaults. The one place to add a key, a word or a kind of defense;
 * the checker, the JSON Schema, `--json` and the paths of sweeps follow from it.
 */
import { lawField } from './delay-law-shape.ts';
import { parseCidr, parseCount, formatCidr, type Parsed } from '@wormwood/base';
import type {
  Countermeasure,
  DelayLaw,
  Dormancy,
  Honeypots,
  HoneypotStart,
  RateChange,
} from '@wormwood/epidemic';
import { countermeasureShapes } from './countermeasure-shapes.ts';
import { placement, type ScenarioPlacement } from './population-shapes.ts';
import { dormancy, rateChanges } from './rate-change-shapes.ts';
import { scanRate, type ScenarioScanRate } from './scan-rate-shapes.ts';
import { type ScenarioStrategy, strategy } from './strategy-shapes.ts';
import { count, countJsonSchema, duration, fraction, rate, startTime } from '../shape/quantity-shapes.ts';
import { scalar, text, word } from '../shape/scalar-shapes.ts';
import type { JsonSchema, Shape } from '../shape/shape.ts';
import { kinds, list, mapping, scalarOrMapping } from '../shape/structure-shapes.ts';

/** A checked scenario: an outbreak with a name, in plain numbers. */
export interface Scenario {
  readonly version: 1;
  readonly name: string;
  readonly durationSeconds: number;
  readonly space: AddressSpace;
  readonly population: ScenarioPopulation;
  readonly worm: ScenarioWorm;
  readonly defenses: readonly ScenarioDefense[];
  readonly sampleSeconds: number;
  /** Reported numbers of infected hosts, which reports show beside the simulated ones. */
  readonly milestones: readonly Milestone[];
  /** The works that the numbers come from. */
  readonly sources: readonly string[];
}

/** A reported number of hosts infected by some time. */
export interface Milestone {
  readonly atSeconds: number;
  readonly infected: number;
  readonly reported: string;
}

/** The addresses that an outbreak is about. */
export interface AddressSpace {
  /** Addresses that the worm scans. */
  readonly size: number;
  /** The lowest of them. */
  readonly firstAddress: number;
}

export interface ScenarioPopulation {
  readonly vulnerable: number;
  readonly infected: number;
  /** Where the vulnerable hosts lie. */
  readonly placement: ScenarioPlacement;
  readonly rebootRatePerSecond: number;
  readonly churnRatePerSecond: number;
}

export interface ScenarioWorm {
  readonly scanRate: ScenarioScanRate;
  readonly strategy: ScenarioStrategy;
  readonly latentSeconds: number;
  readonly latentLaw: DelayLaw | undefined;
  readonly rateChanges: readonly RateChange[] | undefined;
  readonly dormancy: Dormancy | undefined;
}

export type ScenarioDefense = Honeypots | Countermeasure;

const version: Shape<1> = scalar<1>({
  allowed: 'the number 1',
  code: 'unsupported-version',
  parse: (input) =>
    input === 1
      ? { ok: true, value: 1 }
      : {
          ok: false,
          reason: `This version of the program reads scenario files of version 1, not ${JSON.stringify(input)}.`,
        },
  write: (value) => value,
  jsonSchema: { const: 1 },
});

const ADDRESSES_MAX = 2 ** 53;
/** Smaller powers of two are written as plain numbers. */
const POWER_WRITTEN_MIN = 16;

const space: Shape<AddressSpace> = scalar<AddressSpace>({
  allowed: 'a number of addresses such as 2^32 or a prefix such as 10.0.0.0/8',
  code: 'invalid-space',
  parse: parseSpace,
  refuse: ({ size }) => (size === 0 ? 'An address space has at least 1 address.' : undefined),
  write: writeSpace,
  jsonSchema: {
    anyOf: [
      countJsonSchema(1),
      { type: 'string', pattern: String.raw`^\s*[0-9]{1,3}(?:\.[0-9]{1,3}){3}\s*/\s*[0-9]{1,2}\s*$` },
    ],
  },
});

function parseSpace(input: string | number): Parsed<AddressSpace> {
  if (typeof input === 'string' && /\/|(?:\..*){3}|:/.test(input)) {
    const prefix = parseCidr(input);
    if (!prefix.ok) return prefix;
    if (!input.includes('/')) {
      return { ok: false, reason: `A prefix needs a length, as in 10.0.0.0/8; "${input}" has none.` };
    }
    return {
      ok: true,
      value: { size: 2 ** (32 - prefix.value.prefixLength), firstAddress: prefix.value.address },
    };
  }
  const size = parseCount(input);
  return size.ok ? { ok: true, value: { size: size.value, firstAddress: 0 } } : size;
}

/** A space above address 0 came from a prefix, so its size is a power of two of at most 2^32. */
function writeSpace({ size, firstAddress }: AddressSpace): string | number {
  const power = Math.round(Math.log2(size));
  const isPower = size <= ADDRESSES_MAX && 2 ** power === size;
  if (firstAddress > 0) return formatCidr({ address: firstAddress, prefixLength: 32 - power });
  return isPower && power >= POWER_WRITTEN_MIN ? `2^${power}` : size;
}

const population: Shape<ScenarioPopulation> = mapping<ScenarioPopulation, object>({
  allowed: 'a mapping with the key vulnerable',
  constants: {},
  fields: {
    vulnerable: {
      key: 'vulnerable',
      shape: count(1),
      description: 'How many hosts the worm can infect, including those infected at the start.',
      examples: [360_000],
    },
    infected: {
      key: 'infected',
      shape: count(1),
      description: 'How many of the vulnerable hosts are infected at the start.',
      fallback: 1,
      examples: [150],
    },
    placement: {
      key: 'placement',
      shape: placement,
      description: 'How the vulnerable hosts lie in the address space.',
      fallback: { kind: 'uniform' },
      examples: ['uniform', { clustered: { slash8: 116, slash16: 20_000 } }],
    },
    rebootRatePerSecond: {
      key: 'rebootRate',
      shape: rate({ words: [], instead: '' }, 'notNegative'),
      description: 'Rate at which an infected host reboots, loses the worm and becomes susceptible again.',
      fallback: 0,
      isRare: true,
      examples: ['0.5/d'],
    },
    churnRatePerSecond: {
      key: 'churnRate',
      shape: rate({ words: [], instead: '' }, 'notNegative'),
      description: 'Rate at which a host leaves and a new, susceptible host takes its address.',
      fallback: 0,
      isRare: true,
      examples: ['0.1/d'],
    },
  },
});

const worm: Shape<ScenarioWorm> = mapping<ScenarioWorm, object>({
  allowed: 'a mapping with the key scanRate',
  constants: {},
  fields: {
    scanRate: {
      key: 'scanRate',
      shape: scanRate,
      description: 'How many probes each infected host sends, per ms, s, min, h or d.',
      examples: ['50/s', '358/min', { mean: '357/s', sigma: 1.2 }],
    },
    strategy: {
      key: 'strategy',
      shape: strategy,
      description: 'How an infected host picks the next address to probe.',
      fallback: { kind: 'uniform' },
      examples: ['uniform', { local: { '/8': 0.5, '/16': 0.375 } }, { hitlist: 10_000 }],
    },
    latentSeconds: {
      key: 'latent',
      shape: duration('notNegative'),
      description: 'Mean time from the infection of a host to its first probe.',
      fallback: 0,
      isRare: true,
      examples: ['30s'],
    },
    latentLaw: lawField('latentLaw', 'latent'),
    rateChanges: {
      key: 'rateChanges',
      shape: rateChanges,
      description:
        'When all scan rates change, and the factor of what scanRate says that they have from then on.',
      computed: 'If omitted, they never change.',
      isRare: true,
      examples: [[{ at: '8h', factor: 0.3 }]],
    },
    dormancy: {
      key: 'dormancy',
      shape: dormancy,
      description: 'How often infected hosts fall asleep, in which they send nothing, and wake.',
      computed: 'If omitted, they never sleep.',
      isRare: true,
      examples: [{ sleepRate: '1/h', wakeRate: '4/h' }],
    },
  },
});

type StartByContacts = Extract<HoneypotStart, { kind: 'contacts' }>;

const startByContacts: Shape<StartByContacts> = mapping<StartByContacts, { readonly kind: 'contacts' }>({
  allowed: 'a mapping with the keys contacts and prepare',
  constants: { kind: 'contacts' },
  fields: {
    contacts: {
      key: 'contacts',
      shape: count(1),
      description: 'How many probes the honeypots must have received for the worm to count as detected.',
      examples: [100],
    },
    prepareSeconds: {
      key: 'prepare',
      shape: duration('notNegative'),
      description: 'Time from detection until contacts immunize.',
      fallback: 0,
      examples: ['10min'],
    },
  },
});

const start: Shape<HoneypotStart> = scalarOrMapping(
  'a duration such as 20min or a mapping with the key contacts',
  {
    scalar: startTime,
    mapping: startByContacts,
    isMapping: (value): value is StartByContacts => value.kind === 'contacts',
  },
);

/** Contacts of a host are counted in an octet. */
const CONTACTS_MAX = 255;

const honeypots: Shape<Honeypots> = mapping<Honeypots, object>({
  allowed: 'a mapping with the keys kind and count',
  constants: {},
  fields: {
    kind: {
      key: 'kind',
      shape: word<'honeypots'>({
        noun: 'a kind of defense',
        words: { honeypots: 'Virtual honeypots on unused addresses; a host that probes one is immunized.' },
      }),
      description: 'The kind of defense.',
    },
    count: {
      key: 'count',
      shape: count(0),
      description: 'How many addresses are honeypots.',
      examples: [262_144],
    },
    start: {
      key: 'start',
      shape: start,
      description: 'When contacts start to immunize: a time, or detection by the honeypots themselves.',
      fallback: { kind: 'time', timeSeconds: 0 },
      examples: ['20min', { contacts: 100, prepare: '10min' }],
    },
    delaySeconds: {
      key: 'delay',
      shape: duration('notNegative'),
      description:
        'Mean time from the contact that counts, the first unless contacts says otherwise, to immunization; ' +
        'the host keeps scanning meanwhile.',
      fallback: 0,
      examples: ['1s'],
    },
    delayLaw: lawField('delayLaw', 'delay'),
    contacts: {
      key: 'contacts',
      shape: count(1, CONTACTS_MAX),
      description: 'Which effective contact of a host starts the delay; groups of one delay count together.',
      computed: 'If omitted, the first.',
      isRare: true,
      examples: [2],
    },
    success: {
      key: 'success',
      shape: fraction(),
      description: 'Probability that a contact immunizes.',
      fallback: 1,
    },
    placement: {
      key: 'placement',
      shape: word<Honeypots['placement']>({
        noun: 'a placement of honeypots',
        words: {
          scattered: 'Spread at random over the unused addresses.',
          block: 'One block of consecutive addresses.',
          populated: 'Spread over the /16 networks that contain vulnerable hosts.',
        },
      }),
      description: 'Where the honeypots lie. Under uniform scanning the placement makes no difference.',
      fallback: 'scattered',
    },
  },
});

const SENTENCE_LENGTH_MAX = 300;

const sentence: Shape<string> = text({
  allowed: `a text of one line and 1 to ${SENTENCE_LENGTH_MAX} characters`,
  lengthMax: SENTENCE_LENGTH_MAX,
});

const milestone: Shape<Milestone> = mapping<Milestone, object>({
  allowed: 'a mapping with the keys at, infected and reported',
  constants: {},
  fields: {
    atSeconds: {
      key: 'at',
      shape: duration('notNegative'),
      description: 'Time from the first infection.',
      examples: ['20h'],
    },
    infected: {
      key: 'infected',
      shape: count(0),
      description: 'Hosts ever infected by then.',
      examples: [65_000],
    },
    reported: {
      key: 'reported',
      shape: sentence,
      description: 'What was reported, in words.',
      examples: ['65,000 devices in 20 hours'],
    },
  },
});

export const SCENARIO_NAME_LENGTH_MAX = 100;

/** The shape of the whole file. `name` and `sample` are missing from the reading if the file omits them. */
export const scenarioShape: Shape<Scenario> = mapping<Scenario, object>({
  allowed: 'a mapping with the keys version, duration, population and worm',
  constants: {},
  fields: {
    version: { key: 'version', shape: version, description: 'Version of the file format.', examples: [1] },
    name: {
      key: 'name',
      shape: text({
        allowed: `a text of one line and 1 to ${SCENARIO_NAME_LENGTH_MAX} characters`,
        lengthMax: SCENARIO_NAME_LENGTH_MAX,
      }),
      description: 'Name of the scenario in tables, figures and saved results.',
      computed: 'If omitted, the name of the file without its extension.',
      examples: ['provos-2004-20min'],
    },
    durationSeconds: {
      key: 'duration',
      shape: duration('positive'),
      description: 'Simulated time; units are ms, s, min, h and d.',
      examples: ['24h'],
    },
    space: {
      key: 'space',
      shape: space,
      description: 'The addresses that the worm scans: how many, or a prefix.',
      fallback: { size: 2 ** 32, firstAddress: 0 },
      examples: ['2^32', '10.0.0.0/8'],
    },
    population: { key: 'population', shape: population, description: 'The hosts that the worm can infect.' },
    worm: { key: 'worm', shape: worm, description: 'The worm: a rate and a strategy.' },
    defenses: {
      key: 'defenses',
      shape: list(
        'a list of defenses',
        kinds<ScenarioDefense>('a mapping with the key kind', { honeypots, ...countermeasureShapes }),
      ),
      description: 'Defenses against the worm; `[]` for none.',
      fallback: [],
    },
    sampleSeconds: {
      key: 'sample',
      shape: duration('positive'),
      description: 'Spacing of the reported series.',
      computed: 'If omitted, the shortest round time that gives at most 1,000 samples.',
      examples: ['10s'],
    },
    milestones: {
      key: 'milestones',
      shape: list('a list of milestones', milestone),
      description: 'Reported numbers of infected hosts, shown beside the simulated ones.',
      fallback: [],
    },
    sources: {
      key: 'sources',
      shape: list('a list of texts', sentence),
      description: 'Works that the numbers come from.',
      fallback: [],
    },
  },
});

/** Returns the JSON Schema (draft 2020-12) of the scenario file, for editors and other programs. */
export function scenarioJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Wormwood scenario, version 1',
    description:
      'An outbreak of a scanning worm: the hosts that it can infect, how it scans, and what is done against it. ' +
      'Beyond this schema, infected hosts are at most the vulnerable ones, hosts and honeypots fit into the space, ' +
      'and the series has at most 1,000,000 samples.',
    ...scenarioShape.jsonSchema,
  };
}
