/** IPv6 against the kernel: it finds the sensor by neighbor discovery, and pings it. */
import { describe, expect, it } from 'vitest';
import { startDaemon } from './daemon-test-support.ts';
import { ipv6Directory, parseIpv6Prefix } from './ipv6-prefixes.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('ping');

describe.skipIf(missing !== null)('on the wire', () => {
  it('a prefix is found and answers pings; others are not', async () => {
    const daemon = await startDaemon('create host\nbind 10.3.0.5 host\n', ['--ipv6', '2001:db8::/64']);
    try {
      await daemon.pair.client('sysctl', '-qw', 'net.ipv6.conf.c0.disable_ipv6=0');
      await daemon.pair.client('ip', '-6', 'address', 'add', '2001:db8::1/48', 'dev', 'c0', 'nodad');
      for (const host of ['2001:db8::5', '2001:db8::1234:5678']) {
        const { stdout } = await daemon.pair.client('ping', '-6', '-c', '2', '-i', '0.2', '-w', '10', host);
        expect(stdout).toContain('2 received');
        const neighbor = await daemon.pair.client('ip', '-6', 'neighbor', 'show', host);
        expect(neighbor.stdout).toMatch(/lladdr [0-9a-f:]{17}/);
      }
      const { stdout } = await daemon.pair.client('ping', '-6', '-c', '1', '-w', '3', '2001:db8:0:1::5');
      expect(stdout).toContain('0 received');
    } finally {
      await daemon.remove();
    }
  }, 30_000);
});

describe('prefixes', () => {
  it('hold their addresses and no others', () => {
    const prefix = parseIpv6Prefix('2001:db8:0:4::/62');
    if (!prefix.ok) throw new Error(prefix.reason);
    const directory = ipv6Directory([prefix.value]);
    const { first } = prefix.value;
    const size = 1n << 66n;
    expect(
      [first - 1n, first, first + size - 1n, first + size].map((address) => directory.find(address) !== null),
    ).toEqual([false, true, true, false]);
  });

  it.each([
    ['2001:db8::1/64', 'did you mean 2001:db8::/64?'],
    ['2001:db8::/129', 'from 0 to 128'],
    ['2001:db8::/64/3', 'prefix length'],
    ['10.0.0.0/8', ''],
  ])('refuses %s', (text, reason) => {
    const prefix = parseIpv6Prefix(text);
    expect(prefix.ok ? 'accepted' : prefix.reason).toContain(reason);
    expect(prefix.ok).toBe(false);
  });
});
