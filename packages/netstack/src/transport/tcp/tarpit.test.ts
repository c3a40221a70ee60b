/** A tarpit as a remote host sees it: windows, probes, edges that never move back. */
import { seqDistance } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { establishedBench } from '../../stack-test-support.ts';
import { TARPIT_MSS_BYTES, TARPIT_WINDOW_BYTES } from './tarpit.ts';

const host = { tcpPort: () => 'tarpit' as const };
const SECONDS_PER_WINDOW = 10;
const octets = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a tarpit', () => {
  it('offers a window of a few octets, unscaled, and small segments', () => {
    const synOptions = [
      { kind: 'mss', mssBytes: 1460 },
      { kind: 'windowScale', shift: 7 },
    ] as const;
    const { synAck } = establishedBench({ host, synOptions });
    expect(synAck.window).toBe(TARPIT_WINDOW_BYTES);
    expect(synAck.options).toContainEqual({ kind: 'mss', mssBytes: TARPIT_MSS_BYTES });
    expect(synAck.options.map(({ kind }) => kind)).not.toContain('windowScale');
  });

  it('takes what fits, then answers probes of the closed window with and without an octet', () => {
    const { send, receive, remote, local, service } = establishedBench({ host });
    send({ flags: 'AP', sequenceNumber: remote, acknowledgmentNumber: local, payload: octets(100) });
    const closed = { acknowledgmentNumber: remote + TARPIT_WINDOW_BYTES, window: 0 };
    expect(receive()).toMatchObject([closed]);
    const next = remote + TARPIT_WINDOW_BYTES;
    // As RFC 9293 3.8.6.1 has it: one octet beyond the window; and as Linux does: none, one before it.
    send({ flags: 'A', sequenceNumber: next, acknowledgmentNumber: local, payload: [TARPIT_WINDOW_BYTES] });
    expect(receive()).toMatchObject([closed]);
    send({ flags: 'A', sequenceNumber: next - 1, acknowledgmentNumber: local });
    expect(receive()).toMatchObject([closed]);
    expect(service?.received).toEqual(octets(TARPIT_WINDOW_BYTES));
  });

  it('announces a new window to a probe after ten seconds', () => {
    const { send, receive, advance, remote, local, service } = establishedBench({ host });
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local, payload: octets(100) });
    receive();
    advance(SECONDS_PER_WINDOW);
    const next = remote + TARPIT_WINDOW_BYTES;
    send({ flags: 'A', sequenceNumber: next - 1, acknowledgmentNumber: local });
    expect(receive()).toMatchObject([{ acknowledgmentNumber: next, window: TARPIT_WINDOW_BYTES }]);
    send({ flags: 'A', sequenceNumber: next, acknowledgmentNumber: local, payload: octets(100).slice(4) });
    expect(receive()).toMatchObject([{ acknowledgmentNumber: next + TARPIT_WINDOW_BYTES, window: 0 }]);
    expect(service?.received).toEqual(octets(2 * TARPIT_WINDOW_BYTES));
  });

  it('answers the remote side and hears its acknowledgments while its own window is closed', () => {
    const { send, receive, remote, local, service } = establishedBench({ host });
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local, payload: octets(100) });
    receive();
    service!.connection.write(Uint8Array.of(1));
    expect(receive()).toMatchObject([{ payload: Uint8Array.of(1), window: 0 }]);
    const next = remote + TARPIT_WINDOW_BYTES;
    send({ flags: 'A', sequenceNumber: next, acknowledgmentNumber: local + 1 });
    service!.connection.write(Uint8Array.of(2));
    expect(receive()).toMatchObject([{ sequenceNumber: local + 1, payload: Uint8Array.of(2) }]);
  });

  it('stays for as long as it is probed, an hour here, without buffers where nothing listens', () => {
    const { send, receive, advance, remote, local, stack } = establishedBench({ host, accept: () => null });
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local, payload: octets(100) });
    // The longest wait between two probes of Linux.
    for (let seconds = 0; seconds < 3600; seconds += 120) {
      advance(120);
      receive();
      send({ flags: 'A', sequenceNumber: remote + 3, acknowledgmentNumber: local });
      expect(receive()).toHaveLength(1);
    }
    expect(stack.tcp.connectionCount).toBe(1);
    expect(stack.tcp.endpointCount).toBe(0);
  });

  it('whatever is sent and when: keeps its rate, never moves its right edge back, delivers what was sent', () => {
    const step = fc.record({
      offset: fc.constantFrom(-3, 0, 0, 0, 2, 6),
      length: fc.nat(200),
      seconds: fc.constantFrom(0, 0.5, 4, 11),
      pauses: fc.boolean(),
    });
    const octetAt = (position: number): number => (position * 31) & 255;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { clock, send, receive, advance, remote, local, service } = establishedBench({ host });
        const start = clock.nowSeconds();
        let edge = remote + TARPIT_WINDOW_BYTES;
        let next = remote;
        for (const { offset, length, seconds, pauses } of steps) {
          const position = next - remote + offset;
          const payload = Array.from({ length }, (_, i) => octetAt(position + i));
          send({ flags: 'A', sequenceNumber: remote + position, acknowledgmentNumber: local, payload });
          if (pauses) service!.connection.pause();
          else service!.connection.resume();
          for (const { acknowledgmentNumber, window } of receive()) {
            expect(seqDistance(edge, acknowledgmentNumber + window)).toBeGreaterThanOrEqual(0);
            edge = acknowledgmentNumber + window;
            next = acknowledgmentNumber;
            const windows = 2 + (clock.nowSeconds() - start) / SECONDS_PER_WINDOW;
            expect(next - remote).toBeLessThanOrEqual(windows * TARPIT_WINDOW_BYTES);
          }
          advance(seconds);
        }
        service!.connection.resume();
        expect(service!.received).toEqual(Array.from({ length: next - remote }, (_, i) => octetAt(i)));
      }),
      { numRuns: 200 },
    );
  });
});
