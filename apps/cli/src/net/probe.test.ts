// `net probe` as users and programs see it.
import { describe, expect, it } from 'vitest';
import { wormwood } from '../spawn-test-support.ts';
import { withConfiguration } from './net-test-support.ts';

const CONFIGURATION = `create web
set web personality "Linux 6.18"
set web ethernet "dell"
set web default tcp action closed
add web tcp port 80 open
bind 10.1.0.5 web
create default
set default default tcp action block
`;

describe('net probe', () => {
  it('shows the views of a client, of p0f and of nmap', () =>
    withConfiguration(CONFIGURATION, async (path) => {
      const { code, stdout, stderr } = await wormwood(['net', 'probe', path, '10.1.0.5']);
      expect([code, stderr]).toEqual([0, '']);
      const lines = stdout.split('\n');
      expect(lines[0]).toBe('10.1.0.5, template "web", personality "Linux 6.18", as 192.0.2.99 sees it');
      expect(stdout).toMatch(/^link +answers ARP with 00:06:5b:[0-9a-f:]+, Dell/m);
      expect(stdout).toMatch(/^tcp +80 open; all others closed$/m);
      expect(stdout).toMatch(
        /^client +is answered at tcp\/80: TTL 64, window 65160, window scale 10, MSS 1460$/m,
      );
      expect(stdout).toContain('4:64+0:0:1460:mss*45,10:mss,sok,ts,nop,ws:df:0');
      expect(stdout).toMatch(/^ +100% Linux 6\.18 \(as configured\)$/m);
    }));

  it('is one object for programs, the same for the same seed', () =>
    withConfiguration(CONFIGURATION, async (path) => {
      const ask = async (): Promise<string> =>
        (await wormwood(['net', 'probe', path, '10.1.0.5', '--json', '--seed', '3'])).stdout;
      const first = await ask();
      expect(JSON.parse(first)).toMatchObject({
        address: '10.1.0.5',
        from: '192.0.2.99',
        template: 'web',
        link: { answersArp: true, vendor: 'Dell' },
        ping: { timeToLive: 64 },
        ports: [{ protocol: 'tcp', port: 80, state: 'open' }],
        others: { tcp: 'closed', udp: 'closed' },
        client: { port: 80, window: 65_160, clock: null },
        nmap: { openPort: 80, unmet: [] },
      });
      expect(await ask()).toBe(first);
    }));

  it('of an address that is not bound shows the default template', () =>
    withConfiguration(CONFIGURATION, async (path) => {
      const { stdout } = await wormwood(['net', 'probe', path, '10.9.9.9']);
      expect(stdout).toMatch(/^tcp +all ports silent$/m);
      expect(stdout).toMatch(/^client +finds no open port$/m);
    }));
});
