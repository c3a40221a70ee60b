/** Every kind of defense from the file to the outbreak and back, and what a sweep can vary of it. */
import { engineNamed } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { expect, it } from 'vitest';
import { scenarioDocument } from './scenario-data.ts';
import { checkScenario, checkScenarioDocument } from './scenario-file.ts';
import { setScenarioValue } from './scenario-path.ts';

const ALL = `
version: 1
duration: 1h
population: { vulnerable: 1000, infected: 10 }
space: 2^20
worm: { scanRate: 10/s }
sample: 1min
defenses:
  - { kind: honeypots, count: 1000, delay: 1s }
  - { kind: filter, start: 30min, coverage: 50% }
  - { kind: blacklist, reaction: 20min }
  - { kind: patching, curve: { kind: constant, rate: 0.1/d } }
  - { kind: patching, curve: { kind: logistic, rate: 1/d, first: 0.01 } }
  - { kind: patching, curve: { kind: awareness, rate: 0.06/h }, coverage: 0.5 }
  - { kind: disinfection, rate: 0.18/d }
  - { kind: throttle, coverage: 0.5 }
  - { kind: quarantine, alarms: 0.2/s, time: 10s, falseAlarms: 1/h }
  - { kind: kill-switch, start: { observed: 1000, telescope: 2^16, prepare: 10min } }
  - { kind: counter-worm, hosts: 5, scanRate: 10/s, enters: all }
  - { kind: patch-scanning, probes: 1000/s }
  - { kind: avoided-honeypots, count: 100, learning: 0.1 }
  - { kind: congestion, exponent: 3 }
  - { kind: bandwidth-cap, probes: 5000/s }
`;

const read = checkScenario(ALL, 'all.yaml');

it('reads every kind, and what is written is read as the same', () => {
  expect(read.diagnostics).toEqual([]);
  if (!read.ok) return;
  expect(read.outbreak.honeypots).toHaveLength(1);
  expect(read.outbreak.countermeasures).toHaveLength(14);
  expect(read.outbreak.countermeasures?.[0]).toEqual({
    kind: 'filter',
    start: { kind: 'time', timeSeconds: 1800 },
    coverage: 0.5,
  });
  expect(read.outbreak.countermeasures?.[8]).toEqual({
    kind: 'kill-switch',
    start: { kind: 'observed', probes: 1000, monitoredAddresses: 65_536, prepareSeconds: 600 },
    coverage: 1,
  });
  const again = checkScenarioDocument(scenarioDocument(read.scenario), 'again.yaml');
  expect(again.ok && again.scenario).toEqual(read.scenario);
});

it('runs all of them at once in the mean field, and keeps every host', () => {
  if (!read.ok) return;
  const ode = engineNamed('ode');
  expect(ode.unsupported(read.outbreak)).toEqual([]);
  const { trajectory, summary } = ode.run(read.outbreak, { streams: randomStreams('1'), replicate: 0 });
  for (let k = 0; k < trajectory.time.length; k++) {
    const hosts = trajectory.susceptible[k]! + trajectory.infected[k]! + trajectory.immunized[k]!;
    expect(hosts).toBeCloseTo(1000, 9);
  }
  expect(summary.everInfected).toBeGreaterThan(10);
  expect(engineNamed('stochastic').unsupported(read.outbreak)).toEqual([]);
  expect(engineNamed('hosts').unsupported(read.outbreak)).toEqual([]);
});

it('lets a sweep vary what the kind at that place has', () => {
  if (!read.ok) return;
  const document = scenarioDocument(read.scenario);
  expect(setScenarioValue(document, 'defenses.1.coverage', '0.9').ok).toBe(true);
  expect(setScenarioValue(document, 'defenses.2.reaction', '5min').ok).toBe(true);
  expect(setScenarioValue(document, 'defenses.1.reaction', '5min').ok).toBe(false);
});
