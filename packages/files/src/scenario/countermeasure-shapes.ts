/** The shapes of countermeasures, one key for each parameter; `packages/epidemic/src/countermeasure` says what they do. */
import type { Countermeasure, StartRule } from '@wormwood/epidemic';
import { count, duration, fraction, rate, startTime } from '../shape/quantity-shapes.ts';
import { lawField, positiveNumber } from './delay-law-shape.ts';
import { scalar, word } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { type Field, kinds, mapping, scalarOrMapping } from '../shape/structure-shapes.ts';

type OfKind<Kind extends Countermeasure['kind']> = Extract<Countermeasure, { kind: Kind }>;
type AtTime = Extract<StartRule, { kind: 'time' }>;
type Observed = Extract<StartRule, { kind: 'observed' }>;
type Curve = OfKind<'patching'>['curve'];
type CurveOf<Kind extends Curve['kind']> = Extract<Curve, { kind: Kind }>;

const perSecond = rate({ words: [], instead: '' });
const perSecondOrNone = rate({ words: [], instead: '' }, 'notNegative');

const observed: Shape<Observed> = mapping<Observed, { readonly kind: 'observed' }>({
  allowed: 'a mapping with the keys observed and telescope',
  constants: { kind: 'observed' },
  fields: {
    probes: {
      key: 'observed',
      shape: count(1),
      description: 'How many probes of the worm an observer must have seen to raise the alarm.',
      examples: [1000],
    },
    monitoredAddresses: {
      key: 'telescope',
      shape: count(1),
      description: 'How many addresses the observer sees.',
      examples: [2 ** 24],
    },
    prepareSeconds: {
      key: 'prepare',
      shape: duration('notNegative'),
      description: 'How long it takes from the alarm until the defense acts.',
      fallback: 0,
      examples: ['10min'],
    },
  },
});

const start: Field<StartRule> = {
  key: 'start',
  shape: scalarOrMapping<AtTime, Observed>('a duration such as 20min or a mapping with the key observed', {
    scalar: startTime,
    mapping: observed,
    isMapping: (value): value is Observed => value.kind === 'observed',
  }),
  description: 'When it starts to act: a time, or the alarm of an observer.',
  fallback: { kind: 'time', timeSeconds: 0 },
  examples: ['20min', { observed: 1000, telescope: 2 ** 24 }],
};

function coverage(description: string): Field<number> {
  return { key: 'coverage', shape: fraction(), description, fallback: 1 };
}

function kind<Kind extends string>(name: Kind, meaning: string): Field<Kind> {
  const words = { [name]: meaning } as Readonly<Record<Kind, string>>;
  return {
    key: 'kind',
    shape: word<Kind>({ noun: 'a kind of defense', words }),
    description: 'The kind of defense.',
  };
}

/** Returns the shape of one of two words; the first stands for true. */
function choice(noun: string, meanings: Readonly<Record<string, string>>): Shape<boolean> {
  const words = word<string>({ noun, words: meanings });
  const [yes = '', no = ''] = Object.keys(meanings);
  return {
    ...words,
    write: (value) => words.write(value ? yes : no),
    read: (node, place, reader) => {
      const read = words.read(node, place, reader);
      return read === undefined ? undefined : read === yes;
    },
  };
}

function field<T>(key: string, shape: Shape<T>, description: string, example: string | number): Field<T> {
  return { key, shape, description, examples: [example] };
}

/** Whether hosts are left out that are infected and have not begun to scan. */
const latent: Field<boolean | undefined> = {
  key: 'latent',
  shape: choice('a choice of hosts', {
    spared: 'Hosts that have not begun to scan are left as they are.',
    removed: 'Hosts that have not begun to scan are cleaned too.',
  }),
  description: 'What happens to hosts that are infected and have not begun to scan.',
  computed: 'If omitted, they are removed like the others.',
  isRare: true,
  examples: ['spared'],
};

const KIND = 'a mapping with the key kind';
const CURVE = 'a mapping with the keys kind and rate';

const filter = mapping<OfKind<'filter'>, object>({
  allowed: KIND,
  constants: {},
  fields: {
    kind: kind('filter', 'Content filtering: probes on covered paths are dropped.'),
    start,
    coverage: coverage('Fraction of the probes whose path is filtered.'),
  },
});

const blacklist = mapping<OfKind<'blacklist'>, object>({
  allowed: 'a mapping with the keys kind and reaction',
  constants: {},
  fields: {
    kind: kind(
      'blacklist',
      'Address blacklisting: an infected host is blocked some time after its infection.',
    ),
    start,
    reactionSeconds: field(
      'reaction',
      duration('positive'),
      'Mean time from the infection of a host, or the start if that is later, to its blocking.',
      '20min',
    ),
    reactionLaw: lawField('reactionLaw', 'reaction'),
    coverage: coverage('Fraction of the probes of a blocked host that are dropped.'),
  },
});

const cleanUp = mapping<OfKind<'clean-up'>, object>({
  allowed: 'a mapping with the keys kind, contain and clean',
  constants: {},
  fields: {
    kind: kind('clean-up', 'Infected hosts are contained quickly and cleaned slowly.'),
    start,
    containSeconds: field(
      'contain',
      duration('positive'),
      'Mean time from infection to containment.',
      '1min',
    ),
    containLaw: lawField('containLaw', 'contain'),
    cleanSeconds: field('clean', duration('positive'), 'Mean time of cleaning a host.', '5d'),
    coverage: coverage('Fraction of the probes of a contained host that are dropped.'),
    sparesLatent: latent,
  },
});

const constantCurve = mapping<CurveOf<'constant'>, object>({
  allowed: CURVE,
  constants: {},
  fields: {
    kind: kind('constant', 'Each susceptible host is patched at the same rate at all times.'),
    ratePerSecond: field('rate', perSecond, 'Rate at which a susceptible host is patched.', '0.1/d'),
  },
});

const logisticCurve = mapping<CurveOf<'logistic'>, object>({
  allowed: 'a mapping with the keys kind, rate and first',
  constants: {},
  fields: {
    kind: kind('logistic', 'The patched fraction of the hosts follows a logistic curve.'),
    ratePerSecond: field('rate', perSecond, 'Growth rate of the curve.', '1/d'),
    firstFraction: {
      key: 'first',
      shape: scalar<number>({
        allowed: 'a fraction above 0 and below 1 such as 0.01',
        code: 'invalid-fraction',
        parse: parseOpenFraction,
        write: (value) => value,
        jsonSchema: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      }),
      description: 'Fraction of the hosts on the curve at the start.',
      examples: [0.01],
    },
  },
});

function parseOpenFraction(
  input: string | number,
): { readonly ok: true; readonly value: number } | { readonly ok: false; readonly reason: string } {
  if (typeof input === 'number' && input > 0 && input < 1) return { ok: true, value: input };
  return { ok: false, reason: 'This fraction must be above 0 and below 1.' };
}

const awarenessCurve = mapping<CurveOf<'awareness'>, object>({
  allowed: CURVE,
  constants: {},
  fields: {
    kind: kind('awareness', 'The rate grows with the fraction of hosts ever infected (two-factor model).'),
    ratePerSecond: field('rate', perSecond, 'Rate once all hosts have been infected.', '0.06/h'),
  },
});

const patching = mapping<OfKind<'patching'>, object>({
  allowed: 'a mapping with the keys kind and curve',
  constants: {},
  fields: {
    kind: kind('patching', 'Susceptible hosts are patched.'),
    start,
    curve: {
      key: 'curve',
      shape: kinds<Curve>(CURVE, {
        constant: constantCurve,
        logistic: logisticCurve,
        awareness: awarenessCurve,
      }),
      description: 'How the rate of patching changes.',
      examples: [{ kind: 'constant', rate: '0.1/d' }],
    },
    coverage: coverage('Factor by which owners who do not take part lower the rate.'),
  },
});

const disinfection = mapping<OfKind<'disinfection'>, object>({
  allowed: 'a mapping with the keys kind and rate',
  constants: {},
  fields: {
    kind: kind('disinfection', 'Infected hosts are cleaned and patched at a constant rate.'),
    start,
    ratePerSecond: field('rate', perSecond, 'Rate at which an infected host is cleaned.', '0.18/d'),
    coverage: coverage('Factor by which owners who do not take part lower the rate.'),
    sparesLatent: latent,
  },
});

const throttle = mapping<OfKind<'throttle'>, object>({
  allowed: KIND,
  constants: {},
  fields: {
    kind: kind('throttle', 'Virus throttle: hosts contact few new peers per second.'),
    start,
    coverage: coverage('Fraction of hosts with a throttle.'),
    allowedPerSecond: {
      key: 'allowed',
      shape: perSecond,
      description: 'Rate at which a throttled host may contact new peers.',
      fallback: 1,
      examples: ['1/s'],
    },
  },
});

const quarantine = mapping<OfKind<'quarantine'>, object>({
  allowed: 'a mapping with the keys kind, alarms and time',
  constants: {},
  fields: {
    kind: kind('quarantine', 'Dynamic quarantine: every alarm isolates a host for a while.'),
    start,
    alarmRatePerSecond: field('alarms', perSecond, 'Rate of alarms on an infected host.', '0.2/s'),
    falseAlarmRatePerSecond: {
      key: 'falseAlarms',
      shape: perSecondOrNone,
      description: 'Rate of false alarms on a susceptible host.',
      fallback: 0,
      examples: ['1/h'],
    },
    quarantineSeconds: field('time', duration('positive'), 'Mean time for which a host is isolated.', '10s'),
    quarantineLaw: lawField('timeLaw', 'time'),
    coverage: coverage('Fraction of hosts that are monitored.'),
  },
});

const killSwitch = mapping<OfKind<'kill-switch'>, object>({
  allowed: KIND,
  constants: {},
  fields: {
    kind: kind('kill-switch', 'Infected hosts stop scanning but stay infected.'),
    start,
    coverage: coverage('Fraction of infected hosts that reach it.'),
  },
});

const counterWorm = mapping<OfKind<'counter-worm'>, object>({
  allowed: 'a mapping with the keys kind, hosts and scanRate',
  constants: {},
  fields: {
    kind: kind('counter-worm', 'A worm that patches; a model only, no such worm is ever sent.'),
    start,
    hosts: field('hosts', count(1), 'Hosts, beside the vulnerable ones, from which it starts.', 100),
    scanRatePerSecond: field('scanRate', perSecond, 'Scan rate of each host that it has entered.', '50/s'),
    entersInfected: {
      key: 'enters',
      shape: choice('a choice of hosts', {
        all: 'It enters infected hosts too.',
        susceptible: 'It patches susceptible hosts only.',
      }),
      description: 'Which hosts it enters.',
      fallback: false,
    },
  },
});

const patchScanning = mapping<OfKind<'patch-scanning'>, object>({
  allowed: 'a mapping with the keys kind and probes',
  constants: {},
  fields: {
    kind: kind(
      'patch-scanning',
      'A scan that patches the hosts it finds; a model only, no such scan is ever done.',
    ),
    start,
    probesPerSecond: field('probes', perSecond, 'Total rate of probes of all scanners.', '1000000/s'),
    coverage: coverage('Probability that a host is patched when it is found.'),
  },
});

const avoidedHoneypots = mapping<OfKind<'avoided-honeypots'>, object>({
  allowed: 'a mapping with the keys kind, count and learning',
  constants: {},
  fields: {
    kind: kind('avoided-honeypots', 'Honeypots whose addresses the worm learns to avoid.'),
    start,
    count: field('count', count(0), 'How many addresses are honeypots at the start.', 262_144),
    learning: field(
      'learning',
      fraction(),
      'Probability that the worm learns the address from a contact.',
      0.1,
    ),
    coverage: coverage('Probability that a contact immunizes.'),
  },
});

const congestion = mapping<OfKind<'congestion'>, object>({
  allowed: 'a mapping with the keys kind and exponent',
  constants: {},
  fields: {
    kind: kind('congestion', 'The worm slows down: its scan rate falls as (1 − I/N)^exponent.'),
    start,
    exponent: field('exponent', positiveNumber(2.5), 'The exponent η of the two-factor model.', 3),
  },
});

const bandwidthCap = mapping<OfKind<'bandwidth-cap'>, object>({
  allowed: 'a mapping with the keys kind and probes',
  constants: {},
  fields: {
    kind: kind(
      'bandwidth-cap',
      'A congested network: the infected hosts together send at most this many probes.',
    ),
    start,
    probesPerSecond: field('probes', perSecond, 'The highest total rate of probes.', '55000000/s'),
  },
});

/** The shape of each kind, for the list of defenses. */
export const countermeasureShapes: { readonly [Kind in Countermeasure['kind']]: Shape<OfKind<Kind>> } = {
  'avoided-honeypots': avoidedHoneypots,
  'bandwidth-cap': bandwidthCap,
  blacklist,
  'clean-up': cleanUp,
  congestion,
  'counter-worm': counterWorm,
  disinfection,
  filter,
  'kill-switch': killSwitch,
  'patch-scanning': patchScanning,
  patching,
  quarantine,
  throttle,
};
