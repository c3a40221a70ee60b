/**
 * When each group of honeypots begins to immunize. A start by contacts is known once the infected seconds J = ∫ A dt reach
 * the value at which, on average, the group has been probed that often.
 */
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { effectiveContactRatePerSecond, pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';
import {
  type SimpleEpidemic,
  logisticInfectedSeconds,
  logisticTimeOfInfectedSeconds,
} from '../../dynamics/logistic.ts';

export interface ScheduledGroup {
  readonly honeypots: Honeypots;
  /** γ = s h p / Ω: contacts of one infected host that immunize, per second. */
  readonly contactRate: number;
  /** s h / Ω: all its contacts, per second. */
  readonly probeRate: number;
  /** J at which a group that waits for contacts has had them. */
  readonly infectedSecondsNeeded: number;
  /** When contacts begin to immunize; Infinity while unknown. */
  startSeconds: number;
  /** J when the group began to count contacts: at its start, or at 0 when it listens from the beginning. */
  infectedSecondsBefore: number | null;
}

/** Returns the groups with the starts that the logistic, in force until the first of them, makes known. */
export function scheduleHoneypots(outbreak: Outbreak, epidemic: SimpleEpidemic): ScheduledGroup[] {
  const groups = outbreak.honeypots.map((honeypots): ScheduledGroup => {
    const probeRate = pairwiseRatePerSecond(outbreak) * honeypots.count;
    const byTime = honeypots.start.kind === 'time';
    const contacts = honeypots.start.kind === 'contacts' ? honeypots.start.contacts : 0;
    return {
      honeypots,
      contactRate: effectiveContactRatePerSecond(outbreak, honeypots),
      probeRate,
      infectedSecondsNeeded: contacts === 0 ? 0 : contacts / probeRate,
      startSeconds: honeypots.start.kind === 'time' ? honeypots.start.timeSeconds : Infinity,
      infectedSecondsBefore: byTime ? null : 0,
    };
  });
  const counted = groups.map((group) => ({ group, start: logisticStart(group, epidemic) }));
  counted.sort((a, b) => a.start.counted - b.start.counted);
  for (const { group, start } of counted) {
    if (group.honeypots.start.kind !== 'contacts') continue;
    if (start.counted <= firstEffectiveStart(groups)) group.startSeconds = start.effective;
  }
  return groups;
}

/** When a group that waits for contacts has counted them and is effective, were the logistic to last. */
function logisticStart(
  group: ScheduledGroup,
  epidemic: SimpleEpidemic,
): { readonly counted: number; readonly effective: number } {
  const { start } = group.honeypots;
  if (start.kind === 'time' || group.infectedSecondsNeeded === Infinity) {
    return { counted: Infinity, effective: Infinity };
  }
  const counted = logisticTimeOfInfectedSeconds(epidemic, group.infectedSecondsNeeded);
  return { counted, effective: counted + start.prepareSeconds };
}

/** Returns when the first group that immunizes at all starts, as far as it is known. */
export function firstEffectiveStart(groups: readonly ScheduledGroup[]): number {
  let first = Infinity;
  for (const group of groups) {
    if (group.contactRate > 0) first = Math.min(first, group.startSeconds);
  }
  return first;
}

/** Sets where a logistic that lasts until `endSeconds` leaves the groups that answer from a time on. */
export function countLogisticContacts(
  groups: readonly ScheduledGroup[],
  epidemic: SimpleEpidemic,
  endSeconds: number,
): void {
  for (const group of groups) {
    if (group.infectedSecondsBefore === null && group.startSeconds <= endSeconds) {
      group.infectedSecondsBefore = logisticInfectedSeconds(epidemic, group.startSeconds);
    }
  }
}

/** Returns the probes that reached a honeypot while it answered, with J = `infectedSeconds` by now. */
export function honeypotContacts(groups: readonly ScheduledGroup[], infectedSeconds: number): number {
  let contacts = 0;
  for (const group of groups) {
    if (group.infectedSecondsBefore === null) continue;
    contacts += group.probeRate * Math.max(0, infectedSeconds - group.infectedSecondsBefore);
  }
  return contacts;
}
