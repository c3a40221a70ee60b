import { existsSync, readFileSync } from 'node:fs';
import { diagnose } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import {
  COMMON_VENDORS,
  ethernetAddresses,
  ethernetFault,
  type EthernetKey,
  parseMacPrefixes,
} from './ethernet-address.ts';
import { honeynetOf } from '../honeynet-test-support.ts';
import { nearestPersonality, personalityNames, unknownNames } from './known-names.ts';

const DATABASE = `# comment
MatchPoints
SEQ(SP=25%GCD=75)

Fingerprint Linux 2.6.32
Class Linux | Linux | 2.6.X | general purpose
Fingerprint Linux 2.6.32
Fingerprint Linux 2.4.18 - 2.4.35 (likely embedded)
Fingerprint Microsoft Windows XP SP2
Fingerprint Microsoft Windows 2000 SP4
Fingerprint NetBSD 1.6
SEQ(SP=5A-72|87-91%GCD=1)
`;
const KEY: EthernetKey = [5, 6];
const NMAP = '/usr/share/nmap/nmap-mac-prefixes';

describe('personalities', () => {
  it('B8: are read by name, whatever stands in the lines between', () => {
    expect(personalityNames(DATABASE)).toEqual([
      'Linux 2.6.32',
      'Linux 2.4.18 - 2.4.35 (likely embedded)',
      'Microsoft Windows XP SP2',
      'Microsoft Windows 2000 SP4',
      'NetBSD 1.6',
    ]);
  });

  it.each([
    ['Microsoft Windows XP Home Edition SP2', 'Microsoft Windows XP SP2'],
    ['Windows 2000 server SP4', 'Microsoft Windows 2000 SP4'],
    ['Linux Kernel 2.6.32', 'Linux 2.6.32'],
    ['NetBSD 1.6 (alpha)', 'NetBSD 1.6'],
    ['FreeBSD', undefined],
    ['', undefined],
  ])('B9: %j of another database is taken for %j', (name, expected) => {
    expect(nearestPersonality(name, personalityNames(DATABASE))).toBe(expected);
  });
});

describe('the nearest personality', () => {
  it('shares the version rather than the family: numbers count twice', () => {
    expect(nearestPersonality('Linux 2.6', ['Linux kernel', 'Solaris 2.6'])).toBe('Solaris 2.6');
    expect(nearestPersonality('Linux a', ['Linux b', 'Solaris a'])).toBe('Linux b');
  });
});

describe('Ethernet addresses', () => {
  it('are taken as written', () => {
    expect(ethernetAddresses('00:11:22:33:44:5f', [], KEY)(1)).toBe(0x00112233445f);
    expect(ethernetFault('00:11:22:33:44:5f')).toBeNull();
    expect(ethernetFault('01:11:22:33:44:55')).toContain('group');
    expect(ethernetFault('0:0:0:0:0:0')).toContain('no host has it');
  });

  it.each([
    ['dell', 0x00065b],
    ['Cisco', 0x00000c],
    ['hewlett packard', 0x0001e6],
    ['3com', 0x000102],
    // Two low bits: locally administered.
    ['nobody', 0x020000],
    ['   ', 0x020000],
  ])('of %j begin with a prefix of it, are one a host, and other ones with another key', (words, prefix) => {
    const hosts = Array.from({ length: 1000 }, (_, i) => 0x0a00_0000 + i * 4099);
    const of = (key: EthernetKey) => hosts.map(ethernetAddresses(words, COMMON_VENDORS, key));
    expect(new Set(of(KEY).map((address) => Math.floor(address / 2 ** 24)))).toEqual(new Set([prefix]));
    expect(new Set(of(KEY)).size).toBe(hosts.length);
    expect(of(KEY)).toEqual(of(KEY));
    const same = of([8, 9]).filter((address, i) => address === of(KEY)[i]);
    expect(same.length).toBeLessThan(3);
  });

  it('can come from a file of prefixes', () => {
    const vendors = parseMacPrefixes('# a comment\n00000C Cisco Systems\nnonsense\n0001E3 Siemens AG\n');
    expect(vendors).toEqual([
      { prefix: 0x00000c, name: 'Cisco Systems' },
      { prefix: 0x0001e3, name: 'Siemens AG' },
    ]);
  });

  it('of the table agree with the registry as nmap has it', ({ skip }) => {
    if (!existsSync(NMAP) && process.env['WORMWOOD_REQUIRE_ALL'] !== '1') skip('nmap is not installed');
    const registry = new Map(
      parseMacPrefixes(readFileSync(NMAP, 'utf8')).map(({ prefix, name }) => [prefix, name.toLowerCase()]),
    );
    for (const { prefix, name } of COMMON_VENDORS)
      expect(registry.get(prefix)).toContain(name.toLowerCase().split(' ')[0]);
  });
});

it('reports names that stand for nothing, where they stand', () => {
  const text = 'create a\nset a personality "Linux Kernel 2.6.32"\nset a ethernet "dll"\nbind 10.0.0.1 a\n';
  const honeynet = honeynetOf(text);
  const known = { personalities: personalityNames(DATABASE), vendors: [] };
  const diagnostics = diagnose(unknownNames(honeynet, text, known), 't', text);
  expect(
    diagnostics.map(({ severity, code, line, column, help }) => [severity, code, line, column, help]),
  ).toEqual([
    ['warning', 'unknown-personality', 2, 20, 'Its hosts answer as the nearest, "Linux 2.6.32".'],
    [
      'warning',
      'unknown-vendor',
      3,
      17,
      'Its hosts have locally administered addresses. Write a vendor such as dell, or an address such as 00:06:5b:12:34:56.',
    ],
  ]);
  expect(unknownNames(honeynet, text, { personalities: null, vendors: [] })).toHaveLength(1);
});
