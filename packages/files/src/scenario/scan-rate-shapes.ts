/** The scan rate of a worm in the words of the scenario file: one for all hosts, or a distribution over the hosts. */
import type { ScanRates } from '@wormwood/epidemic';
import { count, duration, fraction, rate } from '../shape/quantity-shapes.ts';
import { scalar } from '../shape/scalar-shapes.ts';
import { nameOf, reportWrongType, type Shape } from '../shape/shape.ts';
import { list, mapping } from '../shape/structure-shapes.ts';

export type ScenarioScanRate = number | RateClasses | LogNormalRate | BandwidthRate | LatencyRate;

export interface RateClasses {
  readonly kind: 'classes';
  readonly classes: readonly { readonly fraction: number; readonly scanRatePerSecond: number }[];
}

/** A log-normal distribution: the natural logarithms of the rates have this standard deviation. */
export interface LogNormalRate {
  readonly kind: 'log-normal';
  readonly meanPerSecond: number;
  readonly sigma: number;
}

/** Datagrams without a reply: the link limits the rate, or else the processor does. */
export interface BandwidthRate {
  readonly kind: 'bandwidth';
  readonly links: readonly { readonly fraction: number; readonly bitsPerSecond: number }[];
  readonly packetOctets: number;
  readonly processorPerSecond: number;
}

/** Connections that wait for a reply: the number of threads over the time that one spends on a target. */
export interface LatencyRate {
  readonly kind: 'latency';
  readonly threads: number;
  readonly timeoutSeconds: number;
  readonly roundTripSeconds: number;
  readonly answeredFraction: number;
}

const perSecond = rate({ words: [], instead: '' });

const classes: Shape<RateClasses> = mapping<RateClasses, { readonly kind: 'classes' }>({
  allowed: 'a mapping with the key classes',
  constants: { kind: 'classes' },
  fields: {
    classes: {
      key: 'classes',
      shape: list(
        'a list of classes of hosts',
        mapping<RateClasses['classes'][number], object>({
          allowed: 'a mapping with the keys fraction and rate',
          constants: {},
          fields: {
            fraction: {
              key: 'fraction',
              shape: fraction(),
              description: 'Fraction of the vulnerable hosts.',
            },
            scanRatePerSecond: { key: 'rate', shape: perSecond, description: 'Scan rate of these hosts.' },
          },
        }),
      ),
      description: 'Classes of hosts; their fractions add up to 1.',
    },
  },
});

const SIGMA_MAX = 5;

const logNormal: Shape<LogNormalRate> = mapping<LogNormalRate, { readonly kind: 'log-normal' }>({
  allowed: 'a mapping with the keys mean and sigma',
  constants: { kind: 'log-normal' },
  fields: {
    meanPerSecond: { key: 'mean', shape: perSecond, description: 'Mean scan rate over all hosts.' },
    sigma: {
      key: 'sigma',
      shape: scalar<number>({
        allowed: `a number from 0 to ${SIGMA_MAX}`,
        code: 'out-of-range',
        parse: (input) =>
          typeof input === 'number' && input >= 0 && input <= SIGMA_MAX
            ? { ok: true, value: input }
            : { ok: false, reason: `This must be a number from 0 to ${SIGMA_MAX}.` },
        write: (value) => value,
        jsonSchema: { type: 'number', minimum: 0, maximum: SIGMA_MAX },
      }),
      description: 'Standard deviation of the natural logarithm of the rates.',
      examples: [1.2],
    },
  },
});

const OCTETS = /^\s*([0-9]+)\s*B\s*$/;

const octets: Shape<number> = scalar<number>({
  allowed: 'a number of octets such as 404B',
  code: 'invalid-octets',
  parse: (input) => {
    const [, digits] = OCTETS.exec(String(input)) ?? [];
    const value = Number(digits);
    if (digits !== undefined && value > 0) return { ok: true, value };
    return { ok: false, reason: `"${input}" is not a number of octets such as 404B.` };
  },
  write: (value) => `${value}B`,
  jsonSchema: { type: 'string', pattern: OCTETS.source },
});

const bandwidth: Shape<BandwidthRate> = mapping<BandwidthRate, { readonly kind: 'bandwidth' }>({
  allowed: 'a mapping with the keys bandwidth, packet and cpu',
  constants: { kind: 'bandwidth' },
  fields: {
    links: {
      key: 'bandwidth',
      shape: list(
        'a list of links',
        mapping<BandwidthRate['links'][number], object>({
          allowed: 'a mapping with the keys fraction and bitsPerSecond',
          constants: {},
          fields: {
            fraction: {
              key: 'fraction',
              shape: fraction(),
              description: 'Fraction of the vulnerable hosts.',
            },
            bitsPerSecond: {
              key: 'bitsPerSecond',
              shape: count(1),
              description: 'Bandwidth of their links.',
            },
          },
        }),
      ),
      description: 'Classes of links; their fractions add up to 1.',
    },
    packetOctets: {
      key: 'packet',
      shape: octets,
      description: 'Size of a probe on the wire.',
      examples: ['404B'],
    },
    processorPerSecond: {
      key: 'cpu',
      shape: perSecond,
      description: 'The most probes that a processor can send.',
    },
  },
});

const latency: Shape<LatencyRate> = mapping<LatencyRate, { readonly kind: 'latency' }>({
  allowed: 'a mapping with the keys threads, timeout, roundTrip and answered',
  constants: { kind: 'latency' },
  fields: {
    threads: {
      key: 'threads',
      shape: count(1),
      description: 'Number of probes that a host has in flight at once.',
    },
    timeoutSeconds: {
      key: 'timeout',
      shape: duration('positive'),
      description: 'How long a probe waits for a reply that does not come.',
      examples: ['20s'],
    },
    roundTripSeconds: {
      key: 'roundTrip',
      shape: duration('positive'),
      description: 'How long a probe takes when a reply comes.',
      examples: ['200ms'],
    },
    answeredFraction: {
      key: 'answered',
      shape: fraction(),
      description: 'Fraction of the probes that receive a reply.',
    },
  },
});

const one = rate({ words: [], instead: '' });
const ALLOWED = 'a rate such as 50/s, or a mapping with the key classes, mean, bandwidth or threads';
const mappings: Readonly<Record<string, Shape<ScenarioScanRate>>> = {
  classes: classes,
  mean: logNormal,
  bandwidth: bandwidth,
  threads: latency,
};
const keyOf = {
  classes: 'classes',
  'log-normal': 'mean',
  bandwidth: 'bandwidth',
  latency: 'threads',
} as const;

/** The scan rate of a worm. */
export const scanRate: Shape<ScenarioScanRate> = {
  allowed: ALLOWED,
  children: new Map(Object.values(mappings).flatMap(({ children }) => Array.from(children))),
  jsonSchema: { anyOf: [one.jsonSchema, ...Object.values(mappings).map(({ jsonSchema }) => jsonSchema)] },
  write: (value) =>
    typeof value === 'number' ? one.write(value) : mappings[keyOf[value.kind]]!.write(value),
  read: (node, place, reader) => {
    if (node.kind === 'scalar') return one.read(node, place, reader);
    if (node.kind !== 'mapping') return reportWrongType(node, ALLOWED, place, reader);
    const key = node.entries.map((entry) => entry.key ?? '').find((each) => Object.hasOwn(mappings, each));
    if (key !== undefined) return mappings[key]!.read(node, place, reader);
    const message = `${nameOf(place)} must be ${ALLOWED}.`;
    reader.report({
      code: 'unknown-key',
      span: node.span,
      path: place.path,
      message,
      help: place.description,
    });
    return undefined;
  },
};

const OCTET_BITS = 8;

/** Returns the mean scan rate, and the distribution of the rates if they differ. */
export function scanRatesOf(value: ScenarioScanRate): {
  readonly scanRatePerSecond: number;
  readonly scanRates?: ScanRates;
} {
  if (typeof value === 'number') return { scanRatePerSecond: value };
  switch (value.kind) {
    case 'log-normal':
      return {
        scanRatePerSecond: value.meanPerSecond,
        scanRates: { kind: 'log-normal', sigma: value.sigma },
      };
    case 'latency': {
      const { threads, timeoutSeconds, roundTripSeconds, answeredFraction } = value;
      const each = (1 - answeredFraction) * timeoutSeconds + answeredFraction * roundTripSeconds;
      return { scanRatePerSecond: threads / each };
    }
    case 'bandwidth': {
      const { links, packetOctets, processorPerSecond } = value;
      return ratesOfClasses(
        links.map(({ fraction: share, bitsPerSecond }) => ({
          fraction: share,
          scanRatePerSecond: Math.min(processorPerSecond, bitsPerSecond / (packetOctets * OCTET_BITS)),
        })),
      );
    }
    default:
      return ratesOfClasses(value.classes);
  }
}

function ratesOfClasses(given: RateClasses['classes']): ReturnType<typeof scanRatesOf> {
  const scanRatePerSecond = given.reduce((sum, each) => sum + each.fraction * each.scanRatePerSecond, 0);
  if (given.length === 1) return { scanRatePerSecond };
  return { scanRatePerSecond, scanRates: { kind: 'classes', classes: given } };
}

/** Returns the fractions of the classes of hosts; null if there are no classes. */
export function classFractions(value: ScenarioScanRate): readonly number[] | null {
  if (typeof value === 'number') return null;
  if (value.kind === 'classes') return value.classes.map((each) => each.fraction);
  return value.kind === 'bandwidth' ? value.links.map((each) => each.fraction) : null;
}
