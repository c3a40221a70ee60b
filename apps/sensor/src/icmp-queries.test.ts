// ICMP beside echo, asked by nmap: timestamp and address mask requests find the hosts whose systems answer them, and the kernel's ping sees
// the way to a host behind routers vary.
import { expect, it } from 'vitest';
import { startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('nmap', 'ping');

/** Without nmap's database they are our own, and Windows 10 is both. */
const SYSTEMS = ['Linux 6.1', 'Microsoft Windows 10', 'FreeBSD 13', 'Cisco IOS 15 router'];
const CONFIGURATION = `${SYSTEMS.map(
  (name, i) => `
create p${i}
set p${i} personality "${name}"
set p${i} default icmp action open
bind 10.3.0.${i + 1} p${i}`,
).join('\n')}
create far
set far personality "Linux 6.1"
bind 10.3.2.9 far
route entry 10.3.0.254 network 10.3.0.0/16
route 10.3.0.254 link 10.3.0.0/24
route 10.3.0.254 add net 10.3.2.0/24 10.3.2.254 latency 20ms
route 10.3.2.254 link 10.3.2.0/24
`;

it.skipIf(missing !== null)('ICMP beside echo is answered by system, and delays vary by link', async () => {
  const daemon = await startDaemon(CONFIGURATION);
  try {
    const found = async (probe: string): Promise<readonly number[]> => {
      const words = [
        '-n',
        '-sn',
        '--disable-arp-ping',
        '--max-retries',
        '1',
        probe,
        '10.3.0.1-4',
        '-oG',
        '-',
      ];
      const { stdout } = await daemon.pair.client('nmap', ...words);
      return Array.from(stdout.matchAll(/^Host: 10\.3\.0\.(\d+) .*Status: Up/gm), ([, host]) => Number(host));
    };
    expect(await found('-PE')).toEqual([1, 2, 3, 4]);
    expect(await found('-PP')).toEqual([1, 3, 4]);
    expect(await found('-PM')).toEqual([]);
    const { stdout } = await daemon.pair.client('ping', '-n', '-i', '0.02', '-c', '40', '10.3.2.9');
    const times = Array.from(stdout.matchAll(/time=([\d.]+)/g), ([, time]) => Number(time));
    expect(times).toHaveLength(40);
    // Two links of 20 ms.
    expect(Math.min(...times)).toBeGreaterThanOrEqual(40);
    process.stdout.write(
      `round trips of ${Math.min(...times)} to ${Math.max(...times)} ms over two links of 20 ms\n`,
    );
    // Neither constant nor in steps of a timer: ping shows three digits.
    expect(new Set(times).size).toBeGreaterThan(8);
  } finally {
    await daemon.remove();
  }
});
