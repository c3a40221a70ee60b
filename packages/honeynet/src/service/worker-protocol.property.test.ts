import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatFrame, FrameReader, type WorkerFrame } from './worker-protocol.ts';

const frames = fc.array(
  fc.record({
    type: fc.constantFrom('D', 'E', 'R', 'M'),
    connection: fc.nat({ max: 2 ** 32 - 1 }),
    payload: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 10 },
) as fc.Arbitrary<WorkerFrame[]>;

it('frames come back as they were, however the octets are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat({ max: 30 })), (sent, cuts) => {
      const octets = Uint8Array.from(sent.flatMap((frame) => [...formatFrame(frame)]));
      const reader = new FrameReader();
      const received: WorkerFrame[] = [];
      let at = 0;
      for (const size of cuts) received.push(...reader.take(octets.subarray(at, (at += size))));
      received.push(...reader.take(octets.subarray(at)));
      expect(received).toEqual(sent);
      expect(reader.fault).toBeNull();
    }),
  );
});

it('any octets are frames or a fault in a sentence', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      const reader = new FrameReader();
      for (const { type } of reader.take(octets)) expect('DERM').toContain(type);
      if (reader.fault !== null) expect(reader.take(octets)).toEqual([]);
    }),
  );
});
