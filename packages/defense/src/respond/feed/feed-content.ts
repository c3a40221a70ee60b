/** What a feed contains, from the state of the responses: for the responder itself, and for whoever only reads its log. */
import type { Decision } from '../decision.ts';
import type { LedgerView } from '../ledger.ts';
import { type Moment, refuseNow } from '../plan.ts';
import type { FeedContent } from './feed.ts';

/** Returns the decisions of this actuator that are in force, and those that ended though their time is not over. */
export function feedContent(actuator: string, ledger: LedgerView, moment: Moment): FeedContent {
  const isListed = (each: Decision): boolean =>
    each.actuator === actuator && !each.dryRun && moment.nowSeconds < (each.expiresSeconds ?? 0);
  const live = [...ledger.live.values()].filter(isListed);
  const isInForce = (each: Decision): boolean =>
    each.status === 'active' && each.ending === null && refuseNow(each, moment) === undefined;
  return {
    name: actuator,
    nowSeconds: moment.nowSeconds,
    sequence: ledger.entryCount,
    inForce: live.filter(isInForce),
    ended: [...live.filter((each) => each.ending !== null), ...[...ledger.ended.values()].filter(isListed)],
  };
}
