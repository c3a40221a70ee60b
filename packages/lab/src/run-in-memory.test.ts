import { randomStreams } from '@wormwood/base';
import { beforeAll, describe, expect, it } from 'vitest';
import { combinePValues, compareWithEnsemble } from './agreement.ts';
import type { LabRun } from './course.ts';
import { checkLab } from '@wormwood/files/lab';
import { labOutcome } from './result.ts';
import { predict } from './prediction.ts';
import { runLabInMemory } from './run-in-memory.ts';

const TEXT = `version: 1
scenario:
  version: 1
  name: small
  duration: 8min
  space: 10.66.0.0/18
  population: {vulnerable: 300, infected: 10}
  worm: {scanRate: 30/min}
  defenses: [{kind: honeypots, count: 1024, start: 2min}]
  sample: 10s
`;

function labOf(text: string) {
  const check = checkLab(text, 'small.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return check;
}

function run(text: string, seed: string, replicate = 0): Promise<LabRun> {
  const { lab, outbreak } = labOf(text);
  return runLabInMemory({ lab, outbreak, streams: randomStreams(seed), replicate });
}

describe('runLabInMemory', () => {
  it('is a function of seed and number', async () => {
    const first = await run(TEXT, '5', 1);
    expect(await run(TEXT, '5', 1)).toEqual(first);
    expect((await run(TEXT, '5', 2)).trajectory).not.toEqual(first.trajectory);
    expect((await run(TEXT, '6', 1)).trajectory).not.toEqual(first.trajectory);
  });

  it('counts every host at every time, and each infection came by a marker', async () => {
    const { trajectory, counts } = await run(TEXT, '1');
    const { time, susceptible, infected, immunized } = trajectory;
    expect([susceptible[0], infected[0], immunized[0]]).toEqual([290, 10, 0]);
    for (let sample = 0; sample < time.length; sample++) {
      expect(susceptible[sample]! + infected[sample]! + immunized[sample]!).toBe(300);
    }
    expect(counts.markersReceived).toBeGreaterThanOrEqual(290 - susceptible.at(-1)!);
    expect(counts.markersSent).toBe(counts.markersReceived + counts.honeypotContacts);
    // A probe of nobody is one frame; an answered one is SYN, marker and RST, and the SYN/ACK of a host.
    expect(counts.sent).toBe(counts.probes + 2 * counts.markersSent + counts.markersReceived);
    expect(counts.dropped).toBe(0);
    expect(counts.immunizedProbes).toBe(0);
  });

  it('convicts on two honeypots, none before they listen, and immunizes whom it convicts', async () => {
    const { contacts, counts, audit, trajectory } = await run(TEXT, '1');
    expect(contacts.length).toBeGreaterThan(20);
    for (const record of contacts) {
      expect(record.contactSeconds).toBeGreaterThanOrEqual(120);
      if (record.verdictSeconds === null) continue;
      expect(record.contacts).toBeGreaterThanOrEqual(2);
      expect(record.immunizedSeconds).toBe(record.verdictSeconds);
    }
    expect(counts.verdicts).toBe(contacts.filter(({ verdictSeconds }) => verdictSeconds !== null).length);
    expect(trajectory.immunized.at(-1)).toBe(counts.verdicts);
    // Every act stands in the audit log, begun and done.
    for (const event of ['verdict.infected', 'response.begin', 'response.done']) {
      expect(audit.match(new RegExp(`"event":"${event}"`, 'g'))).toHaveLength(counts.verdicts);
    }
  });

  it('lets honeypots find out by themselves: none is convicted until they have counted and prepared', async () => {
    const byContacts = TEXT.replace('start: 2min', 'start: {contacts: 40, prepare: 30s}');
    const { contacts, counts } = await run(byContacts, '4');
    const first = Math.min(...contacts.map(({ contactSeconds }) => contactSeconds));
    expect(counts.honeypotContacts).toBeGreaterThan(40 + contacts.length);
    // Ten hosts and those that they infect reach 1,024 of 16,384 addresses some 0.3 times a second, and more and more often.
    expect(first).toBeGreaterThan(30);
    expect(first).toBeLessThan(240);
    expect(contacts.filter(({ immunizedSeconds }) => immunizedSeconds !== null).length).toBeGreaterThan(20);
  });

  it('sends probes at the scan rate of the infected hosts', async () => {
    const { trajectory, counts } = await run(TEXT.replace(/ {2}defenses.*\n/, ''), '2');
    // The integral of the infected hosts by the trapezoid rule, times the rate; Poisson: 5 standard errors, and 1 % for the rule.
    const { time, infected } = trajectory;
    let hostSeconds = 0;
    for (let i = 1; i < time.length; i++) {
      hostSeconds += ((infected[i]! + infected[i - 1]!) / 2) * (time[i]! - time[i - 1]!);
    }
    const expected = hostSeconds * 0.5;
    expect(Math.abs(counts.probes - expected)).toBeLessThan(5 * Math.sqrt(expected) + 0.01 * expected);
    expect(counts.honeypotContacts).toBe(0);
  });

  it('waits for the response as the file says', async () => {
    const slow = `${TEXT}response: {delay: 30s}\n`;
    const waits = (await run(slow, '3')).contacts.flatMap(({ verdictSeconds, immunizedSeconds }) =>
      verdictSeconds === null || immunizedSeconds === null ? [] : [immunizedSeconds - verdictSeconds],
    );
    const mean = waits.reduce((sum, each) => sum + each, 0) / waits.length;
    expect(waits.length).toBeGreaterThan(30);
    // An exponential time has its mean as its standard deviation: 4 standard errors.
    expect(Math.abs(mean - 30)).toBeLessThan((4 * 30) / Math.sqrt(waits.length));
  });
});

describe('labOutcome', () => {
  const { lab, outbreak } = labOf(TEXT);
  const RUNS = 8;
  const runs: LabRun[] = [];

  beforeAll(async () => {
    for (let replicate = 0; replicate < RUNS; replicate++) runs.push(await run(TEXT, '1', replicate));
  });

  it('lays runs within the band of the prediction that takes nothing from them, and of the one that does', async () => {
    const { result } = await labOutcome({ lab, outbreak, medium: 'memory', seed: '1', version: '0', runs });
    for (const pValues of [result.agreement.prior, result.agreement.calibrated]) {
      expect(pValues.combined).toBeGreaterThan(0.01);
      expect(pValues.mean).toBeGreaterThan(0.01);
    }
    // The wait for the second contact: Ω/(s h) = 32 s, by some hundred hosts a run; 5 standard errors, and a second for
    // the few hosts that need a third.
    const { contactToImmunizedSeconds, contacted, contacts, delaySeconds } = result.delays;
    expect([contacts, delaySeconds]).toEqual([2, 0]);
    expect(Math.abs(contactToImmunizedSeconds! - 32)).toBeLessThan((5 * 32) / Math.sqrt(contacted) + 1);
    expect(result.calibratedScenario['defenses']).toMatchObject([{ contacts: 2 }]);
  });

  it('refutes a prediction with twice the wait', async () => {
    const { result } = await labOutcome({ lab, outbreak, medium: 'memory', seed: '1', version: '0', runs });
    expect(result.agreement.control?.combined).toBeLessThan(0.001);
  });

  it('would tell if the detector were left out: the runs refute the scenario as it was supposed', async () => {
    const { trajectories } = await predict(outbreak, '1', 999);
    const pValues = runs.map(({ trajectory }) => compareWithEnsemble(trajectory, trajectories).pValue);
    expect(combinePValues(pValues)).toBeLessThan(0.001);
  });
});
