/**
 * What is told to other organisations about an infected host: the verdict as the audit log has it, and until when
 * something is done about it. Built from the entries of the log alone, so that an export can be repeated at any time.
 */
import type { AuditEntry, AuditFacts } from '../audit/audit-fact.ts';

/** Who tells it, as the scope in force names them. */
export interface Exporter {
  /** Organisation, or the sensor where no scope was ever in force. */
  readonly name: string;
  /** Mail address; null where no scope was ever in force. */
  readonly contact: string | null;
}

export type Finding = AuditFacts['verdict.infected'] & {
  /** The latest end of an act on this verdict; null where nothing was done. */
  readonly actedUntilSeconds: number | null;
  /** When it was recorded, and when what is told about it changed last. */
  readonly recordedSeconds: number;
  readonly changedSeconds: number;
};

/** What a log has to tell. */
export interface Findings {
  readonly exporter: Exporter;
  /** One a verdict, in the order of the log. */
  readonly findings: readonly Finding[];
}

/** Returns the verdicts of a log on which somebody may act: those whose address cannot be forged. */
export function findingsOf(entries: readonly AuditEntry[]): Findings {
  let exporter: Exporter = { name: entries[0]?.sensor ?? 'wormwood', contact: null };
  const findings = new Map<string, Finding>();
  const verdictOf = new Map<string, string>();
  for (const entry of entries) {
    if (entry.event === 'scope.load') exporter = { name: entry.owner, contact: entry.contact };
    if (entry.event === 'verdict.infected' && entry.unforgeable) {
      const times = { recordedSeconds: entry.timeSeconds, changedSeconds: entry.timeSeconds };
      findings.set(entry.verdict, { ...entry, actedUntilSeconds: null, ...times });
    }
    if (entry.event === 'decision.add') verdictOf.set(entry.decision, entry.verdict);
    if (entry.event === 'response.begin' && entry.step === 'apply' && !entry.dryRun) {
      const finding = findings.get(verdictOf.get(entry.decision) ?? '');
      if (finding === undefined) continue;
      const actedUntilSeconds = Math.max(finding.actedUntilSeconds ?? 0, entry.expiresSeconds);
      findings.set(finding.verdict, { ...finding, actedUntilSeconds, changedSeconds: entry.timeSeconds });
    }
  }
  return { exporter, findings: [...findings.values()] };
}
