// A kernel scans the honeynet from an address on the link and, as the router, in the name of one beyond it. Events and the sensor's
// own capture prove both alike, and a neighbor's handshakes in the name of others by neither.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, type RunningDaemon, startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('curl');
const capturePath = join(tmpdir(), `wormwood-proof-${process.pid}.pcapng`);

const CONFIGURATION = `create default
set default default tcp action open
`;
/** The client, which is the router, too. */
const ROUTER = '10.9.8.2';
const FAR = '203.0.113.5';
/** Of the link, but nobody answers for it. */
const NOBODY = '10.9.8.77';

interface JudgedSource {
  readonly source: string;
  readonly unforgeable: boolean;
  readonly linkAddress: string | null;
}

describe.skipIf(missing !== null)('what net up proves', () => {
  let daemon: RunningDaemon;
  let clientMac: string;

  beforeAll(async () => {
    const link = ['--link-net', '10.9.8.0/24', '--router', ROUTER, '--pcap', capturePath];
    daemon = await startDaemon(CONFIGURATION, ['--net', '10.3.0.0/24', ...link]);
    const { pair } = daemon;
    const { stdout } = await pair.client('cat', '/sys/class/net/c0/address');
    clientMac = stdout.trim();
    // It answers ARP for the addresses of its interface alone.
    await pair.client('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/c0/arp_ignore');
    await pair.client('ip', 'address', 'add', `${FAR}/32`, 'dev', 'lo');
    await pair.client('ip', 'address', 'add', `${NOBODY}/32`, 'dev', 'lo');
  });

  afterAll(async () => {
    await daemon?.remove();
    rmSync(capturePath, { force: true });
  });

  /** Connections to twelve dark addresses in the name of `source`. */
  async function scan(source: string): Promise<void> {
    const options = ['--silent', '--max-time', '0.15', '--interface', source, 'http://10.3.0.[1-12]/'];
    await daemon.pair.client('curl', ...options);
  }

  async function detected(...options: readonly string[]): Promise<readonly JudgedSource[]> {
    // Twelve addresses are few for the test against innocent hosts; what is proven is the same by either.
    const words = ['--dark', '10.3.0.0/24', '--test', 'trw', '--json', ...options];
    const { stdout, stderr } = await daemon.run('detect', ...words);
    expect(stderr).toBe('');
    return (JSON.parse(stdout) as { readonly verdicts: readonly JudgedSource[] }).verdicts;
  }

  it('is the same by its events and by its capture', { timeout: 60_000 }, async () => {
    await expect.poll(async () => (await daemon.ask('status')).stdout).toContain(`${ROUTER} is ${clientMac}`);
    for (const source of [ROUTER, FAR, NOBODY]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as they are listed
      await scan(source);
    }
    await expect
      .poll(() => eventsOf(daemon).filter(({ event }) => event === 'flow.proof').length)
      .toBeGreaterThan(0);
    await daemon.stop();
    const proven = eventsOf(daemon).filter(({ src_ip: source }) => source === ROUTER);
    expect(proven.find(({ source_proof: proof }) => proof === 'link')).toMatchObject({ src_mac: clientMac });
    for (const input of [
      ['--events', daemon.file('events.jsonl')],
      ['--pcap', capturePath],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const verdicts = await detected(...input);
      const acting = verdicts.filter(({ unforgeable }) => unforgeable);
      expect(acting, input[0]).toMatchObject([
        { source: ROUTER, linkAddress: clientMac },
        { source: FAR, linkAddress: null },
      ]);
      // It was seen all the same.
      expect(verdicts.map(({ source }) => source)).toContain(NOBODY);
    }
  });
});
