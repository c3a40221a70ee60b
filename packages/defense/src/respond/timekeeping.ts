/**
 * The time of the audit log. It is the clock of the wall as long as that runs evenly with the time since the machine was
 * started, which nobody can set. Where the two part, the clock was set, and the log says so in a line of its own: set
 * forward, everything whose time is over by the clock ends; set back, what is in force ends after as many seconds as
 * before. After a restart of the machine with an earlier clock nobody knows how much time has passed, and all of it ends.
 */
import type { AuditFact } from './audit/audit-fact.ts';

/** Both clocks of the machine at one moment. */
export interface ClockReading {
  /** Unix seconds as the clock of the wall shows them. */
  readonly wallSeconds: number;
  /** Seconds since the machine was started, sleep included. */
  readonly uptimeSeconds: number;
  /** Names that start. */
  readonly boot: string;
}

/** What the log knows of time: the ledger has it. */
export interface KnownTime {
  /** Of the last entry; 0 for an empty log. */
  readonly timeSeconds: number;
  readonly uptimeSeconds: number;
  /** Null for an empty log. */
  readonly boot: string | null;
  /** The time and the uptime when the present start of the machine was first seen. */
  readonly anchor: { readonly timeSeconds: number; readonly uptimeSeconds: number };
}

/** Clocks are disciplined in steps below this; more is a setting. */
export const CLOCK_STEP_SECONDS = 5;

/** Returns the time of the next entries, and what is to be recorded about the clock first. */
export function timeOf(
  known: KnownTime,
  { wallSeconds, uptimeSeconds, boot }: ClockReading,
): { readonly nowSeconds: number; readonly facts: readonly AuditFact[] } {
  const isSameBoot = known.boot === boot;
  const dueSeconds = isSameBoot ? expectedSeconds(known, uptimeSeconds) : known.timeSeconds;
  const nowSeconds = Math.max(wallSeconds, known.timeSeconds);
  const started: readonly AuditFact[] = isSameBoot ? [] : [{ event: 'clock.boot', boot }];
  const isBack = wallSeconds < dueSeconds - CLOCK_STEP_SECONDS;
  const isForward = isSameBoot && wallSeconds > dueSeconds + CLOCK_STEP_SECONDS;
  if (!isBack && !isForward) return { nowSeconds, facts: started };
  const set: AuditFact = { event: 'clock.set', fromSeconds: dueSeconds, isElapsedKnown: isSameBoot };
  return { nowSeconds: wallSeconds, facts: [set, ...started] };
}

/** Returns the time for whoever only looks at the log: by either clock, whichever is further, so that nothing runs on. */
export function lookingTime(known: KnownTime, { wallSeconds, uptimeSeconds, boot }: ClockReading): number {
  return Math.max(
    wallSeconds,
    known.boot === boot ? expectedSeconds(known, uptimeSeconds) : known.timeSeconds,
  );
}

/**
 * Returns the time by which permissions are measured. They end at a time of the calendar, so that a clock that was set
 * back would revive one that is over: what counts is the later of the clock and the time since the start of the machine.
 */
export function permissionTime(
  { anchor, boot }: KnownTime,
  nowSeconds: number,
  reading: ClockReading,
): number {
  if (boot !== reading.boot) return nowSeconds;
  return Math.max(nowSeconds, anchor.timeSeconds + (reading.uptimeSeconds - anchor.uptimeSeconds));
}

function expectedSeconds(known: KnownTime, uptimeSeconds: number): number {
  return known.timeSeconds + Math.max(0, uptimeSeconds - known.uptimeSeconds);
}
