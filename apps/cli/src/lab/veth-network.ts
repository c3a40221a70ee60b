/**
 * The lab's network in the kernel: one namespace with a router and nftables, and one with two interfaces to it, behind which
 * the lab's process plays the hosts and the honeynet. Both are created and deleted here. Neither has an interface to
 * anywhere else or a route out; this is checked again before the first packet is sent.
 *
 *     namespace of the lab's process        namespace of the router
 *     marker hosts — hosts0 ─────── hosts1 ┐ forwards; drops what comes from
 *     honeynet — honey0 ─────────── honey1 ┘ the set of immunized hosts
 */
import { execFileSync } from 'node:child_process';
import { type Cidr, formatCidr, formatIpv4, parseCidr } from '@wormwood/base';
import { type Actuator, type Command, nftablesActuator, nftablesSetup } from '@wormwood/defense';
import { inNetworkNamespace, PacketRing } from '@wormwood/sensor';
import { commandRunner } from '@wormwood/responder';

export interface VethNetwork {
  readonly labName: string;
  readonly routerName: string;
  readonly links: { readonly hosts: number; readonly router: number; readonly honeynet: number };
  /** Opens both interfaces; throws if anything leads out. */
  open(): { readonly hosts: PacketRing; readonly honeynet: PacketRing };
  /** Puts immunized hosts into a set of the router, which drops their packets. */
  actuator(): Actuator;
  /** Packets that the router dropped because their source was immunized. */
  droppedPackets(): number;
  remove(): void;
}

const NFTABLES = { name: 'lab', table: 'lab', set: 'immunized' } as const;
const MAC = {
  hosts0: '02:00:00:4c:01:00',
  hosts1: '02:00:00:4c:01:01',
  honey0: '02:00:00:4c:02:00',
  honey1: '02:00:00:4c:02:01',
} as const;
/** Next hops that only the static neighbours below know; nothing has these addresses. */
const HOSTS_HOP = '169.254.76.1';
const HONEYNET_HOP = '169.254.76.2';
let made = 0;

/** Makes the namespaces, links and routes. Needs root. */
export function vethNetwork(prefix: Cidr, hosts: ArrayLike<number>): VethNetwork {
  const stem = `wwlab${process.pid}n${made++}`;
  const [labName, routerName] = [`${stem}h`, `${stem}r`];
  const remove = (): void => {
    for (const name of [labName, routerName]) tryToDelete(name);
  };
  try {
    for (const name of [labName, routerName]) ip(['netns', 'add', name]);
    makeLinks(labName, routerName);
    makeRouter(routerName, prefix, hosts);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    labName,
    routerName,
    links: { hosts: numberOf(MAC.hosts0), router: numberOf(MAC.hosts1), honeynet: numberOf(MAC.honey0) },
    open: () => {
      const ways = [...waysOut(labName, prefix), ...waysOut(routerName, prefix)];
      if (ways.length > 0)
        throw new Error(`The lab does not start because it is not closed: ${ways.join(' ')}`);
      return inNetworkNamespace(labName, () => ({
        hosts: new PacketRing({ interfaceName: 'hosts0' }),
        honeynet: new PacketRing({ interfaceName: 'honey0' }),
      }));
    },
    actuator: () => {
      const runner = commandRunner(() => undefined);
      const inRouter = (command: Command): Command => ({
        ...command,
        program: '/usr/sbin/ip',
        arguments: ['netns', 'exec', routerName, command.program, ...command.arguments],
      });
      return nftablesActuator({ run: (command) => runner.run(inRouter(command)) }, NFTABLES);
    },
    droppedPackets: () => droppedPackets(routerName),
    remove,
  };
}

function makeLinks(labName: string, routerName: string): void {
  for (const stem of ['hosts', 'honey'] as const) {
    const [inside, outside] = [`${stem}0`, `${stem}1`] as const;
    const peer = ['peer', 'name', outside, 'address', MAC[outside], 'netns', routerName];
    ip(['-n', labName, 'link', 'add', inside, 'address', MAC[inside], 'type', 'veth', ...peer]);
  }
  for (const [name, suffix] of [
    [labName, '0'],
    [routerName, '1'],
  ] as const) {
    sysctl(name, 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    for (const stem of ['hosts', 'honey']) ip(['-n', name, 'link', 'set', `${stem}${suffix}`, 'up']);
  }
}

function makeRouter(name: string, prefix: Cidr, hosts: ArrayLike<number>): void {
  // Without a local address there is no local table, and without that no gateway is valid.
  ip(['-n', name, 'link', 'set', 'lo', 'up']);
  sysctl(
    name,
    'net.ipv4.ip_forward=1',
    ...['all', 'default', 'hosts1', 'honey1'].flatMap((device) => [
      `net.ipv4.conf.${device}.rp_filter=0`,
      `net.ipv4.conf.${device}.send_redirects=0`,
    ]),
  );
  const lines = [
    `neigh add ${HOSTS_HOP} lladdr ${MAC.hosts0} dev hosts1 nud permanent`,
    `neigh add ${HONEYNET_HOP} lladdr ${MAC.honey0} dev honey1 nud permanent`,
    `route add ${formatCidr(prefix)} via ${HONEYNET_HOP} dev honey1 onlink`,
    ...Array.from(
      hosts,
      (address) => `route add ${formatIpv4(address)}/32 via ${HOSTS_HOP} dev hosts1 onlink`,
    ),
  ];
  ip(['-n', name, '-batch', '-'], `${lines.join('\n')}\n`);
  const rules = nftablesSetup(NFTABLES).replace(/ drop\n/, ' counter drop\n');
  execFileSync('ip', ['netns', 'exec', name, '/usr/sbin/nft', '-f', '-'], { input: rules });
}

/** What `ip -json route show` prints of a route. */
interface ShownRoute {
  readonly dst: string;
  readonly dev?: string;
  readonly type?: string;
}

/** What `ip -json link show` prints of a link. */
interface ShownLink {
  readonly ifname: string;
}

/** Returns the ways that lead out of a namespace of the lab, as sentences; empty when it is closed. */
export function waysOut(name: string, prefix: Cidr): readonly string[] {
  const links = (shown(name, 'link', 'show') as readonly ShownLink[])
    .filter(({ ifname }) => ifname !== 'lo' && !Object.hasOwn(MAC, ifname))
    .map(({ ifname }) => `${name} has the interface ${ifname}.`);
  const routes = ['-4', '-6'].flatMap((family) =>
    (shown(name, family, 'route', 'show', 'table', 'all') as readonly ShownRoute[])
      .filter((route) => !isInside(route, prefix))
      .map(({ dst, dev }) => `${name} has a route to ${dst} by ${dev ?? 'no interface'}.`),
  );
  return [...links, ...routes];
}

/** What `ip` shows as JSON; it prints nothing at all for an empty list of some kinds. */
function shown(name: string, ...words: readonly string[]): unknown {
  const text = ip(['-n', name, '-json', ...words]).trim();
  return text === '' ? [] : JSON.parse(text);
}

function isInside({ dst, dev, type }: ShownRoute, prefix: Cidr): boolean {
  if (dev === 'lo' || type === 'multicast') return true;
  const network = parseCidr(dst);
  if (!network.ok) return false;
  const last = prefix.address + 2 ** (32 - prefix.prefixLength) - 1;
  const { address, prefixLength } = network.value;
  return address >= prefix.address && address + 2 ** (32 - prefixLength) - 1 <= last;
}

function droppedPackets(name: string): number {
  const chain = ['list', 'chain', 'inet', NFTABLES.table, `${NFTABLES.set}_forward`];
  const text = ip(['netns', 'exec', name, '/usr/sbin/nft', ...chain]);
  return Number(/counter packets (\d+)/.exec(text)?.[1] ?? NaN);
}

function ip(words: readonly string[], input = ''): string {
  return execFileSync('ip', words, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}

function sysctl(name: string, ...settings: readonly string[]): void {
  ip(['netns', 'exec', name, 'sysctl', '-qw', ...settings]);
}

function tryToDelete(name: string): void {
  try {
    ip(['netns', 'delete', name]);
  } catch {
    // It was never created, or something else has deleted it.
  }
}

function numberOf(mac: string): number {
  return Number.parseInt(mac.replaceAll(':', ''), 16);
}
