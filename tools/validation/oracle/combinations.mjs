/**
 * Outbreaks in which defenses combine: every pair of the fourteen kinds, and random mixtures of three to five. Each is
 * drawn from its own number, so that one command repeats it.
 */
import { random } from './random.mjs';

const SPACE = 512;
/** New infections a second of one host among susceptible ones: what every time below is in proportion to. */
const CONTACT_RATE = 0.1;

/** Draws from a range, from one of several, and yes or no. */
export class Draw {
  constructor(seed) {
    this.chance = random(seed);
  }

  from(low, high) {
    return low + this.chance() * (high - low);
  }

  whole(low, high) {
    return Math.floor(this.from(low, high + 1));
  }

  one(...values) {
    return values[Math.floor(this.chance() * values.length)];
  }

  happens(probability) {
    return this.chance() < probability;
  }
}

function startOf(draw, { vulnerable }) {
  if (draw.happens(0.75)) return { kind: 'time', timeSeconds: draw.one(0, draw.from(3, 20)) };
  const prepareSeconds = draw.one(0, draw.from(1, 8));
  const probes = draw.whole(1, vulnerable / 12);
  return { kind: 'observed', monitoredAddresses: draw.whole(10, 25), probes, prepareSeconds };
}

/** What a defense of each kind may be: strong enough to be seen, too weak to end the outbreak at once. */
const drawn = {
  honeypots: (draw, { vulnerable }) => ({
    count: draw.whole(0.2 * vulnerable, 0.5 * vulnerable),
    start: draw.happens(0.75)
      ? { kind: 'time', timeSeconds: draw.one(0, draw.from(3, 20)) }
      : { kind: 'contacts', contacts: draw.whole(1, 15), prepareSeconds: draw.one(0, draw.from(1, 8)) },
    delaySeconds: draw.one(0, draw.from(1, 12)),
    success: draw.one(1, draw.from(0.4, 1)),
    placement: draw.one('scattered', 'block', 'populated'),
  }),
  blacklist: (draw) => ({
    reactionSeconds: draw.from(6, 25),
    coverage: draw.one(1, draw.from(0.2, 0.9), draw.from(0.2, 0.9)),
  }),
  'avoided-honeypots': (draw, { vulnerable }) => ({
    count: draw.whole(0.3 * vulnerable, 0.5 * vulnerable),
    learning: draw.from(0.1, 1),
    coverage: draw.from(0.3, 1),
  }),
  'bandwidth-cap': (draw, { vulnerable, rate }) => ({
    probesPerSecond: draw.from(0.08, 0.4) * vulnerable * rate,
  }),
  'clean-up': (draw) => ({
    containSeconds: draw.from(6, 25),
    cleanSeconds: draw.from(15, 60),
    coverage: draw.one(1, draw.from(0.2, 0.9), draw.from(0.2, 0.9)),
  }),
  congestion: (draw) => ({ exponent: draw.from(0.5, 3) }),
  filter: (draw) => ({ coverage: draw.from(0.2, 0.6) }),
  'counter-worm': (draw, { rate }) => ({
    hosts: draw.whole(1, 4),
    scanRatePerSecond: rate * draw.from(0.4, 1.2),
    entersInfected: draw.happens(0.5),
  }),
  disinfection: (draw) => ({ ratePerSecond: draw.from(0.02, 0.07), coverage: draw.from(0.5, 1) }),
  quarantine: (draw) => ({
    alarmRatePerSecond: draw.from(0.03, 0.4),
    falseAlarmRatePerSecond: draw.one(0, draw.from(0.005, 0.05)),
    quarantineSeconds: draw.from(2, 30),
    coverage: draw.one(1, draw.from(0.4, 1)),
  }),
  'kill-switch': (draw) => ({ coverage: draw.from(0.2, 0.7) }),
  'patch-scanning': (draw) => ({
    probesPerSecond: SPACE * draw.from(0.005, 0.03),
    coverage: draw.from(0.4, 1),
  }),
  patching: (draw) => ({
    curve: draw.one(
      { kind: 'constant', ratePerSecond: draw.from(0.003, 0.03) },
      { kind: 'logistic', ratePerSecond: draw.from(0.05, 0.2), firstFraction: draw.from(0.01, 0.1) },
      { kind: 'awareness', ratePerSecond: draw.from(0.02, 0.15) },
    ),
    coverage: draw.from(0.4, 1),
  }),
  throttle: (draw, { rate }) => ({
    coverage: draw.one(1, draw.from(0.2, 0.9), draw.from(0.2, 0.9)),
    allowedPerSecond: rate * draw.from(0.1, 0.9),
  }),
};

const KINDS = Object.keys(drawn);

/** All 91 pairs of kinds. */
export const PAIRS = KINDS.flatMap((one, k) => KINDS.slice(k + 1).map((other) => [one, other]));

export function nameOf(kinds) {
  return kinds.join(' + ');
}

/**
 * Hosts alike, so that the engine that counts hosts takes part.
 *
 * @param {string[]} kinds
 */
export function pairOutbreak(kinds, seed) {
  return outbreakOf(kinds, new Draw(seed), false);
}

/** Defenses of any kinds, three to five of them, some twice; hosts may scan at different rates, be latent, or reboot. */
export function mixture(seed, { fewest = 3 } = {}) {
  const draw = new Draw(2 ** 40 + seed);
  const kinds = Array.from({ length: draw.whole(fewest, 5) }, () => draw.one(...KINDS)).filter(
    // No engine has two counter-worms.
    (kind, row, all) => kind !== 'counter-worm' || all.indexOf(kind) === row,
  );
  return outbreakOf(kinds, draw, true);
}

/** How a worm may change in time, and sleep. */
function changesOf(draw) {
  const changes = {};
  if (draw.happens(0.2)) {
    const at = draw.from(2, 20);
    changes.rateChanges = [
      { timeSeconds: at, factor: draw.from(0, 2) },
      { timeSeconds: at + draw.from(2, 20), factor: draw.from(0.3, 1.5) },
    ];
  }
  if (draw.happens(0.2)) {
    changes.dormancy = { sleepRatePerSecond: draw.from(0.02, 0.1), wakeRatePerSecond: draw.from(0, 0.2) };
  }
  return changes;
}

/** What a defense may do in another way than by default. */
function choiceOf(draw, { kind }) {
  if (kind === 'disinfection' || kind === 'clean-up') return draw.happens(0.3) ? { sparesLatent: true } : {};
  if (kind !== 'quarantine' || draw.happens(0.6)) return {};
  return {
    quarantineLaw: draw.one({ kind: 'fixed' }, { kind: 'gamma', shape: 3 }, { kind: 'uniform', spread: 0.7 }),
  };
}

/** All defenses of an outbreak in one list. */
export function measuresOf({ honeypots, countermeasures }) {
  return [...honeypots, ...countermeasures];
}

function outbreakOf(kinds, draw, mayDiffer) {
  const vulnerable = draw.whole(50, 80);
  const rate = (CONTACT_RATE * SPACE) / vulnerable;
  const scale = { vulnerable, rate };
  const population = { vulnerable, infected: draw.whole(4, 10) };
  const worm = { scanRatePerSecond: rate, strategy: { kind: 'uniform' } };
  if (mayDiffer && draw.happens(0.3)) {
    const classes = [
      { fraction: 0.5, scanRatePerSecond: 0.25 * rate },
      { fraction: 0.5, scanRatePerSecond: 1.75 * rate },
    ];
    worm.scanRates = { kind: 'classes', classes };
  }
  if (mayDiffer && draw.happens(0.15)) worm.latentSeconds = draw.from(1, 8);
  if (mayDiffer && draw.happens(0.15)) population.rebootRatePerSecond = draw.from(0.005, 0.03);
  const plain = kinds.map((kind) => {
    const own = kind === 'honeypots' ? {} : { start: startOf(draw, scale) };
    return { kind, ...own, ...drawn[kind](draw, scale) };
  });
  if (mayDiffer) Object.assign(worm, changesOf(draw));
  const defenses = plain.map((defense) =>
    mayDiffer ? Object.assign(defense, choiceOf(draw, defense)) : defense,
  );
  return {
    addressSpaceSize: SPACE,
    firstAddress: 0,
    population,
    worm,
    honeypots: defenses.filter(({ kind }) => kind === 'honeypots'),
    countermeasures: defenses.filter(({ kind }) => kind !== 'honeypots'),
    durationSeconds: 60,
    sampleSeconds: 3,
  };
}
