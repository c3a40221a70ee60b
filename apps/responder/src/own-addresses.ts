/** The addresses without which this machine is cut off: its own, its gateways, its name servers. Never acted on. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type IpAddress, ipPrefixOf, IpSet, parseIp } from '@wormwood/wire';

const ROUTES = '/proc/net/route';
const IPV6_ROUTES = '/proc/net/ipv6_route';
const NAME_SERVERS = '/etc/resolv.conf';

/** Returns them as this moment has them; what this system does not report is left out. */
export function ownAddresses(): IpSet {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .map(({ address }) => address);
  const found = [...own, ...nameServersIn(textOf(NAME_SERVERS))].flatMap((text) => {
    // A name server of the link may have the name of an interface behind it.
    const address = parseIp(text.replace(/%.*$/, ''));
    return address.ok ? [address.value] : [];
  });
  const all: readonly IpAddress[] = [
    ...found,
    ...gatewaysIn(textOf(ROUTES)),
    ...ipv6GatewaysIn(textOf(IPV6_ROUTES)),
  ];
  return IpSet.of(all.map((address) => ipPrefixOf(address)));
}

/** `text` as the kernel writes /proc/net/route: the gateway is the third column, its octets in the order of the machine. */
export function gatewaysIn(text: string): readonly number[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, , gateway = ''] = line.split('\t');
      const octets = /^[0-9A-Fa-f]{8}$/.test(gateway) ? Buffer.from(gateway, 'hex') : undefined;
      const address = octets?.readUInt32LE(0) ?? 0;
      return address === 0 ? [] : [address];
    });
}

/** `text` as the kernel writes /proc/net/ipv6_route: the gateway is the fifth column, 32 hexadecimal digits. */
export function ipv6GatewaysIn(text: string): readonly bigint[] {
  return text.split('\n').flatMap((line) => {
    const gateway = line.split(/\s+/)[4] ?? '';
    const address = /^[0-9A-Fa-f]{32}$/.test(gateway) ? BigInt(`0x${gateway}`) : 0n;
    return address === 0n ? [] : [address];
  });
}

/** The addresses in lines of `nameserver`. */
export function nameServersIn(text: string): readonly string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not every system has it.
    return '';
  }
}
