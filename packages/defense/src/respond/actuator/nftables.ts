/**
 * Blocking with nftables: the host becomes an element of a set that the owner's rules drop. A host on the sensor's link
 * becomes the pair of its IPv4 and its link address in a second set, so that whoever has its IPv4 address next is not
 * dropped in its place. The element has a timeout of its own, so that the kernel ends it even if this machine never comes
 * back, and the key of the act as its comment, so that an element of somebody else is recognized and left alone.
 *
 * `nft` reads a script on its standard input; what varies in it is addresses, a number and a UUID.
 */
import { assert, formatIpv4, type Parsed } from '@wormwood/base';
import {
  type ActionRequest,
  type Actuator,
  type ActivityAnswer,
  type KeysAnswer,
  LINK_ADDRESS,
} from '../action.ts';
import { DONE, failed, type Outcome } from '../outcome.ts';
import { commandOf, type CommandRunner, reasonOf } from './command-runner.ts';

/** The set of nftables that holds the blocked addresses. */
export interface NftablesOptions {
  /** As scope files call it. */
  readonly name: string;
  /** @default 'inet' */
  readonly family?: 'ip' | 'inet' | 'netdev' | 'bridge';
  readonly table: string;
  /** A set of `type ipv4_addr` with `flags timeout`; the set for link addresses has its name and `_link`. */
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
  return [
    `add table ${family} ${table}`,
    `add set ${family} ${table} ${set} { type ipv4_addr; flags timeout; }`,
    `add set ${family} ${table} ${linkSetOf(set)} { type ipv4_addr . ether_addr; flags timeout; }`,
    `add chain ${family} ${table} ${set}_forward { type filter hook forward priority -10; policy accept; }`,
    `add rule ${family} ${table} ${set}_forward ip saddr @${set} drop`,
    `add rule ${family} ${table} ${set}_forward ip saddr . ether saddr @${linkSetOf(set)} drop`,
    '',
  ].join('\n');
}

/** Returns the actuator that keeps infected hosts in a set of nftables. */
export function nftablesActuator(runner: CommandRunner, options: NftablesOptions): Actuator {
  const { name, family = 'inet', table, set, program = PROGRAM } = options;
  assertIdentifiers(table, set);
  const setOf = ({ linkAddress }: ActionRequest): string => (linkAddress === null ? set : linkSetOf(set));
  const placeOf = (request: ActionRequest): string => `${family} ${table} ${setOf(request)}`;

  const run = async (script: string): Promise<Outcome> => {
    const result = await runner.run(commandOf(program, ['-f', '-'], script));
    return result.kind === 'exited' && result.code === 0 ? DONE : failed(reasonOf(result));
  };
  /** The comment of the host's element; null if there is no element, empty if it has no comment. */
  const look = async (request: ActionRequest): Promise<Parsed<string | null>> => {
    const where = [family, table, setOf(request)];
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
      for (const each of [set, linkSetOf(set)]) {
        const command = commandOf(program, ['list', 'set', family, table, each]);
        const listed = await runner.run({ ...command, outputLengthMax: LISTING_LENGTH_MAX });
        if (listed.kind !== 'exited' || listed.code !== 0) return failed(reasonOf(listed));
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

function linkSetOf(set: string): string {
  return `${set}_link`;
}

function elementOf({ source, linkAddress }: ActionRequest): string {
  if (linkAddress === null) return formatIpv4(source);
  assert(LINK_ADDRESS.test(linkAddress), `"${linkAddress}" is no link address`);
  return `${formatIpv4(source)} . ${linkAddress}`;
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
  for (const each of names) assert(IDENTIFIER.test(each), `"${each}" is no name of nftables`);
}

/** The comment of the one element that `nft get element` prints, in the words of a ruleset; empty if it has none. */
function commentIn(output: string): string {
  const elements = output.slice(output.indexOf('elements ='));
  return /comment "([^"]*)"/.exec(elements)?.[1] ?? '';
}
