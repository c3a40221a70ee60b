// Virtual hosts that come to their address by DHCP, against dnsmasq and the kernel.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStreams } from '@wormwood/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkAddresses } from './link/link-addresses.ts';
import { missingForNamespaces, type NamespacePair, namespacePair } from './namespace-test-support.ts';
import { type RunningSensor, startSensor } from './sensor-test-support.ts';

const missing = missingForNamespaces('ping', 'dnsmasq');

describe.skipIf(missing !== null)('hosts that ask for their address', () => {
  const CONFIGURATION = `
create windows
set windows default tcp action reset
dhcp windows on d0 ethernet "00:11:22:33:44:55"
dhcp windows on d0 ethernet "00:11:22:33:44:66"
`;
  let pair: NamespacePair;
  let server: ChildProcess;
  let directory: string;
  let running: RunningSensor;

  /** Address by Ethernet address, as the server has written it down. */
  const leases = (): ReadonlyMap<string, string> => {
    const rows = readFileSync(join(directory, 'leases'), 'utf8').trim().split('\n');
    return new Map(rows.map((row) => row.split(' ')).map(([, link = '', address = '']) => [link, address]));
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'wormwood-dhcp-'));
    pair = namespacePair('10.9.8.1/24', []);
    server = pair.start(
      'client',
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--port=0',
      '--user=root',
      '--interface=c0',
      '--bind-interfaces',
      '--no-ping',
      '--dhcp-authoritative',
      '--dhcp-range=10.9.8.100,10.9.8.120,2m',
      `--dhcp-leasefile=${join(directory, 'leases')}`,
      `--pid-file=${join(directory, 'pid')}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    running = startSensor(pair, CONFIGURATION, { linkAddressesOf: linkAddresses(randomStreams('1')) });
  });

  afterAll(async () => {
    await running.close();
    server.kill();
    pair.remove();
    rmSync(directory, { recursive: true });
  });

  it('get one each from dnsmasq, answer at it, and give it back', { timeout: 60_000 }, async () => {
    // RFC 2131 4.4.1 has each wait up to ten seconds before it speaks.
    await expect.poll(() => leases().size, { timeout: 40_000, interval: 200 }).toBe(2);
    const addresses = leases();
    expect([...addresses.keys()].toSorted()).toEqual(['00:11:22:33:44:55', '00:11:22:33:44:66']);
    for (const [link, address] of addresses) {
      const answered = await pair.client('ping', '-c', '3', '-i', '0.05', '-w', '5', address);
      expect(answered.stdout).toMatch(/[1-9][0-9]* received, 0% packet loss/);
      const neighbor = await pair.client('ip', 'neighbor', 'show', address);
      expect(neighbor.stdout).toContain(link);
    }
    await running.close();
    await expect.poll(() => readFileSync(join(directory, 'leases'), 'utf8'), { timeout: 5000 }).toBe('');
  });
});
