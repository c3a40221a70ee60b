/**
 * Blocking with nftables: the host becomes an element of a set that the owner's rules drop. A host on the sensor's link
 * becomes the pair of its IP and its link address in a second set, so that whoever has its IP address next is not dropped in
 * its place. IPv6 has sets of its own, and a third one of whole networks. The element has a timeout of its own, so that the
 * kernel ends it even if this machine never comes back, and the key of the act as its comment, so that an element of
 * somebody else is recognized and left alone.
 *
 * `nft` reads a script on its standard input; what varies in it is addresses, a number and a UUID.
 */
import { assert, type Parsed } from '@wormwood/base';
import {
  type ActionRequest,
  type Actuator,
  type ActivityAnswer,
  formatTarget,
  isNetwork,
  type KeysAnswer,
  LINK_ADDRESS,
} from '../action.ts';
import { DONE, failed, type Outcome } from '../outcome.ts';
import { commandOf, type CommandResult, type CommandRunner, reasonOf } from './command-runner.ts';

/** The set of nftables that holds the blocked addresses. */
export interface NftablesOptions {
  /** As scope files call it. */
  readonly name: string;
  /** @default 'inet' */
  readonly family?: 'ip' | 'inet' | 'netdev' | 'bridge';
  readonly table: string;
  /**
   * A set of `type ipv4_addr` with `flags timeout`; the set for link addresses has its name and `_link`, those of IPv6 its name
   * and `6`, `6_link` and, for networks, `6_net`.
   */
  readonly set: string;
  /** @default '/usr/sbin/nft' */
  readonly program?: string;
}

/** An identifier of nftables that needs no quotes. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,31}$/;
const KEY = /^[0-9a-f-]{36}$/;
const PROGRAM = '/usr/sbin/nft';
/** A listing of the largest scope: 65,536 acts. */
const LISTING_LENGTH_MAX = 32 * 2 ** 20;

/** What the owner's firewall needs once; left to the owner, for rules are read in the order in which they stand. */
export function nftablesSetup({ family = 'inet', table, set }: NftablesOptions): string {
  assertIdentifiers(table, set);
  const names = setNames(set);
  const place = `${family} ${table}`;
  const rule = `add rule ${place} ${set}_forward`;
  const hasIpv6 = family !== 'ip';
  return [
    `add table ${place}`,
    `add set ${place} ${names.ipv4} { type ipv4_addr; flags timeout; }`,
    `add set ${place} ${names.ipv4Link} { type ipv4_addr . ether_addr; flags timeout; }`,
    ...(hasIpv6
      ? [
          `add set ${place} ${names.ipv6} { type ipv6_addr; flags timeout; }`,
          `add set ${place} ${names.ipv6Link} { type ipv6_addr . ether_addr; flags timeout; }`,
          `add set ${place} ${names.ipv6Net} { type ipv6_addr; flags interval, timeout; }`,
        ]
      : []),
    `add chain ${place} ${set}_forward { type filter hook forward priority -10; policy accept; }`,
    `${rule} ip saddr @${names.ipv4} drop`,
    `${rule} ip saddr . ether saddr @${names.ipv4Link} drop`,
    ...(hasIpv6
      ? [
          `${rule} ip6 saddr @${names.ipv6} drop`,
          `${rule} ip6 saddr . ether saddr @${names.ipv6Link} drop`,
          `${rule} ip6 saddr @${names.ipv6Net} drop`,
        ]
      : []),
    '',
  ].join('\n');
}

/** Returns the actuator that keeps infected hosts in a set of nftables. */
export function nftablesActuator(runner: CommandRunner, options: NftablesOptions): Actuator {
  const { name, family = 'inet', table, set, program = PROGRAM } = options;
  assertIdentifiers(table, set);
  const names = setNames(set);
  const setOf = (request: ActionRequest): string => names[setFor(request)];
  const placeOf = (request: ActionRequest): string => `${family} ${table} ${setOf(request)}`;

  const run = async (script: string): Promise<Outcome> => {
    const result = await runner.run(commandOf(program, ['-f', '-'], script));
    return result.kind === 'exited' && result.code === 0 ? DONE : failed(reasonOf(result));
  };
  /** The comment of the host's element; null if there is no element, empty if it has no comment. */
  const look = async (request: ActionRequest): Promise<Parsed<string | null>> => {
    const where = [family, table, setOf(request)];
    if (isNetwork(request)) return commentInList(elementOf(request), await listOf(runner, program, where));
    const get = ['get', 'element', ...where, `{ ${elementOf(request)} }`];
    const result = await runner.run(commandOf(program, get));
    if (result.kind !== 'exited') return failed(result.reason);
    if (result.code === 0) return { ok: true, value: commentIn(result.output) };
    // nft has one exit code for every trouble: if the set can be listed, it is only the element that is not there.
    const listed = await runner.run(commandOf(program, ['--terse', 'list', 'set', ...where]));
    const isThere = listed.kind === 'exited' && listed.code === 0;
    return isThere ? { ok: true, value: null } : failed(reasonOf(listed));
  };

  return {
    name,
    actions: ['block'],
    describe: (step, request) =>
      (step === 'apply'
        ? addElement(placeOf(request), request)
        : deleteElement(placeOf(request), request)
      ).trim(),
    async keysInForce(): Promise<KeysAnswer> {
      const keys = new Set<string>();
      for (const each of [names.ipv4, names.ipv4Link, names.ipv6, names.ipv6Link, names.ipv6Net]) {
        const listed = await listOf(runner, program, [family, table, each]);
        if (listed.kind !== 'exited') return failed(listed.reason);
        // A firewall may have been set up without IPv6: then nothing of it is in force.
        if (listed.code !== 0 && each.startsWith(names.ipv6)) continue;
        if (listed.code !== 0) return failed(reasonOf(listed));
        for (const [, key = ''] of listed.output.matchAll(/comment "([0-9a-f-]{36})"/g)) keys.add(key);
      }
      return { ok: true, keys };
    },
    async isActive(request): Promise<ActivityAnswer> {
      const comment = await look(request);
      return comment.ok ? { ok: true, active: comment.value === request.key } : comment;
    },
    async apply(request) {
      const comment = await look(request);
      if (!comment.ok) return comment;
      if (comment.value === request.key) return DONE;
      if (comment.value !== null)
        return failed('The set holds the host already, put there by somebody else.');
      return run(addElement(placeOf(request), request));
    },
    async release(request) {
      const comment = await look(request);
      if (!comment.ok) return comment;
      if (comment.value !== request.key) return DONE;
      const deleted = await run(deleteElement(placeOf(request), request));
      if (deleted.ok) return DONE;
      // Its own timeout may have been faster.
      const after = await look(request);
      return after.ok && after.value !== request.key ? DONE : deleted;
    },
  };
}

/** The sets of a table by what they hold. */
function setNames(set: string): {
  readonly ipv4: string;
  readonly ipv4Link: string;
  readonly ipv6: string;
  readonly ipv6Link: string;
  readonly ipv6Net: string;
} {
  const ipv6 = `${set}6`;
  return { ipv4: set, ipv4Link: `${set}_link`, ipv6, ipv6Link: `${ipv6}_link`, ipv6Net: `${ipv6}_net` };
}

function setFor(request: ActionRequest): keyof ReturnType<typeof setNames> {
  const { source, linkAddress } = request;
  if (isNetwork(request)) return 'ipv6Net';
  if (typeof source === 'number') return linkAddress === null ? 'ipv4' : 'ipv4Link';
  return linkAddress === null ? 'ipv6' : 'ipv6Link';
}

function elementOf({ linkAddress, ...target }: ActionRequest): string {
  if (linkAddress === null || isNetwork(target)) return formatTarget(target);
  assert(LINK_ADDRESS.test(linkAddress), `"${linkAddress}" is not a link address`);
  return `${formatTarget(target)} . ${linkAddress}`;
}

function addElement(place: string, request: ActionRequest): string {
  const { key, secondsLeft } = request;
  assert(KEY.test(key), 'the key of an act is a UUID');
  const seconds = Math.max(1, Math.ceil(secondsLeft));
  return `add element ${place} { ${elementOf(request)} timeout ${seconds}s comment "${key}" }\n`;
}

function deleteElement(place: string, request: ActionRequest): string {
  return `delete element ${place} { ${elementOf(request)} }\n`;
}

function assertIdentifiers(...names: readonly string[]): void {
  for (const each of names) assert(IDENTIFIER.test(each), `"${each}" is not a name of nftables`);
}

/** Lists a set with all its elements. */
function listOf(runner: CommandRunner, program: string, where: readonly string[]): Promise<CommandResult> {
  return runner.run({
    ...commandOf(program, ['list', 'set', ...where]),
    outputLengthMax: LISTING_LENGTH_MAX,
  });
}

/** Of intervals `nft get element` shows no comment: it is looked up in the listing of the set. */
function commentInList(element: string, listed: CommandResult): Parsed<string | null> {
  const isListed = listed.kind === 'exited' && listed.code === 0;
  return isListed ? { ok: true, value: commentOf(element, listed.output) } : failed(reasonOf(listed));
}

/** The comment of an element in the listing of its set; null where it is not there, empty if it has no comment. */
function commentOf(element: string, listing: string): string | null {
  const elements = listing.slice(listing.indexOf('elements ='));
  const found = new RegExp(`[{,]\\s*${element}(?=[\\s,}])([^,}]*)`).exec(elements);
  return found === null ? null : (/comment "([^"]*)"/.exec(found[1] ?? '')?.[1] ?? '');
}

/** The comment of the one element that `nft get element` prints, in the words of a ruleset; empty if it has none. */
function commentIn(output: string): string {
  const elements = output.slice(output.indexOf('elements ='));
  return /comment "([^"]*)"/.exec(elements)?.[1] ?? '';
}
