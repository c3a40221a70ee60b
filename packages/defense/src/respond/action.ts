/**
 * What may be done about an infected host, and who does it. An actuator is a thin, idempotent hand: it gets a key
 * with each act, doing the same key twice is doing it once, and it can be asked whether a key is in force. That is all
 * the responder needs to come through a crash without losing or doubling an act.
 */
import { formatIp, formatIpPrefix, type IpAddress, type IpPrefix, ipPrefixOf } from '@wormwood/wire';
import type { Outcome } from './outcome.ts';

/**
 * `block`: the owner's firewall drops packets of the host. `quarantine`: the host is moved to a network of its own or
 * isolated by its own agent. `patch`: the owner's patch run is started for it.
 */
export type ActionKind = 'block' | 'quarantine' | 'patch';

/** What may be done about a host. */
export const ACTION_KINDS: readonly ActionKind[] = ['block', 'quarantine', 'patch'];

/** Actuators are named in scope files: short, and safe in a log, a URL and a file name. */
export const ACTUATOR_NAME: RegExp = /^[a-z][a-z0-9-]{0,31}$/;

/** Whom an action is about: a host, or all hosts of an IPv6 network. */
export interface Target {
  /** The address of the host, or the first one of the network. */
  readonly source: IpAddress;
  /** Whether it is about the whole network of 64 bits. @default false */
  readonly network?: boolean;
}

/** Bits of an IPv6 network whose hosts have one owner. */
export const NETWORK_BITS = 64;

/** Returns whether an action on the target concerns a whole network, which IPv4 has none of. */
export function isNetwork({ source, network = false }: Target): boolean {
  return network && typeof source === 'bigint';
}

/** Returns the addresses that an action on the target concerns. */
export function blockOf(target: Target): IpPrefix {
  return ipPrefixOf(target.source, isNetwork(target) ? NETWORK_BITS : undefined);
}

/** Returns the target as it is written: `10.20.7.9`, `2001:db8:20::9`, `2001:db8:20::/64`. */
export function formatTarget(target: Target): string {
  return isNetwork(target) ? formatIpPrefix(blockOf(target)) : formatIp(target.source);
}

/** Returns what the target is, and nothing else of `whole`. */
export function targetOf(whole: Target): Target {
  const { source } = whole;
  return isNetwork(whole) ? { source, network: true } : { source };
}

export interface ActionRequest extends Target {
  /** Of this act alone; the same after a restart. */
  readonly key: string;
  readonly action: ActionKind;
  /** Link address of a host on the sensor's link, such as `00:16:3e:00:00:09`; null for one beyond a router. */
  readonly linkAddress: string | null;
  /** Until the act ends by itself, above 0; an actuator that can keep time itself is given it. */
  readonly secondsLeft: number;
}

/** A link address as verdicts and decisions have it. */
export const LINK_ADDRESS: RegExp = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** Something that carries actions out: a packet filter, a feed, a program of the owner. */
export interface Actuator {
  readonly name: string;
  /** What it can do. */
  readonly actions: readonly ActionKind[];
  /** What `apply` and `release` would do, for the audit log and the dry run; a command line where there is one. */
  describe(step: ActionStep, request: ActionRequest): string;
  /** Whether the act of this key is in force. */
  isActive(request: ActionRequest): Promise<ActivityAnswer>;
  /** Puts the act into force. An act of this key that is in force already is a success. */
  apply(request: ActionRequest): Promise<Outcome>;
  /** The keys of all acts that are in force, where the actuator can list them and others may end them behind its back. */
  keysInForce?(): Promise<KeysAnswer>;
  /** Ends the act of this key. An act of this key that is not in force is a success. */
  release(request: ActionRequest): Promise<Outcome>;
}

export type KeysAnswer =
  | { readonly ok: true; readonly keys: ReadonlySet<string> }
  | { readonly ok: false; readonly reason: string };

export type ActionStep = 'apply' | 'release';

export type ActivityAnswer =
  | { readonly ok: true; readonly active: boolean }
  | { readonly ok: false; readonly reason: string };
