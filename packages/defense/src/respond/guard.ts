/**
 * The safety line as a list of rules. Each looks at what is to be done, and to whom, and lets it pass or refuses with a
 * reason; the first refusal wins. They are asked when a verdict comes in, and asked again at the moment of acting.
 */
import { formatDuration } from '@wormwood/base';
import { formatIp, type IpSet, isIpv6Martian } from '@wormwood/wire';
import type { Verdict } from '../verdict.ts';
import { type ActionKind, blockOf, formatTarget, isNetwork, type Target } from './action.ts';
import { NEVER_ACTED_ON, type ScopeAdmission } from './scope.ts';

export type RefusalCode =
  | 'not-an-address'
  | 'protected'
  | 'forgeable'
  | 'known'
  | 'stale'
  | 'from-the-future'
  | 'no-scope'
  | 'scope-expired'
  | 'outside-scope'
  | 'action-not-allowed';

export interface Refusal {
  readonly code: RefusalCode;
  /** A sentence. */
  readonly reason: string;
}

/** What holds at a moment. */
export interface Standing {
  readonly nowSeconds: number;
  /** The time by which the scope expires: later than `nowSeconds` where the clock was set back. */
  readonly permissionSeconds: number;
  readonly scope: ScopeAdmission;
  /** Protected beside what the scope file lists: the sensor itself, its gateway, its name servers. */
  readonly ownAddresses: IpSet;
}

/** Something that may be done to a host. */
export interface Deed extends Target {
  readonly action: ActionKind;
  readonly actuator: string;
}

/** How far the clocks of a detector and of this machine may lie apart. */
export const CLOCK_SKEW_SECONDS_MAX = 60;

type Rule<T> = (subject: T, standing: Standing) => Refusal | undefined;

const HOST_RULES: readonly Rule<Target>[] = [
  mustBeAddress,
  mustNotBeProtected,
  mustHaveScope,
  mustNotBeExpired,
  mustBeInsideScope,
];
const VERDICT_RULES: readonly Rule<Verdict>[] = [
  mustBeAddress,
  mustNotBeProtected,
  mustBeUnforgeable,
  mustNotBeKnown,
  ...HOST_RULES,
  ({ timeSeconds }, standing) => refuseAge(timeSeconds, standing),
];
const DEED_RULES: readonly Rule<Deed>[] = [...HOST_RULES, mustBeAllowed];

/** Returns why nothing may be done on this verdict, or undefined. */
export function refuseVerdict(verdict: Verdict, standing: Standing): Refusal | undefined {
  return firstRefusal(VERDICT_RULES, verdict, standing);
}

/** Returns why this may not be done at this moment, or undefined. */
export function refuseDeed(deed: Deed, standing: Standing): Refusal | undefined {
  return firstRefusal(DEED_RULES, deed, standing);
}

/** Returns why a verdict of that time is not acted upon at this moment, or undefined. */
export function refuseAge(judgedSeconds: number, { scope, nowSeconds }: Standing): Refusal | undefined {
  const ageSeconds = nowSeconds - judgedSeconds;
  if (-ageSeconds > CLOCK_SKEW_SECONDS_MAX) {
    const ahead = formatDuration(Math.round(-ageSeconds));
    return { code: 'from-the-future', reason: `The time of the verdict lies ${ahead} ahead of this clock.` };
  }
  if (!scope.ok || ageSeconds <= scope.scope.file.verdictAgeMaxSeconds) return undefined;
  const [age, limit] = [Math.round(ageSeconds), scope.scope.file.verdictAgeMaxSeconds].map(formatDuration);
  return { code: 'stale', reason: `The verdict is ${age} old, and the scope allows ${limit}.` };
}

function firstRefusal<T>(rules: readonly Rule<T>[], subject: T, standing: Standing): Refusal | undefined {
  for (const rule of rules) {
    const refusal = rule(subject, standing);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function mustBeAddress({ source }: Target): Refusal | undefined {
  if (typeof source === 'bigint') {
    if (source < 2n ** 128n && !isIpv6Martian(source)) return undefined;
    return { code: 'not-an-address', reason: 'The source is not an IPv6 address of a host.' };
  }
  if (Number.isInteger(source) && source >= 0 && source < 2 ** 32) return undefined;
  return { code: 'not-an-address', reason: 'The source is not an IPv4 address.' };
}

/** Even without a scope, so that the reason shown is the one that would hold with any scope. */
function mustNotBeProtected(target: Target, standing: Standing): Refusal | undefined {
  const { scope, ownAddresses } = standing;
  const block = blockOf(target);
  const listed = scope.ok && scope.scope.protectedAddresses.meets(block);
  if (!listed && !ownAddresses.meets(block) && !NEVER_ACTED_ON.meets(block)) return undefined;
  const what = isNetwork(target) ? 'has an address that is' : 'is';
  return { code: 'protected', reason: `${formatTarget(target)} ${what} protected.` };
}

/**
 * Only a completed TCP handshake proves that packets come from where they say. The flag of the verdict is checked
 * against its protocol and its evidence: a detector's mistake must not become an action.
 */
function mustBeUnforgeable(verdict: Verdict): Refusal | undefined {
  const { unforgeable, protocol, evidence } = verdict;
  if (unforgeable && protocol === 'tcp' && evidence.some((each) => !each.forgeable)) return undefined;
  return { code: 'forgeable', reason: 'Anyone who can forge a source address can forge this evidence.' };
}

/** Whoever is known to contact unused addresses is shown, and left alone. */
function mustNotBeKnown({ source, known }: Verdict): Refusal | undefined {
  if (known === null) return undefined;
  const reason = `${formatIp(source)} is known as ${known.name}, a ${known.role}: ${known.reason}`;
  return { code: 'known', reason };
}

function mustHaveScope(_: unknown, { scope }: Standing): Refusal | undefined {
  if (scope.ok) return undefined;
  return { code: 'no-scope', reason: `There is no scope in force: ${scope.reason}` };
}

function mustNotBeExpired(_: unknown, { scope, permissionSeconds }: Standing): Refusal | undefined {
  if (scope.ok && permissionSeconds < scope.scope.file.expiresSeconds) return undefined;
  return { code: 'scope-expired', reason: 'The scope has expired.' };
}

function mustBeInsideScope(target: Target, { scope }: Standing): Refusal | undefined {
  if (scope.ok && scope.scope.addresses.covers(blockOf(target))) return undefined;
  return { code: 'outside-scope', reason: `${formatTarget(target)} is outside the scope.` };
}

function mustBeAllowed(deed: Deed, { scope }: Standing): Refusal | undefined {
  const { action, actuator } = deed;
  const allowed = scope.ok ? scope.scope.allowed(action, actuator) : undefined;
  if (allowed !== undefined && (!isNetwork(deed) || allowed.ipv6 === 'network')) return undefined;
  const of = isNetwork(deed) ? ' of whole networks' : '';
  return { code: 'action-not-allowed', reason: `The scope does not allow ${action}${of} with ${actuator}.` };
}
