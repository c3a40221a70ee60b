/**
 * The routers of the link: those whose link address the owner names, and those whose IP address is known, whose link address is
 * asked for by ARP and asked for again each minute. A router that several machines claim to be is none until only one does.
 */
import type { IpAddress } from '@wormwood/wire';
import type { AddressClaim, OwnerQuestions, OwnerVerdict } from './owner-questions.ts';
import { tagsOf } from './vlan.ts';

/** A router in a VLAN, 0 without a tag. */
export type RouterName =
  | { readonly linkAddress: number; readonly vlan: number }
  | { readonly address: number; readonly vlan: number };

/** A line of `status`. */
export interface RouterStatus {
  /** Null: named by its link address alone. */
  readonly address: number | null;
  readonly linkAddress: number | null;
  readonly vlan: number;
  /** `named` by link address, `answered` by ARP, or why its link address is not known. */
  readonly state: 'named' | 'answered' | 'asking' | 'silent' | 'conflict';
}

/** Who asks for a router. */
export interface Asker {
  readonly askerAddress: number;
  readonly askerLinkAddress: number;
}

export interface KnownRoutersComponents {
  readonly questions: OwnerQuestions;
  /** Returns who asks for the router at an address. */
  askerFor(address: number, vlan: number): Asker;
  /** Called when another link address is a router's from now on, or none is. */
  changed(): void;
}

interface Router {
  readonly address: number | null;
  readonly vlan: number;
  linkAddress: number | null;
  state: RouterStatus['state'];
  nextQuestionSeconds: number;
  /** Questions in a row without an answer. */
  silences: number;
}

/** RFC 1122 2.3.2.1: an entry of an ARP cache is trusted for the order of a minute. */
const RENEWAL_SECONDS = 60;
const RETRY_SECONDS = 5;
/** A question or its answer may be lost on the way. */
const SILENCES_MAX = 3;

export class KnownRouters {
  readonly #components: KnownRoutersComponents;
  #routers: readonly Router[] = [];

  constructor(components: KnownRoutersComponents) {
    this.#components = components;
  }

  get size(): number {
    return this.#routers.length;
  }

  status(): readonly RouterStatus[] {
    return this.#routers.map(({ address, linkAddress, vlan, state }) => ({
      address,
      linkAddress,
      vlan,
      state,
    }));
  }

  /** Whether frames of a VLAN that come from `linkAddress` come from a router. */
  isRouter(linkAddress: number, vlan: number): boolean {
    for (const router of this.#routers)
      if (router.linkAddress === linkAddress && router.vlan === vlan) return true;
    return false;
  }

  /** Whether an address is a router's own; one that is named by its link address alone has none here. */
  isRouterAddress(address: IpAddress, vlan: number): boolean {
    return this.#routers.some((router) => router.address === address && router.vlan === vlan);
  }

  /** Takes other routers from now on; what is known of those that stay is kept. */
  replace(names: readonly RouterName[]): void {
    this.#routers = names.map((name) => {
      const before = this.#routers.find((router) => isNamed(router, name));
      return before ?? newRouter(name);
    });
  }

  /** A machine claims an address: a router that it contradicts is asked for again. */
  note({ address, vlan, linkAddresses }: AddressClaim, nowSeconds: number): void {
    for (const router of this.#routers) {
      if (router.address !== address || router.vlan !== vlan || router.linkAddress === null) continue;
      if (linkAddresses.every((linkAddress) => linkAddress === router.linkAddress)) continue;
      router.nextQuestionSeconds = Math.min(router.nextQuestionSeconds, nowSeconds + RETRY_SECONDS);
      this.#become(router, null, 'conflict');
    }
  }

  /** Asks for the routers that it is time for. */
  runTimers(nowSeconds: number): void {
    for (const router of this.#routers) {
      const { address, vlan } = router;
      if (address === null || router.nextQuestionSeconds > nowSeconds) continue;
      router.nextQuestionSeconds = nowSeconds + RETRY_SECONDS;
      const question = { address, vlan, tags: tagsOf(vlan), ...this.#components.askerFor(address, vlan) };
      this.#components.questions.ask(question, nowSeconds, {
        linkAddress: null,
        settle: (verdict, now) => this.#settle(router, verdict, now),
      });
    }
  }

  /** When `runTimers` has something to do, in seconds of the clock. */
  nextTimerSeconds(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { nextQuestionSeconds } of this.#routers) next = Math.min(next, nextQuestionSeconds);
    return next;
  }

  #settle(router: Router, verdict: OwnerVerdict, nowSeconds: number): void {
    if (verdict === 'silent') {
      router.silences++;
      if (router.silences >= SILENCES_MAX) this.#become(router, null, 'silent');
      return;
    }
    router.silences = 0;
    if (verdict === 'conflict') return this.#become(router, null, 'conflict');
    router.nextQuestionSeconds = nowSeconds + RENEWAL_SECONDS;
    this.#become(router, verdict, 'answered');
  }

  #become(router: Router, linkAddress: number | null, state: RouterStatus['state']): void {
    const hasChanged = router.linkAddress !== linkAddress;
    router.linkAddress = linkAddress;
    router.state = state;
    if (hasChanged) this.#components.changed();
  }
}

function newRouter(name: RouterName): Router {
  const isNamedByLink = 'linkAddress' in name;
  return {
    address: isNamedByLink ? null : name.address,
    vlan: name.vlan,
    linkAddress: isNamedByLink ? name.linkAddress : null,
    state: isNamedByLink ? 'named' : 'asking',
    nextQuestionSeconds: isNamedByLink ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
    silences: 0,
  };
}

function isNamed(router: Router, name: RouterName): boolean {
  if (router.vlan !== name.vlan) return false;
  return 'linkAddress' in name
    ? router.address === null && router.linkAddress === name.linkAddress
    : router.address === name.address;
}
