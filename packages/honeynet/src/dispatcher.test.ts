import { AddressSet } from '@wormwood/base';
import { ipProtocol } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { Dispatcher } from './dispatcher.ts';
import { dispatcherOf, honeynetOf, ip } from './honeynet-test-support.ts';
import { VirtualHost } from './virtual-host.ts';

const SOURCE = ip('192.0.2.1');

interface World {
  readonly minute?: number;
  readonly system?: string;
}

function dispatcher(text: string, { minute = 0, system }: World = {}): Dispatcher {
  return dispatcherOf(honeynetOf(text), {
    claimed: AddressSet.fromCidrs([{ address: ip('10.9.0.0'), prefixLength: 16 }]),
    minuteOfDay: () => minute,
    sourceSystem: () => system ?? null,
  });
}

const tcpAt = (hosts: Dispatcher, address: string, port = 80, source = SOURCE) =>
  hosts.find(ip(address), source, ipProtocol.tcp)?.tcpPort(port);

describe('Dispatcher', () => {
  it('B2: the default template answers for what is claimed and unbound, closed UDP ports included', () => {
    const hosts = dispatcher('create default\nset default default tcp action closed\n');
    expect(hosts.find(ip('10.9.1.1'), SOURCE, ipProtocol.udp)?.udpPort(9)).toBe('closed');
    expect(tcpAt(hosts, '10.9.1.1')).toBe('closed');
    expect(hosts.find(ip('10.8.1.1'), SOURCE, ipProtocol.udp)).toBeNull();
  });

  it('names the template of a host, whatever was bound, and however alike two templates are', () => {
    const hosts = dispatcher(`create web
create db
create dell
set dell ethernet "dell"
bind 10.3.0.0/25 web
bind 10.3.1.1 web
bind 10.3.1.2 db
bind 10.3.1.3 dell
bind 2001:db8:3::/64 web
bind 2001:db8:4::/64 db
`);
    const addresses = ['10.3.0.7', '10.3.1.1', '10.3.1.2', '10.3.1.3'].map(ip);
    const found = [...addresses, (0x2001_0db8_0003n << 80n) | 9n, (0x2001_0db8_0004n << 80n) | 9n].map(
      (address) => {
        const host = hosts.find(address, SOURCE, ipProtocol.tcp);
        return host instanceof VirtualHost ? host.template.name : null;
      },
    );
    expect(found).toEqual(['web', 'web', 'db', 'dell', 'web', 'db']);
  });

  it('says which open ports are tarpits', () => {
    const hosts = dispatcher(
      'create a\nadd a tcp port 25 tarpit open\nadd a tcp port 80 tarpit "echo"\nadd a tcp port 81 "echo"\nbind 10.3.0.1 a\n',
    );
    expect([25, 80, 81].map((port) => tcpAt(hosts, '10.3.0.1', port))).toEqual(['tarpit', 'tarpit', 'open']);
  });

  it('changes the behavior of a personality as its annotations say', () => {
    const hosts = dispatcher(`annotate "Linux 2.4.20" fragment old
annotate "Linux 2.4.20" fragment new
annotate "Linux 2.4.20" no finscan
annotate "FreeBSD 4.6" fragment drop
annotate "FreeBSD 4.6" finscan
create a
set a personality "Linux 2.4.20"
create b
set b personality "FreeBSD 4.6"
create c
bind 10.3.0.1 a
bind 10.3.0.2 b
bind 10.3.0.3 c
`);
    const behaviors = ['10.3.0.1', '10.3.0.2', '10.3.0.3'].map((address) => {
      const behavior = hosts.find(ip(address), SOURCE, ipProtocol.tcp)?.behavior;
      return [behavior?.fragments, behavior?.tcp.answersFinToListener];
    });
    expect(behaviors).toEqual([
      ['new', true],
      ['drop', false],
      ['discard', false],
    ]);
  });

  it('shares one virtual host among 65,536 bindings of one template', () => {
    const hosts = dispatcher('create a\nbind 10.3.0.0/16 a\nbind 10.4.0.1 a\n');
    const find = (address: string) => hosts.find(ip(address), SOURCE, ipProtocol.tcp);
    expect(find('10.3.255.254')).toBe(find('10.4.0.1'));
  });

  const DYNAMIC = `create day
add day tcp port 80 open
create night
set night default tcp action filtered
create linux
set linux default tcp action closed
dynamic both
add both use linux if source os = "linux"
add both use night if source ip = 198.51.100.0/24
add both use day if time between 11:00pm - 6:00am
add both otherwise use night
bind 10.3.0.1 both
`;

  it('takes the first rule that holds, by system, source, time of day over midnight', () => {
    expect(tcpAt(dispatcher(DYNAMIC, { system: 'Linux 2.6' }), '10.3.0.1')).toBe('closed');
    expect(tcpAt(dispatcher(DYNAMIC), '10.3.0.1', 80, ip('198.51.100.7'))).toBe('filtered');
    const at = (minute: number) => tcpAt(dispatcher(DYNAMIC, { minute }), '10.3.0.1');
    expect([0, 359, 360, 1379, 1380].map(at)).toEqual(['open', 'open', 'filtered', 'filtered', 'open']);
  });

  it('takes the first rule of all when none holds', () => {
    const hosts = dispatcher(
      'create a\nset a default tcp action closed\ncreate b\ndynamic d\nadd d use a if udp\nadd d use b if icmp\nbind 10.3.0.1 d\n',
    );
    expect(tcpAt(hosts, '10.3.0.1')).toBe('closed');
  });

  it('loses the stated fractions of packets and of SYN segments', () => {
    const hosts = dispatcher(
      'create all\nset all droprate in 30\ncreate first\nset first droprate syn 20\nbind 10.3.0.1 all\nbind 10.3.0.2 first\n',
    );
    const packets = 20_000;
    const lost = { packets: 0, syns: 0, datagrams: 0 };
    for (let i = 0; i < packets; i++) {
      if (hosts.find(ip('10.3.0.1'), SOURCE, ipProtocol.udp)?.losesPacket?.() === true) lost.packets++;
      if (tcpAt(hosts, '10.3.0.2') === 'filtered') lost.syns++;
      if (hosts.find(ip('10.3.0.2'), SOURCE, ipProtocol.udp)?.losesPacket?.() !== false) lost.datagrams++;
    }
    // Four standard errors of a binomial fraction.
    const near = (fraction: number) => 4 * Math.sqrt((fraction * (1 - fraction)) / packets);
    expect(Math.abs(lost.packets / packets - 0.3)).toBeLessThan(near(0.3));
    expect(Math.abs(lost.syns / packets - 0.2)).toBeLessThan(near(0.2));
    expect(lost.datagrams).toBe(0);
  });

  it('shows the uptime of a template by its TCP timestamps, at the pace of its system', () => {
    const hosts = dispatcher('create a\nset a uptime 1000\nbind 10.3.0.1 a\nbind 10.3.0.2 a\n');
    const behavior = hosts.find(ip('10.3.0.1'), SOURCE, ipProtocol.tcp)?.behavior;
    // The plain behavior ticks 1,000 times a second.
    expect(behavior?.timestampOffset(ip('10.3.0.1'), SOURCE)).toBe(0);
    expect(behavior?.timestampValue(0, 50)).toBe(1_000_000);
    expect(behavior?.timestampValue(0, 60)).toBe(1_010_000);
  });
});
