/** Rows on what else is done against worms, by the mean field. */
import { engineNamed } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { meanField, uniformOutbreak } from './outbreaks.mjs';
import { absolute, relative } from './row.mjs';

const HOUR = 3600;
const NOW = { kind: 'time', timeSeconds: 0 };

function cappedSlammer() {
  const slammer = uniformOutbreak({
    vulnerable: 75_000,
    infected: 1,
    scanRatePerSecond: 4670,
    durationSeconds: 900,
  });
  const { timeTo } = meanField({
    ...slammer,
    countermeasures: [{ kind: 'bandwidth-cap', start: NOW, probesPerSecond: 55e6 }],
  });
  return {
    number: '16',
    check: 'Slammer with 55 million probes a second in all (published: 90 % within 10 min)',
    from: 'ode',
    values: [
      relative('minutes to 50 %', 2.63, timeTo['0.5'] / 60, 0.02),
      relative('minutes to 90 %', 4.73, timeTo['0.9'] / 60, 0.02),
      relative('minutes to 99 %', 7.72, timeTo['0.99'] / 60, 0.02),
    ],
  };
}

/** Zou, Gong, Towsley (2002) with the parameters of the paper; the unit of time is the hour. */
function twoFactor() {
  const outbreak = {
    ...uniformOutbreak({
      vulnerable: 1e6,
      infected: 1,
      scanRatePerSecond: ((0.8 / HOUR) * 2 ** 32) / 1e6,
      durationSeconds: 200 * HOUR,
    }),
    sampleSeconds: HOUR,
    countermeasures: [
      { kind: 'congestion', start: NOW, exponent: 3 },
      { kind: 'disinfection', start: NOW, ratePerSecond: 0.05 / HOUR, coverage: 1 },
      {
        kind: 'patching',
        start: NOW,
        curve: { kind: 'awareness', ratePerSecond: 0.06 / HOUR },
        coverage: 1,
      },
    ],
  };
  const { summary, trajectory } = engineNamed('ode').run(outbreak, {
    streams: randomStreams('1'),
    replicate: 0,
  });
  return {
    number: '33',
    check: 'two-factor model with the parameters of its paper',
    from: 'ode',
    values: [
      relative('peak of the infected', 394_643, summary.peakInfected, 1e-4),
      absolute('hours to the peak', 27.55, summary.peakTime / HOUR, 0.05),
      relative('ever infected after 200 h', 763_321, summary.everInfected, 1e-4),
      absolute('susceptible after 200 h', 2, trajectory.susceptible[200], 0.5),
    ],
  };
}

function counterWorm() {
  const outbreak = uniformOutbreak({
    vulnerable: 360_000,
    infected: 36,
    scanRatePerSecond: 50,
    durationSeconds: 86_400,
  });
  const { everInfected } = meanField({
    ...outbreak,
    countermeasures: [
      { kind: 'counter-worm', start: NOW, hosts: 3600, scanRatePerSecond: 50, entersInfected: false },
    ],
  });
  return {
    number: '47',
    check: 'a patching worm of the same rate, a model only: I0/(I0 + P0) end infected, 36 to 3,600',
    from: 'ode',
    values: [relative('share of all hosts', 36 / 3636, everInfected / (360_000 + 3600), 1e-6)],
  };
}

/** Returns the rows, computed now. */
export function measureRows() {
  return [cappedSlammer(), twoFactor(), counterWorm()];
}
