import { randomStreams } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkDevice } from './device.ts';
import { FaultInjector, type Faults } from './fault-injector.ts';
import { memoryLink } from './memory-link.ts';

function sendFrame(device: LinkDevice, octets: readonly number[]): boolean {
  const offset = device.reserve();
  if (offset < 0) return false;
  device.transmitBuffer.set(octets, offset);
  device.commit(octets.length);
  return true;
}

function receiveAll(device: LinkDevice, budget = 1e6): number[][] {
  const frames: number[][] = [];
  device.receive(({ bytes, start, end }) => frames.push([...bytes.subarray(start, end)]), budget);
  return frames;
}

describe('memory link', () => {
  it('delivers what was flushed, in order, both ways', () => {
    const [left, right] = memoryLink();
    sendFrame(left, [1, 2]);
    sendFrame(left, [3]);
    expect(receiveAll(right)).toEqual([]);
    left.flush();
    expect(right.waiting).toBe(2);
    expect(receiveAll(right, 1)).toEqual([[1, 2]]);
    expect(receiveAll(right)).toEqual([[3]]);
    sendFrame(right, [9]);
    right.flush();
    expect(receiveAll(left)).toEqual([[9]]);
  });

  it('refuses frames while it is full and takes them again afterwards', () => {
    const [left, right] = memoryLink({ slots: 4 });
    expect([1, 2, 3, 4, 5].map((octet) => sendFrame(left, [octet]))).toEqual([true, true, true, true, false]);
    left.flush();
    expect(receiveAll(right)).toEqual([[1], [2], [3], [4]]);
    expect(sendFrame(left, [6])).toBe(true);
  });

  it('keeps order and content over any mixture of sending and receiving', () => {
    const step = fc.oneof(
      fc.constant('receive' as const),
      fc.array(fc.nat(255), { minLength: 1, maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [left, right] = memoryLink({ slots: 5 });
        const sent: number[][] = [];
        const received: number[][] = [];
        for (const action of steps) {
          if (action === 'receive') received.push(...receiveAll(right, 2));
          else if (sendFrame(left, action)) sent.push(action);
          left.flush();
        }
        received.push(...receiveAll(right));
        expect(received).toEqual(sent);
      }),
    );
  });
});

describe('fault injector', () => {
  function storm(faults: Faults, frames: number) {
    let now = 0;
    const [left, right] = memoryLink({ slots: frames });
    const stream = randomStreams('7').stream('test/faults');
    const injector = new FaultInjector({ device: right, stream, clock: { nowSeconds: () => now } }, faults);
    for (let i = 0; i < frames; i++) sendFrame(left, [i >> 8, i & 255, 0, 0]);
    left.flush();
    const received = receiveAll(injector);
    now = 10;
    received.push(...receiveAll(injector));
    return { received, counts: injector.counts };
  }

  it('is no obstacle without faults', () => {
    const { received, counts } = storm({}, 100);
    expect(received.map(([high, low]) => high! * 256 + low!)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(counts).toEqual({ received: 100, lost: 0, duplicated: 0, corrupted: 0, delayed: 0 });
  });

  it('strikes the stated fraction of frames', () => {
    const frames = 10_000;
    const { received, counts } = storm(
      { loss: 0.1, duplication: 0.05, corruption: 0.02, reordering: 0.2 },
      frames,
    );
    expect(received).toHaveLength(frames - counts.lost + counts.duplicated);
    // Four standard errors of a binomial fraction; what is lost can suffer nothing else.
    const near = (count: number, of: number, p: number) =>
      expect(Math.abs(count - of * p)).toBeLessThan(4 * Math.sqrt(of * p * (1 - p)));
    near(counts.lost, frames, 0.1);
    near(counts.corrupted, frames - counts.lost, 0.02);
    near(counts.duplicated, frames - counts.lost, 0.05);
    near(counts.delayed, frames - counts.lost, 0.2);
  });

  it('turns over exactly one bit of a damaged frame', () => {
    const { received } = storm({ corruption: 1 }, 200);
    const bits = received.map((frame, i) => {
      const expected = [i >> 8, i & 255, 0, 0];
      return frame.reduce(
        (sum, octet, at) => sum + ((octet ^ expected[at]!).toString(2).match(/1/g)?.length ?? 0),
        0,
      );
    });
    expect(new Set(bits)).toEqual(new Set([1]));
  });

  it('does the same again from the same seed', () => {
    const faults = { loss: 0.3, duplication: 0.3, corruption: 0.3, reordering: 0.3 };
    expect(storm(faults, 500)).toEqual(storm(faults, 500));
  });
});
