import { randomStreams, VirtualClock } from '@wormwood/base';
import { FaultInjector, type LinkDevice, memoryLink } from '@wormwood/netstack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkerHosts } from './marker-hosts.ts';

const PORT = 4444;
const FIRST = 0x0a42_0000;
const HOSTS = 16;

function hostsOn(device: LinkDevice, seed: string, received: (host: number, source: number) => void) {
  return new MarkerHosts({
    device,
    hostAt: (address) => (address >= FIRST && address < FIRST + HOSTS ? address - FIRST : -1),
    port: PORT,
    stream: randomStreams(seed).stream('test'),
    received,
  });
}

describe('MarkerHosts', () => {
  it('takes any octets without a word, and is not infected by them', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (frames) => {
        const [near, far] = memoryLink({ medium: 'ip' });
        const hosts = hostsOn(near, '1', () => expect.unreachable());
        for (const frame of frames) {
          far.transmitBuffer.set(frame, far.reserve());
          far.commit(frame.length);
        }
        far.flush();
        hosts.work(100);
        expect(hosts.counts().markersReceived).toBe(0);
      }),
    );
  });

  it('on a bad link loses probes, and reports no marker that was not sent from there', () => {
    const weather = fc.record({
      loss: fc.double({ min: 0, max: 0.5, noNaN: true }),
      duplication: fc.double({ min: 0, max: 0.5, noNaN: true }),
      corruption: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    const pairs = fc.array(fc.tuple(fc.nat(HOSTS - 1), fc.nat(HOSTS - 1)), { maxLength: 50 });
    fc.assert(
      fc.property(weather, pairs, fc.nat(), (faults, probes, seed) => {
        const clock = new VirtualClock();
        const stream = randomStreams(String(seed)).stream('weather');
        const [near, far] = memoryLink({ medium: 'ip' });
        const device = new FaultInjector({ device: near, stream, clock }, faults);
        const sent = new Set(probes.map(([from, to]) => `${from} ${to}`));
        const hosts = hostsOn(device, String(seed), (host, source) =>
          expect(sent).toContain(`${source - FIRST} ${host}`),
        );
        for (const [from, to] of probes) {
          hosts.probe(FIRST + from, FIRST + to);
          // The far side sends back all it gets: that is how hosts behind one link reach each other.
          for (let moved = 1; moved > 0;) {
            hosts.work(100);
            moved = far.receive(({ bytes, start, end }) => {
              far.transmitBuffer.set(bytes.subarray(start, end), far.reserve());
              far.commit(end - start);
            }, 100);
            far.flush();
          }
        }
        const { markersReceived, markersSent } = hosts.counts();
        if (faults.duplication === 0) expect(markersReceived).toBeLessThanOrEqual(markersSent);
        if (faults.loss === 0 && faults.corruption === 0)
          expect(markersReceived).toBeGreaterThanOrEqual(probes.length);
      }),
    );
  });
});
