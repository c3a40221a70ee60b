/**
 * The routers and networks of a link in the words of the command line: `02:00:00:00:00:fe` or `10.0.0.1` is a router,
 * `10.0.0.0/24` a network; with `@20` behind them those of VLAN 20.
 */
import { AddressSet, formatCidr, formatIpv4, parseCidr, parseIpv4, type Parsed } from '@wormwood/base';
import type { LinkNetwork, RouterName, RouterStatus } from '@wormwood/netstack';
import { formatMac, isMacMulticast, parseMac } from '@wormwood/wire';

const VLAN_MAX = 4094;
const UNTAGGED = 0;

/** Reads a router by its Ethernet or IPv4 address. */
export function parseRouter(text: string): Parsed<RouterName> {
  const words = parseVlan(text);
  if (!words.ok) return words;
  const { name, vlan } = words.value;
  const mac = parseMac(name);
  if (mac.ok && (mac.value === 0 || isMacMulticast(mac.value)))
    return { ok: false, reason: `"${name}" is not an Ethernet address of one machine.` };
  if (mac.ok) return { ok: true, value: { linkAddress: mac.value, vlan } };
  const address = parseIpv4(name);
  if (address.ok) return { ok: true, value: { address: address.value, vlan } };
  return {
    ok: false,
    reason: `A router is an Ethernet address as 02:00:00:00:00:fe or an IPv4 address as 10.0.0.1, not "${name}".`,
  };
}

/** Reads a network whose hosts share the link. */
export function parseLinkNetwork(text: string): Parsed<LinkNetwork> {
  const words = parseVlan(text);
  if (!words.ok) return words;
  const { name, vlan } = words.value;
  const cidr = parseCidr(name);
  return cidr.ok ? { ok: true, value: networkOf(cidr.value, vlan) } : cidr;
}

/** Returns the addresses of a prefix as a network of a VLAN. */
export function networkOf(
  { address, prefixLength }: { readonly address: number; readonly prefixLength: number },
  vlan: number = UNTAGGED,
): LinkNetwork {
  return { first: address, last: address + 2 ** (32 - prefixLength) - 1, vlan };
}

/** Returns a network as prefixes, with `@` and the VLAN behind each where there is one. */
export function formatLinkNetwork({ first, last, vlan }: LinkNetwork): readonly string[] {
  const cidrs = AddressSet.fromRanges([{ first, last }]).toCidrs().map(formatCidr);
  return vlan === UNTAGGED ? cidrs : cidrs.map((cidr) => `${cidr}@${vlan}`);
}

/** Returns a router and how it is known, as `10.0.0.1 is 02:00:00:00:00:fe`. */
export function formatRouter({ address, linkAddress, vlan, state }: RouterStatus): string {
  const place = vlan === UNTAGGED ? '' : ` in VLAN ${vlan}`;
  if (address === null) return `${formatMac(linkAddress ?? 0)}${place}`;
  const words = {
    named: '',
    answered: linkAddress === null ? '' : `is ${formatMac(linkAddress)}`,
    asking: 'is asked for',
    silent: 'does not answer',
    conflict: 'is claimed by several machines',
  };
  return `${formatIpv4(address)}${place} ${words[state]}`;
}

function parseVlan(text: string): Parsed<{ readonly name: string; readonly vlan: number }> {
  const [name = '', vlanText, ...rest] = text.split('@');
  if (vlanText === undefined) return { ok: true, value: { name, vlan: UNTAGGED } };
  const vlan = Number(vlanText);
  if (rest.length > 0 || !/^[0-9]{1,4}$/.test(vlanText) || vlan < 1 || vlan > VLAN_MAX)
    return {
      ok: false,
      reason: `A VLAN is a number from 1 to ${VLAN_MAX}, not "${[vlanText, ...rest].join('@')}".`,
    };
  return { ok: true, value: { name, vlan } };
}
