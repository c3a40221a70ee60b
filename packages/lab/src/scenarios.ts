/**
 * The scenarios that the runs of a lab are compared with. Each says how a host comes from its first contact to its
 * immunization: the k-th contact convicts it, and the response takes an exponential time from there. Uniform scanning makes
 * the wait from contact to contact exponential with mean Ω/(s h), so that k contacts and a response are all there is to say.
 *
 * | scenario | contacts and response |
 * | --- | --- |
 * | prior | from the parameters of detector and response; nothing is taken from a run |
 * | calibrated | the means that the runs measured |
 * | control | the prior, with a response so much slower that the mean wait is twice as long: it must not agree |
 */
import { assert } from '@wormwood/base';
import type { Honeypots, Outbreak } from '@wormwood/epidemic';
import type { MeasuredDelays } from './calibration.ts';
import { type DetectorPlan, labDetector } from './detector.ts';
import { honeypotsOf } from './honeynet.ts';

/** What the scenario of the lab file says of a contact is an assumption; detector and response decide. */
export function priorScenario(plan: DetectorPlan): Outbreak {
  const group = honeypotsOf(plan.outbreak);
  if (group === null) return plan.outbreak;
  const delaySeconds = plan.lab.response.delaySeconds;
  return withHoneypots(plan.outbreak, {
    ...group,
    contacts: contactsOf(plan, group),
    delaySeconds,
    success: 1,
  });
}

/**
 * The prior with what was measured in its place. When hosts reached honeypots and none was immunized, no contact succeeds;
 * when no host did, nothing is known better.
 */
export function calibratedScenario(plan: DetectorPlan, measured: MeasuredDelays): Outbreak {
  const prior = priorScenario(plan);
  const group = honeypotsOf(prior);
  if (group === null || measured.contacted === 0) return prior;
  const { contacts, delaySeconds } = measured;
  if (contacts === null || delaySeconds === null) return withHoneypots(prior, { ...group, success: 0 });
  return withHoneypots(prior, { ...group, contacts, delaySeconds });
}

/** Returns the control; null where there is nothing to wait for. */
export function controlScenario(plan: DetectorPlan): Outbreak | null {
  const prior = priorScenario(plan);
  const group = honeypotsOf(prior);
  if (group === null) return null;
  const { addressSpaceSize, worm } = prior;
  const gapSeconds = addressSpaceSize / (worm.scanRatePerSecond * group.count);
  const waitSeconds = ((group.contacts ?? 1) - 1) * gapSeconds + group.delaySeconds;
  return withHoneypots(prior, { ...group, delaySeconds: group.delaySeconds + waitSeconds });
}

/** The contacts until a verdict on a host that scans at the rate of the worm. */
function contactsOf(plan: DetectorPlan, { count }: Honeypots): number {
  const promise = labDetector(plan, count).promise(plan.outbreak.worm.scanRatePerSecond);
  assert(promise !== null, 'the detector of a lab finds scanners of the rate of its worm');
  return promise.addresses;
}

function withHoneypots(outbreak: Outbreak, group: Honeypots): Outbreak {
  return { ...outbreak, honeypots: [group] };
}
