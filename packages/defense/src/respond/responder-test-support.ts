/** A machine for tests: a clock, a disk, actuators with a world behind them, and the responder that runs on it. */
import { VirtualClock } from '@wormwood/base';
import { formatIp, type IpAddress } from '@wormwood/wire';
import type { ActionRequest, Actuator, ActivityAnswer, KeysAnswer } from './action.ts';
import type { AuditEntry, AuditEvent } from './audit/audit-fact.ts';
import { readAuditLog } from './audit/audit-log.ts';
import { Fate, MemoryFile, type Unsynced } from './memory-file-test-support.ts';
import { DONE, failed, type Outcome } from './outcome.ts';
import { NOON, SCOPE_COMPONENTS, SCOPE_FILE, scopeDocument } from './respond-test-support.ts';
import { Responder, type ResponderComponents, type ResponderOptions } from './responder.ts';
import type { ScopeDocument } from './scope.ts';

/** What was really done, as a bystander saw it. */
export interface Act {
  readonly step: 'apply' | 'release';
  readonly key: string;
  readonly source: IpAddress;
  readonly timeSeconds: number;
}

/**
 * An actuator that is not idempotent: called twice, it acts twice, and the bystander writes both down. Whoever drives it
 * must ask before repeating.
 */
export class WorldActuator implements Actuator {
  readonly actions = ['block', 'quarantine', 'patch'] as const;
  readonly name: string;
  readonly acts: Act[] = [];
  readonly inForce: Set<string> = new Set();
  fate: Fate = new Fate();
  /** Outcomes of the next calls of `apply` and `release`: `refuse` does nothing, `silent` does it and reports failure. */
  readonly troubles: ('refuse' | 'silent')[] = [];
  /** While set, not even a question is answered. */
  unreachable = false;
  readonly #clock: VirtualClock;

  constructor(name: string, clock: VirtualClock) {
    this.name = name;
    this.#clock = clock;
  }

  describe(step: 'apply' | 'release', { source, linkAddress }: ActionRequest): string {
    return `${step} ${formatIp(source)} ${linkAddress ?? '-'} with ${this.name}`;
  }

  async keysInForce(): Promise<KeysAnswer> {
    this.fate.pass();
    return this.unreachable ? failed('No answer.') : { ok: true, keys: new Set(this.inForce) };
  }

  async isActive({ key }: ActionRequest): Promise<ActivityAnswer> {
    this.fate.pass();
    return this.unreachable ? failed('No answer.') : { ok: true, active: this.inForce.has(key) };
  }

  async apply(request: ActionRequest): Promise<Outcome> {
    return this.#do('apply', request);
  }

  async release(request: ActionRequest): Promise<Outcome> {
    return this.#do('release', request);
  }

  #do(step: 'apply' | 'release', { key, source }: ActionRequest): Outcome {
    this.fate.pass();
    if (this.unreachable) return failed('No answer.');
    const trouble = this.troubles.shift();
    if (trouble === 'refuse') return failed('Refused.');
    this.acts.push({ step, key, source, timeSeconds: this.#clock.nowSeconds() });
    if (step === 'apply') this.inForce.add(key);
    else this.inForce.delete(key);
    this.fate.pass();
    return trouble === 'silent' ? failed('No answer.') : DONE;
  }
}

export class Machine {
  readonly clock: VirtualClock = new VirtualClock(NOON);
  /** What somebody added to the clock of the wall; the uptime does not know. */
  skewSeconds = 0;
  boot = 'boot-1';
  /** Unix time of the start of the machine. */
  bootSeconds: number = NOON - 1000;
  readonly file: MemoryFile = new MemoryFile();
  readonly firewall: WorldActuator = new WorldActuator('border-firewall', this.clock);
  readonly nac: WorldActuator = new WorldActuator('nac', this.clock);
  document: ScopeDocument = scopeDocument(SCOPE_FILE);
  readonly options: ResponderOptions;

  constructor(options: Partial<ResponderOptions> = {}) {
    this.options = { sensor: 'sensor-1', mode: 'act', ...options };
  }

  components(): ResponderComponents {
    return {
      auditFile: this.file,
      clock: {
        read: () => ({
          wallSeconds: this.clock.nowSeconds() + this.skewSeconds,
          uptimeSeconds: this.clock.nowSeconds() - this.bootSeconds,
          boot: this.boot,
        }),
      },
      scope: { ...SCOPE_COMPONENTS, load: async () => this.document },
      actuators: [this.firewall, this.nac],
    };
  }

  async start(options: Partial<ResponderOptions> = {}): Promise<Responder> {
    const opening = await Responder.open(this.components(), { ...this.options, ...options });
    if (!opening.ok) throw new Error(opening.reason);
    return opening.responder;
  }

  /** The machine stopped and starts again. */
  restart(unsynced: Unsynced = 'kept', fate: Fate = new Fate()): void {
    this.file.restart(unsynced, fate);
    this.setFate(fate);
  }

  setFate(fate: Fate): void {
    this.file.fate = fate;
    this.firewall.fate = fate;
    this.nac.fate = fate;
  }

  /** All acts in the order in which they happened. */
  get acts(): readonly Act[] {
    return [...this.firewall.acts, ...this.nac.acts].sort((a, b) => a.timeSeconds - b.timeSeconds);
  }

  async entries(): Promise<readonly AuditEntry[]> {
    const entries: AuditEntry[] = [];
    const reading = await readAuditLog(this.file.lines(0), (entry) => void entries.push(entry));
    if (!reading.ok) throw new Error(reading.reason);
    return entries;
  }

  async events(): Promise<readonly AuditEvent[]> {
    return (await this.entries()).map(({ event }) => event);
  }
}

/** Steps, moving the clock to whatever is due next, until `untilSeconds`. */
export async function runUntil(machine: Machine, responder: Responder, untilSeconds: number): Promise<void> {
  for (;;) {
    const outcome = await responder.step();
    if (!outcome.ok) throw new Error(outcome.reason);
    const due = responder.nextDueSeconds();
    if (due === undefined || due > untilSeconds) break;
    if (due <= machine.clock.nowSeconds()) throw new Error('something stays due after a step');
    machine.clock.advanceTo(due);
  }
  machine.clock.advanceTo(Math.max(untilSeconds, machine.clock.nowSeconds()));
  await responder.step();
}
