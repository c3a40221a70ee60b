/**
 * The virtual network: where a packet goes between the outside and a virtual host, how long that takes and whether it
 * arrives (docs/honeynet.md#who-answers-over-which-route). The whole way of a packet is computed when it arrives; the sum of
 * its delays is returned, and the caller holds the packet back that long. The ways out and back may differ.
 */
import { mixWord, type RandomStream } from '@wormwood/base';
import type { Honeynet, LinkQuality, Network, Tunnel } from '../model.ts';
import { jitterSeconds } from './jitter.ts';
import { PrefixTable } from './prefix-table.ts';

/** One packet at the moment when it enters the topology. */
export interface Journey {
  readonly destination: number;
  readonly ttl: number;
  readonly lengthBytes: number;
  readonly nowSeconds: number;
}

/** What becomes of a packet. Delays in seconds from `nowSeconds`. */
export type Arrival =
  | { readonly kind: 'delivered'; readonly delaySeconds: number; readonly ttl: number }
  /** Left the topology towards the outside. */
  | { readonly kind: 'left'; readonly delaySeconds: number; readonly ttl: number }
  | {
      readonly kind: 'tunneled';
      readonly delaySeconds: number;
      readonly ttl: number;
      readonly tunnel: Tunnel;
    }
  | { readonly kind: 'time-exceeded'; readonly delaySeconds: number; readonly router: number }
  | { readonly kind: 'unreachable'; readonly delaySeconds: number; readonly router: number }
  | { readonly kind: 'lost' };

/** The way of a packet without time and chance: where it ends, and the routers that it has passed, the last one included. */
export interface Way {
  readonly kind: Arrival['kind'];
  readonly routers: readonly number[];
}

interface Hop {
  readonly next: number;
  readonly link: LinkState;
}

/** A link in one direction; at `busyUntilSeconds` its queue is empty. */
interface LinkState {
  readonly quality: LinkQuality;
  /** Of its jitter; null: none. */
  readonly seed: number | null;
  busyUntilSeconds: number;
}

type Decision =
  | { readonly kind: 'attached' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'hop'; readonly hop: Hop }
  | { readonly kind: 'tunnel'; readonly tunnel: Tunnel };

interface CompiledRouter {
  readonly address: number;
  readonly decisions: PrefixTable<Decision>;
}

/** Ends a walk around a loop of routes that no TTL ends, because a TTL is at most this. */
const HOPS_MAX = 256;
/** Of packets whose time to live nobody states. */
const TIME_TO_LIVE = 64;

export class Topology {
  readonly #entries: PrefixTable<number>;
  readonly #routers: ReadonlyMap<number, CompiledRouter>;
  readonly #tunnels: readonly (Tunnel & { readonly router: number })[];
  /** The router to which the network of an address is attached. */
  readonly #attached: PrefixTable<number>;

  /** `jitterSeed`: by which the latency of each link varies; null: it is always the same. */
  constructor(topology: Honeynet['topology'], jitterSeed: number | null = null) {
    let linkCount = 0;
    const seedOfNextLink = (): number | null =>
      jitterSeed === null ? null : mixWord(jitterSeed + ++linkCount);
    this.#entries = new PrefixTable(topology.entries.map(({ network, router }) => [network, router]));
    this.#attached = new PrefixTable(
      topology.routers.flatMap(({ address, links }) => links.map((network) => [network, address] as const)),
    );
    this.#tunnels = topology.routers.flatMap(({ address, tunnels }) =>
      tunnels.map((tunnel) => ({ ...tunnel, router: address })),
    );
    this.#routers = new Map(
      topology.routers.map(({ address, links, unreachable, tunnels, routes }) => {
        // Of equal prefixes the first row wins: what is stated closest to the hosts.
        const rows: (readonly [Network, Decision])[] = [
          ...unreachable.map((network) => [network, { kind: 'unreachable' }] as const),
          ...links.map((network) => [network, { kind: 'attached' }] as const),
          ...tunnels.map((tunnel) => [tunnel.network, { kind: 'tunnel', tunnel }] as const),
          ...routes.map(({ network, nextHop, link }) => {
            const state = { quality: link, seed: seedOfNextLink(), busyUntilSeconds: 0 };
            const hop = { next: nextHop, link: state };
            return [network, { kind: 'hop', hop }] as const;
          }),
        ];
        return [address, { address, decisions: new PrefixTable(rows) }];
      }),
    );
  }

  /** True without entries: then every virtual host is on the outside link, and nothing needs to be walked. */
  get isFlat(): boolean {
    return this.#routers.size === 0;
  }

  /** Returns the router where packets from outside to this address enter; undefined when none takes them. */
  entryFor(destination: number): number | undefined {
    return this.#entries.find(destination);
  }

  /** Returns the router to whose link an address belongs; undefined outside the topology. */
  routerOf(address: number): number | undefined {
    return this.#routers.has(address) ? address : this.#attached.find(address);
  }

  /** Returns the tunnel whose far end sends from `source` to its near end at `destination`, with its router. */
  tunnelBetween(source: number, destination: number): (Tunnel & { readonly router: number }) | undefined {
    return this.#tunnels.find((tunnel) => tunnel.destination === source && tunnel.source === destination);
  }

  /** Walks a packet from `router`, which is the first to handle it. */
  walk(router: number, journey: Journey, stream: RandomStream): Arrival {
    let current = this.#routers.get(router);
    let { ttl } = journey;
    let delaySeconds = 0;
    for (let hops = 0; current !== undefined && hops < HOPS_MAX; hops++) {
      if (current.address === journey.destination) return { kind: 'delivered', delaySeconds, ttl };
      const decision = current.decisions.find(journey.destination);
      if (decision?.kind === 'unreachable')
        return { kind: 'unreachable', delaySeconds, router: current.address };
      // RFC 1812 5.3.1: a router counts the TTL down before it forwards, and informs the sender when none is left.
      if (--ttl <= 0) return { kind: 'time-exceeded', delaySeconds, router: current.address };
      if (decision === undefined) return { kind: 'left', delaySeconds, ttl };
      if (decision.kind === 'attached') return { kind: 'delivered', delaySeconds, ttl };
      if (decision.kind === 'tunnel') return { kind: 'tunneled', delaySeconds, ttl, tunnel: decision.tunnel };
      const crossing = cross(
        decision.hop.link,
        journey.lengthBytes,
        journey.nowSeconds + delaySeconds,
        stream,
      );
      if (crossing === null) return { kind: 'lost' };
      delaySeconds += crossing;
      current = this.#routers.get(decision.hop.next);
    }
    return { kind: 'lost' };
  }

  /** Returns the way of a packet that no link loses, from `router` on, without moving any queue. */
  trace(router: number, destination: number, timeToLive: number = TIME_TO_LIVE): Way {
    const routers: number[] = [];
    let current = this.#routers.get(router);
    for (let ttl = timeToLive; current !== undefined; ttl--) {
      routers.push(current.address);
      if (current.address === destination) return { kind: 'delivered', routers };
      const decision = current.decisions.find(destination);
      if (decision?.kind === 'unreachable') return { kind: 'unreachable', routers };
      if (ttl <= 1) return { kind: 'time-exceeded', routers };
      if (decision === undefined) return { kind: 'left', routers };
      if (decision.kind === 'attached') return { kind: 'delivered', routers };
      if (decision.kind === 'tunnel') return { kind: 'tunneled', routers };
      current = this.#routers.get(decision.hop.next);
    }
    return { kind: 'lost', routers };
  }

  /** Returns the routers that a packet to `destination` passes, the entry first, without moving any queue. */
  path(destination: number): readonly number[] {
    const passed: number[] = [];
    let current = this.#routers.get(this.entryFor(destination) ?? -1);
    while (current !== undefined && !passed.includes(current.address)) {
      passed.push(current.address);
      const decision = current.address === destination ? undefined : current.decisions.find(destination);
      current = decision?.kind === 'hop' ? this.#routers.get(decision.hop.next) : undefined;
    }
    return passed;
  }
}

/**
 * Returns the seconds that a packet of `lengthBytes` spends on a link: waiting for the packets before it, being sent,
 * and travelling; null when the link loses it.
 */
function cross(link: LinkState, lengthBytes: number, atSeconds: number, stream: RandomStream): number | null {
  const { latencySeconds, loss, bandwidth, drop } = link.quality;
  if (loss > 0 && stream.nextDouble() < loss) return null;
  if (bandwidth === null) return latencySeconds + jitterOf(link, atSeconds);
  const queueSeconds = Math.max(0, link.busyUntilSeconds - atSeconds);
  if (drop !== null) {
    const risk = (queueSeconds - drop.fromSeconds) / (drop.toSeconds - drop.fromSeconds);
    if (risk > 0 && stream.nextDouble() < risk) return null;
  }
  const sendSeconds = (lengthBytes * 8) / bandwidth;
  link.busyUntilSeconds = atSeconds + queueSeconds + sendSeconds;
  return queueSeconds + sendSeconds + latencySeconds + jitterOf(link, link.busyUntilSeconds);
}

function jitterOf({ quality, seed }: LinkState, atSeconds: number): number {
  return seed === null ? 0 : jitterSeconds(quality.latencySeconds, seed, atSeconds);
}
