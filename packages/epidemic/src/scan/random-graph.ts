/**
 * Random graphs of hosts that know each other, as lists of neighbors.
 *
 * Source: Erdős, Rényi, "On random graphs I", Publicationes Mathematicae 6, 1959; Barabási, Albert, "Emergence of scaling in
 * random networks", Science 286, 1999; Watts, Strogatz, "Collective dynamics of small-world networks", Nature 393, 1998; both
 * of the first in time that grows with the links: Batagelj, Brandes, "Efficient generation of large random networks",
 * Physical Review E 71, 2005. Given degrees: Molloy, Reed, "A critical point for random graphs with a given degree sequence",
 * Random Structures & Algorithms 6, 1995. docs/models.md#topological-scanning.
 */
import { log, log1p, type RandomStream, unreachable } from '@wormwood/base';
import type { DegreeCount, RandomGraph } from '../outbreak/scan-strategy.ts';
import type { NeighborScan } from './scan.ts';

/** A link that cannot be had is exchanged with so many others before it is given up. */
const EXCHANGES_MAX = 1000;

/** Returns a graph over so many hosts. */
export function drawGraph(graph: RandomGraph, hosts: number, stream: RandomStream): NeighborScan {
  const links = new Links(hosts);
  switch (graph.kind) {
    case 'erdos-renyi':
      linkPairs(links, hosts < 2 ? 0 : graph.meanDegree / (hosts - 1), stream);
      break;
    case 'barabasi-albert':
      linkByDegree(links, graph.links, stream);
      break;
    case 'watts-strogatz':
      linkRing(links, graph.degree / 2, graph.rewired, stream);
      break;
    case 'degrees':
      linkStubs(links, graph.degrees, stream);
      break;
    default:
      return unreachable(graph);
  }
  return links.toScan();
}

/** Returns why no such graph can be over so many hosts, a sentence; none where there can. */
export function graphObstacles(graph: RandomGraph, hosts: number): readonly string[] {
  const others = Math.max(0, hosts - 1);
  const has = (what: string): string => `${what}, where ${hosts} hosts are vulnerable.`;
  switch (graph.kind) {
    case 'erdos-renyi':
      if (graph.meanDegree <= others) return [];
      return [has(`In the graph each host would know ${graph.meanDegree} others in the mean`)];
    case 'barabasi-albert':
      if (graph.links <= others) return [];
      return [has(`In the graph each host would know at least ${graph.links} others`)];
    case 'watts-strogatz':
      if (graph.degree % 2 === 1) {
        return [
          `Hosts on a ring know as many on either side, so that their degree is even, not ${graph.degree}.`,
        ];
      }
      return graph.degree <= others ? [] : [has(`In the graph each host would know ${graph.degree} others`)];
    case 'degrees': {
      const given = graph.degrees.reduce((sum, of) => sum + of.hosts, 0);
      const ends = graph.degrees.reduce((sum, of) => sum + of.hosts * of.degree, 0);
      const most = graph.degrees.reduce((degree, of) => Math.max(degree, of.hosts > 0 ? of.degree : 0), 0);
      const sentences: string[] = [];
      if (given > hosts) sentences.push(has(`The degrees are those of ${given} hosts`));
      if (most > others) sentences.push(has(`In the graph a host would know ${most} others`));
      if (ends % 2 === 1)
        sentences.push(`The degrees add up to ${ends}; each link counts twice, so it must be even.`);
      return sentences;
    }
    default:
      return unreachable(graph);
  }
}

/** Links between two hosts, no pair twice. */
class Links {
  readonly hosts: number;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #known = new Set<number>();

  constructor(hosts: number) {
    this.hosts = hosts;
  }

  get count(): number {
    return this.#from.length;
  }

  has(a: number, b: number): boolean {
    return this.#known.has(this.#keyOf(a, b));
  }

  /** Adds a link; returns whether it was new, and no host's to itself. */
  add(a: number, b: number): boolean {
    if (a === b || this.has(a, b)) return false;
    this.#known.add(this.#keyOf(a, b));
    this.#from.push(a);
    this.#to.push(b);
    return true;
  }

  ends(link: number): [number, number] {
    return [this.#from[link]!, this.#to[link]!];
  }

  /** Lets a link join two other hosts. */
  replace(link: number, a: number, b: number): void {
    this.#known.delete(this.#keyOf(...this.ends(link)));
    this.#known.add(this.#keyOf(a, b));
    this.#from[link] = a;
    this.#to[link] = b;
  }

  toScan(): NeighborScan {
    const first = new Int32Array(this.hosts + 1);
    for (const host of this.#from) first[host + 1]!++;
    for (const host of this.#to) first[host + 1]!++;
    for (let host = 0; host < this.hosts; host++) first[host + 1]! += first[host]!;
    const next = first.slice();
    const neighbor = new Int32Array(2 * this.count);
    for (let link = 0; link < this.count; link++) {
      const [a, b] = this.ends(link);
      neighbor[next[a]!++] = b;
      neighbor[next[b]!++] = a;
    }
    return { kind: 'neighbors', first, neighbor };
  }

  #keyOf(a: number, b: number): number {
    return Math.min(a, b) * this.hosts + Math.max(a, b);
  }
}

/** Goes through all pairs in order, from each that is linked to the next. */
function linkPairs(links: Links, probability: number, stream: RandomStream): void {
  if (probability <= 0) return;
  const scale = probability < 1 ? 1 / log1p(-probability) : 0;
  let to = 1;
  let from = -1;
  for (;;) {
    from += 1 + Math.floor(log(1 - stream.nextDouble()) * scale);
    while (from >= to && to < links.hosts) {
      from -= to;
      to++;
    }
    if (to >= links.hosts) return;
    links.add(from, to);
  }
}

/** The first hosts all know each other; each that joins links to others drawn from the ends of all links. */
function linkByDegree(links: Links, each: number, stream: RandomStream): void {
  const first = Math.min(links.hosts, each + 1);
  for (let a = 1; a < first; a++) for (let b = 0; b < a; b++) links.add(b, a);
  for (let host = first; host < links.hosts; host++) {
    const before = 2 * links.count;
    for (let made = 0; made < each;) {
      const end = stream.nextBelow(before);
      if (links.add(host, links.ends(end >>> 1)[end & 1]!)) made++;
    }
  }
}

/** Each host knows the next ones on the ring; each link then gets another far end with the probability `rewired`. */
function linkRing(links: Links, each: number, rewired: number, stream: RandomStream): void {
  const { hosts } = links;
  for (let step = 1; step <= each; step++) {
    for (let host = 0; host < hosts; host++) links.add(host, (host + step) % hosts);
  }
  if (rewired === 0) return;
  for (let link = 0; link < links.count; link++) {
    if (stream.nextDouble() >= rewired) continue;
    const [host] = links.ends(link);
    for (let tries = 0; tries < EXCHANGES_MAX; tries++) {
      const other = stream.nextBelow(hosts);
      if (other === host || links.has(host, other)) continue;
      links.replace(link, host, other);
      break;
    }
  }
}

/**
 * Joins the ends of links at random. A pair that would join a host to itself, or two hosts again, exchanges its ends with
 * those of another link; in a graph in which that does not help it is left out.
 */
function linkStubs(links: Links, degrees: readonly DegreeCount[], stream: RandomStream): void {
  const stubs: number[] = [];
  let host = 0;
  for (const { degree, hosts } of degrees) {
    const end = host + hosts;
    for (; host < end; host++) for (let k = 0; k < degree; k++) stubs.push(host);
  }
  for (let last = stubs.length - 1; last > 0; last--) {
    const other = stream.nextBelow(last + 1);
    [stubs[last], stubs[other]] = [stubs[other]!, stubs[last]!];
  }
  const left: [number, number][] = [];
  for (let at = 0; at + 1 < stubs.length; at += 2) {
    const [a, b] = [stubs[at]!, stubs[at + 1]!];
    if (!links.add(a, b)) left.push([a, b]);
  }
  for (const [a, b] of left) exchange(links, a, b, stream);
}

function exchange(links: Links, a: number, b: number, stream: RandomStream): void {
  for (let tries = 0; tries < EXCHANGES_MAX && links.count > 0; tries++) {
    const link = stream.nextBelow(links.count);
    const [c, d] = links.ends(link);
    if (a === c || b === d || links.has(a, c) || links.has(b, d)) continue;
    // Of the same two hosts there would be one link where two are wanted.
    if (Math.min(a, c) === Math.min(b, d) && Math.max(a, c) === Math.max(b, d)) continue;
    links.replace(link, a, c);
    links.add(b, d);
    return;
  }
}
