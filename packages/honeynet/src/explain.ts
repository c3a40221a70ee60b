/** What a honeynet would answer at an address, and why: the rules of dispatcher and topology told instead of followed. */
import { BindingTable } from './binding-table.ts';
import type {
  Binding,
  Condition,
  External,
  Honeynet,
  LinkQuality,
  PortAction,
  Template,
  TransportProtocol,
} from './model.ts';
import { Topology } from './topology/topology.ts';

/** The packet that is asked about. */
export interface Question {
  readonly address: number;
  readonly protocol: TransportProtocol;
  /** Of `tcp` and `udp`. */
  readonly port: number | null;
  /** Who asks; null: anybody. */
  readonly source: number | null;
}

/** What would happen to a packet. */
export interface Explanation {
  /** Null: nobody answers. */
  readonly answer: Answer | null;
  /** The real machine that has the address; it answers for itself. */
  readonly external: External | null;
  /** Routers from the entry to the one at the address, with the link that leads to the next. */
  readonly hops: readonly Hop[];
  /** One way, without queues. */
  readonly delaySeconds: number;
  /** Probability that a packet gets through, one way. */
  readonly arrival: number;
}

export interface Answer {
  /** The binding; null for the default template, which answers only for addresses that the sensor is told to claim. */
  readonly binding: Binding | null;
  /** What stands there in each case: one template, or those of a dynamic one with their conditions. */
  readonly cases: readonly AnswerCase[];
}

export interface AnswerCase {
  /** Null: in every case. */
  readonly condition: Condition | null;
  readonly template: Template;
  readonly action: PortAction;
  /** Whether the port has a rule of its own; false: the template's default action. */
  readonly isOwnRule: boolean;
}

/** A router on the way of a packet. */
export interface Hop {
  readonly router: number;
  /** Null at the last router. */
  readonly link: LinkQuality | null;
}

/** Returns what would happen to a packet from outside. */
export function explainAddress(honeynet: Honeynet, question: Question): Explanation {
  const index = new BindingTable(honeynet.bindings).find(question.address);
  const binding = honeynet.bindings[index] ?? null;
  const external = honeynet.externals.find(({ address }) => address === question.address) ?? null;
  const template = external === null ? (binding?.template ?? honeynet.defaultTemplate) : null;
  const hops = hopsTo(honeynet, question.address);
  const links = hops.flatMap(({ link }) => (link === null ? [] : [link]));
  const dropped = template?.dropIncoming ?? 0;
  return {
    answer: template === null ? null : { binding, cases: casesOf(template, question) },
    external,
    hops,
    delaySeconds: links.reduce((sum, link) => sum + link.latencySeconds, 0),
    arrival: links.reduce((product, link) => product * (1 - link.loss), 1 - dropped),
  };
}

function casesOf(template: Template, question: Question): readonly AnswerCase[] {
  const rules = template.dynamic ?? [];
  const [first] = rules;
  if (first === undefined) return [caseOf(null, template, question)];
  const cases: AnswerCase[] = [];
  for (const { condition, template: used } of rules) {
    const holds = isCertain(condition, question);
    if (holds === false) continue;
    cases.push(caseOf(condition, used, question));
    if (holds) return cases;
  }
  // Honeyd's rule: when none holds, the first of all.
  return cases.length > 0 ? cases : [caseOf(first.condition, first.template, question)];
}

/** Whether the condition holds for all such packets, or for none; null where that depends on more. */
function isCertain(condition: Condition, { protocol, source }: Question): boolean | null {
  if (condition.kind === 'otherwise') return true;
  if (condition.kind === 'protocol') return condition.protocol === protocol;
  if (condition.kind !== 'source-ip' || source === null) return null;
  return source >= condition.first && source <= condition.last;
}

function caseOf(condition: Condition | null, template: Template, { protocol, port }: Question): AnswerCase {
  const rule = template.ports.findLast((each) => each.protocol === protocol && each.port === port);
  const action = rule?.action ?? template.defaultActions[protocol];
  return { condition, template, action, isOwnRule: rule !== undefined };
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
