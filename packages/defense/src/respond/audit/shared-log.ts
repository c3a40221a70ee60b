/**
 * The audit log as several processes share it: the file, its lock, the clocks, and the state that is the sum of its
 * entries. Everything is written under the lock, after what others wrote was taken in, at one time, and is synced before
 * the lock is given back.
 */
import { assert } from '@wormwood/base';
import type { AppendOnlyFile } from '../append-only-file.ts';
import { Ledger } from '../ledger.ts';
import { DONE, type Failed, failed, type Outcome } from '../outcome.ts';
import { type ClockReading, lookingTime, permissionTime, timeOf } from '../timekeeping.ts';
import type { AuditEntry, AuditFact } from './audit-fact.ts';
import { AuditLog, type EntryTime } from './audit-log.ts';

export interface SharedLogComponents {
  /** Written under `lock` alone. */
  readonly auditFile: AppendOnlyFile;
  /** Held for a moment at a time, never while an actuator is at work. @default nobody else writes the log */
  readonly lock?: LogLock;
  /** Reads both clocks of the machine. */
  readonly clock: MachineClock;
}

/** The lock that a process holds while it writes to a log that others write to as well. */
export interface LogLock {
  acquire(): Promise<Outcome>;
  release(): void;
}

export interface MachineClock {
  read(): ClockReading;
}

/** The time of everything that is written under one lock, and the time by which permissions end. */
export interface LogTime extends EntryTime {
  readonly permissionSeconds: number;
}

export type SharedLogOpening = { readonly ok: true; readonly log: SharedLog } | Failed;

export class SharedLog {
  readonly ledger: Ledger;
  readonly #components: SharedLogComponents;
  readonly #log: AuditLog;
  #time: LogTime = { timeSeconds: 0, uptimeSeconds: 0, permissionSeconds: 0 };
  #fault: Failed | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(components: SharedLogComponents, log: AuditLog, ledger: Ledger) {
    this.#components = components;
    this.#log = log;
    this.ledger = ledger;
  }

  /** Verifies the present segment and restores the state from it; refuses if the log was changed or cannot be written. */
  static async open(components: SharedLogComponents, sensor: string): Promise<SharedLogOpening> {
    const locked = (await components.lock?.acquire()) ?? DONE;
    if (!locked.ok) return locked;
    try {
      const ledger = new Ledger();
      let stray: AuditEntry | undefined;
      const opening = await AuditLog.open(components.auditFile, sensor, (entry) => {
        if (!ledger.record(entry)) stray ??= entry;
      });
      if (!opening.ok) return opening;
      if (stray !== undefined) return strayFailure(stray);
      return { ok: true, log: new SharedLog(components, opening.log, ledger) };
    } finally {
      components.lock?.release();
    }
  }

  /** Set once the log cannot be read, locked or written; it must be opened anew. */
  get fault(): Failed | null {
    return this.#fault;
  }

  /** Octets that survive a loss of power. */
  get syncedOffset(): number {
    return this.#log.syncedOffset;
  }

  /** Of the present lock, or of the last one. */
  get time(): LogTime {
    return this.#time;
  }

  /** The time for whoever only looks: nothing is written at it. */
  lookingTime(): Omit<LogTime, 'uptimeSeconds'> {
    const reading = this.#components.clock.read();
    const timeSeconds = lookingTime(this.ledger, reading);
    return { timeSeconds, permissionSeconds: permissionTime(this.ledger, timeSeconds, reading) };
  }

  /** Does `work` under the lock, one after the other; undefined once there is a fault. What it wrote is synced then. */
  underLock<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = this.#turn.then(() => this.#lockedWork(work));
    this.#turn = done;
    return done;
  }

  /** Adds facts that hold together, to be called under the lock; false if that failed. */
  async write(facts: readonly AuditFact[]): Promise<boolean> {
    if (facts.length === 0) return true;
    const written = await this.#log.append(facts, this.#time, (entry) => {
      assert(this.ledger.record(entry), `entry ${entry.sequence} is about a decision that is alive`);
    });
    if (!written.ok) this.#spoil(`The audit log cannot be written, so nothing is done: ${written.reason}`);
    return written.ok;
  }

  async #lockedWork<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#fault !== null) return undefined;
    const { lock } = this.#components;
    const locked = (await lock?.acquire()) ?? DONE;
    if (!locked.ok) return this.#spoil(locked.reason);
    try {
      if (!(await this.#catchUp()) || !(await this.#lookAtClock())) return undefined;
      const result = await work();
      if (this.#fault !== null) return undefined;
      const synced = await this.#log.sync();
      if (!synced.ok) {
        return this.#spoil(`The audit log cannot be synced, so nothing is done: ${synced.reason}`);
      }
      if (this.#log.isLong) await this.#rotate();
      return result;
    } finally {
      lock?.release();
    }
  }

  async #catchUp(): Promise<boolean> {
    let stray: AuditEntry | undefined;
    const caughtUp = await this.#log.catchUp(
      (entry) => {
        if (!this.ledger.record(entry)) stray ??= entry;
      },
      () => this.ledger.reset(),
    );
    if (!caughtUp.ok) this.#fault = caughtUp;
    else if (stray !== undefined) this.#fault = strayFailure(stray);
    return this.#fault === null;
  }

  async #lookAtClock(): Promise<boolean> {
    const reading = this.#components.clock.read();
    const { nowSeconds, facts } = timeOf(this.ledger, reading);
    const { uptimeSeconds } = reading;
    this.#time = { timeSeconds: nowSeconds, uptimeSeconds, permissionSeconds: nowSeconds };
    for (const fact of facts) if (!(await this.write([fact]))) return false;
    this.#time = { ...this.#time, permissionSeconds: permissionTime(this.ledger, nowSeconds, reading) };
    return true;
  }

  /** The old segment goes on being written if this fails; a full disk is no reason to stop. */
  async #rotate(): Promise<void> {
    const { log } = this.ledger;
    assert(log !== null, 'a log that is long has entries');
    await this.#log.rotate(log, this.ledger.state(), this.#time, (entry) => this.ledger.record(entry));
  }

  #spoil(reason: string): undefined {
    this.#fault ??= failed(reason);
  }
}

function strayFailure({ sequence }: AuditEntry): Failed {
  return failed(`Line ${sequence} of the audit log is about a decision that was not alive.`);
}
