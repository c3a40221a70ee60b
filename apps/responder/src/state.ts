/**
 * The state directory of the responses. What the owner puts there: `scope.yaml` with its signature `scope.yaml.sig`,
 * `trusted/NAME.pub` for the keys that may sign it, `respond.yaml` for who carries out the actions. What is kept there:
 * the audit log, of which all state is the sum, and two locks.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode, renderDiagnostic, systemReason } from '@wormwood/base';
import {
  type Actuator,
  type AuditEntry,
  type AuditFact,
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
  SharedLog,
} from '@wormwood/defense';
import { formatIpPrefix, IpSet } from '@wormwood/wire';
import {
  type ActuatorEntry,
  checkRespondFile,
  type DeliveryEntry,
  type RespondFile,
} from '@wormwood/files/respond';
import { readScopeFile } from '@wormwood/files/scope';
import { type AuditFile, type AuditReader, auditReader, openAuditFile } from './audit-file.ts';
import { commandRunner } from './command-runner.ts';
import { ResponderFailure } from './failure.ts';
import { readKey, type TrustedKey, verifierOf } from './keys.ts';
import { type HeldLock, logLock, takeLock } from './lock.ts';
import { machineClock, nowSeconds } from './machine-clock.ts';
import { ownAddresses } from './own-addresses.ts';
import { readTrusted, refuseUntrusted } from './trusted-file.ts';

/** A responder that is open. */
export interface OpenResponder {
  readonly responder: Responder;
  /** Returns the lines of the audit log that were added since this was asked last, each a JSON object. */
  readonly takeAdded: () => readonly string[];
  /** Whether the log holds what this responder does not know. */
  readonly isBehind: () => Promise<boolean>;
}

interface Kept {
  readonly responder: Responder;
  readonly auditFile: AuditFile;
  /** What it was made from, as it was before that was read. */
  readonly making: string;
  readonly asked: ResponseMode | 'asBefore';
}

/** The state as the present segment of the log has it. */
export interface StateView {
  readonly ledger: Ledger;
  readonly reading: AuditReading;
}

const NO_RESPOND_FILE: Omit<RespondFile, 'sensor'> = {
  version: 1,
  ownPrefixes: [],
  actuators: [],
  deliveries: [],
};
const KEY_ENDING = '.pub';
const SIGNATURE_OCTETS_MAX = 4096;

/** The directory of a machine's responses: its files, its lock, and the responder made from them. */
export class ResponseState {
  readonly #directory: string;
  #kept: Kept | null = null;
  /** The lock of acting, while it is held. */
  #acting: HeldLock | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Returns the responder. It is kept for the next time, when it is returned again unless somebody has changed the files
   * that it was made from, or its log has failed.
   */
  async open(mode: ResponseMode | 'asBefore'): Promise<OpenResponder> {
    this.#make();
    this.#refuseUntrusted();
    const { responder, auditFile } = await this.#opened(mode);
    return {
      responder,
      takeAdded: () => auditFile.takeAdded(),
      async isBehind() {
        const extent = await auditFile.extent();
        return !extent.ok || extent.endOffset !== responder.syncedOffset;
      },
    };
  }

  /**
   * Records what a person says about all actions, and returns the state then and the lines that were added. It needs
   * nothing but the log: a pause takes effect whatever is wrong with the files of the owner.
   */
  async record(fact: AuditFact): Promise<{ readonly ledger: Ledger; readonly added: readonly string[] }> {
    this.#make();
    const auditFile = await this.#orFail('written', () => openAuditFile(this.#directory));
    try {
      const components = { auditFile, lock: logLock(this.#path('log.lock')), clock: machineClock };
      const opening = await SharedLog.open(components, this.#sensor());
      if (!opening.ok) throw new ResponderFailure('failed', opening.reason);
      const { log } = opening;
      await log.underLock(() => log.write([fact]));
      if (log.fault !== null) throw new ResponderFailure('failed', log.fault.reason);
      return { ledger: log.ledger, added: auditFile.takeAdded() };
    } finally {
      await auditFile.close();
    }
  }

  /**
   * Does `work` while no other responder carries out anything on this state. Returns false, and does nothing, if another
   * one was at work all the time, or `signal` fired.
   */
  async whileActing(work: () => Promise<void>, signal?: AbortSignal): Promise<boolean> {
    this.#make();
    this.#acting = await takeLock(this.#path('lock'), signal);
    if (this.#acting === null) return false;
    try {
      await work();
      return true;
    } finally {
      this.#acting.release();
      this.#acting = null;
    }
  }

  /** Gives up what was kept. */
  async close(): Promise<void> {
    await this.#kept?.auditFile.close();
    this.#kept = null;
  }

  async #opened(mode: ResponseMode | 'asBefore'): Promise<Kept> {
    const kept = this.#kept;
    const making = this.#makingStamp();
    const isGood = kept?.asked === mode && kept.responder.fault === null && kept.making === making;
    if (kept !== null && isGood) return kept;
    await this.close();
    const file = this.#readRespondFile();
    await this.#refuseForgottenAct(mode);
    const auditFile = await this.#orFail('written', () => openAuditFile(this.#directory));
    const opening = await this.#openResponder(auditFile, file, mode);
    if (!opening.ok) {
      await auditFile.close();
      throw new ResponderFailure('failed', opening.reason);
    }
    this.#kept = { responder: opening.responder, auditFile, making, asked: mode };
    return this.#kept;
  }

  #openResponder(
    auditFile: AuditFile,
    file: RespondFile,
    mode: ResponseMode | 'asBefore',
  ): ReturnType<typeof Responder.open> {
    const runner = commandRunner(() => this.#acting?.descriptor);
    return Responder.open(
      {
        auditFile,
        lock: logLock(this.#path('log.lock')),
        clock: machineClock,
        scope: this.#scopeComponents(),
        actuators: file.actuators.map((entry) => actuatorOf(entry, runner)),
      },
      {
        sensor: file.sensor,
        mode,
        ownAddresses: IpSet.of(file.ownPrefixes).union(ownAddresses()),
      },
    );
  }

  /** Whoever can write these files decides which programs are run and whose signature counts. */
  #refuseUntrusted(): void {
    for (const name of ['.', 'respond.yaml', 'trusted', ...this.#keyNames()])
      refuseUntrusted(this.#path(name));
  }

  #keyNames(): readonly string[] {
    return readdirIfThere(this.#path('trusted')).map((name) => join('trusted', name));
  }

  /** Changes whenever a responder that was made before would be another one now; the scope it reads itself. */
  #makingStamp(): string {
    return [this.#stampOf(['respond.yaml']), ...ownAddresses().prefixes().map(formatIpPrefix)].join();
  }

  /** Reads the present segment of the log, without a lock: whoever writes it only adds. */
  async view(): Promise<StateView> {
    const ledger = new Ledger();
    const reading = await readAuditLog(this.log().presentLines(), (entry) => void ledger.record(entry));
    return { ledger, reading };
  }

  /** As `view`, for those who need a log that is in order. */
  async viewInOrder(): Promise<StateView> {
    const view = await this.view();
    if (!view.reading.ok) throw new ResponderFailure('failed', view.reading.reason);
    return view;
  }

  /** Reads the whole log, all segments, one entry at a time. */
  readLog(visit: (entry: AuditEntry) => void | Promise<void>): Promise<AuditReading> {
    return readAuditLog(this.log().lines(0), visit);
  }

  log(): AuditReader {
    return auditReader(this.#directory);
  }

  /** The scope file as it would be admitted now. */
  async admission(): Promise<ScopeAdmission> {
    const components = this.#scopeComponents();
    return Scope.admit(await components.load(), components, nowSeconds());
  }

  /** The addresses that are protected beside those of the scope. */
  ownAddresses(): IpSet {
    return IpSet.of(this.#readRespondFile().ownPrefixes).union(ownAddresses());
  }

  feeds(): readonly string[] {
    const { actuators } = this.#readRespondFile();
    return actuators.filter(({ kind }) => kind === 'feed').map(({ name }) => name);
  }

  deliveries(): readonly DeliveryEntry[] {
    return this.#readRespondFile().deliveries;
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
    return this.#stampOf(['scope.yaml', 'scope.yaml.sig', 'respond.yaml', 'trusted', ...this.#keyNames()]);
  }

  /** Changes whenever the log does. */
  logStamp(): string {
    return this.#stampOf(['audit.jsonl']);
  }

  /** What was decided to be carried out would be void in a dry run: that takes more than a forgotten option. */
  async #refuseForgottenAct(mode: ResponseMode | 'asBefore'): Promise<void> {
    if (mode !== 'dryRun') return;
    const { ledger } = await this.viewInOrder();
    const waiting = [...ledger.live.values()].filter(
      ({ dryRun, status, ending }) => !dryRun && status !== 'active' && ending === null,
    );
    if (waiting.length === 0) return;
    const what =
      waiting.length === 1
        ? 'A decision waits to be carried out'
        : `${waiting.length} decisions wait to be carried out`;
    throw new ResponderFailure('usage', `${what}: add --act, or use another --state for a dry run.`);
  }

  #scopeComponents(): ScopeComponents & { load(): Promise<ScopeDocument> } {
    let keys: readonly TrustedKey[] = [];
    return {
      verifier: { verify: (octets, signature) => verifierOf(keys).verify(octets, signature) },
      read: (octets) => readScopeFile(new TextDecoder().decode(octets)),
      // Read and looked at each time: a key that was taken away is not trusted any more.
      load: async () => {
        try {
          this.#refuseUntrusted();
          keys = trustedKeysIn(this.#path('trusted'));
          const path = this.#path('scope.yaml');
          const signature = readTrusted(`${path}.sig`, SIGNATURE_OCTETS_MAX);
          return { octets: readTrusted(path), signature: signature?.toString('latin1') ?? null };
        } catch (error) {
          if (!(error instanceof ResponderFailure)) throw error;
          return { octets: null, signature: null, refusal: error.message };
        }
      },
    };
  }

  #readRespondFile(): RespondFile {
    const path = this.#path('respond.yaml');
    const octets = readTrusted(path);
    if (octets === null) return { ...NO_RESPOND_FILE, sensor: hostname() };
    const text = octets.toString('utf8');
    const check = checkRespondFile(text, path);
    if (check.ok) return check.file;
    const frames = check.diagnostics.map((each) => renderDiagnostic(each, text, { color: false }));
    throw new ResponderFailure('invalidFile', `${path} cannot be used.\n${frames.join('\n')}`);
  }

  /** Names this machine in the log, even while `respond.yaml` has a mistake. */
  #sensor(): string {
    try {
      return this.#readRespondFile().sensor;
    } catch (error) {
      if (error instanceof ResponderFailure) return hostname();
      throw error;
    }
  }

  #stampOf(names: readonly string[]): string {
    return names.map((name) => stampOf(this.#path(name))).join();
  }

  #make(): void {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw this.#failure('made', error);
    }
  }

  async #orFail<T>(verb: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof ResponderFailure ? error : this.#failure(verb, error);
    }
  }

  #failure(verb: string, error: unknown): ResponderFailure {
    const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');
    const sentence = `The state directory ${this.#directory} cannot be ${verb}: ${systemReason(error)}.`;
    return new ResponderFailure(isForbidden ? 'missingPermission' : 'failed', sentence, { cause: error });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

/** Returns the Ed25519 keys in files `NAME.pub` of a directory; other files there are none of its business. */
function trustedKeysIn(directory: string): readonly TrustedKey[] {
  const names = readdirIfThere(directory);
  const keys: TrustedKey[] = [];
  for (const name of names.filter((each) => each.endsWith(KEY_ENDING)).sort()) {
    const key = readKey('public', readTrusted(join(directory, name))?.toString('utf8') ?? '');
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

/** The change of the inode's data counts too: it changes with owner and mode. */
function stampOf(path: string): string {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? 'none' : `${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}`;
  } catch (error) {
    return `none: ${errorCode(error)}`;
  }
}

function actuatorOf(entry: ActuatorEntry, runner: ReturnType<typeof commandRunner>): Actuator {
  if (entry.kind === 'nftables') return nftablesActuator(runner, entry);
  return entry.kind === 'command' ? ownerCommandActuator(runner, entry) : feedActuator(entry.name);
}
