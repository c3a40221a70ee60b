/** IPv6 against the kernel: it finds virtual hosts by neighbor discovery, and speaks with them. */
import { describe, expect, it } from 'vitest';
import { startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('ping', 'curl');

const CONFIGURATION = `
create host
set host default tcp action reset
set host default icmp action open
add host tcp port 80 internal "http"
add host udp port 7 internal "echo"
create default
set default default tcp action reset
set default default icmp action open
bind 2001:db8::/64 host
bind 2001:db8::99 host
`;

describe.skipIf(missing !== null)('on the wire', () => {
  it('a prefix is found, answers pings and serves pages; others are not', async () => {
    const daemon = await startDaemon(CONFIGURATION, ['--ipv6', '2001:db8:0:7::/64']);
    const client = (program: string, ...options: readonly string[]) =>
      daemon.pair.client(program, ...options);
    try {
      await client('sysctl', '-qw', 'net.ipv6.conf.c0.disable_ipv6=0');
      await client('ip', '-6', 'address', 'add', '2001:db8::1/48', 'dev', 'c0', 'nodad');
      for (const host of ['2001:db8::5', '2001:db8::1234:5678', '2001:db8:0:7::9']) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { stdout } = await client('ping', '-6', '-c', '2', '-i', '0.2', '-w', '10', host);
        expect(stdout).toContain('2 received');
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const neighbor = await client('ip', '-6', 'neighbor', 'show', host);
        expect(neighbor.stdout).toMatch(/lladdr [0-9a-f:]{17}/);
      }
      // In pieces, both ways.
      const large = await client('ping', '-6', '-c', '1', '-s', '4000', '-w', '5', '2001:db8::5');
      expect(large.stdout).toContain('4008 bytes from 2001:db8::5');
      const page = await client('curl', '-sg', '-m', '10', 'http://[2001:db8::77]/');
      expect(page.stdout).toContain('It works');
      const refused = await client('curl', '-sg', '-m', '10', 'http://[2001:db8::77]:81/');
      expect(refused.code).toBe(7);
      // The first address of a prefix is its routers'.
      const unbound = ['2001:db8:0:1::5', '2001:db8::'];
      for (const host of unbound) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { stdout } = await client('ping', '-6', '-c', '1', '-w', '1', host);
        expect(stdout).toContain('0 received');
      }
    } finally {
      await daemon.remove();
    }
  }, 30_000);
});
