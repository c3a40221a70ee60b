/** What every command that decides shares: verdicts answered, outcomes that must be good. */
import type { Outcome, Responder, ResponseMode, Verdict } from '@wormwood/defense';
import { CommandFailure, EXIT } from '../exit-code.ts';

/** Offered at a time; the responder holds no more. */
const OFFERED_MAX = 500;

export function modeOf({ act }: { readonly act?: true }): ResponseMode {
  return act === true ? 'act' : 'dryRun';
}

/** Answers all verdicts and does what is due, at least once. */
export async function answerAll(responder: Responder, verdicts: readonly Verdict[]): Promise<void> {
  for (let first = 0; first < verdicts.length || first === 0; first += OFFERED_MAX) {
    for (const verdict of verdicts.slice(first, first + OFFERED_MAX)) responder.offer(verdict);
    mustBeDone(await responder.step());
  }
}

export function mustBeDone(outcome: Outcome): void {
  if (!outcome.ok) throw new CommandFailure(EXIT.failed, outcome.reason);
}
