/** From observations to verdicts to responses: start with `observation.ts` and `verdict.ts`. */

export type { ForgeableReason, Observation, ObservationKind } from './observation.ts';
export type { Evidence, Verdict } from './verdict.ts';

// Detection: start with `detect/detector.ts`.
export {
  createDetector,
  type Detector,
  type DetectorOptions,
  type DetectorStatus,
} from './detect/detector.ts';
export type { Interval, WormAlarm } from './detect/worm-trend.ts';
export type { Explanation, SourceState } from './detect/verdict-words.ts';
export { type PacketCounts, PacketObserver, type PacketObserverOptions } from './detect/observe-packets.ts';
export { type EventLine, type EventReading, observeEvent } from './detect/observe-events.ts';

// Responses: start with `respond/responder.ts`.
export {
  Responder,
  type ResponderComponents,
  type ResponderOpening,
  type ResponderOptions,
} from './respond/responder.ts';
export {
  type ActionKind,
  type ActionRequest,
  type ActionStep,
  type ActivityAnswer,
  type Actuator,
} from './respond/action.ts';
export { DONE, failed, type Outcome } from './respond/outcome.ts';
export type { Decision, DecisionStatus } from './respond/decision.ts';
export { Ledger, type LedgerView } from './respond/ledger.ts';
export { readVerdicts } from './respond/verdict-file.ts';
export type { AppendOnlyFile, FileLine } from './respond/append-only-file.ts';

// The owner's permission.
export {
  Scope,
  type ScopeAdmission,
  type ScopeComponents,
  type ScopeDocument,
  type SignatureVerifier,
} from './respond/scope.ts';
export { type AllowedAction, MAIL_ADDRESS, type ScopeFile, scopeProblems } from './respond/scope-file.ts';

// Who does it.
export type { Command, CommandResult, CommandRunner } from './respond/actuator/command-runner.ts';
export { type NftablesOptions, nftablesActuator, nftablesSetup } from './respond/actuator/nftables.ts';
export { ownerCommandActuator, type OwnerCommandOptions } from './respond/actuator/owner-command.ts';
export { feedActuator } from './respond/actuator/feed-actuator.ts';

// Who is told.
export { feedContent } from './respond/feed/feed-content.ts';
export {
  type FeedClient,
  type FeedRequest,
  type FeedResponse,
  FeedServer,
} from './respond/feed/feed-server.ts';
export {
  type CursorFile,
  Delivery,
  type DeliveryOptions,
  type DeliveryStatus,
} from './respond/delivery/delivery.ts';
export type { WebhookPreset } from './respond/delivery/webhook-presets.ts';
export { linesOf, type LineSource } from './respond/delivery/line-source.ts';
export type { Transport } from './respond/delivery/transport.ts';
export { type HttpSender, type WebhookOptions, webhookTransport } from './respond/delivery/webhook.ts';
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
export { type AuditHead, type AuditReading, readAuditLog } from './respond/audit/audit-log.ts';
export { type AuditFault, type AuditFindings, checkAudit } from './respond/audit/audit-check.ts';
export { type Exporter, type Finding, type Findings, findingsOf } from './respond/export/finding.ts';
export { stixBundle, type StixBundle, type StixObject } from './respond/export/stix.ts';
export { type MispDocument, mispEvent } from './respond/export/misp.ts';
export { formatTimestamp, readTimestamp } from './respond/encoding/timestamp.ts';
