/** What every command that decides shares: verdicts answered, what is due done, outcomes that must be good. */
import type { Outcome, Responder, Verdict } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';

/** Offered at a time; the responder holds no more. */
const OFFERED_MAX = 500;

/** Answers all verdicts and does what is due, at least once; ends between two acts once `isStopping`. */
export async function answerAndAct(
  responder: Responder,
  verdicts: readonly Verdict[],
  isStopping: () => boolean = () => false,
): Promise<void> {
  await inParts(responder, verdicts, () => responder.step(isStopping));
}

/** Records the answers to all verdicts and does nothing else. */
export async function answerOnly(responder: Responder, verdicts: readonly Verdict[]): Promise<void> {
  await inParts(responder, verdicts, () => responder.answer());
}

/** Throws a `ResponderFailure` with the reason when the outcome is a failure. */
export function mustBeDone(outcome: Outcome): void {
  if (!outcome.ok) throw new ResponderFailure('failed', outcome.reason);
}

async function inParts(
  responder: Responder,
  verdicts: readonly Verdict[],
  work: () => Promise<Outcome>,
): Promise<void> {
  for (let first = 0; first < verdicts.length || first === 0; first += OFFERED_MAX) {
    for (const verdict of verdicts.slice(first, first + OFFERED_MAX)) responder.offer(verdict);
    mustBeDone(await work());
  }
}
