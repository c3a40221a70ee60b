/** Segments fit the MTU that the device has now, whatever options they carry (RFC 6691). */
import { tcp } from '@wormwood/wire';
import { expect, it } from 'vitest';
import { establishedBench, type SegmentWords } from '../../stack-test-support.ts';

const HEADER_BYTES = 20;
const ALL_OPTIONS: tcp.Repr['options'] = [
  { kind: 'mss', mssBytes: 1460 },
  { kind: 'sackPermitted' },
  { kind: 'timestamps', value: 1, echo: 0 },
  { kind: 'windowScale', shift: 7 },
];

const lengths = (segments: readonly tcp.Repr[]): readonly number[] =>
  segments.map((segment) => HEADER_BYTES + tcp.length(segment));

/** Three octets beyond gaps, so that every segment of ours carries three SACK blocks. */
function reordered(remote: number, local: number): readonly SegmentWords[] {
  return [10, 20, 30].map((gap) => ({
    flags: 'A',
    sequenceNumber: remote + gap,
    acknowledgmentNumber: local,
    options: [{ kind: 'timestamps', value: 2, echo: 0 }],
    payload: [1],
  }));
}

it.each([1500, 1400, 576, 128, 68])('with SACK blocks and timestamps, at an MTU of %i', (mtu) => {
  const { send, receive, service, remote, local, device } = establishedBench({ synOptions: ALL_OPTIONS });
  device.mtuBytes = mtu;
  for (const segment of reordered(remote, local)) send(segment);
  receive();
  service!.connection.write(new Uint8Array(20_000));
  const sent = receive();
  expect(sent.length).toBeGreaterThan(1);
  expect(Math.max(...lengths(sent))).toBeLessThanOrEqual(mtu);
  // Nothing was left out: octet follows octet.
  let next = local;
  for (const { sequenceNumber, payload } of sent) {
    expect(sequenceNumber).toBe(next);
    expect(payload.length).toBeGreaterThan(0);
    next = (next + payload.length) >>> 0;
  }
});

it('fills the packet where no option takes room', () => {
  const { receive, service, device } = establishedBench({ synOptions: [{ kind: 'mss', mssBytes: 1460 }] });
  device.mtuBytes = 1400;
  service!.connection.write(new Uint8Array(3000));
  expect(lengths(receive())).toEqual([1400, 1400, 320]);
});

it('what was sent before the MTU was lowered is sent again in segments that fit', () => {
  const { receive, service, device, advance, send, remote, local } = establishedBench({
    synOptions: [{ kind: 'mss', mssBytes: 1460 }],
  });
  service!.connection.write(new Uint8Array(5840));
  expect(Math.max(...lengths(receive()))).toBe(1500);
  device.mtuBytes = 576;
  let acknowledged = 0;
  for (let round = 0; round < 40 && acknowledged < 5840; round++) {
    advance(3);
    for (const segment of receive()) {
      expect(lengths([segment])[0]).toBeLessThanOrEqual(576);
      const start = (segment.sequenceNumber - local) >>> 0;
      if (start === acknowledged) acknowledged += segment.payload.length;
    }
    send({ flags: 'A', sequenceNumber: remote, acknowledgmentNumber: local + acknowledged });
  }
  expect(acknowledged).toBe(5840);
});

it('announces an MSS that the link carries', () => {
  const mssOf = ({ options }: tcp.Repr): number | undefined =>
    options.flatMap((option) => (option.kind === 'mss' ? [option.mssBytes] : []))[0];
  const { synAck, send, receive, device } = establishedBench();
  expect(mssOf(synAck)).toBe(1460);
  device.mtuBytes = 1400;
  send({ flags: 'S', sourcePort: 5, sequenceNumber: 1 });
  expect(mssOf(receive()[0]!)).toBe(1360);
});
