// IPv6 prefixes in a configuration, who answers there, and what is said about it.
import { AddressSet, randomStreams } from '@wormwood/base';
import { plainBehavior } from '@wormwood/netstack';
import { formatIpv6, ipProtocol, isInIpv6Prefix, parseIpv6, parseIpv6Prefix } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ethernetAddresses } from './config/ethernet-address.ts';
import { findingsOf } from './config/findings.ts';
import { parseHoneydConfiguration } from './config/honeyd-parser.ts';
import { Dispatcher } from './dispatcher.ts';
import { explainAddress } from './explain.ts';
import { explanationInWords } from './explain-words.ts';
import { Ipv6Table } from './ipv6-table.ts';
import type { Honeynet } from './model.ts';
import { VirtualHost } from './virtual-host.ts';

const ip = (text: string): bigint => {
  const parsed = parseIpv6(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const prefix = (text: string) => {
  const parsed = parseIpv6Prefix(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const read = (text: string) =>
  parseHoneydConfiguration({ text, file: 'honeyd.conf', readInclude: () => ({ ok: false, reason: '' }) });

const TEXT = `
create web
set web default tcp action reset
add web tcp port 80 open
create link-wide
set link-wide default icmp action block
create default
bind 2001:db8:1::/64 link-wide
bind 2001:DB8:1:0::5 web
add 2001:db8:1::5 tcp port 443 open
`;

function dispatcher(honeynet: Honeynet): Dispatcher {
  return new Dispatcher({
    honeynet,
    claimed: AddressSet.fromRanges([]),
    claimedIpv6: [prefix('2001:db8:9::/48')],
    services: { tcp: () => null, udp: () => undefined },
    stream: randomStreams('1').stream('test'),
    behaviorOf: () => plainBehavior(new Uint8Array(16)),
    linkAddressesOf: () => null,
    minuteOfDay: () => 0,
    sourceSystem: () => null,
  });
}

const nameAt = (honeynet: Honeynet, address: string): string | null => {
  const host = dispatcher(honeynet).find(ip(address), ip('2001:db8:f::1'), ipProtocol.tcp);
  return host instanceof VirtualHost ? host.template.name : null;
};

describe('bindings', () => {
  const { honeynet, diagnostics } = read(TEXT);

  it('are read, and the longest prefix answers', () => {
    expect(diagnostics).toEqual([]);
    const names = ['2001:db8:1::5', '2001:db8:1::6', '2001:db8:1:1::6', '2001:db8:9:7::6'];
    expect(names.map((name) => nameAt(honeynet, name))).toEqual(['web', 'link-wide', null, 'default']);
    // The first address is the routers'.
    expect(nameAt(honeynet, '2001:db8:1::')).toBeNull();
    expect(nameAt({ ...honeynet, answersEdges: true }, '2001:db8:1::')).toBe('link-wide');
  });

  it('are changed by their name, in whichever spelling', () => {
    const host = dispatcher(honeynet).find(ip('2001:db8:1::5'), 1n, ipProtocol.tcp);
    expect([80, 443, 25].map((port) => host?.tcpPort(port))).toEqual(['open', 'open', 'closed']);
  });

  it.each([
    ['bind 2001:db8:::5 default', 'bad-address', 'eight hexadecimal groups'],
    ['bind 2001:db8::5/64 default', 'bad-address', 'did you mean 2001:db8::/64?'],
    ['bind ff02::1 default', 'address-of-nobody', 'No host can have'],
    ['bind ::/0 default', 'address-of-nobody', 'No host can have'],
    ['bind 2001:db8::5 default\nbind 2001:db8:0::5 default', 'bound-twice', 'bound already'],
    ['bind 2001:db8::5 defualt', 'unknown-template', 'No template is called'],
    ['set 2001:db8::5 default tcp action open', 'unknown-template', 'No template is bound to 2001:db8::5'],
  ])('%j is refused', (line, code, message) => {
    const [found] = read(`create default\n${line}\n`).diagnostics;
    expect(found).toMatchObject({ code, severity: 'error' });
    expect(`${found?.message} ${found?.help}`).toContain(message);
  });

  it('lie beside a topology, which is noted', () => {
    const text = `create default\nroute entry 10.0.0.1 network 10.0.0.0/8\nbind 2001:db8::/64 default\n`;
    const codes = findingsOf(read(text).honeynet).map(({ code }) => code);
    expect(codes).toContain('ipv6-beside-topology');
  });
});

it('the table finds the longest of prefixes that cover an address', () => {
  const bits = fc.bigInt({ min: 0n, max: 255n });
  const prefixes = fc.array(
    fc.record({ value: bits, length: fc.integer({ min: 120, max: 128 }) }).map(({ value, length }) => {
      const shift = BigInt(128 - length);
      return { first: (value >> shift) << shift, length };
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(prefixes, bits, (all, address) => {
      const distinct = all.filter(
        (each, i) => all.findIndex((one) => one.first === each.first && one.length === each.length) === i,
      );
      const covering = distinct.filter((each) => isInIpv6Prefix(each, address));
      const longest = covering.toSorted((a, b) => b.length - a.length)[0];
      expect(distinct[new Ipv6Table(distinct).find(address)]).toEqual(longest);
    }),
  );
});

it('an address that is made of an Ethernet address shows it (RFC 4291, appendix A)', () => {
  const addresses = ethernetAddresses('dell', [{ prefix: 0x00065b, name: 'Dell' }], [1, 2]);
  // The example of RFC 4291: 34-56-78-9A-BC-DE, as a global address.
  expect(addresses(ip('2001:db8::3656:78ff:fe9a:bcde'))).toBe(0x3456_789a_bcde);
  expect(Math.floor(addresses(ip('2001:db8::5')) / 2 ** 24)).toBe(0x00065b);
});

describe('what would be answered', () => {
  const { honeynet } = read(TEXT);
  const words = (address: string, protocol: 'tcp' | 'icmp' = 'tcp'): string => {
    const question = { address: ip(address), protocol, port: protocol === 'tcp' ? 80 : null, source: null };
    const explanation = explainAddress(honeynet, question);
    return explanationInWords(explanation, formatIpv6(question.address), protocol).join('\n');
  };

  it('is explained for a host, a prefix, its first address and others', () => {
    expect(words('2001:db8:1::5')).toContain('It has a binding of its own.');
    expect(words('2001:db8:1::5')).toContain('is open');
    expect(words('2001:db8:1::77', 'icmp')).toContain('It is bound as part of 2001:db8:1::/64.');
    expect(words('2001:db8:1::77', 'icmp')).toContain('answers no echo request');
    expect(words('2001:db8:1::')).toContain('its routers have');
    expect(words('2001:db8:2::1')).toContain('the default template answers, if the sensor answers');
    expect(words('ff02::1')).toContain('no host can have');
  });
});
