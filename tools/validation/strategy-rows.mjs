/** Rows on worms that choose their targets: a tree laid out beforehand, and announced addresses only. */
import { flashTreeCurve, growthTime } from '@wormwood/epidemic/theory';
import { IPV4, meanField, sample, uniformOutbreak } from './outbreaks.mjs';
import { absolute, factor, relative, sigma } from './row.mjs';

const ROUTING_RUNS = 200;

// ---- 14: the flash worm

const FAN_OUT = { first: 9260, second: 107 };
const ROOT_BITS_PER_SECOND = 750e6;
const OCTETS = 404;
const STEP_SECONDS = 1e-3;

/**
 * The broadband of the second tier is not in what we could read of the paper. Sending to n1 · n2 hosts at rates b1 and b2
 * takes n1/b1 + n2/b2, least where n1/n2 = b1/b2: the paper's tree is the fastest one for b2 = b1 n2/n1.
 */
const TIER_BITS_PER_SECOND = (ROOT_BITS_PER_SECOND * FAN_OUT.second) / FAN_OUT.first;

/** The published mean latency; its spread is ours. */
const SIGMA = 0.5;
const LATENCY = { medianSeconds: 0.103 / Math.exp(SIGMA ** 2 / 2), sigma: SIGMA };

function flashTree() {
  const curve = (latenciesPerDelivery) =>
    flashTreeCurve(
      {
        tiers: [
          {
            fanOut: FAN_OUT.first,
            octets: OCTETS + 4 * FAN_OUT.second,
            bitsPerSecond: ROOT_BITS_PER_SECOND,
          },
          { fanOut: FAN_OUT.second, octets: OCTETS, bitsPerSecond: TIER_BITS_PER_SECOND },
        ],
        latency: LATENCY,
        latenciesPerDelivery,
      },
      { untilSeconds: 6, stepSeconds: STEP_SECONDS },
    );
  const [udp, tcp] = [curve(1), curve(3)];
  const reaches = (reached, fraction) => reached.findIndex((value) => value >= fraction) * STEP_SECONDS;
  const magnitude = (name, wanted, ours) => factor(name, wanted, ours, Math.sqrt(10));
  return {
    number: '14',
    check: 'flash worm, a million hosts by a tree of 9,260 × 107 (Staniford, Moore, Paxson, Weaver 2004)',
    from: 'completion curve of the tree',
    note:
      'Published: the tree, 404 octets and four for each address passed on, 750 Mb/s for the first host, 103 ms mean ' +
      'latency. Assumed: for the second tier the bandwidth that makes this tree the fastest, 8.7 Mb/s; latencies ' +
      'log-normal with σ = 0.5; three latencies a delivery for TCP. The paper drew latencies and bandwidths from ' +
      'measurements which we do not have, and their long tail decides the last 1 %: only the order of magnitude, a ' +
      'factor of √10 both ways, can be compared.',
    values: [
      magnitude('UDP, seconds to 95 %', 0.51, reaches(udp, 0.95)),
      magnitude('UDP, seconds to 99 %', 1.2, reaches(udp, 0.99)),
      magnitude('TCP, seconds to 95 %', 1.3, reaches(tcp, 0.95)),
      magnitude('TCP, seconds to 99 %', 3.3, reaches(tcp, 0.99)),
    ],
  };
}

// ---- 45: the routing worm

function routingWorm() {
  const secondsToHalf = (space) =>
    meanField(
      uniformOutbreak({
        vulnerable: 360_000,
        infected: 10,
        scanRatePerSecond: 358 / 60,
        durationSeconds: 200_000,
        space,
      }),
    ).timeTo['0.5'];
  const everywhere = secondsToHalf(IPV4);
  const times = (fraction) => everywhere / secondsToHalf(Math.round(fraction * IPV4));
  return {
    number: '45',
    check: 'routing worm: faster by 1/f when only a fraction f of the space is scanned (Zou et al. 2005)',
    from: `ode over fΩ, time to 50 %; hosts with the strategy routable, ${ROUTING_RUNS} runs`,
    values: [
      // Published to three digits; 1/f to the accuracy of the times of the ode.
      absolute('f = 28.6 %', 3.5, times(0.286), 0.005),
      absolute('f = 45.3 %', 2.21, times(0.453), 0.005),
      relative('f = 28.6 %, 1/f', 1 / 0.286, times(0.286), 1e-6),
      relative('f = 45.3 %, 1/f', 1 / 0.453, times(0.453), 1e-6),
      routableHosts(),
    ],
  };
}

/** Two announced ranges, 28.6 % of a small space; exact mean by the stages of the simple epidemic. */
function routableHosts() {
  const space = 2 ** 20;
  const ranges = [
    { first: 2 ** 12, size: 200_000 },
    { first: 2 ** 19, size: 99_892 },
  ];
  const population = { vulnerable: 2000, infected: 10 };
  const announced = 299_892;
  const outbreak = {
    ...uniformOutbreak({ ...population, scanRatePerSecond: 10, durationSeconds: 3000, space }),
    population: { ...population, placement: { kind: 'ranges', ranges } },
    worm: { scanRatePerSecond: 10, strategy: { kind: 'routable', ranges } },
  };
  const { mean } = growthTime({ ...population, contactRatePerSecond: (10 * 2000) / announced }, 1000);
  const drawn = sample('hosts', outbreak, ROUTING_RUNS, ({ summary }) => summary.timeTo['0.5']);
  return sigma('f = 28.6 %, seconds to 50 % of 2,000, hosts against the exact mean', mean, drawn);
}

/** Returns the rows, computed now. */
export function strategyRows() {
  return [flashTree(), routingWorm()];
}
