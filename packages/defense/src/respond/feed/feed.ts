/**
 * Block lists that other machines fetch, as pure functions of the decisions in force: a text with an address a line, JSON
 * with reasons, and the stream of decisions as CrowdSec's local API answers it, for its bouncers.
 */
import { formatTimestamp } from '@wormwood/base';
import { formatTarget, isNetwork, type Target } from '../action.ts';
import type { Decision } from '../decision.ts';

/** What a feed contains at a moment. */
export interface FeedContent {
  /** Of its actuator. */
  readonly name: string;
  readonly nowSeconds: number;
  /** Of the last entry of the audit log. */
  readonly sequence: number;
  readonly inForce: readonly Decision[];
  /** Not in force any more, though their time is not over: whoever fetched them strikes them off. */
  readonly ended: readonly Decision[];
}

/** Returns the addresses and networks, one a line, ascending, those of IPv4 first, below a heading of comments. */
export function textFeed({ name, nowSeconds, inForce }: FeedContent): string {
  const heading = [
    `# ${name}: hosts that the owner of this network decided to block`,
    `# ${formatTimestamp(nowSeconds, 0)}, ${inForce.length} addresses`,
  ];
  return [...heading, ...inForce.toSorted(byAddress).map(formatTarget), ''].join('\n');
}

function byAddress({ source: a }: Target, { source: b }: Target): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/** Returns the same as a JSON object, with the time at which each address leaves the list. */
export function jsonFeed({ name, nowSeconds, inForce }: FeedContent): string {
  const entries = inForce
    .toSorted(byAddress)
    .map(({ linkAddress, action, id, verdict, expiresSeconds, ...target }) => ({
      address: formatTarget(target),
      linkAddress,
      action,
      expires: formatTimestamp(expiresSeconds ?? nowSeconds, 0),
      decision: id,
      verdict,
    }));
  return JSON.stringify({ version: 1, name, generated: formatTimestamp(nowSeconds, 0), entries });
}

/** A decision as CrowdSec's local API has it: the properties that its specification requires, and both identifiers. */
export interface CrowdSecDecision {
  readonly id: number;
  readonly uuid: string;
  readonly origin: string;
  readonly scenario: string;
  readonly scope: 'Ip' | 'Range';
  readonly type: 'ban';
  readonly value: string;
  /** As Go writes durations; negative for what has ended. */
  readonly duration: string;
}

export interface CrowdSecStream {
  readonly new: readonly CrowdSecDecision[];
  readonly deleted: readonly CrowdSecDecision[];
}

/**
 * Returns what changed after the entry with this sequence number, or, for a bouncer that starts (null), everything in
 * force. What ended by its time is not among the deleted: the bouncer has counted that time itself.
 */
export function crowdSecStream(content: FeedContent, sinceSequence: number | null): CrowdSecStream {
  const { nowSeconds, inForce, ended } = content;
  const changed = ({ sequence }: Decision): boolean => sequence > (sinceSequence ?? -1);
  return {
    new: inForce
      .filter(changed)
      .map((each) => crowdSecDecision(each, (each.expiresSeconds ?? 0) - nowSeconds)),
    deleted: ended.filter(changed).map((each) => crowdSecDecision(each, -1)),
  };
}

function crowdSecDecision({ id, action, ...target }: Decision, secondsLeft: number): CrowdSecDecision {
  return {
    // Its first 48 bits: a whole number that every reader of JSON can hold.
    id: Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16),
    uuid: id,
    origin: 'wormwood',
    scenario: `wormwood/infected-host-${action}`,
    scope: isNetwork(target) ? 'Range' : 'Ip',
    type: 'ban',
    value: formatTarget(target),
    duration: `${Math.trunc(secondsLeft * 1000) / 1000}s`,
  };
}
