/** What people say about decisions, whatever they say it through: yes, no, and halt. Each returns what came of it. */
import type { AuditFact, Decision, LedgerView, ResponseMode } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';
import type { OpenResponder, ResponseState } from './state.ts';
import { mustBeDone } from './step.ts';

/** What a person's word led to. */
export interface Recorded {
  readonly open: OpenResponder;
  /** False: it is recorded, and another responder that is at work carries it out. */
  readonly acted: boolean;
}

/** Says yes to the decision whose identifier begins with `id`, and carries out what is due. */
export async function approveDecision(
  state: ResponseState,
  id: string,
  by: string,
  mode: ResponseMode | 'asBefore',
): Promise<Recorded> {
  const open = await state.open(mode);
  const { responder } = open;
  const decision = decisionNamed(id, responder.ledger);
  if (decision.dryRun && responder.mode === 'act') {
    const sentence = 'That decision is a dry run: propose again with --act for one that is carried out.';
    throw new ResponderFailure('usage', sentence);
  }
  mustBeDone(await responder.approve(decision.id, by));
  const acted = await state.whileActing(async () => mustBeDone(await responder.step()));
  return { open, acted };
}

/** Ends the decision whose identifier begins with `id`; what is in force is released at once. */
export async function undoDecision(
  state: ResponseState,
  id: string,
  by: string,
  reason: string,
): Promise<Recorded> {
  const open = await state.open('asBefore');
  const { responder } = open;
  const decision = decisionNamed(id, responder.ledger);
  mustBeDone(await responder.undo(decision.id, by, reason));
  const acted = await state.whileActing(async () => mustBeDone(await responder.release()));
  return { open, acted };
}

/** The fact that nothing is begun from now on. */
export function pauseFact(by: string, reason: string): AuditFact {
  return { event: 'respond.pause', by, reason };
}

/** The fact that actions go on. */
export function resumeFact(by: string): AuditFact {
  return { event: 'respond.resume', by };
}

/** The live decision whose identifier begins so. */
function decisionNamed(id: string, ledger: LedgerView): Decision {
  const found = [...ledger.live.values()].filter((each) => each.id.startsWith(id.toLowerCase()));
  const [decision] = found;
  if (decision !== undefined && found.length === 1) return decision;
  const reason = found.length === 0 ? 'No live decision' : `${found.length} live decisions`;
  throw new ResponderFailure('usage', `${reason} begins with "${id}"; \`respond list\` shows them.`);
}
