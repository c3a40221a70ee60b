/** What the audit log says about time, held against the uptime that stands in each of its lines. */
import { CLOCK_STEP_SECONDS } from '../timekeeping.ts';
import type { AuditEntry } from './audit-fact.ts';

/** Uptimes have hundredths of a second. */
const UPTIME_ROUNDING_SECONDS = 0.02;

export class ClockCheck {
  #last: AuditEntry | null = null;
  #boot: string | null = null;
  /** The clock was set back while the machine was off, and the line that says it was started follows. */
  #isStarting = false;

  /** Goes on from a snapshot. */
  restore(boot: string | null): void {
    this.#boot = boot;
  }

  /** Returns what is wrong with the time of the next entry. */
  read(entry: AuditEntry): string | undefined {
    const last = this.#last;
    this.#last = entry;
    if (entry.event === 'clock.boot') {
      const isNews = entry.boot !== this.#boot;
      this.#boot = entry.boot;
      this.#isStarting = false;
      return isNews ? undefined : 'The machine was not started anew.';
    }
    if (this.#isStarting) return 'The machine was off, and no line says that it was started.';
    if (last === null) {
      return entry.event === 'log.snapshot'
        ? undefined
        : 'The log does not begin with the start of a machine.';
    }
    const dueSeconds = last.timeSeconds + (entry.uptimeSeconds - last.uptimeSeconds);
    if (entry.event === 'clock.set') return this.#readSetting(entry, last, dueSeconds);
    if (entry.uptimeSeconds < last.uptimeSeconds)
      return 'The time since the start of the machine ran backwards.';
    if (Math.abs(entry.timeSeconds - dueSeconds) > CLOCK_STEP_SECONDS + UPTIME_ROUNDING_SECONDS) {
      return 'Its time does not go with the time since the start of the machine.';
    }
    return undefined;
  }

  #readSetting(
    { timeSeconds, fromSeconds, isElapsedKnown }: Extract<AuditEntry, { event: 'clock.set' }>,
    last: AuditEntry,
    dueSeconds: number,
  ): string | undefined {
    this.#isStarting = !isElapsedKnown;
    const expectedSeconds = isElapsedKnown ? dueSeconds : last.timeSeconds;
    if (Math.abs(fromSeconds - expectedSeconds) > UPTIME_ROUNDING_SECONDS) {
      return 'The clock showed another time before it was set.';
    }
    const isSet = Math.abs(timeSeconds - fromSeconds) > CLOCK_STEP_SECONDS - UPTIME_ROUNDING_SECONDS;
    return isSet ? undefined : 'The clock was not set.';
  }
}
