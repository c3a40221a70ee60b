// Frames that an interface does not take: the kernel's own veth pair refuses them, and the other end says what arrived.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingForNamespaces, type NamespacePair, namespacePair } from '../namespace-test-support.ts';
import { inNetworkNamespace } from './namespace.ts';
import { PacketRing } from './packet-ring.ts';
import { TunDevice } from './tun-device.ts';

const missing = missingForNamespaces();
const LOCAL_EXPERIMENT = 0x88b5;

describe.skipIf(missing !== null)('a packet ring on a veth pair', () => {
  let pair: NamespacePair;
  let near: PacketRing;
  let far: PacketRing;
  let seen: number[];

  beforeEach(() => {
    pair = namespacePair('10.9.8.2/24', []);
    const linkAddress = pair.linkAddress;
    near = pair.inDaemon(() => new PacketRing({ interfaceName: 'd0', linkAddress, transmitBytes: 1 << 20 }));
    far = inNetworkNamespace(pair.clientName, () => new PacketRing({ interfaceName: 'c0' }));
    seen = [];
  });

  afterEach(() => {
    near.close();
    far.close();
    pair.remove();
  });

  const ip = (name: string, ...words: readonly string[]): void => {
    execFileSync('ip', ['-n', name, 'link', 'set', ...words]);
  };

  /** Queues a frame of so many octets that carries a number. */
  function send(number: number, lengthBytes: number): void {
    const at = near.reserve();
    expect(at).toBeGreaterThanOrEqual(0);
    const bytes = near.transmitBuffer;
    bytes.fill(0xff, at, at + 6);
    bytes.fill(2, at + 6, at + 12);
    new DataView(bytes.buffer).setUint16(at + 12, LOCAL_EXPERIMENT);
    new DataView(bytes.buffer).setUint32(at + 14, number);
    near.commit(lengthBytes);
  }

  /** Reads what has come to the other end. */
  function read(): void {
    far.receive(({ bytes, start }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (view.getUint16(start + 12) === LOCAL_EXPERIMENT) seen.push(view.getUint32(start + 14));
    }, 1 << 20);
  }

  function whatCame(): readonly number[] {
    read();
    return seen;
  }

  async function untilSent(): Promise<void> {
    for (near.flush(); near.hasUnsent; near.flush()) {
      read();
      // oxlint-disable-next-line no-await-in-loop -- as the sensor waits
      await sleep(1);
    }
    read();
  }

  it('drops a frame that is longer than the MTU, counts it, reports it once, and sends the next', async () => {
    for (let i = 0; i < 20; i++) send(i, i % 2 === 0 ? 14 + 1528 : 14 + 1500);
    await untilSent();
    await expect.poll(whatCame).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    expect(near.wire()).toMatchObject({ sent: 10, refused: 10, tooLong: 10 });
    expect(near.look(1)).toEqual([expect.stringMatching(/longer than the MTU of d0/)]);
    send(20, 14 + 1528);
    expect(near.look(2)).toEqual([]);
  });

  it('learns of an MTU that is lowered and raised while frames are sent', async () => {
    send(0, 1500);
    await untilSent();
    ip(pair.clientName, 'c0', 'mtu', '576');
    ip(pair.daemonName, 'd0', 'mtu', '576');
    for (let i = 1; i <= 100; i++) send(i, i % 2 === 0 ? 1500 : 500);
    await untilSent();
    expect(near.mtuBytes).toBe(576);
    await expect.poll(whatCame).toEqual([0, ...Array.from({ length: 50 }, (_, i) => 2 * i + 1)]);
    expect(near.wire()).toMatchObject({ sent: 51, refused: 50, tooLong: 50 });
    expect(near.look(1)[0]).toBe('The MTU of d0 is now 576 octets.');
    ip(pair.clientName, 'c0', 'mtu', '9000');
    ip(pair.daemonName, 'd0', 'mtu', '9000');
    near.look(2);
    // Its slots were made for 1,500.
    expect(near.mtuBytes).toBe(1500);
    send(101, 1514);
    await untilSent();
    await expect.poll(() => whatCame().at(-1)).toBe(101);
  });

  it('passes over frames that only the other end refuses', async () => {
    ip(pair.clientName, 'c0', 'mtu', '576');
    for (let i = 0; i < 400; i++) {
      send(i, i % 2 === 0 ? 1500 : 500);
      // oxlint-disable-next-line no-await-in-loop -- a frame may hold up others no longer than a moment
      if (i % 40 === 39) await untilSent();
    }
    await expect.poll(whatCame).toEqual(Array.from({ length: 200 }, (_, i) => 2 * i + 1));
    expect(near.wire()).toMatchObject({ sent: 200, refused: 200, tooLong: 0 });
    expect(near.look(1)).toEqual([expect.stringMatching(/d0 refused a frame/)]);
  });

  it('says when frames no longer leave, drops what waits, and goes on when they do', async () => {
    near.look(0);
    near.look(1);
    expect(near.wire()).toMatchObject({ state: 'sending', sent: 1 });
    ip(pair.clientName, 'c0', 'down');
    const news: string[] = [];
    for (let second = 2; second < 10; second++) {
      send(second, 100);
      // oxlint-disable-next-line no-await-in-loop -- one second after the other
      await untilSent();
      news.push(...near.look(second));
    }
    expect(near.wire()).toMatchObject({ state: 'stuck', secondsSinceLeft: 8 });
    expect(news).toContainEqual(expect.stringMatching(/^No frame leaves d0/));
    ip(pair.clientName, 'c0', 'up');
    far.close();
    far = inNetworkNamespace(pair.clientName, () => new PacketRing({ interfaceName: 'c0' }));
    // The watchdog alone finds out.
    expect(near.look(10)).toEqual([]);
    expect(near.look(11)).toEqual(['Frames leave d0 again.']);
    expect(near.wire().state).toBe('sending');
    send(99, 100);
    await untilSent();
    await expect.poll(whatCame).toEqual([99]);
  });
});

describe.skipIf(missing !== null)('a TUN device', () => {
  it('drops what its interface refuses, and follows its MTU', () => {
    const pair = namespacePair('10.9.8.2/24', []);
    try {
      const device = pair.inDaemon(() => new TunDevice('ww0'));
      const set = (...words: readonly string[]): void =>
        void execFileSync('ip', ['-n', pair.daemonName, 'link', 'set', 'ww0', ...words]);
      expect(device.mtuBytes).toBe(1500);
      device.transmitBuffer[device.reserve()] = 0x45;
      device.commit(20);
      expect(device.wire()).toMatchObject({ state: 'stuck', sent: 0, refused: 1, tooLong: 0 });
      expect(device.look(1)).toEqual([expect.stringMatching(/ww0 refused a frame \(EIO\)/)]);
      set('mtu', '600', 'up');
      expect(device.look(2)).toEqual(['The MTU of ww0 is now 600 octets.']);
      device.commit(601);
      device.commit(600);
      expect(device.wire()).toMatchObject({ state: 'sending', sent: 1, refused: 2, tooLong: 1 });
      device.close();
    } finally {
      pair.remove();
    }
  });
});
