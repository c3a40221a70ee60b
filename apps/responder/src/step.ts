/** What every command that decides shares: verdicts answered, outcomes that must be good. */
import type { Outcome, Responder, Verdict } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';

/** Offered at a time; the responder holds no more. */
const OFFERED_MAX = 500;

/** Answers all verdicts and does what is due, at least once. */
export async function answerAll(responder: Responder, verdicts: readonly Verdict[]): Promise<void> {
  for (let first = 0; first < verdicts.length || first === 0; first += OFFERED_MAX) {
    for (const verdict of verdicts.slice(first, first + OFFERED_MAX)) responder.offer(verdict);
    mustBeDone(await responder.step());
  }
}

export function mustBeDone(outcome: Outcome): void {
  if (!outcome.ok) throw new ResponderFailure('failed', outcome.reason);
}
