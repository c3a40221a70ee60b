/** Rows on how fast a worm must be blocked, filtered, throttled or cleaned up. */
import { exponential, randomStreams } from '@wormwood/base';
import {
  everInfectedAtFixedReaction,
  finalSizeFraction,
  logisticTimeToFraction,
  longestReactionSeconds,
  secondsWithinFraction,
  throttleStopSeconds,
} from '@wormwood/epidemic/theory';
import { IPV4, meanField, meanOf, sample, uniformOutbreak } from './outbreaks.mjs';
import { absolute, atLeast, atMost, number, relative, sigma } from './row.mjs';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const NOW = { kind: 'time', timeSeconds: 0 };
const FILTER_RUNS = 2000;
const QUEUES = 2000;

/** Code Red of Moore et al. 2003, from one host. */
const CODE_RED = { vulnerable: 360_000, infected: 1, contactRatePerSecond: (10 * 360_000) / IPV4 };
const ONE_PERCENT = 0.01;

const codeRed = (durationSeconds) =>
  uniformOutbreak({ vulnerable: 360_000, infected: 1, scanRatePerSecond: 10, durationSeconds });

function blacklisting() {
  const threshold = 1 / CODE_RED.contactRatePerSecond;
  const longest = longestReactionSeconds(CODE_RED, { fraction: ONE_PERCENT, timeSeconds: DAY });
  const ever = (reactionSeconds) =>
    everInfectedAtFixedReaction(CODE_RED, { reactionSeconds, timeSeconds: DAY });
  return {
    number: '22',
    check: 'address blacklisting of Code Red at 10/s: each host blocked a fixed time after its infection',
    from: 'simple epidemic with a fixed delay, integrated; ode with the measure blacklist',
    note:
      'The reaction time is fixed here; the measure `blacklist` of the engines is exponential, with the same ' +
      'threshold. Reported of the paper (Moore et al. 2003): about 20 min.',
    values: [
      absolute('threshold 1/β, min', 19.9, threshold / MINUTE, 0.05),
      absolute('longest with at most 1 % ever infected in 24 h, min', 20.6, longest / MINUTE, 0.05),
      absolute('its R = βτ', 1.036, longest / threshold, 5e-4),
      relative('against the report, min', 20, longest / MINUTE, 0.05),
      atMost('ever infected in 24 h, 20.5 min', 3600, ever(20.5 * MINUTE)),
      blacklistedFinalSize(2 * threshold),
    ],
  };
}

/** The measure of the engines: another law of the reaction time, the same final size. */
function blacklistedFinalSize(reactionSeconds) {
  const reproductionNumber = CODE_RED.contactRatePerSecond * reactionSeconds;
  const infectedFraction = 1 / CODE_RED.vulnerable;
  const wanted = finalSizeFraction({
    susceptibleFraction: 1 - infectedFraction,
    infectedFraction,
    reproductionNumber,
  });
  const { everInfectedFraction } = meanField({
    ...codeRed(10 * DAY),
    countermeasures: [{ kind: 'blacklist', start: NOW, reactionSeconds, coverage: 1 }],
  });
  return relative(
    'final size at twice the threshold, ode with the measure',
    wanted,
    everInfectedFraction,
    1e-5,
  );
}

function contentFiltering() {
  const expected = logisticTimeToFraction(CODE_RED, ONE_PERCENT);
  const safe = secondsWithinFraction(CODE_RED, { fraction: ONE_PERCENT, probability: 0.95 });
  const filtered = meanField({
    ...codeRed(DAY),
    countermeasures: [{ kind: 'filter', start: { kind: 'time', timeSeconds: expected }, coverage: 1 }],
  });
  const exceeded = sample('stochastic', codeRed(safe), FILTER_RUNS, ({ summary }) =>
    summary.everInfectedFraction > ONE_PERCENT ? 1 : 0,
  );
  return {
    number: '23',
    check: 'content filtering of Code Red at 10/s: how late a universal filter holds it to 1 %',
    from: `closed form; ode with the filter; stochastic until then, ${number(FILTER_RUNS)} runs`,
    note: 'Reported of the paper (Moore et al. 2003): about two hours, which leaves a margin.',
    values: [
      absolute('deterministic, min', 163, expected / MINUTE, 0.5),
      absolute('95 % safe, min', 141, safe / MINUTE, 0.5),
      relative('ever infected in 24 h with the filter then, ode', 3600, filtered.everInfected, 1e-6),
      sigma('runs above 1 % at the safe time', 0.05, exceeded),
      atLeast('against the report, min', 120, safe / MINUTE),
    ],
  };
}

function throttle() {
  const seconds = throttleStopSeconds({ scanRatePerSecond: 120, allowedPerSecond: 1, queue: 100 });
  return {
    number: '49',
    check:
      'virus throttle: a host of a worm like Nimda, 120/s, fills the queue of 100 (Twycross, Williamson 2003)',
    from: `closed form; ${number(QUEUES)} queues drawn; ode with the measure throttle`,
    values: [
      relative('seconds until blocked', 0.84, seconds, 0.005),
      atMost('published: under a second', 1, seconds),
      sigma('seconds until blocked, of queues', seconds, drawnQueues()),
      relative('slower by (1 − q) + q/s at q = 50 %, ode', 0.5 + 0.5 / 120, throttledSpeed(0.5), 1e-6),
    ],
  };
}

/**
 * New peers come at random, 120 a second, and one a second is let through, at random as well: the mean time to fill the
 * queue is then 100/119 but for 10^−4, what is lost while the queue is empty.
 */
function drawnQueues() {
  const times = Array.from({ length: QUEUES }, (_, replicate) => {
    const stream = randomStreams('49').stream('queue', replicate);
    let [queue, seconds] = [0, 0];
    while (queue < 100) {
      const rate = 120 + (queue > 0 ? 1 : 0);
      seconds += exponential(stream) / rate;
      queue += stream.nextDouble() * rate < 120 ? 1 : -1;
    }
    return seconds;
  });
  return meanOf(times);
}

/** How much faster the outbreak would reach 50 % without the throttle, inverted. */
function throttledSpeed(coverage) {
  const outbreak = uniformOutbreak({
    vulnerable: 450_000,
    infected: 10,
    scanRatePerSecond: 120,
    durationSeconds: DAY,
  });
  const countermeasures = [{ kind: 'throttle', start: NOW, coverage, allowedPerSecond: 1 }];
  return meanField(outbreak).timeTo['0.5'] / meanField({ ...outbreak, countermeasures }).timeTo['0.5'];
}

function walledGarden() {
  const fortnight = 14 * DAY;
  const rate = (cleaned) => -Math.log(1 - cleaned) / fortnight;
  const cleanedInRun = (cleaned) => 1 - stillInfectedShare(rate(cleaned), fortnight);
  return {
    number: '53',
    check:
      'walled garden: 92 % of Mirai infections cleaned in 14 days, 58 to 74 % without (Cetin et al. 2019)',
    from: 'rate −ln(1 − cleaned)/14 d; ode with the measure clean-up at that rate',
    values: [
      absolute('rate a day', 0.18, rate(0.92) * DAY, 5e-4),
      absolute('mean days', 5.5, 1 / rate(0.92) / DAY, 0.05),
      absolute('rate a day, control, 58 %', 0.062, rate(0.58) * DAY, 5e-4),
      absolute('rate a day, control, 74 %', 0.096, rate(0.74) * DAY, 5e-4),
      relative('cleaned after 14 days, ode', 0.92, cleanedInRun(0.92), 1e-6),
      relative('cleaned after 14 days, ode, control', 0.58, cleanedInRun(0.58), 1e-6),
      relative("R0 against Mirai's doubling in 76 min", 73, Math.LN2 / (76 * MINUTE) / rate(0.92), 0.01),
    ],
  };
}

/** All 1,000 hosts infected, nobody left to infect: what the clean-up leaves. */
function stillInfectedShare(ratePerSecond, durationSeconds) {
  const outbreak = uniformOutbreak({
    vulnerable: 1000,
    infected: 1000,
    scanRatePerSecond: 1,
    durationSeconds,
  });
  const { stillInfected } = meanField({
    ...outbreak,
    countermeasures: [
      {
        kind: 'clean-up',
        start: NOW,
        containSeconds: HOUR,
        cleanSeconds: 1 / ratePerSecond,
        coverage: 1,
      },
    ],
  });
  return stillInfected / 1000;
}

/** Returns the rows, computed now. */
export function containmentRows() {
  return [blacklisting(), contentFiltering(), throttle(), walledGarden()];
}
