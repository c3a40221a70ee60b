/**
 * What a honeynet says that cannot work, or not as it is meant, though every word of it can be read: the same for both languages
 * alike, each thing once.
 */
import { type Diagnostic, formatIpv4, parseIpv4 } from '@wormwood/base';
import { formatIpv6Prefix, ipv4 } from '@wormwood/wire';
import { BindingTable, edgesOf, silentEdges } from '../binding-table.ts';
import type { Binding, Honeynet, PortAction, Template, TransportProtocol } from '../model.ts';
import { INTERNAL_SERVICES } from '../service/service-runner.ts';
import { sharedEthernetAddress } from './ethernet-address.ts';
import { type Part, partOf } from './places.ts';

/** A diagnostic before its place is known. */
export interface Finding {
  readonly severity: Diagnostic['severity'];
  readonly code: string;
  /** What it is about: the first of these that has a place in the text; without one, the file as a whole. */
  readonly about: readonly Part[];
  readonly message: string;
  readonly help: string;
}

/** An action and where it holds. */
export interface PlacedAction {
  readonly template: Template;
  readonly protocol: TransportProtocol;
  /** Null: the default action. */
  readonly port: number | null;
  readonly action: PortAction;
}

/** Returns every action that a configuration states, each once: copies of a template share those of the original. */
export function actionsOf({
  templates,
  bindings,
  ipv6Bindings,
  dhcpClients,
}: Honeynet): readonly PlacedAction[] {
  const seen = new Set<PortAction>();
  const found: PlacedAction[] = [];
  const add = (placed: PlacedAction): void => {
    if (seen.has(placed.action)) return;
    seen.add(placed.action);
    found.push(placed);
  };
  const addTemplate = (template: Template): void => {
    templateActions(template).forEach(add);
    template.dynamic?.forEach((rule) => addTemplate(rule.template));
  };
  for (const template of templates.values()) addTemplate(template);
  for (const { template } of [...bindings, ...ipv6Bindings, ...dhcpClients]) addTemplate(template);
  return found;
}

/** Returns the actions of a template itself, the default ones first. */
export function templateActions(template: Template): readonly PlacedAction[] {
  const { defaultActions, ports } = template;
  return [
    ...(['tcp', 'udp', 'icmp'] as const).map((protocol) => ({
      template,
      protocol,
      port: null,
      action: defaultActions[protocol],
    })),
    ...ports.map(({ protocol, port, action }) => ({ template, protocol, port, action })),
  ];
}

/** Returns the place of an action in words: `tcp port 80 of "web"`. */
export function whereIs({ template, protocol, port }: PlacedAction): string {
  const what = port === null ? `the default ${protocol} action` : `${protocol} port ${port}`;
  return `${what} of "${template.name}"`;
}

/** Returns what cannot work as it is written, or has no effect, each thing once. */
export function findingsOf(honeynet: Honeynet): readonly Finding[] {
  const table = new BindingTable(honeynet.bindings);
  const templates = ownTemplates(honeynet);
  return distinct([
    ...nothingBound(honeynet),
    ...sharedAddresses(honeynet, table),
    ...networkEdges(honeynet, table),
    ...beyondTopology(honeynet),
    ...actionsOf(honeynet).flatMap(actionFindings),
    ...templates.flatMap((template) => withoutEffect(template, table)),
    ...honeynet.broadcasts.map(({ template }) =>
      note('broadcast-without-effect', [], `Template "${template}": its broadcasts are kept and not sent.`),
    ),
    ...[...new Set(honeynet.options.map(({ plugin }) => plugin))].map((plugin) =>
      note('option-without-effect', [], `The options of plug-in "${plugin}" have no effect.`),
    ),
  ]);
}

/** A copy that is bound says what its original has said. */
function ownTemplates({ templates, bindings, ipv6Bindings }: Honeynet): readonly Template[] {
  const bound = new Set([...bindings, ...ipv6Bindings].map(({ template }) => template.name));
  const all = [...templates.values()];
  const own = all.filter(({ name }) => !bound.has(name));
  return own.length > 0 ? own : all;
}

function nothingBound(honeynet: Honeynet): readonly Finding[] {
  const { bindings, ipv6Bindings, defaultTemplate, dhcpClients, externals } = honeynet;
  const bound = bindings.length + ipv6Bindings.length + dhcpClients.length + externals.length;
  if (bound > 0 || defaultTemplate !== null) return [];
  return [
    {
      severity: 'warning',
      code: 'nothing-bound',
      about: [],
      message: 'No address is bound and there is no default template, so nothing answers.',
      help: 'Write bind ADDRESS TEMPLATE, or create a template called default and name its addresses with --net.',
    },
  ];
}

/**
 * The same Ethernet address for two hosts: a switch sends what is meant for one to the other, and `arp-scan` calls it a
 * duplicate.
 */
function sharedAddresses(honeynet: Honeynet, table: BindingTable): readonly Finding[] {
  const hosts = new Map<number, Binding[]>();
  const silent = silentEdges(honeynet, table);
  for (const binding of honeynet.bindings.map((bound) => withoutEdges(bound, silent))) {
    const written = binding.template.ethernet;
    const address = written === null ? null : sharedEthernetAddress(written);
    if (address !== null) hosts.set(address, [...(hosts.get(address) ?? []), binding]);
  }
  return [...hosts.values()].flatMap((sharing): readonly Finding[] => {
    const [first] = sharing;
    const count = sharing.reduce((sum, each) => sum + each.last - each.first + 1, 0);
    if (first === undefined || count < 2) return [];
    const names = sharing.slice(0, NAMED_MAX).map(spanOf).join(', ');
    const more = sharing.length > NAMED_MAX ? ` and ${sharing.length - NAMED_MAX} more bindings` : '';
    return [
      {
        severity: 'warning',
        code: 'shared-ethernet',
        about: sharing
          .toReversed()
          .flatMap(({ template, original }) => [partOf.ethernet(template.name), partOf.ethernet(original)]),
        message: `${count} hosts have the Ethernet address "${first.template.ethernet}": ${names}${more}.`,
        help: 'Name a vendor, such as "dell": then each host has an address of its own.',
      },
    ];
  });
}

function withoutEdges(binding: Binding, silent: ReadonlySet<number>): Binding {
  const first = binding.first + Number(silent.has(binding.first));
  return { ...binding, first, last: Math.max(first, binding.last - Number(silent.has(binding.last))) };
}

/** The virtual routers route IPv4 alone. */
function beyondTopology({ ipv6Bindings, topology }: Honeynet): readonly Finding[] {
  if (topology.entries.length === 0) return [];
  return ipv6Bindings.map(({ prefix }): Finding => {
    const about = [partOf.ipv6Binding(prefix)];
    const message = `${formatIpv6Prefix(prefix)} is on the link of the sensor: the virtual routers route IPv4 alone.`;
    return { severity: 'note', code: 'ipv6-beside-topology', about, message, help: '' };
  });
}

const NAMED_MAX = 4;

function spanOf({ first, last }: Binding): string {
  return first === last ? formatIpv4(first) : `${formatIpv4(first)} to ${formatIpv4(last)}`;
}

function networkEdges(honeynet: Honeynet, table: BindingTable): readonly Finding[] {
  if (honeynet.answersEdges) return [];
  return honeynet.bindings.flatMap((binding, index): readonly Finding[] => {
    const edges = edgesOf(binding).filter((address) => table.find(address) === index);
    if (edges.length === 0) return [];
    const named = edges.map(formatIpv4).join(' and ');
    return [
      {
        severity: 'note',
        code: 'network-edges',
        about: [partOf.binding(binding.first, binding.last)],
        message: `${named} of the bound network answer nothing: no host has the first and the last address of a network.`,
        help: 'To answer there, too, use --edges, bind them by themselves, or write a range.',
      },
    ];
  });
}

function actionFindings(placed: PlacedAction): readonly Finding[] {
  const { protocol, action } = placed;
  const where = whereIs(placed);
  const warn = (code: string, message: string, help: string): Finding => ({
    severity: 'warning',
    code,
    about: [action],
    message,
    help,
  });
  if (protocol === 'icmp' && action.kind !== 'open' && action.kind !== 'closed' && action.kind !== 'filtered')
    return [
      warn(
        'icmp-service',
        `For ICMP nothing is run: ${where} answers echo requests, as open does.`,
        'Write open, or block for silence.',
      ),
    ];
  if (action.kind === 'proxy' && action.host.includes('$ipsrc'))
    return [
      warn(
        'proxy-to-source',
        `The proxy of ${where} leads to whoever asks, which would attack back; the connection ends at once.`,
        'Name a machine of your own.',
      ),
    ];
  if (action.kind === 'proxy') {
    const address = parseIpv4(action.host);
    const isNobodys =
      address.ok && ipv4.isMartian(address.value) && address.value >>> 24 !== LOOPBACK_NETWORK;
    return isNobodys
      ? [
          warn(
            'proxy-to-nobody',
            `The proxy of ${where} leads to ${action.host}, which no machine has.`,
            'Name a machine of your own.',
          ),
        ]
      : [];
  }
  if (action.kind !== 'internal') return [];
  const name = action.service.trim().split(/\s+/, 1)[0] ?? '';
  if (INTERNAL_SERVICES.includes(name)) return [];
  return [
    warn(
      'unknown-service',
      `No service inside the sensor is called "${name}" (Honeyd ran Python modules): ${where} ends each connection.`,
      `There are ${INTERNAL_SERVICES.join(', ')}.`,
    ),
  ];
}

const LOOPBACK_NETWORK = 127;

function withoutEffect(template: Template, table: BindingTable): readonly Finding[] {
  const { name, subsystems, spoof, process } = template;
  const from = spoof?.fromAddress ?? null;
  const to = spoof?.toAddress ?? null;
  const hasUser = process.userId !== null || process.groupId !== null || process.openFilesMax !== null;
  return [
    ...subsystems.map(({ command }) =>
      note(
        'subsystem-without-effect',
        [],
        `Template "${name}": the subsystem "${command}" is kept and not run.`,
      ),
    ),
    ...(from !== null && table.find(from) < 0
      ? [
          note(
            'spoof-without-effect',
            [partOf.spoof(name)],
            `Template "${name}": nothing is bound to ${formatIpv4(from)}, so replies come from the address that was asked.`,
          ),
        ]
      : []),
    ...(to === null
      ? []
      : [
          note(
            'spoof-without-effect',
            [partOf.spoof(name)],
            `Template "${name}": replies go to who asked; "spoof to ${formatIpv4(to)}" is kept only.`,
          ),
        ]),
    ...(hasUser && !runsPrograms(template)
      ? [
          note(
            'user-without-effect',
            [partOf.user(name)],
            `Template "${name}": uid, gid and maxfds are those of scripts, and it has none.`,
          ),
        ]
      : []),
  ];
}

function runsPrograms({ defaultActions, ports, dynamic }: Template): boolean {
  const actions = [...Object.values(defaultActions), ...ports.map(({ action }) => action)];
  return (
    actions.some(({ kind }) => kind === 'script' || kind === 'internal') ||
    dynamic?.some((rule) => runsPrograms(rule.template)) === true
  );
}

/** Where the reasons stand, and what does the same. */
const REASONS = 'Why, and what to use instead: docs/honeynet.md#read-and-kept-but-without-effect';

function note(code: string, about: readonly Part[], message: string): Finding {
  return { severity: 'note', code, about, message, help: code.endsWith('-without-effect') ? REASONS : '' };
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message }) => {
    const key = `${code} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
