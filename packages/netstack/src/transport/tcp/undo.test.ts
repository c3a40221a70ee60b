// Octets that were late, and were sent again as if they were lost: when the remote side says that all of them came twice (RFC
// 2883), the window is what it was before (RFC 3708).
import type { tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { establishedBench, segmentBytesMax } from '../../stack-test-support.ts';

const INITIAL_SEGMENTS = 10;

function stage() {
  const made = establishedBench({
    synOptions: [{ kind: 'mss', mssBytes: segmentBytesMax() }, { kind: 'sackPermitted' }],
  });
  const { send, receive, service, remote, local } = made;
  const octets = segmentBytesMax();
  const segmentOf = ({ sequenceNumber }: tcp.Repr): number => (sequenceNumber - local) / octets;
  return {
    ...made,
    write: (segments: number) => service!.connection.write(new Uint8Array(segments * octets)),
    /** Numbers of the segments that were sent since it was asked last. */
    sent: () =>
      receive()
        .filter(({ payload }) => payload.length > 0)
        .map(segmentOf),
    /** Acknowledges whole segments, and reports ranges of them. */
    acknowledge: (upTo: number, ...ranges: readonly (readonly [from: number, to: number])[]) =>
      send({
        flags: 'A',
        sequenceNumber: remote,
        acknowledgmentNumber: (local + upTo * octets) >>> 0,
        options: [
          {
            kind: 'sack',
            blocks: ranges.map(([from, to]) => ({
              left: (local + from * octets) >>> 0,
              right: (local + to * octets) >>> 0,
            })),
          },
        ],
      }),
  };
}

describe('what was sent again without reason', () => {
  it.each([1, 2, 3])('gives the window back, after %i timeouts', (timeouts) => {
    const { write, sent, acknowledge, advance } = stage();
    write(INITIAL_SEGMENTS);
    expect(sent()).toHaveLength(INITIAL_SEGMENTS);
    // The probe of the tail (RFC 8985 7) after two milliseconds, then 0.2, 0.4 and 0.8 s.
    advance(0.01);
    expect(sent()).toEqual([INITIAL_SEGMENTS - 1]);
    for (let timeout = 0; timeout < timeouts; timeout++) {
      advance(0.25 * 2 ** timeout);
      expect(sent()).toEqual([0]);
    }
    acknowledge(INITIAL_SEGMENTS, [INITIAL_SEGMENTS - 1, INITIAL_SEGMENTS]);
    for (let timeout = 0; timeout < timeouts; timeout++) acknowledge(INITIAL_SEGMENTS, [0, 1]);
    write(2 * INITIAL_SEGMENTS);
    expect(sent()).toHaveLength(INITIAL_SEGMENTS);
  });

  it('keeps the window small while one of the repetitions may have been needed', () => {
    const { write, sent, acknowledge, advance } = stage();
    write(INITIAL_SEGMENTS);
    for (const seconds of [0.01, 0.25, 0.5]) advance(seconds);
    sent();
    acknowledge(INITIAL_SEGMENTS, [INITIAL_SEGMENTS - 1, INITIAL_SEGMENTS]);
    acknowledge(INITIAL_SEGMENTS, [0, 1]);
    write(2 * INITIAL_SEGMENTS);
    expect(sent().length).toBeLessThan(INITIAL_SEGMENTS);
  });

  it('gives the window back where the repetitions came beyond a gap (RFC 2883 4.2)', () => {
    const { write, sent, acknowledge } = stage();
    write(INITIAL_SEGMENTS);
    sent();
    // The first five are late.
    acknowledge(0, [5, 10]);
    expect(sent()).toEqual([0, 1, 2, 3, 4]);
    for (const first of [4, 3, 2, 1]) acknowledge(0, [first, 10]);
    for (const late of [1, 2, 3, 4]) acknowledge(0, [late, late + 1], [1, 10]);
    acknowledge(10);
    acknowledge(10, [0, 1]);
    write(2 * INITIAL_SEGMENTS);
    expect(sent().length).toBeGreaterThanOrEqual(INITIAL_SEGMENTS);
  });
});
