/** The responder: everything of the responses that touches the machine. Start with `state.ts`, then `service.ts`. */
export { commandRunner } from './command-runner.ts';
export { ResponderFailure } from './failure.ts';
export { listenForFeeds } from './feed-listener.ts';
export { generateKeys, readKey, signOctets, type TrustedKey, verifierOf } from './keys.ts';
export { type NamedStatus, Notifier } from './notifier.ts';
export { Service } from './service.ts';
export { nowSeconds } from './machine-clock.ts';
export { type OpenResponder, ResponseState } from './state.ts';
export { approveDecision, pauseFact, resumeFact, undoDecision } from './people.ts';
export {
  auditSummary,
  decisionObject,
  linesAdded,
  type PrintedLine,
  scopeObject,
  scopeSentence,
} from './report.ts';
export { answerAndAct, answerOnly } from './step.ts';
export { readBounded } from './trusted-file.ts';
