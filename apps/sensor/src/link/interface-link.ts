/** What the machine knows of the link of an interface: its own addresses, their networks, and the gateways there. */
import { readFileSync } from 'node:fs';
import { endianness, networkInterfaces } from 'node:os';
import { parseIpv4 } from '@wormwood/base';
import type { LinkNetwork, RouterName } from '@wormwood/netstack';
import { networkOf } from './link-words.ts';

export interface InterfaceLink {
  readonly ownAddresses: readonly number[];
  readonly networks: readonly LinkNetwork[];
  readonly routers: readonly RouterName[];
}

/** Of the thread, since a test may have entered another network namespace. */
const ROUTES = '/proc/thread-self/net/route';
/** RTF_UP and RTF_GATEWAY of route(8). */
const UP_THROUGH_GATEWAY = 0x3;

/** Reads it anew, since addresses and routes come and go; nothing is known of an interface that the machine gives no address. */
export function readInterfaceLink(interfaceName: string): InterfaceLink {
  const own = (networkInterfaces()[interfaceName] ?? []).filter(({ family }) => family === 'IPv4');
  return {
    ownAddresses: own.flatMap(({ address }) => valuesOf(parseIpv4(address))),
    networks: own.flatMap(({ cidr }) => (cidr === null ? [] : networksOf(cidr))),
    routers: gatewaysOf(interfaceName, readRoutes()).map((address) => ({ address, vlan: 0 })),
  };
}

/** Returns the gateways of an interface, each once, in a table as Linux prints it in /proc/net/route. */
export function gatewaysOf(interfaceName: string, table: string): readonly number[] {
  const gateways = new Set<number>();
  for (const line of table.split('\n').slice(1)) {
    const [name, , gateway = '', flags = ''] = line.trim().split(/\s+/);
    if (name !== interfaceName || !/^[0-9A-F]{8}$/i.test(gateway)) continue;
    if ((Number.parseInt(flags, 16) & UP_THROUGH_GATEWAY) === UP_THROUGH_GATEWAY)
      gateways.add(addressOfWord(Number.parseInt(gateway, 16)));
  }
  return [...gateways];
}

/** The kernel prints an address in network order as a word of the machine's order. */
function addressOfWord(word: number): number {
  if (endianness() === 'BE') return word;
  return new DataView(Uint32Array.of(word).buffer).getUint32(0, false);
}

/** The network of an address with its prefix length, as `10.0.0.7/24`. */
function networksOf(text: string): readonly LinkNetwork[] {
  const [addressText = '', lengthText = '32'] = text.split('/');
  const size = 2 ** (32 - Number(lengthText));
  return valuesOf(parseIpv4(addressText)).map((address) => {
    const first = address - (address % size);
    return networkOf({ address: first, prefixLength: Number(lengthText) });
  });
}

function readRoutes(): string {
  try {
    return readFileSync(ROUTES, 'utf8');
  } catch {
    // Not every kernel has the file; then the owner names the routers.
    return '';
  }
}

function valuesOf<T>(
  parsed: { readonly ok: true; readonly value: T } | { readonly ok: false },
): readonly T[] {
  return parsed.ok ? [parsed.value] : [];
}
