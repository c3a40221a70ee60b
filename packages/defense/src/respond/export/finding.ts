/**
 * What is reported to other organisations about an infected host: the verdict as the audit log has it, and until when
 * something is done about it. Built from the entries of the log alone, so that an export can be repeated at any time.
 */
import type { AuditEntry, AuditFacts } from '../audit/audit-fact.ts';

/** Who reports it, as the scope in force names them. */
export interface Exporter {
  /** Organisation, or the sensor where no scope was ever in force. */
  readonly name: string;
  /** Mail address; null where no scope was ever in force. */
  readonly contact: string | null;
}

export type Finding = AuditFacts['verdict.infected'] & {
  /** The latest end of an act on this verdict; null where nothing was done. */
  readonly actedUntilSeconds: number | null;
  /** When it was recorded, and when what is reported about it changed last. */
  readonly recordedSeconds: number;
  readonly changedSeconds: number;
};

/** What a log has to report. */
export interface Findings {
  readonly exporter: Exporter;
  /** One a verdict, in the order of the log. */
  readonly findings: readonly Finding[];
}

/** Gathers the verdicts of a log on which somebody may act: those whose address cannot be forged. */
export class FindingCollector {
  #exporter: Exporter | null = null;
  readonly #findings = new Map<string, Finding>();
  readonly #verdictOf = new Map<string, string>();

  /** Takes in the next entry of the log. */
  read(entry: AuditEntry): void {
    this.#exporter ??= { name: entry.sensor, contact: null };
    if (entry.event === 'scope.load') this.#exporter = { name: entry.owner, contact: entry.contact };
    if (entry.event === 'verdict.infected' && entry.unforgeable && entry.kind === 'infected') {
      const times = { recordedSeconds: entry.timeSeconds, changedSeconds: entry.timeSeconds };
      this.#findings.set(entry.verdict, { ...entry, actedUntilSeconds: null, ...times });
    }
    if (entry.event === 'decision.add') this.#verdictOf.set(entry.decision, entry.verdict);
    if (entry.event === 'response.begin' && entry.step === 'apply' && !entry.dryRun) {
      const finding = this.#findings.get(this.#verdictOf.get(entry.decision) ?? '');
      if (finding === undefined) return;
      const actedUntilSeconds = Math.max(finding.actedUntilSeconds ?? 0, entry.expiresSeconds);
      this.#findings.set(finding.verdict, {
        ...finding,
        actedUntilSeconds,
        changedSeconds: entry.timeSeconds,
      });
    }
  }

  findings(): Findings {
    return {
      exporter: this.#exporter ?? { name: 'wormwood', contact: null },
      findings: [...this.#findings.values()],
    };
  }
}

/** Returns the findings of a whole log. */
export function findingsOf(entries: readonly AuditEntry[]): Findings {
  const collector = new FindingCollector();
  for (const entry of entries) collector.read(entry);
  return collector.findings();
}
