/**
 * Worms inside one organization, by simulation: N vulnerable hosts among A addresses, all of them scanned, h honeypots from
 * the start. How fast the worm doubles, how soon an infected host touches a honeypot, how many others it infects before,
 * and whether the outbreak stays small with a delay below the wall δ_max = 1/β − A/(sh) and does not above.
 */
import { engineNamed } from '@wormwood/epidemic';
import { finalSizeFraction, finalSizeLaw } from '@wormwood/epidemic/theory';
import { randomStreams } from '@wormwood/base';
import { honeypots, meanOf, uniformOutbreak } from './outbreaks.mjs';
import { absolute, atMost, number, sigma } from './row.mjs';

const SETTINGS = [
  { name: '/16', addresses: 2 ** 16, vulnerable: 2000, rate: 10, honeypots: 32_768, wall: 3.1, digit: 0.1 },
  { name: '/16', addresses: 2 ** 16, vulnerable: 2000, rate: 10, honeypots: 6554, wall: 2.3, digit: 0.1 },
  { name: '/16', addresses: 2 ** 16, vulnerable: 2000, rate: 10, honeypots: 655 },
  { name: '/16', addresses: 2 ** 16, vulnerable: 500, rate: 10, honeypots: 6554, wall: 12.1, digit: 0.1 },
  { name: '/16', addresses: 2 ** 16, vulnerable: 500, rate: 100, honeypots: 6554, wall: 1.2, digit: 0.1 },
  { name: '/20', addresses: 2 ** 12, vulnerable: 200, rate: 10, honeypots: 1024, wall: 1.65, digit: 0.01 },
  { name: '/24', addresses: 2 ** 8, vulnerable: 40, rate: 10, honeypots: 64, wall: 0.24, digit: 0.01 },
  { name: '/8', addresses: 2 ** 24, vulnerable: 20_000, rate: 10, honeypots: 167_772, wall: 74, digit: 1 },
];

const RUNS = 2000;
/** Outbreaks that stay small cost little. */
const SMALL_RUNS = 20_000;
/** Some fifty means are compared: at 3 standard errors one in eight such tables would show a failure by chance. */
const STANDARD_ERRORS = 4;
const streams = randomStreams('34');
const keeping = { shouldStop: () => false, progress: () => {}, keepInfections: true };

/** What follows from the setting alone. */
function derive({ addresses, vulnerable, rate, honeypots: count }) {
  const pairwise = rate / addresses;
  const beta = pairwise * vulnerable;
  const contactSeconds = 1 / (pairwise * count);
  return {
    pairwise,
    beta,
    doublingSeconds: Math.LN2 / beta,
    contactSeconds,
    before: vulnerable / count,
    wallSeconds: 1 / beta - contactSeconds,
    reproductionNumber: (delaySeconds) => beta * (contactSeconds + delaySeconds),
  };
}

function outbreakOf({ addresses, vulnerable, rate }, durationSeconds, groups = []) {
  return uniformOutbreak({
    vulnerable,
    infected: 1,
    scanRatePerSecond: rate,
    durationSeconds,
    honeypots: groups,
    space: addresses,
  });
}

/** Runs an engine, each figure under a name of its own so that no two share their draws. */
function runs(name, engine, outbreak, count, figure) {
  const own = { stream: (purpose, replicate) => streams.stream(`${name}/${purpose}`, replicate) };
  return Array.from({ length: count }, (_, replicate) =>
    figure(engineNamed(engine).run(outbreak, { streams: own, replicate }, keeping)),
  );
}

/** Σa/Σb over runs, with the standard error of a ratio of sums: that of Σ(a − ratio · b), over Σb. */
function ratio(pairs) {
  const [above, below] = [0, 1].map((part) => pairs.reduce((sum, pair) => sum + pair[part], 0));
  const quotient = above / below;
  const residual = meanOf(pairs.map(([a, b]) => a - quotient * b));
  return { mean: quotient, standardError: (residual.standardError * pairs.length) / below };
}

/**
 * The doubling time, ln 2 by the rate of growth of a worm that nothing stops, from one host to about N^0.6: infections over
 * the host seconds in which they might have come, the hosts already taken left out (the maximum of the likelihood).
 */
function doublingTime(setting, { beta }) {
  const { vulnerable } = setting;
  const outbreak = outbreakOf(setting, (0.6 * Math.log(vulnerable)) / beta);
  const rate = ratio(
    runs(`${setting.number} doubling`, 'hosts', outbreak, RUNS, ({ infections }) => {
      const times = [...infections.timeSeconds, outbreak.durationSeconds];
      let exposure = 0;
      for (let i = 1; i < times.length; i++)
        exposure += (i * (vulnerable - i) * (times[i] - times[i - 1])) / vulnerable;
      return [times.length - 2, exposure];
    }),
  );
  const doubling = Math.LN2 / rate.mean;
  return { mean: doubling, standardError: (doubling * rate.standardError) / rate.mean };
}

/** One infected host alone: when it has touched a honeypot. */
function firstContact(setting, { contactSeconds }) {
  const outbreak = outbreakOf({ ...setting, vulnerable: 1 }, 1000 * contactSeconds, [
    honeypots(setting.honeypots, 0, 0),
  ]);
  const name = `${setting.number} contact`;
  return meanOf(runs(name, 'stochastic', outbreak, SMALL_RUNS, ({ summary }) => summary.extinctionTime));
}

/**
 * Infections by one host before it touches a honeypot, all others susceptible. As the outbreak goes on fewer are: the j-th
 * infection then counts N/(N − j), which makes infections and contacts proportional in expectation, N to h. Every host is
 * contacted once, so contacts are the hosts ever infected.
 */
function infectionsBefore(setting, { contactSeconds, beta }) {
  const { vulnerable } = setting;
  const outbreak = outbreakOf(setting, enough({ infectiousSeconds: contactSeconds, beta }), [
    honeypots(setting.honeypots, 0, 0),
  ]);
  return ratio(
    runs(`${setting.number} before`, 'hosts', outbreak, SMALL_RUNS, ({ summary }) => {
      let infections = 0;
      for (let j = 1; j < summary.everInfected; j++) infections += vulnerable / (vulnerable - j);
      return [infections, summary.immunized];
    }),
  );
}

/** Longer than any of these outbreaks lasts, which is seen to where they are run. */
function enough({ infectiousSeconds, beta }) {
  return 500 * (infectiousSeconds + 1 / beta);
}

/** The size of outbreaks with a delay: of runs, exactly, and by the limits of large populations. */
function sizes(setting, derived, delaySeconds, count) {
  const { vulnerable } = setting;
  const { pairwise, beta, contactSeconds } = derived;
  const outbreak = outbreakOf(setting, enough({ infectiousSeconds: contactSeconds + delaySeconds, beta }), [
    honeypots(setting.honeypots, 0, delaySeconds),
  ]);
  const ever = runs(
    `${setting.number} delay ${delaySeconds}`,
    'stochastic',
    outbreak,
    count,
    ({ summary }) => {
      if (summary.stillInfected > 0) throw new Error('the outbreak was not followed to its end');
      return summary.everInfected;
    },
  );
  const stages = [setting.honeypots, ...(delaySeconds > 0 ? [1 / (pairwise * delaySeconds)] : [])];
  const law = finalSizeLaw({ vulnerable, infected: 1, stages });
  const reproductionNumber = derived.reproductionNumber(delaySeconds);
  const large = isLarge(vulnerable);
  const likelihood = law.reduce((sum, probability, hosts) => sum + (large(hosts) ? probability : 0), 0);
  return {
    reproductionNumber,
    ever: meanOf(ever),
    exact: law.reduce((sum, probability, hosts) => sum + probability * hosts, 0),
    largeOnes: ever.filter(large),
    exactLarge:
      law.reduce((sum, probability, hosts) => sum + (large(hosts) ? probability * hosts : 0), 0) / likelihood,
    branching: 1 / (1 - reproductionNumber),
    field:
      vulnerable *
      finalSizeFraction({
        susceptibleFraction: 1 - 1 / vulnerable,
        infectedFraction: 1 / vulnerable,
        reproductionNumber,
      }),
  };
}

/** Sizes above the threshold fall in two heaps, extinct ones and those near the mean field; this separates them. */
function isLarge(vulnerable) {
  return (hosts) => hosts >= vulnerable / 4;
}

function containedValues({ vulnerable }, contained) {
  const branching = [
    atMost('½ δ_max, exact mean, at most 1/(1 − R)', contained.branching, contained.exact),
    ...(vulnerable >= 200
      ? [sigma('½ δ_max, of runs against 1/(1 − R)', contained.branching, contained.ever, STANDARD_ERRORS)]
      : []),
  ];
  return [
    sigma('½ δ_max, ever infected, of runs', contained.exact, contained.ever, STANDARD_ERRORS),
    ...branching,
  ];
}

function uncontainedValues({ vulnerable }, uncontained, delay) {
  const { exact, ever, exactLarge, largeOnes, field } = uncontained;
  return [
    sigma(`${delay}, ever infected, of runs`, exact, ever, STANDARD_ERRORS),
    ...(vulnerable >= 200
      ? [
          sigma(`${delay}, large outbreaks, of runs`, exactLarge, meanOf(largeOnes), STANDARD_ERRORS),
          // The mean field errs by the order of one host, whatever N, and the more the nearer R is to 1.
          absolute(`${delay}, large outbreaks, exact mean against the mean field`, field, exactLarge, 4),
        ]
      : []),
  ];
}

const NOTE_SMALL =
  'With 40 hosts the limits of large populations do not hold: depletion keeps the mean well below 1/(1 − R), and above the ' +
  'threshold small and large outbreaks cannot be separated, so there is no final size of the mean field to compare with. ' +
  'The exact law of the final size takes their place.';

function row(setting) {
  const derived = derive(setting);
  const { wallSeconds } = derived;
  const isHopeless = wallSeconds <= 0;
  const doubling = doublingTime(setting, derived);
  const contact = firstContact(setting, derived);
  const before = infectionsBefore(setting, derived);
  const contained = isHopeless ? null : sizes(setting, derived, wallSeconds / 2, SMALL_RUNS);
  const uncontained = sizes(setting, derived, isHopeless ? 0 : 2 * wallSeconds, RUNS);
  const [hosts, count] = [setting.vulnerable, setting.honeypots].map(number);
  return {
    number: setting.number,
    check: `${setting.name}, ${hosts} hosts at ${setting.rate}/s, ${count} honeypots`,
    from: isHopeless ? FROM_HOPELESS : FROM,
    ...noteOf(setting, isHopeless),
    values: [
      sigma('doubling time, s', derived.doublingSeconds, doubling, STANDARD_ERRORS),
      sigma('first contact, s', derived.contactSeconds, contact, STANDARD_ERRORS),
      sigma('infections before contact', derived.before, before, STANDARD_ERRORS),
      ...(contained
        ? [
            absolute('δ_max, s, closed form', setting.wall, wallSeconds, setting.digit / 2),
            ...containedValues(setting, contained),
          ]
        : []),
      ...uncontainedValues(setting, uncontained, isHopeless ? 'no delay' : '2 δ_max'),
    ],
    cells: cells(setting, derived, { doubling, contact, before, contained, uncontained }),
  };
}

const FROM =
  `hosts, ${number(RUNS)} runs for the doubling time and ${number(SMALL_RUNS)} for the infections; ` +
  `stochastic, ${number(SMALL_RUNS)} runs alone and at ½ δ_max, ${number(RUNS)} at 2 δ_max`;
const FROM_HOPELESS =
  `hosts, ${number(RUNS)} runs for the doubling time and ${number(SMALL_RUNS)} for the infections; ` +
  `stochastic, ${number(SMALL_RUNS)} runs alone, ${number(RUNS)} of the outbreak`;

/** What the table shows of a row: settings, then ours by simulation. */
function cells(setting, { wallSeconds }, { doubling, contact, before, contained, uncontained }) {
  const short = (value) => number(Number(value.toPrecision(3)));
  const by = ({ reproductionNumber }) => `, R = ${reproductionNumber.toFixed(2)}`;
  const { largeOnes } = uncontained;
  const share = Math.round((100 * largeOnes.length) / RUNS);
  const large = setting.vulnerable < 200 ? '' : `${short(meanOf(largeOnes).mean)} in ${share} % of runs; `;
  return [
    setting.number,
    setting.name,
    number(setting.vulnerable),
    number(setting.rate),
    number(setting.honeypots),
    short(doubling.mean),
    short(contact.mean),
    short(before.mean),
    contained ? short(wallSeconds) : 'none',
    contained ? `${short(contained.ever.mean)}${by(contained)}` : '',
    `${large}mean ${short(uncontained.ever.mean)}${by(uncontained)}`,
  ];
}

function noteOf({ vulnerable }, isHopeless) {
  if (isHopeless)
    return {
      note: 'More vulnerable hosts than honeypots: no delay is short enough, so only the outbreak without any is run.',
    };
  return vulnerable < 200 ? { note: NOTE_SMALL } : {};
}

/** The columns of `cells`. */
export const ENTERPRISE_COLUMNS = [
  '',
  'A',
  'N',
  's, 1/s',
  'h',
  'doubling, s',
  'first contact, s',
  'infections before contact',
  'δ_max, s',
  'ever infected at ½ δ_max',
  'ever infected at 2 δ_max (no delay where there is none)',
];

/** Returns the rows, computed now, each with its `cells` of the table. */
export function enterpriseRows() {
  return SETTINGS.map((setting, index) => row({ ...setting, number: `E${index + 1}` }));
}
