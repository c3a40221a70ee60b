/** Rows on telescopes and on the threshold random walk. */
import { randomStreams } from '@wormwood/base';
import { secondsUntilSeen, seenProbability } from '../../packages/defense/dist/detect/scan-rate.js';
import {
  thresholdRandomWalk,
  walkPosition,
  walkState,
} from '../../packages/defense/dist/detect/threshold-random-walk.js';
import { meanOf } from './outbreaks.mjs';
import { absolute, relative, sigma } from './row.mjs';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const CLOSED = 'closed form';

function telescope(prefixLength, scanRatePerSecond) {
  return (probability) =>
    secondsUntilSeen({ scanRatePerSecond, monitoredFraction: 2 ** -prefixLength, probability });
}

function telescopes() {
  const [eight, fourteen, fifteen, sixteen, nineteen, twentyFour] = [8, 14, 15, 16, 19, 24].map((length) =>
    telescope(length, 10),
  );
  const slammer8 = telescope(8, 4000);
  const slammer16 = telescope(16, 4000);
  // The literature states three digits.
  const value = (name, wanted, ours) => relative(name, wanted, ours, 5e-3);
  return [
    {
      number: '25',
      check: 'a /8 sees a sender of 10 packets/s within (Moore et al. 2004)',
      from: CLOSED,
      values: [
        value('5 %, s', 1.31, eight(0.05)),
        value('50 %, s', 17.7, eight(0.5)),
        value('95 %, s', 76.5, eight(0.95)),
      ],
    },
    {
      number: '26',
      check: 'a /14 and a /15',
      from: CLOSED,
      values: [
        value('/14, 50 %, min', 18.9, fourteen(0.5) / MINUTE),
        value('/15, 50 %, min', 37.9, fifteen(0.5) / MINUTE),
        value('/14, 95 %, h', 1.36, fourteen(0.95) / HOUR),
        value('/15, 95 %, h', 2.73, fifteen(0.95) / HOUR),
      ],
    },
    {
      number: '27',
      check: 'a /16',
      from: CLOSED,
      values: [
        value('5 %, min', 5.6, sixteen(0.05) / MINUTE),
        value('50 %, min', 75.7, sixteen(0.5) / MINUTE),
        value('95 %, h', 5.45, sixteen(0.95) / HOUR),
      ],
    },
    {
      number: '28',
      check: 'a /19 and a /24',
      from: CLOSED,
      values: [
        value('/19, 50 %, h', 10.1, nineteen(0.5) / HOUR),
        value('/24, 50 %, d', 13.5, twentyFour(0.5) / DAY),
        value('/19, 95 %, h', 43.6, nineteen(0.95) / HOUR),
        value('/24, 95 %, d', 58.2, twentyFour(0.95) / DAY),
      ],
    },
    {
      number: '29',
      check: 'a host of Slammer at 4,000/s',
      from: CLOSED,
      values: [
        // Two digits are stated.
        absolute('/8, 95 %, s', 0.19, slammer8(0.95), 0.005),
        absolute('/16, 95 %, s', 49, slammer16(0.95), 0.5),
      ],
    },
    {
      number: '52',
      check: "a host of Code Red (358/min) is seen within a minute by Zou's monitors",
      from: CLOSED,
      values: [
        absolute(
          '2^20 addresses',
          0.0837,
          seenProbability({ probes: 358, monitoredFraction: 2 ** -12 }),
          1e-4,
        ),
        absolute('a /8', 0.7537, seenProbability({ probes: 358, monitoredFraction: 2 ** -8 }), 1e-4),
      ],
    },
  ];
}

const WALKS = 100_000;

function randomWalk() {
  const walk = thresholdRandomWalk({ falsePositiveRate: 0.01, missRate: 0.01 });
  const { upper, lower } = walk.thresholds;
  const infected = playWalks(walk, 0.8, '30');
  const innocent = playWalks(walk, 0.2, '31');
  return [
    {
      number: '30',
      check: 'threshold random walk, its thresholds and expected steps by Wald (Jung et al. 2004)',
      from: CLOSED,
      values: [
        relative('η1', 99, Math.exp(upper), 1e-3),
        relative('η0', 0.0101, Math.exp(lower), 1e-3),
        relative('contacts, innocent', 5.414, walk.expectedContacts.innocent, 1e-3),
        relative('contacts, infected', 5.414, walk.expectedContacts.infected, 1e-3),
      ],
    },
    {
      number: '31',
      check: 'threshold random walk, exactly',
      from: `${WALKS.toLocaleString('en-US')} walks of each kind`,
      values: [
        sigma('contacts until decided', 6.615, infected.contacts),
        sigma('infected hosts detected', 0.99611, infected.judgedInfected),
        sigma('innocent hosts accused', 0.00389, innocent.judgedInfected),
      ],
    },
  ];
}

/** Walks of hosts whose contacts fail with a probability, as the detector walks them. */
function playWalks(walk, failureProbability, seed) {
  const stream = randomStreams(seed).stream('walks');
  const contacts = [];
  const judged = [];
  for (let i = 0; i < WALKS; i++) {
    const counts = { failures: 0, successes: 0 };
    while (walkState(walk, walkPosition(walk, counts)) === 'undecided') {
      if (stream.nextDouble() < failureProbability) counts.failures++;
      else counts.successes++;
    }
    contacts.push(counts.failures + counts.successes);
    judged.push(walkState(walk, walkPosition(walk, counts)) === 'infected' ? 1 : 0);
  }
  return { contacts: meanOf(contacts), judgedInfected: meanOf(judged) };
}

/** Returns the rows, computed now. */
export function detectionRows() {
  return [...telescopes(), ...randomWalk()];
}
