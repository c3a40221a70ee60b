/** Decisions, scopes and the audit log as they are shown: the same for the terminal, for programs and for a page. */
import { formatTimestamp } from '@wormwood/base';
import {
  type AuditFindings,
  type AuditReading,
  type Decision,
  extentOf,
  extentWords,
  formatTarget,
  type ScopeAdmission,
} from '@wormwood/defense';

/** A decision for programs: addresses as they are written, a network with its length, times as RFC 3339. */
interface DecisionObject extends Pick<
  Decision,
  | 'id'
  | 'linkAddress'
  | 'action'
  | 'actuator'
  | 'status'
  | 'approval'
  | 'approvedBy'
  | 'dryRun'
  | 'failures'
  | 'ending'
  | 'verdict'
> {
  readonly source: string;
  readonly proposed: string;
  readonly lapses: string;
  readonly expires: string | null;
}

/** Returns the decision as an object for programs. */
export function decisionObject(decision: Decision): DecisionObject {
  const { proposedSeconds, lapsesSeconds, expiresSeconds, linkAddress, id, verdict } = decision;
  const { action, actuator, status, approval, approvedBy, dryRun, ending, failures } = decision;
  return {
    id,
    source: formatTarget(decision),
    linkAddress,
    action,
    actuator,
    status,
    approval,
    approvedBy,
    dryRun,
    proposed: formatTimestamp(proposedSeconds, 0),
    lapses: formatTimestamp(lapsesSeconds, 0),
    expires: expiresSeconds === null ? null : formatTimestamp(expiresSeconds, 0),
    failures,
    ending,
    verdict,
  };
}

/** A line of the log as far as it is printed. */
export interface PrintedLine {
  readonly ts: string;
  readonly event: string;
  readonly message: string;
}

/** Returns the lines that a responder has added, as objects. */
export function linesAdded(added: readonly string[]): readonly PrintedLine[] {
  return added.map((line) => JSON.parse(line) as PrintedLine);
}

/** Returns in a sentence or two whether the log and all that it promises hold. */
export function auditSummary(
  reading: AuditReading,
  { count, first }: { readonly count: number; readonly first: number },
  { faults, open, applied, released }: AuditFindings,
): string {
  if (!reading.ok) return `${reading.reason} ${count} lines before it are in order.`;
  const torn = reading.torn ? ' Its end was torn in a crash, and led to nothing.' : '';
  const missing = first > 1 ? ` The ${first - 1} lines before it are not here and were not checked.` : '';
  const promises = faults.length === 0 ? 'Every promise was kept' : `${faults.length} promises were broken`;
  return (
    `The chain of ${count} lines is whole and ends with ${reading.head.hash.slice(0, 16)}….${missing}${torn}\n` +
    `${promises}: ${applied} acts, ${released} of them ended, ${open.length} in force or to be asked about.`
  );
}

/** Returns the scope in force for programs, or why none is. */
export function scopeObject(admission: ScopeAdmission): Readonly<Record<string, unknown>> {
  if (!admission.ok) return { ok: false, code: admission.code, reason: admission.reason };
  const { file, signer, fingerprint, addresses } = admission.scope;
  const expires = formatTimestamp(file.expiresSeconds, 0);
  return { ok: true, owner: file.owner, signer, fingerprint, addresses: extentOf(addresses), expires };
}

/** Returns the same as a sentence. */
export function scopeSentence(admission: ScopeAdmission): string {
  if (!admission.ok) {
    const next =
      admission.code === 'missing' ? ' Write one and sign it: `wormwood respond scope --help`.' : '';
    return `No scope is in force. ${admission.reason}${next}`;
  }
  const { file, signer, addresses } = admission.scope;
  const expires = formatTimestamp(file.expiresSeconds, 0);
  return `Scope of ${file.owner}, signed by ${signer}: ${extentWords(addresses)} until ${expires}.`;
}
