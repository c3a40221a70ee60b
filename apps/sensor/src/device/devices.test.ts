import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StackObserver, silentObserver } from '@wormwood/netstack';
import { describe, expect, it } from 'vitest';
import { missingForNamespaces, namespacePair, outputOf } from '../namespace-test-support.ts';
import { componentsOf, startSensor } from '../sensor-test-support.ts';
import { Sensor } from '../sensor.ts';
import { CaptureDevice } from './capture-device.ts';
import { openDevice, parseDevice } from './open-device.ts';
import { PacketRing } from './packet-ring.ts';
import { TunDevice } from './tun-device.ts';

const CONFIGURATION = `
create server
set server default tcp action reset
set server default udp action reset
add server tcp port 80 open
bind 10.3.0.5 server
`;

describe('the words of a device', () => {
  it.each([
    ['packet:eth0', { kind: 'packet', name: 'eth0' }],
    ['tun:ww0', { kind: 'tun', name: 'ww0' }],
    ['pcap:a b/c.pcap', { kind: 'pcap', path: 'a b/c.pcap' }],
    ['memory', { kind: 'memory' }],
    ['packet:', undefined],
    ['packet:a/b', undefined],
    ['packet:abcdefghijklmnop', undefined],
    ['eth0', undefined],
  ])('%s', (text, words) => {
    expect(parseDevice(text)).toEqual(words);
  });

  it('that name nothing are reported in a sentence', () => {
    expect(openDevice({ kind: 'pcap', path: '/nowhere' })).toEqual({
      ok: false,
      reason: 'missing',
      sentence: 'Cannot read /nowhere: there is no such file.',
    });
  });
});

const missing = missingForNamespaces('ping', 'curl', 'tcpdump', 'nmap');

describe.skipIf(missing !== null)('a packet ring', () => {
  it('goes round many times, with frames short and as long as the interface takes', async () => {
    const pair = namespacePair('10.9.8.2/24', ['10.3.0.0/16']);
    // 496 slots each way.
    const device = pair.inDaemon(
      () =>
        new PacketRing({ interfaceName: pair.interfaceName, receiveBytes: 1 << 20, transmitBytes: 1 << 20 }),
    );
    const sensor = new Sensor(componentsOf(CONFIGURATION, { device, linkAddress: pair.linkAddress }));
    const ended = sensor.run();
    try {
      for (const size of ['0', '1472', '8000']) {
        // `ping` compares each octet that comes back.
        const { stdout } = await pair.client(
          'ping',
          '-q',
          '-f',
          '-c',
          '3000',
          '-s',
          size,
          '-w',
          '20',
          '10.3.0.5',
        );
        expect(stdout).toContain('3000 packets transmitted, 3000 received');
        expect(stdout).not.toContain('wrong');
      }
    } finally {
      sensor.close();
      await ended;
      pair.remove();
    }
  });
});

describe.skipIf(missing !== null)('a TUN device', () => {
  it('joins virtual hosts to the kernel of its namespace', async () => {
    const pair = namespacePair('10.9.8.2/24', []);
    try {
      const device = pair.inDaemon(() => new TunDevice('ww0'));
      for (const words of [
        'link set ww0 up',
        'address add 10.4.0.1/32 dev ww0',
        'route add 10.3.0.0/16 dev ww0',
      ]) {
        execFileSync('ip', ['-n', pair.daemonName, ...words.split(' ')]);
      }
      const sensor = new Sensor(componentsOf(CONFIGURATION, { device }));
      const ended = sensor.run();
      const here = (...words: readonly string[]) =>
        outputOf(spawn('ip', ['netns', 'exec', pair.daemonName, ...words]));
      expect((await here('ping', '-c', '3', '-i', '0.05', '-w', '5', '10.3.0.5')).stdout).toContain(
        '3 received',
      );
      const scan = await here('nmap', '-n', '-Pn', '-sS', '-p', '80,81', '10.3.0.5');
      expect(scan.stdout).toMatch(/80\/tcp +open[^]*81\/tcp +closed/);
      sensor.close();
      await ended;
    } finally {
      pair.remove();
    }
  });
});

describe.skipIf(missing !== null)('a capture played again', () => {
  it('shows a sensor what the sensor on the wire saw, at the times when it saw it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wormwood-capture-'));
    const pair = namespacePair('10.9.8.2/24', ['10.3.0.0/16']);
    try {
      const file = join(directory, 'seen.pcap');
      const live = recorder();
      const running = startSensor(pair, CONFIGURATION, { observer: live.observer });
      // Only what comes in: the capture holds the questions, and the sensor answers anew.
      const tcpdump = pair.start(
        'daemon',
        'tcpdump',
        '--immediate-mode',
        '-U',
        '-i',
        'd0',
        '-Q',
        'in',
        '-w',
        file,
        'ip',
      );
      await new Promise((resolve) => tcpdump.stderr?.once('data', resolve));
      await pair.client('ping', '-c', '3', '-i', '0.1', '-w', '5', '10.3.0.5');
      await pair.client('nmap', '-n', '-Pn', '-sS', '-p', '75-85', '10.3.0.5');
      await new Promise((resolve) => setTimeout(resolve, 200));
      const seconds = Date.now() / 1000;
      tcpdump.kill('SIGINT');
      await outputOf(tcpdump).catch(() => undefined);
      await running.close();

      const again = recorder();
      const device = new CaptureDevice(file);
      const sensor = new Sensor(
        componentsOf(CONFIGURATION, { device, clock: device.clock, observer: again.observer }),
      );
      await sensor.run();
      expect(device.fault).toBeNull();
      expect(live.contacts.length).toBeGreaterThan(13);
      expect(again.contacts.toSorted()).toEqual(live.contacts.toSorted());
      expect(device.sent).toBeGreaterThan(10);
      expect(Math.abs(device.clock.nowSeconds() - seconds)).toBeLessThan(10);
    } finally {
      pair.remove();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

/** Writes down contacts; whether a connection came about depends on the answers, which are not in a capture. */
function recorder(): { readonly observer: StackObserver; readonly contacts: string[] } {
  const contacts: string[] = [];
  return {
    contacts,
    observer: {
      ...silentObserver,
      tcpProbe: ({ remotePort, localPort }, flags) => {
        if ((flags & 2) !== 0) contacts.push(`tcp ${remotePort} ${localPort} ${flags}`);
      },
      icmp: (_source, _destination, type, code, lengthBytes) =>
        contacts.push(`icmp ${type} ${code} ${lengthBytes}`),
    },
  };
}
