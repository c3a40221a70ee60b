/** `wormwood respond list | audit | explain | export`: what was decided and done, read from the log alone. */
import { formatTimestamp, printable } from '@wormwood/base';
import {
  AuditCheck,
  type AuditEntry,
  FindingCollector,
  mispEvent,
  type ScopeAdmission,
  stixBundle,
} from '@wormwood/defense';
import {
  auditSummary,
  decisionObject,
  nowSeconds,
  ResponseState,
  scopeObject,
  scopeSentence,
} from '@wormwood/responder';
import { formatIp, ipPrefixOf, isIpv6Prefix, parseIp } from '@wormwood/wire';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import type { RespondOptions } from './options.ts';
import { decisionTable, sentenceLine } from './words.ts';

/** Bits of an IPv6 network that an action may concern as a whole. */
const NETWORK_BITS = 64;

export interface RespondExportOptions extends RespondOptions {
  readonly stix?: true;
  readonly misp?: true;
}

export async function list(options: RespondOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const state = new ResponseState(options.state);
  const { ledger } = await state.viewInOrder();
  const admission = await state.admission();
  const decisions = [...ledger.live.values()];
  const { mode, paused } = ledger;
  if (options.json) {
    const scope = scopeObject(admission);
    const object = { ok: true, mode, paused, scope, decisions: decisions.map(decisionObject) };
    await terminal.print(JSON.stringify(object));
    return EXIT.ok;
  }
  await terminal.print(scopeSentence(admission));
  if (paused) await terminal.print('All actions are paused.');
  await terminal.print(decisionTable(decisions, nowSeconds()));
  return EXIT.ok;
}

/** Verifies the chain of the log and what it proves, one line after the other; fails if either does not hold. */
export async function audit(options: RespondOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const check = new AuditCheck();
  let [count, first] = [0, 1];
  const reading = await new ResponseState(options.state).readLog((entry) => {
    if (count === 0) first = entry.sequence;
    count++;
    check.read(entry);
    return options.json ? undefined : terminal.print(lineOf(entry));
  });
  const findings = check.findings();
  const ok = reading.ok && findings.faults.length === 0;
  if (options.json) {
    const open = findings.open.map(({ decision, source, expiresSeconds }) => ({
      decision,
      source: formatIp(source),
      expires: formatTimestamp(expiresSeconds, 0),
    }));
    const { sequence, hash } = reading.head;
    const object = { ok, first, entries: count, head: { sequence, hash }, ...findings, open };
    await terminal.print(JSON.stringify(reading.ok ? object : { ...object, reason: reading.reason }));
    return ok ? EXIT.ok : EXIT.failed;
  }
  for (const { sequence, message } of findings.faults) {
    await terminal.print(`Line ${sequence} breaks a promise: ${printable(message)}`);
  }
  await terminal.print(auditSummary(reading, { count, first }, findings));
  return ok ? EXIT.ok : EXIT.failed;
}

/** Everything that the log knows about one host, and what would hold for it now. */
export async function explain(written: string, options: RespondOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const source = parseIp(written);
  if (!source.ok) throw new CommandFailure(EXIT.usage, source.reason);
  const state = new ResponseState(options.state);
  const { ledger } = await state.viewInOrder();
  // An action on a whole network is recorded under its first address.
  const network = typeof source.value === 'bigint' ? ipPrefixOf(source.value, NETWORK_BITS) : null;
  const sources = new Set([
    source.value,
    ...(network !== null && isIpv6Prefix(network) ? [network.first] : []),
  ]);
  const about: AuditEntry[] = [];
  await readInOrder(state, (entry) => {
    if ('source' in entry && sources.has(entry.source)) about.push(entry);
  });
  const admission = await state.admission();
  const own = state.ownAddresses();
  const decisions = [...ledger.live.values()].filter((each) => sources.has(each.source));
  const isProtected =
    own.contains(source.value) || (admission.ok && admission.scope.protectedAddresses.contains(source.value));
  const isInside = admission.ok && admission.scope.addresses.contains(source.value);
  if (options.json) {
    const found = { insideScope: isInside, protected: isProtected, scope: scopeObject(admission) };
    const lines = about.map(({ timeSeconds, event, message }) => ({
      ts: formatTimestamp(timeSeconds),
      event,
      message,
    }));
    const object = { ok: true, source: formatIp(source.value), ...found, entries: lines };
    await terminal.print(JSON.stringify({ ...object, decisions: decisions.map(decisionObject) }));
    return EXIT.ok;
  }
  await terminal.print(standingOf(formatIp(source.value), admission, { isProtected, isInside }));
  if (about.length === 0) await terminal.print('The log has nothing about it.');
  for (const entry of about) await terminal.print(lineOf(entry));
  if (decisions.length > 0) await terminal.print(decisionTable(decisions, nowSeconds()));
  return EXIT.ok;
}

export async function exportFindings(options: RespondExportOptions): Promise<ExitCode> {
  if (options.stix === undefined && options.misp === undefined) {
    throw new CommandFailure(EXIT.usage, 'Say --stix or --misp.');
  }
  const gathered = new FindingCollector();
  await readInOrder(new ResponseState(options.state), (entry) => gathered.read(entry));
  const findings = gathered.findings();
  const document = options.stix ? stixBundle(findings) : mispEvent(findings);
  await openTerminal(options).print(JSON.stringify(document, null, 2));
  return EXIT.ok;
}

function lineOf({ timeSeconds, event, message }: AuditEntry): string {
  return sentenceLine({ ts: formatTimestamp(timeSeconds), event, message });
}

async function readInOrder(state: ResponseState, visit: (entry: AuditEntry) => void): Promise<void> {
  const reading = await state.readLog(visit);
  if (!reading.ok) throw new CommandFailure(EXIT.failed, reading.reason);
}

function standingOf(
  host: string,
  admission: ScopeAdmission,
  { isProtected, isInside }: { readonly isProtected: boolean; readonly isInside: boolean },
): string {
  if (isProtected) return `${host} is protected: nothing is ever done to it.`;
  if (!admission.ok) return `${host}: ${scopeSentence(admission)}`;
  return isInside
    ? `${host} is inside the scope of ${admission.scope.file.owner}.`
    : `${host} is outside the scope.`;
}
