import { randomStreams } from '@wormwood/base';
import { type DispatcherComponents, Dispatcher } from '@wormwood/honeynet';
import { AddressSet, parseIpv4 } from '@wormwood/base';
import { plainBehavior } from '@wormwood/netstack';
import { expect, it } from 'vitest';
import { compactHoneynet } from '../compact-honeynet.ts';
import { honeynetOf } from '../sensor-test-support.ts';
import { linkAddresses } from './link-addresses.ts';

function macsOf(text: string, addresses: readonly string[], parts: Partial<DispatcherComponents> = {}) {
  const behavior = plainBehavior(new Uint8Array(16));
  const dispatcher = new Dispatcher({
    honeynet: compactHoneynet(honeynetOf(text)),
    claimed: AddressSet.empty,
    services: { tcp: () => null, udp: () => undefined },
    stream: randomStreams('1').stream('test/drops'),
    behaviorOf: () => behavior,
    linkAddressesOf: linkAddresses(randomStreams('1')),
    minuteOfDay: () => 0,
    sourceSystem: () => null,
    ...parts,
  });
  return addresses.map((written) => {
    const address = parseIpv4(written);
    const at = address.ok ? address.value : 0;
    // A question by ARP, then a packet.
    const [asked, sent] = [-1, 6].map((protocol) => dispatcher.find(at, 1, protocol)?.linkAddressAt(at));
    expect(asked).toBe(sent);
    return sent;
  });
}

it('gives each host of a vendor an address of its own, the same after each start and whoever asks', () => {
  const text =
    'create a\nset a ethernet "dell"\ncreate b\nbind 10.0.0.16/28 a\nbind 10.0.0.1 a\nbind 10.0.0.3 b\n';
  const hosts = ['10.0.0.1', ...Array.from({ length: 14 }, (_, i) => `10.0.0.${17 + i}`)];
  const macs = macsOf(text, hosts);
  expect(new Set(macs).size).toBe(hosts.length);
  expect(new Set(macs.map((mac) => Math.floor((mac ?? 0) / 2 ** 24)))).toEqual(new Set([0x00065b]));
  expect(macsOf(text, hosts)).toEqual(macs);
  expect(macsOf(text, ['10.0.0.3'])).toEqual([null]);
  // A range, bindings one by one, and another configuration beside them change nothing.
  const alone = `create z\ncreate a\nset a ethernet "dell"\n${hosts.map((host) => `bind ${host} a\n`).join('')}`;
  expect(macsOf(alone, hosts)).toEqual(macs);
});

it('gives a dynamic host one address, whichever of its templates answers', () => {
  const text = `create a
set a ethernet "dell"
create b
set b ethernet "cisco"
dynamic d
add d use b if tcp
add d otherwise use a
bind 10.0.0.7 d
`;
  expect(Math.floor((macsOf(text, ['10.0.0.7'])[0] ?? 0) / 2 ** 24)).toBe(0x00000c);
});

it('gives hosts of a vendor that nobody knows locally administered addresses', () => {
  const [first, second] = macsOf('create a\nset a ethernet "hq"\nbind 10.0.0.1 a\nbind 10.0.0.2 a\n', [
    '10.0.0.1',
    '10.0.0.2',
  ]);
  expect(first).not.toBe(second);
  expect(Math.floor((first ?? 0) / 2 ** 24)).toBe(0x020000);
});
