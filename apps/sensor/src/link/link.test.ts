import { AddressSet, parseIpv4 } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { missingForNamespaces, namespacePair } from '../namespace-test-support.ts';
import { honeynetOf } from '../sensor-test-support.ts';
import { gatewaysOf, readInterfaceLink } from './interface-link.ts';
import { formatLinkNetwork, formatRouter, parseLinkNetwork, parseRouter } from './link-words.ts';
import { answeringMacs, SensorLink } from './sensor-link.ts';

const missing = missingForNamespaces();

function ip(text: string): number {
  const address = parseIpv4(text);
  if (!address.ok) throw new Error(address.reason);
  return address.value;
}

function valueOf<T>(parsed: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!parsed.ok) throw new Error('not read');
  return parsed.value;
}

const network = (text: string) => valueOf(parseLinkNetwork(text));
const router = (text: string) => valueOf(parseRouter(text));

describe('words of the command line', () => {
  it('name a router by either address, in a VLAN or none', () => {
    expect(router('02:00:00:00:00:fe')).toEqual({ linkAddress: 0x0200_0000_00fe, vlan: 0 });
    expect(router('10.0.0.1@20')).toEqual({ address: ip('10.0.0.1'), vlan: 20 });
  });

  it('name a network', () => {
    expect(network('10.0.0.0/24@7')).toEqual({ first: ip('10.0.0.0'), last: ip('10.0.0.255'), vlan: 7 });
    expect(formatLinkNetwork(network('10.0.0.0/24@7'))).toEqual(['10.0.0.0/24@7']);
    expect(formatLinkNetwork(network('0.0.0.0/0'))).toEqual(['0.0.0.0/0']);
  });

  it.each(['router', '10.0.0', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '00:00:00:00:00:00', '10.0.0.1@0'])(
    'refuse the router %s',
    (text) => expect(parseRouter(text).ok).toBe(false),
  );

  it.each(['10.0.0.1/24', '10.0.0.0/24@4095', '10.0.0.0/24@x', '10.0.0.0/24@1@2'])(
    'refuse the network %s',
    (text) => expect(parseLinkNetwork(text).ok).toBe(false),
  );

  it('say how a router is known', () => {
    const asked = { address: ip('10.0.0.1'), linkAddress: null, vlan: 20 };
    expect(formatRouter({ address: null, linkAddress: 0xfe, vlan: 0, state: 'named' })).toBe(
      '00:00:00:00:00:fe',
    );
    expect(formatRouter({ ...asked, linkAddress: 0xfe, vlan: 0, state: 'answered' })).toBe(
      '10.0.0.1 is 00:00:00:00:00:fe',
    );
    expect(formatRouter({ ...asked, state: 'conflict' })).toBe(
      '10.0.0.1 in VLAN 20 is claimed by several machines',
    );
  });
});

describe('the link of an interface', () => {
  it('has the gateways that the kernel’s table names, each once', () => {
    const table = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0100000A	0003	0	0	100	00000000	0	0	0
eth0	0000000A	00000000	0001	0	0	100	00FFFFFF	0	0	0
eth0	0000A8C0	0100000A	0003	0	0	0	0000FFFF	0	0	0
eth0	000010AC	FE00000A	0003	0	0	0	0000FFFF	0	0	0
eth1	00000000	0102000A	0003	0	0	0	00000000	0	0	0
`;
    expect(gatewaysOf('eth0', table)).toEqual([ip('10.0.0.1'), ip('10.0.0.254')]);
    expect(gatewaysOf('eth2', table)).toEqual([]);
  });

  it.skipIf(missing !== null)('is what the kernel has for it now', async () => {
    const pair = namespacePair('10.9.8.2/24', []);
    try {
      const read = () => pair.inDaemon(() => readInterfaceLink('d0'));
      expect(read()).toEqual({ ownAddresses: [], networks: [], routers: [] });
      await pair.inDaemonRun('ip', 'address', 'add', '10.9.8.7/24', 'dev', 'd0');
      await pair.inDaemonRun('ip', 'route', 'add', 'default', 'via', '10.9.8.1', 'dev', 'd0');
      expect(read()).toEqual({
        ownAddresses: [ip('10.9.8.7')],
        networks: [network('10.9.8.0/24')],
        routers: [router('10.9.8.1')],
      });
    } finally {
      pair.remove();
    }
  });
});

describe('the link of a sensor', () => {
  const link = new SensorLink(null, {
    networks: [network('10.0.0.0/24'), network('10.20.0.0/24@20')],
    routers: [router('10.0.0.1')],
  });

  it('asks for a router from the first virtual host in its network', () => {
    const answered = AddressSet.fromRanges([
      { first: ip('10.0.0.1'), last: ip('10.0.0.9') },
      { first: ip('172.16.0.0'), last: ip('172.16.0.9') },
    ]);
    expect(link.askFrom(ip('10.0.0.1'), 0, answered)).toBe(ip('10.0.0.2'));
    // A probe, where no address of ours is in the network.
    expect(link.askFrom(ip('10.20.0.1'), 20, answered)).toBe(0);
    expect(link.askFrom(ip('10.0.0.1'), 20, answered)).toBe(0);
  });

  it('gives captures the addresses that it answers from and the routers without a tag', () => {
    const routers = [
      { address: null, linkAddress: 0xfe, vlan: 0, state: 'named' },
      { address: 5, linkAddress: null, vlan: 0, state: 'silent' },
      { address: null, linkAddress: 0xfd, vlan: 20, state: 'named' },
    ] as const;
    expect(link.captureComment([1, 2], routers)).toBe(
      'wormwood-sensor {"macs":["00:00:00:00:00:01","00:00:00:00:00:02"],"routers":["00:00:00:00:00:fe"],"nets":["10.0.0.0/24"]}',
    );
  });

  it('answers from the addresses of its interface and of its templates', () => {
    const honeynet = honeynetOf(`create plain
create own
set own ethernet "02:00:00:00:00:09"
bind 10.0.0.5 plain
bind 10.0.0.6 own
`);
    expect(answeringMacs(3, honeynet, () => () => 9)).toEqual([3, 9]);
  });
});
