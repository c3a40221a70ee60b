/**
 * The mean-field engine on the published scenario (24 h, 8,641 samples) against ODEX, an extrapolation integrator from the
 * registry, in the same process, taking turns. Both must come within 1e-6 of max(value, 1 host) of ODEX at 1e-12 started
 * anew at each sample. Prints one line of JSON.
 */
import { createRequire } from 'node:module';
import { ode } from '@wormwood/epidemic';

const { Solver } = createRequire(import.meta.url)('odex');

const HOSTS = 360_000;
const SEEDS = 150;
const HONEYPOTS = 262_144;
const START_SECONDS = 1200;
const DURATION_SECONDS = 86_400;
const SAMPLE_SECONDS = 10;
const PAIRWISE_RATE = 50 / 2 ** 32;
const CONTACT_RATE = PAIRWISE_RATE * HONEYPOTS;
const SAMPLES = DURATION_SECONDS / SAMPLE_SECONDS + 1;

const outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: HOSTS, infected: SEEDS },
  worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: HONEYPOTS,
      start: { kind: 'time', timeSeconds: START_SECONDS },
      delaySeconds: 1,
      success: 1,
      placement: 'scattered',
    },
  ],
  durationSeconds: DURATION_SECONDS,
  sampleSeconds: SAMPLE_SECONDS,
};

/** S, I, C, R; the delay from contact to immunization is 1 s. */
function meanField(gamma) {
  return (_, [s, i, c]) => {
    const flow = PAIRWISE_RATE * s * (i + c);
    return [-flow, flow - gamma * i, gamma * i - c, c];
  };
}

function solver(tolerance) {
  const made = new Solver(4);
  made.relativeTolerance = tolerance;
  made.absoluteTolerance = tolerance;
  made.maxSteps = 1e6;
  return made;
}

/** The whole outbreak with ODEX's own dense output, in the two parts that differ in their equations. */
function odex(tolerance) {
  const series = [0, 1, 2].map(() => new Float64Array(SAMPLES));
  const write =
    (offset) =>
    (t, [s, i, c, r]) => {
      const k = Math.round((offset + t) / SAMPLE_SECONDS);
      series[0][k] = s;
      series[1][k] = i + c;
      series[2][k] = r;
    };
  let y = [HOSTS - SEEDS, SEEDS, 0, 0];
  for (const [from, to, gamma] of [
    [0, START_SECONDS, 0],
    [START_SECONDS, DURATION_SECONDS, CONTACT_RATE],
  ]) {
    const part = solver(tolerance);
    part.denseOutput = true;
    // The last sample may fall past the end by rounding; it is the state itself.
    ({ y } = part.solve(meanField(gamma), 0, y, to - from, part.grid(SAMPLE_SECONDS, write(from))));
    write(from)(to - from, y);
  }
  return series;
}

function truth() {
  const series = [0, 1, 2].map(() => new Float64Array(SAMPLES));
  let y = [HOSTS - SEEDS, SEEDS, 0, 0];
  for (let k = 0; k < SAMPLES; k++) {
    const gamma = k * SAMPLE_SECONDS > START_SECONDS ? CONTACT_RATE : 0;
    if (k > 0) ({ y } = solver(1e-12).solve(meanField(gamma), 0, y, SAMPLE_SECONDS));
    series[0][k] = y[0];
    series[1][k] = y[1] + y[2];
    series[2][k] = y[3];
  }
  return series;
}

function largestError(series, exact) {
  let largest = 0;
  for (const [i, values] of series.entries()) {
    for (let k = 0; k < SAMPLES; k++) {
      const error = Math.abs(values[k] - exact[i][k]) / Math.max(1, exact[i][k]);
      if (!(error <= largest)) largest = error;
    }
  }
  return largest;
}

/** Milliseconds of one call, the mean of `calls`. */
function timed(calls, body) {
  const begin = performance.now();
  for (let k = 0; k < calls; k++) body();
  return (performance.now() - begin) / calls;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const REPEATS = 21;
const OUR_CALLS = 50;
const ours = () => ode.run(outbreak).trajectory;
const exact = truth();
// The loosest power of ten at which ODEX, too, comes within the bound.
const tolerance = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10].find((x) => largestError(odex(x), exact) <= 1e-6);
if (tolerance === undefined) throw new Error('ODEX does not reach 1e-6');

timed(300, ours);
timed(5, () => odex(tolerance));
const ourTimes = [];
const referenceTimes = [];
for (let k = 0; k < REPEATS; k++) {
  ourTimes.push(timed(OUR_CALLS, ours));
  referenceTimes.push(timed(1, () => odex(tolerance)));
}
const trajectory = ours();
const ourError = largestError([trajectory.susceptible, trajectory.infected, trajectory.immunized], exact);
const [oursMs, referenceMs] = [median(ourTimes), median(referenceTimes)];
const row = {
  benchmark: 'ode: seed scenario, 24 h, 8,641 samples',
  oursMs: Number(oursMs.toFixed(4)),
  reference: `odex 2, tolerance ${tolerance}`,
  referenceMs: Number(referenceMs.toFixed(2)),
  ratio: Number((referenceMs / oursMs).toFixed(1)),
  ourError: Number(ourError.toExponential(2)),
  referenceError: Number(largestError(odex(tolerance), exact).toExponential(2)),
  repeats: REPEATS,
};
process.stdout.write(`${JSON.stringify(row)}\n`);
if (!(ourError <= 1e-6)) {
  process.stderr.write('the error is above 1e-6 of max(value, 1 host)\n');
  process.exitCode = 1;
}
