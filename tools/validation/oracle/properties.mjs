/**
 * What must hold of any outbreak whatever defenses there are: each property makes of a random outbreak two that must be the
 * same in distribution, or of which one must not infect more. None of them needs to know the right answer.
 */
import { Draw, measuresOf, mixture } from './combinations.mjs';

const NOW = { kind: 'time', timeSeconds: 0 };

function withMeasures(outbreak, measures) {
  return {
    ...outbreak,
    honeypots: measures.filter(({ kind }) => kind === 'honeypots'),
    countermeasures: measures.filter(({ kind }) => kind !== 'honeypots'),
  };
}

/** A defense of each kind that can do nothing. */
const idle = [
  { kind: 'honeypots', count: 0, start: NOW, delaySeconds: 1, success: 1, placement: 'scattered' },
  { kind: 'honeypots', count: 40, start: NOW, delaySeconds: 1, success: 0, placement: 'scattered' },
  { kind: 'blacklist', start: NOW, reactionSeconds: 2, coverage: 0 },
  { kind: 'avoided-honeypots', start: NOW, count: 0, learning: 1, coverage: 1 },
  { kind: 'avoided-honeypots', start: NOW, count: 40, learning: 0.5, coverage: 0 },
  { kind: 'congestion', start: NOW, exponent: 0 },
  { kind: 'filter', start: NOW, coverage: 0 },
  { kind: 'counter-worm', start: NOW, hosts: 0, scanRatePerSecond: 1, entersInfected: true },
  { kind: 'counter-worm', start: NOW, hosts: 3, scanRatePerSecond: 0, entersInfected: true },
  { kind: 'disinfection', start: NOW, ratePerSecond: 0.1, coverage: 0 },
  { kind: 'disinfection', start: NOW, ratePerSecond: 0, coverage: 1 },
  { kind: 'kill-switch', start: NOW, coverage: 0 },
  { kind: 'patch-scanning', start: NOW, probesPerSecond: 100, coverage: 0 },
  { kind: 'patch-scanning', start: NOW, probesPerSecond: 0, coverage: 1 },
  { kind: 'patching', start: NOW, curve: { kind: 'constant', ratePerSecond: 0.1 }, coverage: 0 },
  { kind: 'patching', start: NOW, curve: { kind: 'awareness', ratePerSecond: 0 }, coverage: 1 },
  { kind: 'throttle', start: NOW, coverage: 0, allowedPerSecond: 0.1 },
  quarantine({ coverage: 0 }),
  quarantine({ alarmRatePerSecond: 0, falseAlarmRatePerSecond: 0 }),
  quarantine({ quarantineSeconds: 0 }),
];

function quarantine(change) {
  const rates = { alarmRatePerSecond: 0.1, falseAlarmRatePerSecond: 0.05 };
  return { kind: 'quarantine', start: NOW, ...rates, quarantineSeconds: 5, coverage: 1, ...change };
}

function sumOf(key) {
  return (one, other) => ({ [key]: one[key] + other[key] });
}

function eitherCovers(one, other) {
  return { coverage: 1 - (1 - one.coverage) * (1 - other.coverage) };
}

/** What a defense and another one like it are together: the fields in which the one that equals both differs from the first. */
const compositions = {
  filter: eitherCovers,
  'kill-switch': eitherCovers,
  congestion: sumOf('exponent'),
  disinfection: sumOf('ratePerSecond'),
  'patch-scanning': sumOf('probesPerSecond'),
  'avoided-honeypots': sumOf('count'),
  honeypots: sumOf('count'),
  'bandwidth-cap': (one, other) => ({
    probesPerSecond: Math.min(one.probesPerSecond, other.probesPerSecond),
  }),
};

/** A measure and a weaker or stronger one of its kind, which compose to one of which each field is known. */
const likes = {
  filter: (one) => ({ ...one, coverage: one.coverage / 2 }),
  'kill-switch': (one) => ({ ...one, coverage: one.coverage / 2 }),
  congestion: (one) => ({ ...one, exponent: one.exponent / 2 }),
  disinfection: (one) => ({ ...one, ratePerSecond: one.ratePerSecond / 2 }),
  'patch-scanning': (one) => ({ ...one, probesPerSecond: one.probesPerSecond / 2 }),
  'avoided-honeypots': (one) => ({ ...one, count: Math.ceil(one.count / 2) }),
  honeypots: (one) => ({ ...one, count: Math.ceil(one.count / 2) }),
  'bandwidth-cap': (one) => ({ ...one, probesPerSecond: one.probesPerSecond * 2 }),
};

/**
 * What is left of an outbreak when all is taken out to whose advantage fewer infected hosts may be: hosts that share a network
 * scan faster when there are fewer; a worm that meets honeypots sooner learns them sooner; who waits for probes to be seen, or
 * for people to be aware, waits longer; and a host that is immunized otherwise does not scan for the counter-worm.
 */
function monotonePart(outbreak) {
  const exceptions = new Set(['congestion', 'bandwidth-cap', 'avoided-honeypots', 'counter-worm']);
  const isMonotone = ({ kind, start, curve }) =>
    start.kind === 'time' && !exceptions.has(kind) && curve?.kind !== 'awareness';
  return withMeasures(outbreak, measuresOf(outbreak).filter(isMonotone));
}

const group = {
  kind: 'honeypots',
  count: 30,
  start: { kind: 'time', timeSeconds: 15 },
  delaySeconds: 8,
  success: 0.8,
  placement: 'scattered',
};

function withGroup(outbreak, change) {
  return { ...outbreak, honeypots: [...outbreak.honeypots, { ...group, ...change }] };
}

/** One group of honeypots against the same group changed for the better, beside what else there is. */
function better(change) {
  return (outbreak) => {
    const rest = monotonePart(outbreak);
    return { less: withGroup(rest, change), more: withGroup(rest, {}) };
  };
}

function halves({ count, ...rest }) {
  const part = Math.floor(count / 3);
  return [
    { ...rest, count: part },
    { ...rest, count: count - part },
  ];
}

/** Every time as many times as long, every rate as many times as low. */
function slowed(value, times, key = '') {
  if (typeof value === 'number') {
    if (key.endsWith('PerSecond')) return value / times;
    return key.endsWith('Seconds') ? value * times : value;
  }
  if (Array.isArray(value)) return value.map((item) => slowed(item, times));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, slowed(of, times, name)]));
}

/**
 * The properties by name. Each takes an outbreak and a source of choices and returns two outbreaks: `{same: [a, b]}` for the
 * same law (`isExact`: the same runs, number by number), `{less, more}` where the first must not infect more hosts on average; or null where it says nothing.
 */
const properties = {
  'an engine has the law of the agents': (outbreak) => ({ agents: outbreak }),
  'a measure that does nothing is none': (outbreak, draw) => {
    const nothing = draw.one(...idle);
    return {
      same: [outbreak, withMeasures(outbreak, [...measuresOf(outbreak), nothing])],
      // Honeypots that never succeed still take addresses and count contacts: the same law by other dice.
      isExact: nothing.success !== 0,
    };
  },
  'the order of the list does not matter': (outbreak) => ({
    same: [outbreak, withMeasures(outbreak, measuresOf(outbreak).toReversed())],
  }),
  'a group of honeypots cut in two is the same group': (outbreak, draw) => {
    const whole = { ...group, delaySeconds: draw.one(0, 8) };
    return {
      same: [
        { ...outbreak, honeypots: [...outbreak.honeypots, whole] },
        { ...outbreak, honeypots: [...outbreak.honeypots, ...halves(whole)] },
      ],
    };
  },
  'a defense twice is what the two compose to': (outbreak, draw) => {
    const all = measuresOf(outbreak);
    const twice = all.filter(({ kind, start }) => kind in compositions && start.kind === 'time');
    if (twice.length === 0) return null;
    const one = draw.one(...twice);
    const other = likes[one.kind](one);
    const both = { ...one, ...compositions[one.kind](one, other) };
    const rest = all.filter((measure) => measure !== one);
    return { same: [withMeasures(outbreak, [...rest, one, other]), withMeasures(outbreak, [...rest, both])] };
  },
  'the unit of time does not matter': (outbreak, draw) => ({
    same: [outbreak, slowed(outbreak, draw.one(1000, 3, 1 / 60))],
  }),
  'more honeypots never infect more': better({ count: 60 }),
  'an earlier start never infects more': better({ start: NOW }),
  'a shorter delay never infects more': better({ delaySeconds: 2 }),
  'a contact that succeeds more often never infects more': better({ success: 1 }),
  'one more defense never infects more': (outbreak) => {
    const less = monotonePart(outbreak);
    const all = measuresOf(less);
    return all.length === 0 ? null : { less, more: withMeasures(outbreak, all.slice(0, -1)) };
  },
};

/** The property and the outbreak of a number. */
export function propertyCase(seed) {
  const draw = new Draw(2 ** 41 + seed);
  const names = Object.keys(properties);
  const name = names[seed % names.length];
  return { name, made: properties[name](mixture(seed, { fewest: 0 }), draw) };
}
