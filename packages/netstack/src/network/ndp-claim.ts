/** What a message of neighbor discovery says of its sender: that it has an address. */
import { ethernet, type icmpv6, type ipv6, readMac } from '@wormwood/wire';
import type { AddressClaim } from './owner-questions.ts';
import type { PacketContext } from './packet-context.ts';
import { vlanOf } from './vlan.ts';

const UNSPECIFIED = 0n;

/** Returns what the message at hand claims: that its sender has an address; null for one that claims nothing. */
export function claimOfMessage(
  { bytes, linkStart, ipStart }: PacketContext,
  ip: Pick<ipv6.Repr, 'source' | 'destination'>,
  message: icmpv6.Repr,
): AddressClaim | null {
  const frameMac = readMac(bytes, linkStart + ethernet.field.source);
  const vlan = vlanOf(bytes, linkStart, ipStart);
  if (message.kind === 'neighborAdvertisement') {
    const named = message.options.find(({ kind }) => kind === 'targetLinkLayerAddress');
    return {
      address: message.target,
      vlan,
      linkAddresses: [macOf(named) ?? frameMac, frameMac],
      isReply: message.solicited,
      target: ip.destination,
    };
  }
  if (message.kind !== 'neighborSolicitation' || ip.source === UNSPECIFIED) return null;
  const named = message.options.find(({ kind }) => kind === 'sourceLinkLayerAddress');
  const linkAddresses = [macOf(named) ?? frameMac, frameMac] as const;
  return { address: ip.source, vlan, linkAddresses, isReply: false, target: message.target };
}

type Options = Extract<icmpv6.Repr, { kind: 'neighborSolicitation' }>['options'];

function macOf(option: Options[number] | undefined): number | null {
  return option !== undefined && 'mac' in option ? option.mac : null;
}
