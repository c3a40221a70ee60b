/** From observations to verdicts to responses: start with `observation.ts` and `verdict.ts`. */

export { FORGEABLE_REASONS, type Observation } from './observation.ts';
export { INFECTION_PROOFS, KNOWN_ROLES, type KnownRole, type Verdict, VERDICT_KINDS } from './verdict.ts';

// Detection: start with `detect/detector.ts`.
export { createDetector } from './detect/detector.ts';
export type { Detector, DetectorOptions, DetectorStatus, Ipv6Promise } from './detect/detector-contract.ts';
export { type KnownPrefix, KnownSources } from './detect/known-sources.ts';
export type { ClockTrouble } from './observe/steady-clock.ts';
export type { WormAlarm } from './detect/worm-trend.ts';
export type { Explanation } from './detect/verdict-words.ts';
export { explanationWords } from './detect/explanation-words.ts';
export { type PacketCounts, PacketObserver } from './observe/observe-packets.ts';
export { greetingOf } from './observe/greeting.ts';
export { EventObserver } from './observe/observe-events.ts';

// Responses: start with `respond/responder.ts`.
export { Responder } from './respond/responder.ts';
export { ACTION_KINDS, type ActionKind, type Actuator, formatTarget } from './respond/action.ts';
export { DONE, type Failed, failed, type Outcome } from './respond/outcome.ts';
export type { Decision } from './respond/decision.ts';
export { Ledger, type LedgerView } from './respond/ledger.ts';
export { readVerdicts } from './respond/verdict-file.ts';
export type { AppendOnlyFile, Extent, FileLine, SegmentedFile } from './respond/append-only-file.ts';
export { type ClockReading, lookingTime, permissionTime } from './respond/timekeeping.ts';

// The owner's permission.
export {
  Scope,
  type ScopeAdmission,
  type ScopeComponents,
  type ScopeDocument,
  type SignatureVerifier,
} from './respond/scope.ts';
export {
  type AllowedAction,
  extentOf,
  extentWords,
  MAIL_ADDRESS,
  type ScopeFile,
  scopeProblems,
} from './respond/scope-file.ts';

// Who does it.
export type { Command, CommandResult, CommandRunner } from './respond/actuator/command-runner.ts';
export { type NftablesOptions, nftablesActuator, nftablesSetup } from './respond/actuator/nftables.ts';
export { ownerCommandActuator, type OwnerCommandOptions } from './respond/actuator/owner-command.ts';
export { feedActuator } from './respond/actuator/feed-actuator.ts';

// Reports to others: feeds, deliveries, exports.
export { feedContent } from './respond/feed/feed-content.ts';
export {
  type FeedClient,
  type FeedResponse,
  FeedServer,
  type FeedRequest,
} from './respond/feed/feed-server.ts';
export { type CursorFile, Delivery, type DeliveryStatus } from './respond/delivery/delivery.ts';
export type { WebhookPreset } from './respond/delivery/webhook-presets.ts';
export { linesOf } from './respond/delivery/line-source.ts';
export type { Transport } from './respond/delivery/transport.ts';
export { type HttpSender, webhookTransport } from './respond/delivery/webhook.ts';
export { type MailSender, mailTransport } from './respond/delivery/mail.ts';
export { syslogFrame, type SyslogSender, syslogTransport } from './respond/delivery/syslog.ts';

// What was done, and whether every promise was kept.
export {
  AUDIT_EVENTS,
  type AuditEntry,
  type AuditEvent,
  type AuditFact,
  type ResponseMode,
} from './respond/audit/audit-fact.ts';
export { type AuditReading, readAuditLog } from './respond/audit/audit-log.ts';
export { type LogLock, SharedLog } from './respond/audit/shared-log.ts';
export { AuditCheck, type AuditFindings, checkAudit } from './respond/audit/audit-check.ts';
export { FindingCollector } from './respond/export/finding.ts';
export { stixBundle } from './respond/export/stix.ts';
export { mispEvent } from './respond/export/misp.ts';
