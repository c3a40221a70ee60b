/** A honeynet in words: what answers, when, and how a packet gets there. */
import { formatDuration, formatIpv4 } from '@wormwood/base';
import { formatIpv6Prefix } from '@wormwood/wire';
import type { Explanation, Hop, Obstacle } from './explain.ts';
import type { Binding, Condition, Ipv6Binding, PortAction, TransportProtocol } from './model.ts';

/** Returns what a port does, as a clause. */
function actionInWords(action: PortAction, protocol: TransportProtocol): string {
  if (protocol === 'icmp')
    return action.kind === 'closed' || action.kind === 'filtered'
      ? 'answers no echo request'
      : 'answers echo requests';
  const slow =
    action.kind !== 'closed' && action.kind !== 'filtered' && action.tarpit ? ', as slowly as possible' : '';
  switch (action.kind) {
    case 'open':
      return `is open and accepts all data without a reply${slow}`;
    case 'closed':
      return 'is closed and says so with a reset or an ICMP error';
    case 'filtered':
      return 'is filtered: no answer';
    case 'script':
      return `is open and runs ${JSON.stringify(action.command)}${slow}`;
    case 'internal':
      return `is open and served inside the sensor by ${action.service}${slow}`;
    case 'proxy':
      return `is open and forwarded to ${action.host}:${action.port}${slow}`;
    default:
      throw action satisfies never;
  }
}

/** Returns when a case holds, as a clause; null if always. */
function conditionInWords(condition: Condition | null): string | null {
  if (condition === null) return null;
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  switch (condition.kind) {
    case 'source-os':
      return `for sources that run ${condition.name}`;
    case 'source-ip':
      return `for sources from ${formatIpv4(condition.first)} to ${formatIpv4(condition.last)}`;
    case 'time':
      return `between ${clock(condition.fromMinute)} and ${clock(condition.toMinute)}`;
    case 'protocol':
      return `for ${condition.protocol}`;
    case 'otherwise':
      return 'otherwise';
    default:
      throw condition satisfies never;
  }
}

/** Returns the explanation as lines. */
export function explanationInWords(
  explanation: Explanation,
  what: string,
  protocol: TransportProtocol,
): readonly string[] {
  const { answer, external, obstacle } = explanation;
  if (external !== null)
    return [
      `${what}:`,
      `  A real machine behind ${external.interfaceName} has the address and answers for itself.`,
      ...routeInWords(explanation),
    ];
  if (answer === null)
    return [`${what}: no answer; no binding covers the address and there is no default template.`];
  const { binding } = answer;
  const covered =
    binding === null
      ? 'No binding covers it: the default template answers, if the sensor answers for this address.'
      : spanOf(binding) === null
        ? 'It has a binding of its own.'
        : `It is bound as part of ${spanOf(binding)}.`;
  return [
    `${what}:`,
    `  ${covered}`,
    ...answer.cases.flatMap(({ condition, template, action, isOwnRule, isPersonalitySilent }) => {
      const when = conditionInWords(condition);
      const personality =
        template.personality === null ? 'no personality' : `personality "${template.personality}"`;
      const rule = isOwnRule ? 'by its own rule' : 'by the default action';
      const name = condition === null ? (binding?.original ?? template.name) : template.name;
      const limits = protocol === 'udp' && SERVED.has(action.kind) ? UDP_LIMITS : [];
      return [
        `  ${when === null ? 'Template' : `${when[0]!.toUpperCase()}${when.slice(1)}: template`} "${name}", ` +
          `${personality}.`,
        `    It ${actionInWords(action, protocol)} (${rule}).`,
      ]
        .concat(isPersonalitySilent ? [silenceInWords(protocol)] : [])
        .concat(limits);
    }),
    ...(obstacle === null ? [] : [`  But ${obstacleInWords(obstacle)}.`]),
    ...routeInWords(explanation),
  ];
}

/** The addresses of a binding; null: it is for one. */
function spanOf(binding: Binding | Ipv6Binding): string | null {
  if ('prefix' in binding) return binding.prefix.length === 128 ? null : formatIpv6Prefix(binding.prefix);
  const { first, last } = binding;
  return first === last ? null : `${formatIpv4(first)} to ${formatIpv4(last)}`;
}

function silenceInWords(protocol: TransportProtocol): string {
  const what =
    protocol === 'icmp' ? 'pings' : protocol === 'udp' ? 'datagrams to closed ports' : 'SYNs to closed ports';
  return `    But its personality leaves ${what} without an answer, so nothing comes back.`;
}

/** Actions that answer datagrams. */
const SERVED: ReadonlySet<PortAction['kind']> = new Set(['script', 'internal', 'proxy']);
/** No reflector: packages/honeynet/src/service/udp-budget.ts. */
const UDP_LIMITS: readonly string[] = [
  '    No answer is longer than its datagram, and no source gets more than 10 a second; the rest is dropped and reported.',
];

function obstacleInWords({ kind, router }: Obstacle): string {
  const at = router === null ? '' : formatIpv4(router);
  switch (kind) {
    case 'nobody':
      return 'no host can have one of these addresses, so nothing answers';
    case 'edge':
      return 'it is the first or the last address of the bound network, so nothing answers (see --edges)';
    case 'routers':
      return 'it is the first address of the bound prefix, which its routers have, so nothing answers (see --edges)';
    case 'unreachable':
      return `the router ${at} answers that the network is unreachable`;
    case 'loop':
      return `the routes go round in circles, and ${at} answers that the time to live is exceeded`;
    case 'no-route':
      return `the way ends at ${at}, which has no route there: nothing answers`;
    case 'no-way-back':
      return `the answer gets no further than ${at} on its way back`;
    case 'back-in-tunnel':
      return `the answer leaves through a tunnel of ${at}`;
    case 'virtual-source':
      return 'a virtual host has the address of the source and gets the answer, unless a machine on the link has it';
    default:
      throw kind satisfies never;
  }
}

function routeInWords({ hops, delaySeconds, arrival }: Explanation): readonly string[] {
  const lost =
    arrival < 1
      ? `; ${Number(((1 - arrival) * 100).toPrecision(3))}% of the packets are lost on the way in`
      : '';
  if (hops.length === 0) return [`  It is on the link of the sensor, with no router in between${lost}.`];
  return [
    `  Route: ${hops.map(hopInWords).join(' → ')}.`,
    `  ${formatDuration(delaySeconds)} one way${lost}.`,
  ];
}

function hopInWords({ router, link }: Hop): string {
  if (link === null) return formatIpv4(router);
  const facts = [
    ...(link.latencySeconds > 0 ? [formatDuration(link.latencySeconds)] : []),
    ...(link.loss > 0 ? [`${Number((link.loss * 100).toPrecision(3))}% loss`] : []),
    ...(link.bandwidth === null ? [] : [`${(link.bandwidth / 1e6).toLocaleString('en-US')} Mb/s`]),
  ];
  return facts.length === 0 ? formatIpv4(router) : `${formatIpv4(router)} (${facts.join(', ')})`;
}
