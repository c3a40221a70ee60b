/**
 * A program on the kernel's TCP in a tarpit: what it sends stays with it, octets a minute, and it is not let go.
 * `WORMWOOD_TARPIT_SECONDS=600` watches longer.
 */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { eventsOf, startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces, outputOf } from './namespace-test-support.ts';

const missing = missingForNamespaces('ss');
const SECONDS = Number(process.env['WORMWOOD_TARPIT_SECONDS'] ?? 7);
const WINDOW_BYTES = 4;
const SECONDS_PER_WINDOW = 10;
/** Says where it has got every second: what it wants to send is a request and more than any socket buffer. */
const CLIENT = `
const socket = require('node:net').connect(Number(process.argv[1]), '10.3.0.5');
let got = 0;
socket.on('connect', () => { console.log('connected'); socket.write('GET / HTTP/1.0\\r\\n\\r\\n' + 'x'.repeat(1 << 22)); });
socket.on('data', (octets) => { got += octets.length; });
socket.on('error', (error) => console.log(error.code));
socket.on('end', () => console.log('ended'));
setTimeout(() => { console.log('got ' + got); socket.resetAndDestroy(); }, ${SECONDS * 1000});
`;
const CONFIGURATION = `
create host
set host default tcp action reset
add host tcp port 25 tarpit open
add host tcp port 80 tarpit "./banner.sh"
bind 10.3.0.5 host
`;

it.skipIf(missing !== null)(
  'a client of the kernel stays in it, and its octets come through at the rate of the windows',
  async () => {
    const daemon = await startDaemon(CONFIGURATION, [], {
      'banner.sh': '#!/bin/sh\necho "220 a long and friendly welcome to everybody"\nexec cat >/dev/null\n',
    });
    const { pair } = daemon;
    try {
      const clients = [25, 80].map((port) =>
        outputOf(pair.start('client', process.execPath, '-e', CLIENT, String(port))),
      );
      await new Promise((resolve) => setTimeout(resolve, (SECONDS - 3) * 1000));
      const sockets = execFileSync('ip', ['netns', 'exec', pair.clientName, 'ss', '-tnio'], {
        encoding: 'utf8',
      });
      // Both stand, with a timer that probes a closed window or waits for a small one.
      expect(sockets.match(/ESTAB/g)).toHaveLength(2);
      expect(sockets).toMatch(/timer:\(persist/);
      const [open, banner] = await Promise.all(clients);
      expect(open?.stdout).toBe('connected\ngot 0\n');
      const answered = Number(/^connected\ngot (\d+)\n$/.exec(banner?.stdout ?? '')?.[1]);
      // An octet a second of the answer.
      expect(answered).toBeGreaterThanOrEqual(1);
      expect(answered).toBeLessThanOrEqual(SECONDS + 1);
      const closed = () => eventsOf(daemon).filter(({ event }) => event === 'flow.close');
      await expect.poll(() => closed().length).toBe(2);
      for (const { received_bytes: received } of closed()) {
        expect(received).toBeGreaterThan(0);
        // The first and the last window may stand at either end of ten seconds.
        expect(received).toBeLessThanOrEqual(WINDOW_BYTES * (2 + (SECONDS + 1) / SECONDS_PER_WINDOW));
      }
    } finally {
      await daemon.remove();
    }
  },
  SECONDS * 1000 + 60_000,
);
