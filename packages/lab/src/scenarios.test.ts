import { randomStreams } from '@wormwood/base';
import type { Outbreak } from '@wormwood/epidemic';
import { checkLab } from '@wormwood/files/lab';
import { describe, expect, it } from 'vitest';
import type { MeasuredDelays } from './calibration.ts';
import { calibratedScenario, controlScenario, priorScenario } from './scenarios.ts';

function planOf({ falsePositives = '0.0001', honeypots = 1024, delay = '30s' } = {}) {
  const check = checkLab(
    `version: 1
scenario:
  version: 1
  name: small
  duration: 8min
  space: 10.66.0.0/18
  population: {vulnerable: 300, infected: 10}
  worm: {scanRate: 30/min}
  defenses: [{kind: honeypots, count: ${honeypots}, start: 2min, delay: 7s, success: 0.3}]
detector: {falsePositives: ${falsePositives}, strayRate: 0.1/d}
response: {delay: ${delay}}
`,
    'small.yaml',
  );
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return { lab: check.lab, outbreak: check.outbreak, streams: randomStreams('1') };
}

const groupOf = ({ honeypots }: Outbreak) => honeypots[0];

const NOTHING: MeasuredDelays = {
  contacted: 0,
  convicted: 0,
  immunized: 0,
  contactsPerVerdict: null,
  contactToVerdictSeconds: null,
  verdictToImmunizedSeconds: null,
  contactToImmunizedSeconds: null,
  contacts: null,
  delaySeconds: null,
};

describe('priorScenario', () => {
  // Wald: a further honeypot weighs ln(scan rate / 10 / stray rate) = ln(0.05 · 864,000) = 10.67. The verdict takes
  // ln(1 / false positives) = 9.21, 13.8 or 23.0, which the quiet in between, of 0.1 a honeypot, hardly changes.
  it.each([
    ['0.0001', 2],
    ['0.000001', 3],
    ['0.0000000001', 4],
  ])('asks for as many contacts as the detector does, at %s false positives', (falsePositives, contacts) => {
    expect(groupOf(priorScenario(planOf({ falsePositives })))).toMatchObject({
      contacts,
      delaySeconds: 30,
      success: 1,
    });
  });

  it('leaves a lab without honeypots as it is', () => {
    const plan = planOf({ honeypots: 0 });
    expect(priorScenario(plan)).toEqual(plan.outbreak);
    expect(controlScenario(plan)).toBeNull();
  });
});

describe('calibratedScenario', () => {
  it('takes contacts and response from the runs', () => {
    const measured = { ...NOTHING, contacted: 5, contacts: 3, delaySeconds: 41 };
    expect(groupOf(calibratedScenario(planOf(), measured))).toMatchObject({ contacts: 3, delaySeconds: 41 });
  });

  it('is the prior when no host met a honeypot, and reports that contacts had no effect when none helped', () => {
    const plan = planOf();
    expect(calibratedScenario(plan, NOTHING)).toEqual(priorScenario(plan));
    expect(groupOf(calibratedScenario(plan, { ...NOTHING, contacted: 4 }))).toMatchObject({ success: 0 });
  });
});

describe('controlScenario', () => {
  it('doubles the mean wait', () => {
    // From contact to contact 2^14 / (0.5/s · 1024) = 32 s, and 30 s of response: 62 s more.
    expect(groupOf(controlScenario(planOf())!)).toMatchObject({ contacts: 2, delaySeconds: 92 });
  });
});
