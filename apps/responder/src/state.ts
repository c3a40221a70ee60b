/**
 * The state directory of the responses. What the owner puts there: `scope.yaml` with its signature `scope.yaml.sig`,
 * `trusted/NAME.pub` for the keys that may sign it, `respond.yaml` for who carries out the actions. What is kept there:
 * `audit.jsonl`, of which all state is the sum, and `lock`.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AddressSet, errorCode, formatCidr, renderDiagnostic, systemReason } from '@wormwood/base';
import {
  type Actuator,
  type AuditEntry,
  type AuditReading,
  feedActuator,
  Ledger,
  nftablesActuator,
  ownerCommandActuator,
  readAuditLog,
  Responder,
  type ResponseMode,
  Scope,
  type ScopeAdmission,
  type ScopeComponents,
  type ScopeDocument,
} from '@wormwood/defense';
import {
  type ActuatorEntry,
  checkRespondFile,
  type DeliveryEntry,
  type RespondFile,
} from '@wormwood/files/respond';
import { readScopeFile } from '@wormwood/files/scope';
import { ResponderFailure } from './failure.ts';
import { type AuditFile, auditFileToRead, openAuditFile } from './audit-file.ts';
import { readKey, type TrustedKey, verifierOf } from './keys.ts';
import { lockState, type StateLock } from './lock.ts';
import { ownAddresses } from './own-addresses.ts';
import { commandRunner } from './command-runner.ts';

/** A responder at work. */
export interface OpenResponder {
  readonly responder: Responder;
  /** Returns the lines of the audit log that were added since this was asked last, each a JSON object. */
  readonly takeAdded: () => readonly string[];
}

interface Kept {
  readonly responder: Responder;
  readonly auditFile: AuditFile;
  /** What it was made from, as it was before that was read; and the log as it was left. */
  readonly making: string;
  readonly log: string;
}

/** The state as the log tells it. */
export interface StateView {
  readonly ledger: Ledger;
  readonly entries: readonly AuditEntry[];
  readonly reading: AuditReading;
}

const NO_RESPOND_FILE: Omit<RespondFile, 'sensor'> = {
  version: 1,
  ownPrefixes: [],
  actuators: [],
  deliveries: [],
};
const KEY_ENDING = '.pub';
const WRITABLE_BY_ALL = 0o002;

export function nowSeconds(): number {
  return Date.now() / 1000;
}

export class ResponseState {
  readonly #directory: string;
  #kept: Kept | null = null;
  /** Held at the moment. */
  #lock: StateLock | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Does `work` with the responder, under the lock. The responder is kept for the next time, when it is taken again if
   * nobody else has written the log and nobody has changed the files that it was made from.
   */
  async respond<T>(mode: ResponseMode | 'asBefore', work: (open: OpenResponder) => Promise<T>): Promise<T> {
    this.#make();
    const lock = this.#orFail('locked', () => lockState(this.#path('lock')));
    try {
      const { responder, auditFile } = await this.#opened(mode, lock);
      const result = await work({ responder, takeAdded: () => auditFile.takeAdded() });
      if (this.#kept !== null) this.#kept = { ...this.#kept, log: this.logStamp() };
      return result;
    } finally {
      lock.release();
    }
  }

  /** As `respond`, for a command that does one thing. */
  async respondOnce<T>(
    mode: ResponseMode | 'asBefore',
    work: (open: OpenResponder) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.respond(mode, work);
    } finally {
      await this.close();
    }
  }

  /** Gives up what was kept. */
  async close(): Promise<void> {
    await this.#kept?.auditFile.close();
    this.#kept = null;
  }

  async #opened(mode: ResponseMode | 'asBefore', lock: StateLock): Promise<Kept> {
    this.#lock = lock;
    const kept = this.#kept;
    if (kept !== null && kept.responder.mode === mode && this.#isAsLeft(kept)) return kept;
    await this.close();
    this.#refuseForeign();
    const making = this.#makingStamp();
    const file = await this.#readRespondFile();
    const runner = commandRunner(() => this.#lock?.descriptor);
    const chosen = await this.#modeFor(mode);
    const scope = this.#scopeComponents();
    const own = AddressSet.fromCidrs(file.ownPrefixes).union(ownAddresses());
    const auditFile = await openAuditFile(this.logPath());
    const actuators = file.actuators.map((entry) => actuatorOf(entry, runner));
    const opening = await Responder.open(
      { auditFile, clock: { nowSeconds }, scope, actuators },
      { sensor: file.sensor, mode: chosen, ownAddresses: own },
    );
    if (!opening.ok) {
      await auditFile.close();
      throw new ResponderFailure('failed', opening.reason);
    }
    this.#kept = { responder: opening.responder, auditFile, making, log: this.logStamp() };
    return this.#kept;
  }

  #isAsLeft({ responder, making, log }: Kept): boolean {
    return responder.fault === null && log === this.logStamp() && making === this.#makingStamp();
  }

  /** Whoever can write these files decides which programs are run and whose signature counts. */
  #refuseForeign(): void {
    const keys = readdirIfThere(this.#path('trusted')).map((name) => join('trusted', name));
    for (const path of ['.', 'respond.yaml', 'trusted', ...keys].map((name) => this.#path(name))) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) continue;
      const isForeign = found.uid !== 0 && found.uid !== process.getuid?.();
      if (!isForeign && (found.mode & WRITABLE_BY_ALL) === 0) continue;
      const reason = isForeign ? 'belongs to another user' : 'can be written by everybody';
      throw new ResponderFailure('missingPermission', `${path} ${reason}, so nothing is done.`);
    }
  }

  /** Changes whenever a responder that was made before would be another one now; the scope it reads itself. */
  #makingStamp(): string {
    return [this.#stampOf(['respond.yaml']), ...ownAddresses().toCidrs().map(formatCidr)].join();
  }

  /** Reads the log without a lock: whoever writes it only adds. */
  async view(): Promise<StateView> {
    const ledger = new Ledger();
    const entries: AuditEntry[] = [];
    const reading = await readAuditLog(auditFileToRead(this.logPath()), (entry) => {
      entries.push(entry);
      ledger.record(entry);
    });
    return { ledger, entries, reading };
  }

  /** As `view`, for those who need a log that is in order. */
  async viewInOrder(): Promise<StateView> {
    const view = await this.view();
    if (!view.reading.ok) throw new ResponderFailure('failed', view.reading.reason);
    return view;
  }

  /** The scope file as it would be admitted now. */
  async admission(): Promise<ScopeAdmission> {
    const components = this.#scopeComponents();
    return Scope.admit(await components.load(), components, nowSeconds());
  }

  /** The addresses that are protected beside those of the scope. */
  async ownAddresses(): Promise<AddressSet> {
    return AddressSet.fromCidrs((await this.#readRespondFile()).ownPrefixes).union(ownAddresses());
  }

  async feeds(): Promise<readonly string[]> {
    const { actuators } = await this.#readRespondFile();
    return actuators.filter(({ kind }) => kind === 'feed').map(({ name }) => name);
  }

  async deliveries(): Promise<readonly DeliveryEntry[]> {
    return (await this.#readRespondFile()).deliveries;
  }

  logPath(): string {
    return this.#path('audit.jsonl');
  }

  /** Where the progress of a delivery is kept. */
  cursorPath(delivery: string): string {
    return this.#path(`notify-${delivery}.cursor`);
  }

  /** Where the key of a feed's readers is kept. */
  feedKeyPath(feed: string): string {
    return this.#path(`feed-${feed}.key`);
  }

  /** Changes whenever a file of the owner changes. */
  inputStamp(): string {
    const keys = readdirIfThere(this.#path('trusted')).map((name) => join('trusted', name));
    return this.#stampOf(['scope.yaml', 'scope.yaml.sig', 'respond.yaml', 'trusted', ...keys]);
  }

  /** Changes whenever the log does. */
  logStamp(): string {
    return this.#stampOf(['audit.jsonl']);
  }

  /** What was decided in earnest and waits would be void in a dry run: that takes more than a forgotten option. */
  async #modeFor(mode: ResponseMode | 'asBefore'): Promise<ResponseMode> {
    const { ledger } = await this.viewInOrder();
    if (mode === 'asBefore') return ledger.mode ?? 'dryRun';
    const waiting = [...ledger.live.values()].filter(
      ({ dryRun, status, ending }) => !dryRun && status !== 'active' && ending === null,
    );
    if (mode === 'act' || waiting.length === 0) return mode;
    const what =
      waiting.length === 1 ? 'A decision in earnest waits' : `${waiting.length} decisions in earnest wait`;
    const sentence = `${what} here: add --act, or take another --state for a dry run.`;
    throw new ResponderFailure('usage', sentence);
  }

  #scopeComponents(): ScopeComponents & { load(): Promise<ScopeDocument> } {
    const path = this.#path('scope.yaml');
    return {
      // Read each time: a key that was taken away is not trusted any more.
      verifier: {
        verify: async (octets, signature) =>
          verifierOf(await trustedKeysIn(this.#path('trusted'))).verify(octets, signature),
      },
      read: readScopeOctets,
      load: async () => ({
        octets: await readIfThere(path),
        signature: (await readIfThere(`${path}.sig`))?.toString('latin1') ?? null,
      }),
    };
  }

  async #readRespondFile(): Promise<RespondFile> {
    const path = this.#path('respond.yaml');
    const octets = await readIfThere(path);
    if (octets === null) return { ...NO_RESPOND_FILE, sensor: hostname() };
    const text = octets.toString('utf8');
    const check = checkRespondFile(text, path);
    if (check.ok) return check.file;
    const frames = check.diagnostics.map((each) => renderDiagnostic(each, text, { color: false }));
    throw new ResponderFailure('invalidFile', `${path} cannot be used.\n${frames.join('\n')}`);
  }

  #stampOf(names: readonly string[]): string {
    return names
      .map((name) => {
        const found = statSync(this.#path(name), { throwIfNoEntry: false });
        return found === undefined ? 'none' : `${found.size} ${found.mtimeMs} ${found.ino}`;
      })
      .join();
  }

  #make(): void {
    this.#orFail('made', () => mkdirSync(this.#directory, { recursive: true, mode: 0o700 }));
  }

  #orFail<T>(verb: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof ResponderFailure) throw error;
      const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');
      const sentence = `The state directory ${this.#directory} cannot be ${verb}: ${systemReason(error)}.`;
      throw new ResponderFailure(isForbidden ? 'missingPermission' : 'failed', sentence, {
        cause: error,
      });
    }
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

/** Returns the Ed25519 keys in files `NAME.pub` of a directory; other files there are none of its business. */
async function trustedKeysIn(directory: string): Promise<readonly TrustedKey[]> {
  const names = readdirIfThere(directory);
  const keys: TrustedKey[] = [];
  for (const name of names.filter((each) => each.endsWith(KEY_ENDING)).sort()) {
    const key = readKey('public', await readFile(join(directory, name), 'utf8'));
    if (key !== undefined) keys.push({ name: name.slice(0, -KEY_ENDING.length), key });
  }
  return keys;
}

function readdirIfThere(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // No directory, no keys.
    return [];
  }
}

/** Reads a scope file's octets, for `ScopeComponents`. */
function readScopeOctets(octets: Uint8Array): ReturnType<typeof readScopeFile> {
  return readScopeFile(new TextDecoder().decode(octets));
}

function actuatorOf(entry: ActuatorEntry, runner: ReturnType<typeof commandRunner>): Actuator {
  if (entry.kind === 'nftables') return nftablesActuator(runner, entry);
  return entry.kind === 'command' ? ownerCommandActuator(runner, entry) : feedActuator(entry.name);
}

/** Null for a file that does not exist. One that cannot be read is as good as none: it allows nothing. */
async function readIfThere(path: string): Promise<Buffer | null> {
  return readFile(path).catch(() => null);
}
