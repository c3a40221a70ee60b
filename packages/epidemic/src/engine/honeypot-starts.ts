/** When the groups of honeypots of one random run begin to immunize, and how many hosts are susceptible then. */
import type { Honeypots } from '../outbreak/honeypots.ts';
import type { RunFacts } from './summary.ts';

export interface HoneypotStart {
  readonly honeypots: Honeypots;
  /** Infinity while the group waits for its contacts. */
  startSeconds: number;
  isStarted: boolean;
  susceptibleAtStart: number;
}

export class HoneypotStarts {
  readonly groups: readonly HoneypotStart[];

  constructor(honeypots: readonly Honeypots[]) {
    this.groups = honeypots.map((group) => ({
      honeypots: group,
      startSeconds: knownStart(group),
      isStarted: false,
      susceptibleAtStart: 0,
    }));
  }

  /** Returns when the next group starts of those whose start is known; `until` if that is earlier. */
  nextSeconds(until: number): number {
    let next = until;
    for (const { isStarted, startSeconds } of this.groups) {
      if (!isStarted && startSeconds < next) next = startSeconds;
    }
    return next;
  }

  /** Starts the groups that are due; `started` is called with the position of each. */
  startDue(timeSeconds: number, susceptible: number, started: (position: number) => void): void {
    for (let position = 0; position < this.groups.length; position++) {
      const group = this.groups[position]!;
      if (group.isStarted || group.startSeconds > timeSeconds) continue;
      group.isStarted = true;
      group.susceptibleAtStart = susceptible;
      started(position);
    }
  }

  /** Returns what the summary says of the first start of groups that can immunize; null while there is none. */
  first(): RunFacts['firstStart'] {
    const effective = this.groups.filter(
      ({ isStarted, honeypots }) => isStarted && honeypots.count > 0 && honeypots.success > 0,
    );
    const first = Math.min(...effective.map(({ startSeconds }) => startSeconds));
    const groups = effective.filter(({ startSeconds }) => startSeconds === first);
    if (groups.length === 0) return null;
    return {
      susceptible: groups[0]!.susceptibleAtStart,
      honeypots: groups.map(({ honeypots }) => honeypots),
    };
  }
}

function knownStart({ start }: Honeypots): number {
  if (start.kind === 'time') return start.timeSeconds;
  return start.contacts <= 0 ? start.prepareSeconds : Infinity;
}
