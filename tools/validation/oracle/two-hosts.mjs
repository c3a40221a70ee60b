/**
 * Outbreaks of one infected and one susceptible host, for which the probability that the second is ever infected has a closed
 * form. An infected host probes a given address at the rate b = 1/s; what stops it races with that.
 */

const SPACE = 16;
const NOW = { kind: 'time', timeSeconds: 0 };

/** Long enough for every race below to be over. */
const TO_THE_END = 20;

function pair(change = {}) {
  return {
    addressSpaceSize: SPACE,
    firstAddress: 0,
    population: { vulnerable: 2, infected: 1 },
    worm: { scanRatePerSecond: SPACE, strategy: { kind: 'uniform' } },
    honeypots: [],
    countermeasures: [],
    durationSeconds: TO_THE_END,
    sampleSeconds: TO_THE_END,
    ...change,
  };
}

/** A group that is contacted `count` times a second by the infected host. */
function group(count, delaySeconds = 0, success = 1) {
  return { kind: 'honeypots', count, start: NOW, delaySeconds, success, placement: 'scattered' };
}

function measures(...countermeasures) {
  return { countermeasures: countermeasures.map((measure) => Object.assign({ start: NOW }, measure)) };
}

function until(durationSeconds) {
  return { durationSeconds, sampleSeconds: durationSeconds };
}

const blacklist = { kind: 'blacklist', reactionSeconds: 2, coverage: 1 };
const cleanUp = { kind: 'clean-up', containSeconds: 0.5, cleanSeconds: 2, coverage: 1 };
const disinfection = { kind: 'disinfection', ratePerSecond: 1.5, coverage: 0.6 };
const throttle = { kind: 'throttle', coverage: 0.7, allowedPerSecond: SPACE / 4 };
const quarantine = {
  kind: 'quarantine',
  alarmRatePerSecond: 0.8,
  falseAlarmRatePerSecond: 0.5,
  quarantineSeconds: 2,
  coverage: 1,
};
const killSwitch = { kind: 'kill-switch', coverage: 0.9 };
const filter = { kind: 'filter', coverage: 0.6 };
const patchScanning = { kind: 'patch-scanning', probesPerSecond: SPACE, coverage: 0.8 };
const counterWorm = { kind: 'counter-worm', hosts: 2, scanRatePerSecond: SPACE / 2 };
const avoided = { kind: 'avoided-honeypots', count: 2, learning: 1, coverage: 0.6 };
const seen = { kind: 'observed', monitoredAddresses: 4, probes: 3, prepareSeconds: 0 };
const patching = (curve, coverage = 0.5) => ({ kind: 'patching', curve, coverage });

/** Reached by time t at a constant rate. */
const by = (t, ratePerSecond) => 1 - Math.exp(-ratePerSecond * t);

/** Four states, whether either host is isolated; probes get through in the first alone. Steps by the midpoint rule. */
function underQuarantine(t, { alarm, falseAlarm, seconds }) {
  const steps = 2000;
  const flow = ([none, sender, target, both]) => [
    (sender + target) / seconds - none * (1 + alarm + falseAlarm),
    none * alarm + both / seconds - sender * (falseAlarm + 1 / seconds),
    none * falseAlarm + both / seconds - target * (alarm + 1 / seconds),
    sender * falseAlarm + target * alarm - (2 * both) / seconds,
  ];
  let p = [1, 0, 0, 0];
  for (let k = 0; k < steps; k++) {
    const half = flow(p).map((d, i) => p[i] + (t / steps / 2) * d);
    p = flow(half).map((d, i) => p[i] + (t / steps) * d);
  }
  return 1 - p.reduce((sum, x) => sum + x, 0);
}

const quarantined = (alarm, falseAlarm) => underQuarantine(4, { alarm, falseAlarm, seconds: 2 });

/**
 * One defense: name, outbreak, probability that the second host is ever infected.
 *
 * @type {[string, import('@wormwood/epidemic').Outbreak, number][]}
 */
export const aloneCases = [
  ['none, for a second', pair(until(1)), by(1, 1)],
  ['honeypots that immunize at once', pair({ honeypots: [group(2)] }), 1 / 3],
  ['honeypots, delay and success', pair({ honeypots: [group(4, 0.5, 0.5)] }), 1 - (2 / 3) * (2 / 3)],
  [
    'honeypots that wait for their third contact',
    pair({ honeypots: [{ ...group(4), start: { kind: 'contacts', contacts: 3, prepareSeconds: 0 } }] }),
    1 - (4 / 5) ** 4,
  ],
  ['blacklist', pair(measures(blacklist)), 1 / (1 + 0.5)],
  ['clean-up', pair(measures(cleanUp)), 1 / (1 + 2 + 0.5)],
  ['disinfection', pair(measures(disinfection)), 1 / (1 + 0.9)],
  ['filter', pair({ ...measures(filter), ...until(1) }), by(1, 0.4)],
  [
    'filter after the third probe seen',
    pair(measures({ ...filter, coverage: 1, start: seen })),
    1 - (4 / 5) ** 3,
  ],
  ['throttle', pair({ ...measures(throttle), ...until(1) }), 0.3 * by(1, 1) + 0.7 * by(1, 1 / 4)],
  ['kill switch', pair(measures(killSwitch)), 0.1],
  ['quarantine', pair({ ...measures(quarantine), ...until(4) }), quarantined(0.8, 0.5)],
  [
    'quarantine of half of the hosts',
    pair({ ...measures({ ...quarantine, coverage: 0.5 }), ...until(4) }),
    (quarantined(0, 0) + quarantined(0.8, 0) + quarantined(0, 0.5) + quarantined(0.8, 0.5)) / 4,
  ],
  ['patching at a rate', pair(measures(patching({ kind: 'constant', ratePerSecond: 3 }))), 1 / (1 + 1.5)],
  ['patching by awareness', pair(measures(patching({ kind: 'awareness', ratePerSecond: 6 }))), 1 / (1 + 1.5)],
  ['patch scanning', pair(measures(patchScanning)), 1 / (1 + 0.8)],
  ['counter-worm', pair(measures({ ...counterWorm, entersInfected: false })), 1 / (1 + 1)],
  [
    'counter-worm that enters infected hosts',
    pair(measures({ ...counterWorm, entersInfected: true })),
    1 / (1 + 2),
  ],
  [
    'bandwidth cap',
    pair({ ...measures({ kind: 'bandwidth-cap', probesPerSecond: SPACE / 3 }), ...until(2) }),
    by(2, 1 / 3),
  ],
  ['congestion', pair({ ...measures({ kind: 'congestion', exponent: 2 }), ...until(2) }), by(2, 1 / 4)],
  ['avoided honeypots', pair(measures(avoided)), 1 / 3 + (2 / 3) * 0.4 * (1 / 2 + (1 / 2) * 0.4)],
];

/** The other clock: what is left of the race when the block lets half through and two honeypots take the rest. */
function halfBlocked(block, otherRemoval) {
  const open = 1 + 2 + block + otherRemoval;
  const half = 0.5 + 1 + otherRemoval;
  return 1 / open + (block / open) * (0.5 / half);
}

/** Hosts of one and of three probes a second, throttled to two. */
function classesThrottled() {
  const rates = [1, 3];
  const classes = rates.map((scanRatePerSecond) => ({ fraction: 0.5, scanRatePerSecond }));
  const worm = {
    scanRatePerSecond: 2,
    scanRates: { kind: 'classes', classes },
    strategy: { kind: 'uniform' },
  };
  const throttled = { kind: 'throttle', coverage: 1, allowedPerSecond: 2 };
  return pair({ worm, ...measures(throttled), ...until(8) });
}

/**
 * Several defenses at work. Each is a fault that was found where only single defenses had been compared.
 *
 * @type {[string, import('@wormwood/epidemic').Outbreak, number][]}
 */
export const combinedCases = [
  [
    'a block that drops nothing leaves honeypots as they are',
    pair({ honeypots: [group(2)], ...measures({ ...blacklist, coverage: 0 }) }),
    1 / 3,
  ],
  [
    'containment that drops nothing leaves honeypots as they are',
    pair({ honeypots: [group(2)], ...measures({ ...cleanUp, coverage: 0 }) }),
    1 / (1 + 2 + 0.5),
  ],
  [
    'a host that is half blocked still meets honeypots',
    pair({ honeypots: [group(2)], ...measures({ ...blacklist, coverage: 0.5 }) }),
    halfBlocked(0.5, 0),
  ],
  [
    'a host that is half contained still meets honeypots',
    pair({ honeypots: [group(2)], ...measures({ ...cleanUp, coverage: 0.5 }) }),
    halfBlocked(2, 0.5),
  ],
  [
    'a slow group of honeypots does not keep hosts from a fast one',
    pair({ honeypots: [group(4, 1e6), group(1)] }),
    1 / 2,
  ],
  [
    'two groups of honeypots of one delay are one group',
    pair({ honeypots: [group(1, 1), group(3, 1)] }),
    1 - (4 / 5) * (1 / 2),
  ],
  [
    'two groups of honeypots have a clock each',
    // Past the first group's contact its clock rings at 1/s; the second then has the host at once.
    pair({ honeypots: [group(2, 1), group(1)] }),
    1 / 4 + (2 / 4) * (1 / 3),
  ],
  [
    'of two throttles the lower limit holds',
    pair({
      ...measures({ ...throttle, coverage: 1 }, { ...throttle, coverage: 1, allowedPerSecond: SPACE / 2 }),
      ...until(2),
    }),
    by(2, 1 / 4),
  ],
  ['each host is throttled by its own rate', classesThrottled(), (by(8, 1 / SPACE) + by(8, 2 / SPACE)) / 2],
  [
    'a quarantine of an hour ends what it isolates, not a share of all',
    pair({
      ...measures({ ...quarantine, falseAlarmRatePerSecond: 0, quarantineSeconds: 3600 }),
    }),
    1 / 1.8,
  ],
  [
    'a quarantine against an alarm rate of nothing',
    pair({ ...measures({ ...quarantine, alarmRatePerSecond: 0, falseAlarmRatePerSecond: 0 }), ...until(1) }),
    by(1, 1),
  ],
  [
    'two kill switches',
    pair(measures({ ...killSwitch, coverage: 0.5 }, { ...killSwitch, coverage: 0.4 })),
    0.3,
  ],
  [
    'blacklist and clean-up',
    pair(measures({ ...blacklist, coverage: 1 }, { ...cleanUp, coverage: 1 })),
    1 / (1 + 0.5 + 2 + 0.5),
  ],
  [
    'honeypots of which a throttled host touches as few as of hosts',
    pair({ honeypots: [group(2)], ...measures({ ...throttle, coverage: 1 }) }),
    1 / 3,
  ],
  [
    'a kill switch leaves those it does not reach to honeypots',
    pair({ honeypots: [group(2)], ...measures({ ...killSwitch, coverage: 0.4 }) }),
    0.6 / 3,
  ],
  [
    'filtered probes reach no honeypots either',
    pair({ honeypots: [group(2)], ...measures(filter, disinfection) }),
    0.4 / (0.4 + 0.8 + 0.9),
  ],
];

function wormThat(traits) {
  return { worm: { scanRatePerSecond: SPACE, strategy: { kind: 'uniform' }, ...traits } };
}

const sleepy = wormThat({ dormancy: { sleepRatePerSecond: 1.5, wakeRatePerSecond: 0.7 } });
const afterLatency = wormThat({ latentSeconds: 2 });
/** Rate at which `disinfection` cleans. */
const CLEANED = 0.9;

/** Of an awake host that is removed at a rate, awake or not. */
function beforeRemoval(ratePerSecond) {
  return 1 / (1 + 1.5 + ratePerSecond - (1.5 * 0.7) / (0.7 + ratePerSecond));
}

/** An isolation of which the time has the Laplace transform `left` at the rate of cleaning. */
function betweenAlarms(alarm, left) {
  return 1 / (1 + alarm + CLEANED - alarm * left);
}

/** Of the time of 2 s in `quarantine`. */
const stretched = 2 * CLEANED;

/**
 * A worm that changes in time, sleeps or waits, and what cleans it.
 *
 * @type {[string, import('@wormwood/epidemic').Outbreak, number][]}
 */
export const wormCases = [
  [
    'rates that change',
    pair({
      ...wormThat({
        rateChanges: [
          { timeSeconds: 0.5, factor: 3 },
          { timeSeconds: 1, factor: 0 },
        ],
      }),
      ...until(2),
    }),
    1 - Math.exp(-0.5 - 3 * 0.5),
  ],
  [
    'a throttle under rates that change',
    pair({
      ...wormThat({ rateChanges: [{ timeSeconds: 0.5, factor: 4 }] }),
      ...measures({ ...throttle, coverage: 1, allowedPerSecond: 2 * SPACE }),
      ...until(1),
    }),
    1 - Math.exp(-0.5 - 2 * 0.5),
  ],
  [
    'a full network under rates that change',
    pair({
      ...wormThat({ rateChanges: [{ timeSeconds: 0.5, factor: 4 }] }),
      ...measures({ kind: 'bandwidth-cap', probesPerSecond: 2 * SPACE }),
      ...until(1),
    }),
    1 - Math.exp(-0.5 - 2 * 0.5),
  ],
  [
    'a host that never wakes',
    pair(wormThat({ dormancy: { sleepRatePerSecond: 1.5, wakeRatePerSecond: 0 } })),
    1 / 2.5,
  ],
  ['a host that sleeps is cleaned', pair({ ...sleepy, ...measures(disinfection) }), beforeRemoval(CLEANED)],
  [
    'the clock of a honeypot goes on in sleep',
    pair({ ...sleepy, honeypots: [group(2, 0.5)] }),
    (1 + 2 * beforeRemoval(2)) / 3,
  ],
  [
    'disinfection removes latent hosts',
    pair({ ...afterLatency, ...measures(disinfection) }),
    (0.5 / (0.5 + CLEANED)) * (1 / (1 + CLEANED)),
  ],
  [
    'disinfection spares latent hosts',
    pair({ ...afterLatency, ...measures({ ...disinfection, sparesLatent: true }) }),
    1 / (1 + CLEANED),
  ],
  [
    'clean-up removes latent hosts',
    pair({ ...afterLatency, ...measures(cleanUp) }),
    (0.5 / (0.5 + 0.5)) * (1 / (1 + 2 + 0.5)),
  ],
  [
    'clean-up spares latent hosts',
    pair({ ...afterLatency, ...measures({ ...cleanUp, sparesLatent: true }) }),
    1 / (1 + 2 + 0.5),
  ],
  [
    'isolations of three stages',
    pair(
      measures(disinfection, {
        ...quarantine,
        falseAlarmRatePerSecond: 0,
        quarantineLaw: { kind: 'gamma', shape: 3 },
      }),
    ),
    betweenAlarms(0.8, (1 + stretched / 3) ** -3),
  ],
];

const fixedIsolation = { ...quarantine, quarantineLaw: { kind: 'fixed' } };
const close = { kind: 'local', levels: [], around: { addresses: 1, probability: 0.75 } };

/**
 * What counts of hosts do not describe.
 *
 * @type {[string, import('@wormwood/epidemic').Outbreak, number][]}
 */
export const singleHostCases = [
  [
    'isolations of a fixed time',
    pair(measures(disinfection, { ...fixedIsolation, falseAlarmRatePerSecond: 0 })),
    betweenAlarms(0.8, Math.exp(-stretched)),
  ],
  [
    'isolations of a uniform time',
    pair(
      measures(disinfection, {
        ...quarantine,
        falseAlarmRatePerSecond: 0,
        quarantineLaw: { kind: 'uniform', spread: 0.5 },
      }),
    ),
    betweenAlarms(0.8, (Math.exp(-stretched) * Math.sinh(stretched / 2)) / (stretched / 2)),
  ],
  [
    'false alarms that isolate for a fixed time',
    pair(measures(disinfection, { ...fixedIsolation, alarmRatePerSecond: 0 })),
    betweenAlarms(0.5, Math.exp(-stretched)),
  ],
  [
    'neighbors that probe each other',
    pair({
      population: {
        vulnerable: 2,
        infected: 1,
        placement: { kind: 'ranges', ranges: [{ first: 5, size: 2 }] },
      },
      ...wormThat({ strategy: close }),
      ...measures(disinfection),
    }),
    // Three addresses around a host, of which one is the other; a quarter of the probes goes anywhere.
    (0.25 * SPACE + 0.25) / (0.25 * SPACE + 0.25 + CLEANED),
  ],
  [
    'a neighbor at the end of the space',
    pair({
      population: {
        vulnerable: 2,
        infected: 1,
        placement: { kind: 'ranges', ranges: [{ first: 0, size: 2 }] },
      },
      ...wormThat({ strategy: close }),
      ...measures(disinfection),
    }),
    ((0.375 * SPACE + 0.25) / (0.375 * SPACE + 0.25 + CLEANED) +
      (0.25 * SPACE + 0.25) / (0.25 * SPACE + 0.25 + CLEANED)) /
      2,
  ],
];
