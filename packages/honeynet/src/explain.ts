/** What a honeynet would answer at an address, and why: the rules of dispatcher and topology described instead of followed. */
import type { StackBehavior } from '@wormwood/netstack';
import { type IpAddress, ipv4, isIpv6Martian } from '@wormwood/wire';
import { BindingTable, silentEdges } from './binding-table.ts';
import { Ipv6Table, isRoutersAddress } from './ipv6-table.ts';
import type {
  Binding,
  Condition,
  External,
  Honeynet,
  Ipv6Binding,
  LinkQuality,
  PortAction,
  Template,
  TransportProtocol,
} from './model.ts';
import { Topology } from './topology/topology.ts';

/** The packet that is asked about. */
export interface Question<Address extends IpAddress = IpAddress> {
  readonly address: Address;
  readonly protocol: TransportProtocol;
  /** Of `tcp` and `udp`. */
  readonly port: number | null;
  /** Who asks; null: anybody. */
  readonly source: IpAddress | null;
}

/** What would happen to a packet. */
export interface Explanation {
  /** Null: nobody answers. */
  readonly answer: Answer | null;
  /** The real machine that has the address; it answers for itself. */
  readonly external: External | null;
  /** Why nothing answers although a template stands there, or that a router answers in its place; null: nothing is in the way. */
  readonly obstacle: Obstacle | null;
  /** Routers from the entry to the one at the address, with the link that leads to the next. */
  readonly hops: readonly Hop[];
  /** One way, without queues. */
  readonly delaySeconds: number;
  /** Probability that a packet gets through, one way. */
  readonly arrival: number;
}

/**
 * What keeps an answer back. `nobody`: no host can have an address of the question, or both are one. `edge`: the first or
 * last address of a bound network. `routers`: the first address of a bound IPv6 prefix. `unreachable`, `loop`: a router answers
 * with an ICMP error, as the way in says.
 * `no-route`: the way in ends before the host, in silence. `no-way-back`, `back-in-tunnel`: the answer does not get to the
 * source, or only inside a tunnel. `virtual-source`: a virtual host has the address of the source, and the answer goes there.
 */
export interface Obstacle {
  readonly kind:
    | 'nobody'
    | 'edge'
    | 'routers'
    | 'unreachable'
    | 'loop'
    | 'no-route'
    | 'no-way-back'
    | 'back-in-tunnel'
    | 'virtual-source';
  /** The router at which the way ends; null: none is concerned. */
  readonly router: number | null;
}

/**
 * What comes back for the first packet: `answered` with a SYN/ACK, an echo reply or a datagram; `refused` with a reset or
 * port unreachable; `taken` in silence, by a service that may answer; nothing (`silent`).
 */
export type Outcome = 'answered' | 'refused' | 'taken' | 'silent';

/** Who answers. */
export interface Answer {
  /** The binding; null for the default template, which answers only for addresses that the sensor claims. */
  readonly binding: Binding | Ipv6Binding | null;
  /** What stands there in each case: one template, or those of a dynamic one with their conditions. */
  readonly cases: readonly AnswerCase[];
}

export interface AnswerCase {
  /** Null: in every case. */
  readonly condition: Condition | null;
  readonly template: Template;
  readonly action: PortAction;
  readonly outcome: Outcome;
  /** Whether the port has a rule of its own; false: the template's default action. */
  readonly isOwnRule: boolean;
  /** Whether the personality answers nothing where the action would. */
  readonly isPersonalitySilent: boolean;
}

/** Returns the behavior of a template's system, as the dispatcher is given it; null: one that answers all. */
type BehaviorOf = (template: Template) => StackBehavior | null;

/** A router on the way of a packet. */
export interface Hop {
  readonly router: number;
  /** Null at the last router. */
  readonly link: LinkQuality | null;
}

/**
 * Returns what would happen to a packet from outside. Without `behaviorOf` what a personality leaves unanswered is not known.
 */
export function explainAddress(
  honeynet: Honeynet,
  question: Question,
  behaviorOf: BehaviorOf = () => null,
): Explanation {
  const { address, source } = question;
  if (typeof address === 'bigint') return explainIpv6(honeynet, { ...question, address }, behaviorOf);
  return explainIpv4(
    honeynet,
    { ...question, address, source: typeof source === 'number' ? source : null },
    behaviorOf,
  );
}

/** No router stands before it: the virtual network routes IPv4 alone. */
function explainIpv6(honeynet: Honeynet, question: Question<bigint>, behaviorOf: BehaviorOf): Explanation {
  const { address, source } = question;
  const index = new Ipv6Table(honeynet.ipv6Bindings.map(({ prefix }) => prefix)).find(address);
  const binding = honeynet.ipv6Bindings[index] ?? null;
  const template = binding?.template ?? honeynet.defaultTemplate;
  const cases = template === null ? [] : casesOf(template, question, behaviorOf);
  const isNobodys =
    isIpv6Martian(address) || source === address || (typeof source === 'bigint' && isIpv6Martian(source));
  const isEdge = binding !== null && !honeynet.answersEdges && isRoutersAddress(binding.prefix, address);
  const kind = isNobodys ? 'nobody' : isEdge ? 'routers' : null;
  return {
    answer: template === null ? null : { binding, cases },
    external: null,
    obstacle: kind === null ? null : { kind, router: null },
    hops: [],
    delaySeconds: 0,
    arrival: 1 - ((cases.length === 1 ? cases[0]!.template : template)?.dropIncoming ?? 0),
  };
}

/** A question about an address of IPv4. */
interface Ipv4Question extends Question<number> {
  readonly source: number | null;
}

function explainIpv4(honeynet: Honeynet, question: Ipv4Question, behaviorOf: BehaviorOf): Explanation {
  const table = new BindingTable(honeynet.bindings);
  const index = table.find(question.address);
  const binding = honeynet.bindings[index] ?? null;
  const external = honeynet.externals.find(({ address }) => address === question.address) ?? null;
  const template = external === null ? (binding?.template ?? honeynet.defaultTemplate) : null;
  const hops = hopsTo(honeynet, question.address);
  const links = hops.flatMap(({ link }) => (link === null ? [] : [link]));
  const cases = template === null ? [] : casesOf(template, question, behaviorOf);
  // That of the only case, where there is one.
  const answering = cases.length === 1 ? cases[0]!.template : template;
  const dropped = answering?.dropIncoming ?? 0;
  return {
    answer: template === null ? null : { binding, cases },
    external,
    obstacle: obstacleOf(honeynet, table, question, answering),
    hops,
    delaySeconds: links.reduce((sum, link) => sum + link.latencySeconds, 0),
    arrival: links.reduce((product, link) => product * (1 - link.loss), 1 - dropped),
  };
}

function casesOf(template: Template, question: Question, behaviorOf: BehaviorOf): readonly AnswerCase[] {
  const rules = template.dynamic ?? [];
  const [first] = rules;
  if (first === undefined) return [caseOf(null, template, question, behaviorOf)];
  const cases: AnswerCase[] = [];
  for (const { condition, template: used } of rules) {
    const holds = isCertain(condition, question);
    if (holds === false) continue;
    cases.push(caseOf(condition, used, question, behaviorOf));
    if (holds) return cases;
  }
  // Honeyd's rule: when none holds, the first of all.
  return cases.length > 0 ? cases : [caseOf(first.condition, first.template, question, behaviorOf)];
}

/** Whether the condition holds for all such packets, or for none; null where that depends on more. */
function isCertain(condition: Condition, { protocol, source }: Question): boolean | null {
  if (condition.kind === 'otherwise') return true;
  if (condition.kind === 'protocol') return condition.protocol === protocol;
  if (condition.kind !== 'source-ip' || source === null) return null;
  if (typeof source === 'bigint') return false;
  return source >= condition.first && source <= condition.last;
}

function caseOf(
  condition: Condition | null,
  template: Template,
  { protocol, port }: Question,
  behaviorOf: BehaviorOf,
): AnswerCase {
  const rule = template.ports.findLast((each) => each.protocol === protocol && each.port === port);
  const action = rule?.action ?? template.defaultActions[protocol];
  const stated = outcomeOf(action, protocol);
  const isPersonalitySilent = leavesUnanswered(behaviorOf(template), protocol, stated);
  return {
    condition,
    template,
    action,
    outcome: isPersonalitySilent ? 'silent' : stated,
    isOwnRule: rule !== undefined,
    isPersonalitySilent,
  };
}

/** Whether a system is silent where a host with that outcome answers: pings, datagrams and SYNs to closed ports. */
function leavesUnanswered(
  behavior: StackBehavior | null,
  protocol: TransportProtocol,
  outcome: Outcome,
): boolean {
  if (behavior === null) return false;
  if (protocol === 'icmp') return outcome === 'answered' && !behavior.answersEcho;
  if (outcome !== 'refused') return false;
  return protocol === 'udp' ? !behavior.refusesDatagrams : behavior.tcp.strays?.['closed-syn'] === null;
}

function outcomeOf(action: PortAction, protocol: TransportProtocol): Outcome {
  if (action.kind === 'filtered') return 'silent';
  if (action.kind === 'closed') return protocol === 'icmp' ? 'silent' : 'refused';
  if (protocol !== 'udp') return 'answered';
  return action.kind === 'internal' && action.service.trim() === 'echo' ? 'answered' : 'taken';
}

function obstacleOf(
  honeynet: Honeynet,
  table: BindingTable,
  { address, source }: Ipv4Question,
  template: Template | null,
): Obstacle | null {
  if (ipv4.isMartian(address) || (source !== null && (ipv4.isMartian(source) || source === address)))
    return { kind: 'nobody', router: null };
  const edge: Obstacle | null = silentEdges(honeynet, table).has(address)
    ? { kind: 'edge', router: null }
    : null;
  if (honeynet.topology.entries.length === 0) return edge;
  const topology = new Topology(honeynet.topology);
  // Routers answer before anybody looks who is behind them.
  const obstacle = wayIn(topology, address) ?? edge;
  if (obstacle !== null || source === null) return obstacle;
  return wayBack({ honeynet, topology, table, template }, address, source);
}

function wayIn(topology: Topology, address: number): Obstacle | null {
  const entry = topology.entryFor(address);
  if (entry === undefined) return null;
  const { kind, routers } = topology.trace(entry, address);
  const router = routers.at(-1) ?? entry;
  if (kind === 'delivered') return null;
  if (kind === 'unreachable') return { kind: 'unreachable', router };
  return kind === 'time-exceeded' ? { kind: 'loop', router } : { kind: 'no-route', router };
}

interface Surroundings {
  readonly honeynet: Honeynet;
  readonly topology: Topology;
  readonly table: BindingTable;
  readonly template: Template | null;
}

function wayBack(
  { honeynet, topology, table, template }: Surroundings,
  address: number,
  source: number,
): Obstacle | null {
  const spoofed = template?.spoof?.fromAddress ?? null;
  const from = spoofed !== null && table.find(spoofed) >= 0 ? spoofed : address;
  const router = topology.routerOf(from);
  if (router === undefined) return null;
  const { kind, routers } = topology.trace(router, source);
  const last = routers.at(-1) ?? router;
  if (kind === 'left') return null;
  if (kind === 'delivered') {
    const isVirtual = table.find(source) >= 0 && !silentEdges(honeynet, table).has(source);
    const isExternal = honeynet.externals.some((external) => external.address === source);
    return isVirtual && !isExternal ? { kind: 'virtual-source', router: last } : null;
  }
  return { kind: kind === 'tunneled' ? 'back-in-tunnel' : 'no-way-back', router: last };
}

function hopsTo({ topology }: Honeynet, address: number): readonly Hop[] {
  const path = new Topology(topology).path(address);
  return path.map((router, index): Hop => {
    const next = path[index + 1];
    const routes = topology.routers.find((each) => each.address === router)?.routes ?? [];
    const link = routes.find((route) => route.nextHop === next)?.link ?? null;
    return { router, link: next === undefined ? null : link };
  });
}
