/**
 * The scope file: what an owner allows to be done, to which hosts, until when. This is the plain content with its
 * checks; the text of the file is read elsewhere, and its signature is checked in `scope.ts`.
 */
import { quoted } from '@wormwood/base';
import { formatIpPrefix, type IpPrefix, IpSet, isIpv6Prefix } from '@wormwood/wire';
import type { VerdictKind } from '../verdict.ts';
import { type ActionKind, ACTUATOR_NAME } from './action.ts';

export interface ScopeFile {
  readonly version: 1;
  /** Who allows it: an organisation or a person. */
  readonly owner: string;
  /** Mail address of the people to ask. */
  readonly contact: string;
  /** Unix seconds; from then on the file allows nothing. */
  readonly expiresSeconds: number;
  /** Where actions are allowed. */
  readonly prefixes: readonly IpPrefix[];
  /** How much the prefixes may cover, by `extentOf`: a prefix mistyped by one digit is caught by its own file. */
  readonly addressesMax: number;
  /** Where none is ever taken: routers, name servers, whatever must not stop. Wins over everything else. */
  readonly protectedPrefixes: readonly IpPrefix[];
  /** What is done about an infected host: each of these. */
  readonly actions: readonly AllowedAction[];
  /** Actions in any 60 seconds. */
  readonly actionsPerMinute: number;
  /** Actions in force at the same time. */
  readonly activeActionsMax: number;
  /** How old a verdict may be when it is acted upon. */
  readonly verdictAgeMaxSeconds: number;
}

/** An action that the owner allows in the scope. */
export interface AllowedAction {
  readonly action: ActionKind;
  /** Name of the actuator that does it. */
  readonly actuator: string;
  /** How long it stays in force. */
  readonly ttlSeconds: number;
  /** `required`: a person says yes to each. `automatic`: the owner has said yes in advance, with this file. */
  readonly approval: 'required' | 'automatic';
  /** The least that a verdict must say. @default infected */
  readonly kind?: 'scanning' | 'infected';
  /**
   * What it concerns where an IPv6 network is one source: the address that was seen, or the whole network, unless a part of that
   * lies outside the scope or is protected. @default address
   */
  readonly ipv6?: 'address' | 'network';
}

/** Returns how much a set covers: addresses of IPv4, and networks of IPv6 of 64 bits, each of which counts as one. */
export function extentOf({ ipv4, ipv6 }: IpSet): number {
  return ipv4.size + ipv6.networks;
}

/** Returns the same in words. */
export function extentWords({ ipv4, ipv6 }: IpSet): string {
  const networks = `${ipv6.networks} IPv6 ${ipv6.networks === 1 ? 'network' : 'networks'} of 64 bits`;
  if (ipv6.isEmpty) return `${ipv4.size} addresses`;
  return ipv4.size === 0 ? networks : `${ipv4.size} addresses and ${networks}`;
}

/** The least that a verdict must say before the action is taken. */
export function leastKindOf({ kind = 'infected' }: AllowedAction): VerdictKind {
  return kind;
}

/** What is wrong with the content, where a diagnostic of the file is made of it. */
export interface ScopeProblem {
  readonly code: 'expired' | 'too-wide' | 'invalid';
  /** `prefixes.0`, as in the diagnostics of every file. */
  readonly path: string;
  readonly message: string;
  readonly help: string;
}

/** Nobody's scope is larger than a /8, whatever its own limit says. */
const SCOPE_ADDRESSES_MAX: number = 2 ** 24;
const PREFIX_LENGTH_MIN = 8;
/** An owner of more addresses of IPv6 has several files. */
const IPV6_PREFIX_LENGTH_MIN = 32;
/** A permission for ever is a permission forgotten. */
const SCOPE_LIFETIME_SECONDS_MAX: number = 366 * 86_400;
const TTL_SECONDS_MAX: number = 30 * 86_400;
const ACTIONS_PER_MINUTE_MAX = 600;
const ACTIVE_ACTIONS_MAX = 65_536;
/** An address changes hands: a verdict of yesterday is about somebody else. */
const VERDICT_AGE_SECONDS_MAX = 86_400;
const NAME_LENGTH_MAX = 100;
/** What stands in a mail header and in a JSON feed without quoting; one address, no display name. */
export const MAIL_ADDRESS: RegExp =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** Returns everything that keeps the content from being a scope at this time; nothing if all is well. */
export function scopeProblems(file: ScopeFile, nowSeconds: number): readonly ScopeProblem[] {
  return [
    ...peopleProblems(file),
    ...expiryProblems(file, nowSeconds),
    ...prefixProblems(file),
    ...file.actions.flatMap((allowed, index) => actionProblems(allowed, index, file.actions)),
    ...(file.actions.length === 0
      ? [invalid('actions', 'The scope allows no action.', 'Name at least one action and its actuator.')]
      : []),
    ...wholeNumber('actionsPerMinute', file.actionsPerMinute, ACTIONS_PER_MINUTE_MAX),
    ...wholeNumber('activeActionsMax', file.activeActionsMax, ACTIVE_ACTIONS_MAX),
    ...verdictAgeProblems(file),
  ];
}

function peopleProblems({ owner, contact }: ScopeFile): readonly ScopeProblem[] {
  const problems: ScopeProblem[] = [];
  if (owner.trim() === '' || owner.length > NAME_LENGTH_MAX || /\p{Cc}/u.test(owner)) {
    problems.push(invalid('owner', `${quoted(owner)} is not an owner.`, 'Write a name of one line.'));
  }
  if (!MAIL_ADDRESS.test(contact)) {
    const help = 'Write the mail address of the people to ask, such as noc@example.org.';
    problems.push(invalid('contact', `${quoted(contact)} is not a mail address.`, help));
  }
  return problems;
}

function expiryProblems({ expiresSeconds }: ScopeFile, nowSeconds: number): readonly ScopeProblem[] {
  if (!(expiresSeconds > nowSeconds)) {
    const message = 'The scope has expired.';
    return [
      { code: 'expired', path: 'expires', message, help: 'Write a later time and sign the file again.' },
    ];
  }
  if (expiresSeconds - nowSeconds > SCOPE_LIFETIME_SECONDS_MAX) {
    return [invalid('expires', 'The scope expires more than a year from now.', 'Renew it once a year.')];
  }
  return [];
}

function prefixProblems({ prefixes, addressesMax }: ScopeFile): readonly ScopeProblem[] {
  if (prefixes.length === 0) {
    return [invalid('prefixes', 'The scope has no prefix.', 'Name the prefixes whose hosts are yours.')];
  }
  const limit = wholeNumber('addressesMax', addressesMax, SCOPE_ADDRESSES_MAX);
  if (limit.length > 0) return limit;
  const wide = prefixes.flatMap((prefix, index): readonly ScopeProblem[] => {
    const [length, least] = isIpv6Prefix(prefix)
      ? [prefix.length, IPV6_PREFIX_LENGTH_MIN]
      : [prefix.prefixLength, PREFIX_LENGTH_MIN];
    if (length >= least) return [];
    const message = `${formatIpPrefix(prefix)} is wider than a /${least}.`;
    return [
      { code: 'too-wide', path: `prefixes.${index}`, message, help: 'Name only prefixes that are yours.' },
    ];
  });
  if (wide.length > 0) return wide;
  const addresses = IpSet.of(prefixes);
  const covered = extentOf(addresses);
  if (covered <= addressesMax) return [];
  const message = `The prefixes cover ${extentWords(addresses)}, more than the ${addressesMax} that \`addressesMax\` states.`;
  return [
    {
      code: 'too-wide',
      path: 'prefixes',
      message,
      help: 'Correct the prefixes or the limit.',
    },
  ];
}

function actionProblems(
  allowed: AllowedAction,
  index: number,
  all: readonly AllowedAction[],
): readonly ScopeProblem[] {
  const path = `actions.${index}`;
  const problems: ScopeProblem[] = [];
  if (!ACTUATOR_NAME.test(allowed.actuator)) {
    const help = 'Names are lower-case letters, digits and hyphens, such as border-firewall.';
    problems.push(invalid(`${path}.actuator`, `${quoted(allowed.actuator)} names no actuator.`, help));
  }
  if (!(allowed.ttlSeconds >= 1 && allowed.ttlSeconds <= TTL_SECONDS_MAX)) {
    problems.push(
      invalid(`${path}.ttl`, 'This action does not end in time.', 'Write 1s to 30d, such as 4h.'),
    );
  }
  const first = all.findIndex((each) => each.action === allowed.action && each.actuator === allowed.actuator);
  if (first !== index) {
    const message = `${allowed.action} with ${allowed.actuator} is allowed twice.`;
    problems.push(invalid(path, message, 'Keep one of them.'));
  }
  return problems;
}

function verdictAgeProblems({ verdictAgeMaxSeconds }: ScopeFile): readonly ScopeProblem[] {
  if (verdictAgeMaxSeconds >= 1 && verdictAgeMaxSeconds <= VERDICT_AGE_SECONDS_MAX) return [];
  const message = 'Verdicts of this age are about whoever had the address then.';
  return [invalid('verdictAgeMax', message, 'Write 1s to 24h, such as 1h.')];
}

function wholeNumber(path: string, value: number, maximum: number): readonly ScopeProblem[] {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return [];
  return [invalid(path, `\`${path}\` cannot be ${value}.`, `Write a whole number from 1 to ${maximum}.`)];
}

function invalid(path: string, message: string, help: string): ScopeProblem {
  return { code: 'invalid', path, message, help };
}
