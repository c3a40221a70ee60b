/** The addresses without which this machine is cut off: its own, its gateways, its name servers. Never acted on. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { AddressSet, parseIpv4 } from '@wormwood/base';

const ROUTES = '/proc/net/route';
const NAME_SERVERS = '/etc/resolv.conf';

/** Returns them as this moment has them; what this system does not report is left out. */
export function ownAddresses(): AddressSet {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address);
  const found = [...own, ...nameServersIn(textOf(NAME_SERVERS))].flatMap((text) => {
    const address = parseIpv4(text);
    return address.ok ? [address.value] : [];
  });
  return AddressSet.fromCidrs(
    [...found, ...gatewaysIn(textOf(ROUTES))].map((address) => ({ address, prefixLength: 32 })),
  );
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
