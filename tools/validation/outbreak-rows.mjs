/** Rows on the simple epidemic, on honeypots, and on chance. */
import {
  aawpInfected,
  earlyCoefficientOfVariation,
  extinctionProbability,
  finalSizeFraction,
  growthTime,
  localPreferenceFactor,
  peakInfectedFraction,
  peakInfectionRatePerSecond,
  riseTimeSeconds,
  startTimeJitterSeconds,
  sufficientHoneypots,
} from '@wormwood/epidemic/theory';
import { honeypots, infectedAt, IPV4, meanField, provos, sample, uniformOutbreak } from './outbreaks.mjs';
import { absolute, atLeast, atMost, relative, sigma } from './row.mjs';

const RUNS = 400;
const PROVOS_RATE = (50 * 360_000) / IPV4;
const HOUR = 3600;

const at20 = (count, delay = 1) => provos({ honeypots: [honeypots(count, 1200, delay)] });
const at60 = (count) => provos({ honeypots: [honeypots(count, 3600, 1)] });

function logistic() {
  const alone = provos({ durationSeconds: 3600 });
  const to20 = { ...alone, durationSeconds: 1200, sampleSeconds: 1200 };
  const chance = sample('stochastic', to20, RUNS, ({ trajectory }) => trajectory.infected[1]);
  return {
    number: '1',
    check: 'logistic growth without honeypots, Provos (2004)',
    from: `ode; stochastic, ${RUNS} runs`,
    values: [
      absolute('infected at 20 min', 21_557, infectedAt(alone, 1200), 0.5),
      absolute('infected at 60 min', 359_758, infectedAt(alone, 3600), 0.5),
      relative('infected at 20 min, mean of runs', 21_557, chance.mean, 0.015),
    ],
  };
}

function riseTime() {
  const { timeTo } = meanField(provos({ durationSeconds: 7200 }));
  return {
    number: '2',
    check: 'rise from 10 to 90 % takes 2 ln 9 / K',
    from: 'closed form; ode for its 50 to 90 %, half of it',
    values: [
      relative('minutes, Provos', 17.476, riseTimeSeconds(PROVOS_RATE) / 60, 1e-4),
      relative('hours, K = 1.8/h', 2.4414, riseTimeSeconds(1.8 / HOUR) / HOUR, 1e-4),
      relative('minutes of 50 to 90 %, ode', 17.476 / 2, (timeTo['0.9'] - timeTo['0.5']) / 60, 1e-4),
    ],
  };
}

function finalSize() {
  const numbers = [1.2, 1.5, 2, 3, 5, 10];
  const wanted = [0.313698, 0.582812, 0.796812, 0.94048, 0.993023, 0.999955];
  return {
    number: '3',
    check: 'final size of the general epidemic, R0 = 1.2 to 10',
    from: 'closed form; ode with I0 → 0 for R0 = 2',
    values: [
      ...numbers.map((reproductionNumber, i) =>
        absolute(
          `R0 = ${reproductionNumber}`,
          wanted[i],
          finalSizeFraction({ susceptibleFraction: 1, infectedFraction: 1e-12, reproductionNumber }),
          1e-5,
        ),
      ),
      absolute('R0 = 2, ode', 0.796812, finalSizeByOde(2), 1e-5),
    ],
  };
}

/** Ten thousand million hosts of which one is infected: as good as none. */
function finalSizeByOde(reproductionNumber) {
  const vulnerable = 1e10;
  const space = 2 ** 40;
  const outbreak = uniformOutbreak({
    vulnerable,
    infected: 1,
    scanRatePerSecond: space / vulnerable,
    durationSeconds: 400,
    space,
    honeypots: [honeypots(vulnerable / reproductionNumber, 0, 0)],
  });
  return meanField(outbreak).everInfectedFraction;
}

function peak() {
  const { peakInfected } = meanField(at20(262_144, 0));
  const i0 = infectedAt(provos(), 1200) / 360_000;
  const formula = peakInfectedFraction({
    susceptibleFraction: 1 - i0,
    infectedFraction: i0,
    reproductionNumber: 360_000 / 262_144,
  });
  return {
    number: '4',
    check: 'peak of the general epidemic, 262,144 honeypots after 20 min, no delay',
    from: 'ode; closed form',
    values: [
      relative('infected', 30_888, peakInfected, 1e-4),
      relative('infected, closed form', 30_888, formula * 360_000, 1e-4),
    ],
  };
}

function lateHoneypots() {
  const counts = [4096, 65_536, 262_144, 524_288];
  const wanted = [360_000, 359_999, 359_939, 359_879];
  return {
    number: '5',
    check: 'honeypots after 1 h: all vulnerable machines infected (Provos 2004)',
    from: 'ode',
    values: [
      relative('infected at 60 min', 0.9993, infectedAt(provos(), 3600) / 360_000, 1e-4),
      ...counts.map((count, i) =>
        relative(
          `ever infected, ${count.toLocaleString('en-US')} honeypots`,
          wanted[i],
          meanField(at60(count)).everInfected,
          1e-4,
        ),
      ),
    ],
  };
}

function earlyHoneypots() {
  const counts = [4096, 65_536, 262_144, 524_288];
  const peaks = [337_840, 187_094, 31_188, 21_593];
  const evers = [360_000, 358_583, 206_308, 56_098];
  const ode = meanField(at20(262_144));
  const chance = (engine) => sample(engine, at20(262_144), RUNS, ({ summary }) => summary.everInfected);
  return {
    number: '6',
    check: 'honeypots after 20 min: about 262,000 keep the worm from all (Provos 2004)',
    from: `ode; stochastic and hosts, ${RUNS} runs each`,
    values: [
      ...counts.flatMap((count, i) => {
        const summary = meanField(at20(count));
        const name = `${count.toLocaleString('en-US')} honeypots`;
        return [
          relative(`peak, ${name}`, peaks[i], summary.peakInfected, 1e-4),
          relative(`ever infected, ${name}`, evers[i], summary.everInfected, 1e-4),
        ];
      }),
      sigma('ever infected, 262,144, stochastic against ode', ode.everInfected, chance('stochastic')),
      sigma('ever infected, 262,144, hosts against ode', ode.everInfected, chance('hosts')),
    ],
  };
}

function codeRed() {
  const epidemic = { vulnerable: 360_000, infected: 1, contactRatePerSecond: (5.965 * 360_000) / IPV4 };
  const exact = growthTime(epidemic);
  const outbreak = uniformOutbreak({
    vulnerable: 360_000,
    infected: 1,
    scanRatePerSecond: 5.965,
    durationSeconds: 40 * HOUR,
  });
  const chance = sample('stochastic', outbreak, RUNS, ({ summary }) => summary.timeTo['1'] / HOUR);
  return [
    {
      number: '7',
      check: 'initial compromise rate of Code Red (Staniford, Paxson, Weaver 2002)',
      from: 'K = sN/Ω',
      values: [relative('K per hour', 1.8, ((5.97 * 360_000) / IPV4) * HOUR, 0.01)],
    },
    {
      number: '8',
      check: 'Code Red: hours until all 360,000 hosts are infected, from one',
      from: `closed form; stochastic, ${RUNS} runs`,
      values: [
        relative('mean', 14.86, exact.mean / HOUR, 1e-3),
        relative('standard deviation', 1.01, Math.sqrt(exact.variance) / HOUR, 0.01),
        relative('mean of runs', 14.86, chance.mean, 0.03),
      ],
    },
    {
      number: '9',
      check: 'Code Red: peak of new infections a minute, reported above 2,000',
      from: 'closed form K N / 4',
      values: [
        relative(
          'at K = 1.8/h',
          2692,
          peakInfectionRatePerSecond({ vulnerable: 359_000, contactRatePerSecond: 1.8 / HOUR }) * 60,
          1e-3,
        ),
        atLeast(
          'against the report',
          2000,
          peakInfectionRatePerSecond({ vulnerable: 359_000, contactRatePerSecond: 1.8 / HOUR }) * 60,
        ),
      ],
    },
  ];
}

function fastScanners() {
  const contactRate = (vulnerable, rate) => (rate * vulnerable) / IPV4;
  const weaver = uniformOutbreak({
    vulnerable: 300_000,
    infected: 1,
    scanRatePerSecond: 10,
    durationSeconds: 86_400,
  });
  const fast = uniformOutbreak({
    vulnerable: 300_000,
    infected: 1,
    scanRatePerSecond: 100,
    durationSeconds: 7200,
  });
  const slammer = uniformOutbreak({
    vulnerable: 75_000,
    infected: 1,
    scanRatePerSecond: 4670,
    durationSeconds: 600,
  });
  const toFraction = (outbreak, fraction) => {
    const { population, worm } = outbreak;
    const beta = contactRate(population.vulnerable, worm.scanRatePerSecond);
    return (Math.log(fraction / (1 - fraction)) + Math.log(population.vulnerable - 1)) / beta;
  };
  const half = sample('stochastic', weaver, RUNS, ({ summary }) => summary.timeTo['0.5'] / HOUR);
  const slammerField = meanField(slammer);
  const onePercent = infectedAt(slammer, 81) / 75_000;
  return [
    {
      number: '10',
      check: "Weaver's simulator: 300,000 hosts at 10/s (published fit K = 2.6/h, T = 5.52 h)",
      from: `K = sN/Ω; ode; stochastic, ${RUNS} runs`,
      values: [
        relative('K per hour', 2.6, contactRate(300_000, 10) * HOUR, 0.05),
        relative('hours to 50 %, from one host', 5.02, meanField(weaver).timeTo['0.5'] / HOUR, 0.005),
        absolute('hours to 50 %, published run', 5.52, half.mean, 2 * half.standardDeviation),
        // The start of one host spreads as a Gumbel law; a sample of n has the relative error √((κ − 1)/4n), κ = 5.4.
        relative('spread of the start, h', 0.51, half.standardDeviation, 3 * Math.sqrt(4.4 / (4 * RUNS))),
      ],
    },
    {
      number: '11',
      check: '300,000 hosts at 100/s: minutes to 99.99 % (published: under an hour)',
      from: 'closed form; ode for 99 %',
      values: [
        relative('minutes', 52.1, toFraction(fast, 0.9999) / 60, 0.05),
        relative(
          '99 % by ode against the closed form',
          toFraction(fast, 0.99),
          meanField(fast).timeTo['0.99'],
          1e-5,
        ),
        atMost('against the report', 60, toFraction(fast, 0.9999) / 60),
      ],
    },
    {
      number: '15',
      check: 'Slammer without a cap: 75,000 hosts at 4,670/s',
      from: 'ode',
      values: [
        relative('doubling time, s', 8.5, slammerField.doublingTime, 0.01),
        relative('fraction at 81 s', 0.01, onePercent, 0.05),
        relative('seconds to 90 %', 165, slammerField.timeTo['0.9'], 0.01),
      ],
    },
    {
      number: '17',
      check: 'Slammer, fitted K = 6.7/min',
      from: 'ln 2 / K',
      values: [relative('doubling time, s', 6.2, (Math.LN2 / 6.7) * 60, 0.01)],
    },
    {
      number: '19',
      check: 'Witty at its mean rate, 357/s: much slower than it was',
      from: 'ode',
      values: [relative('minutes from 110 hosts to 90 %', 115, witty(), 0.02)],
    },
    {
      number: '21',
      check: 'Mirai: doubling in 76 min',
      from: 'K = ln 2 / doubling; s·N = KΩ',
      values: [
        relative('K per hour', 0.547, Math.LN2 / (76 / 60), 1e-3),
        relative('s·N per second', 6.53e5, (Math.LN2 / (76 * 60)) * IPV4, 1e-3),
      ],
    },
  ];
}

function witty() {
  const outbreak = uniformOutbreak({
    vulnerable: 12_000,
    infected: 110,
    scanRatePerSecond: 357,
    durationSeconds: 86_400,
  });
  return meanField(outbreak).timeTo['0.9'] / 60;
}

function chanceRows() {
  const small = (reproductionNumber, infected) =>
    uniformOutbreak({
      vulnerable: 2 ** 17,
      infected,
      scanRatePerSecond: 1,
      durationSeconds: 400,
      space: 2 ** 18,
      honeypots: [honeypots(2 ** 17 / reproductionNumber, 0, 0)],
    });
  // An outbreak that has left some hundred hosts behind goes on; one that ended early is extinct.
  const extinct = (reproductionNumber, infected, runs) =>
    sample('stochastic', small(reproductionNumber, infected), runs, ({ summary }) =>
      summary.everInfected < 1000 ? 1 : 0,
    );
  const early = (infected) =>
    sample('stochastic', provos2(infected), RUNS, ({ trajectory }) => trajectory.infected[1]);
  const variation = (infected) => {
    const { mean, standardDeviation } = early(infected);
    return standardDeviation / mean;
  };
  const jitter = (infected) =>
    sample('stochastic', provos3(infected), RUNS, ({ summary }) => summary.timeTo['0.5']).standardDeviation;
  return [
    {
      number: '35',
      check: 'extinction from few hosts, (1/R0)^I0',
      from: 'closed form; stochastic',
      values: [
        absolute(
          'R0 = 2, I0 = 5',
          0.03125,
          extinctionProbability({ reproductionNumber: 2, infected: 5 }),
          1e-12,
        ),
        sigma('R0 = 2, I0 = 5, of 2,000 runs', 0.03125, extinct(2, 5, 2000)),
        sigma('R0 = 1.5, I0 = 1, of 1,000 runs', 2 / 3, extinct(1.5, 1, 1000)),
      ],
    },
    {
      number: '36',
      check: 'spread of the early phase: coefficient of variation → 1/√I0',
      from: `closed form; stochastic, ${RUNS} runs`,
      values: [150, 10, 1].flatMap((infected, i) => {
        const wanted = [0.0816, 0.316, 1][i];
        return [
          relative(`I0 = ${infected}`, wanted, earlyCoefficientOfVariation({ infected }), 1e-3),
          relative(`I0 = ${infected}, of runs`, wanted, variation(infected), 0.1),
        ];
      }),
    },
    {
      number: '37',
      check: 'jitter of the whole curve, s (√ψ1(I0)/K)',
      from: `closed form; stochastic, ${RUNS} runs`,
      values: [150, 1].flatMap((infected, i) => {
        const wanted = [19.5, 306][i];
        const closed = startTimeJitterSeconds({ infected, contactRatePerSecond: PROVOS_RATE });
        return [
          relative(`I0 = ${infected}`, wanted, closed, 0.005),
          relative(`I0 = ${infected}, of runs`, wanted, jitter(infected), 0.1),
        ];
      }),
    },
  ];
}

/** Six doublings, while hardly a host is taken. */
function provos2(infected) {
  return uniformOutbreak({
    vulnerable: 3.6e6,
    infected,
    scanRatePerSecond: 5,
    durationSeconds: 6 * (Math.LN2 / PROVOS_RATE),
  });
}

function provos3(infected) {
  return uniformOutbreak({ vulnerable: 360_000, infected, scanRatePerSecond: 50, durationSeconds: 20_000 });
}

function aawp() {
  const ticksTo = (outbreak, fraction) =>
    aawpInfected(outbreak, 5000).findIndex((count) => count >= fraction * outbreak.vulnerable);
  const base = { addressSpaceSize: IPV4, vulnerable: 360_000, deathRatePerTick: 0, patchingRatePerTick: 0 };
  const seed = { ...base, infected: 150, scansPerTick: 50 };
  const zou = { ...base, infected: 10, scansPerTick: 358 };
  const field = meanField(provos({ durationSeconds: 5000 })).timeTo;
  return [
    {
      number: '38',
      check: 'AAWP against the mean field, Provos, ticks of 1 s',
      from: 'aawp; ode',
      values: [
        absolute('ticks to 50 %', 1861, ticksTo(seed, 0.5), 0),
        absolute('ticks to 99 %', 2958, ticksTo(seed, 0.99), 0),
        absolute('seconds to 50 %, ode', 1857.1, field['0.5'], 0.1),
        absolute('seconds to 99 %, ode', 2953.5, field['0.99'], 0.1),
      ],
    },
    {
      number: '40',
      check: 'AAWP, Code Red of Zou et al. (358/min, I0 = 10)',
      from: 'aawp',
      values: [
        absolute('minutes to 50 %', 355, ticksTo(zou, 0.5), 0),
        absolute('minutes to 90 %', 429, ticksTo(zou, 0.9), 0),
      ],
    },
  ];
}

function placement() {
  const populated = { slash8: 116, slash16: 20_000 };
  const codeRed2 = { own16: 3 / 8, own8: 1 / 2, anywhere: 1 / 8 };
  const nimda = { own16: 1 / 2, own8: 1 / 4, anywhere: 1 / 4 };
  const sasser = { own16: 1 / 4, own8: 1 / 4, anywhere: 1 / 2 };
  const of = (worm) => localPreferenceFactor(worm, populated);
  return [
    {
      number: '43',
      check: 'growth factor of local preference, 116 /8 and 20,000 /16 populated',
      from: 'closed form',
      values: [
        relative('Code Red II', 2.457, of(codeRed2), 1e-3),
        relative('Nimda', 2.44, of(nimda), 1e-3),
        relative('Sasser', 1.871, of(sasser), 1e-3),
        absolute(
          'population everywhere',
          1,
          localPreferenceFactor(nimda, { slash8: 256, slash16: 65_536 }),
          1e-12,
        ),
      ],
    },
    {
      number: '44',
      check: 'honeypots against Code Red II: one dark block, or spread over populated /16',
      from: 'closed form',
      values: [
        relative('dark block', 0.125, codeRed2.anywhere, 1e-3),
        relative('populated', 2.457, of(codeRed2), 1e-3),
      ],
    },
  ];
}

function delayWall() {
  const least = (delaySeconds) =>
    sufficientHoneypots({ vulnerable: 360_000, contactRatePerSecond: PROVOS_RATE, delaySeconds });
  return {
    number: '50',
    check: 'delay wall: the least number of honeypots for each delay, Provos',
    from: 'closed form',
    // Stated without their decimals.
    values: [
      ...[
        [0, 360_000],
        [1, 361_515],
        [10, 375_747],
        [180, 1_465_626],
      ].map(([delay, wanted]) => absolute(`δ = ${delay} s`, wanted, least(delay), 1)),
      absolute('δ = 239 s: none suffices', Infinity, least(239) ?? Infinity, 0),
    ],
  };
}

function ipv6() {
  const contactRate = (50 * 360_000) / 2 ** 64;
  return {
    number: '51',
    check: 'a /64 of IPv6: 360,000 hosts at 50/s',
    from: 'ln 2 / K',
    values: [relative('years to double', 22_508, Math.LN2 / contactRate / (365.25 * 86_400), 1e-3)],
  };
}

/** Returns the rows, computed now. */
export function outbreakRows() {
  return [
    logistic(),
    riseTime(),
    finalSize(),
    peak(),
    lateHoneypots(),
    earlyHoneypots(),
    ...codeRed(),
    ...fastScanners(),
    ...chanceRows(),
    ...aawp(),
    ...placement(),
    delayWall(),
    ipv6(),
  ];
}
