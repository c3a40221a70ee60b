import { AddressSet } from '@wormwood/base';
import { CaptureReader, type CaptureRecord, linkType } from '@wormwood/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUsable } from './observation-check.ts';
import { PacketObserver } from './observe-packets.ts';
import { conversation, datagram, echo } from './frame-test-support.ts';

const dark = AddressSet.fromCidrs([{ address: 0x0a000000, prefixLength: 8 }]);
const live = AddressSet.fromCidrs([{ address: 0xc0000200, prefixLength: 24 }]);
const ends = { from: '192.0.2.7', to: '10.1.2.3' };
const WHOLE = [...conversation(ends), datagram({ ...ends, text: 'x' }), echo(ends, 'echoReply')];

/** A packet of some link type: anything at all, or a good one with a few octets changed. */
const record: fc.Arbitrary<CaptureRecord> = fc
  .record({
    seconds: fc.oneof(fc.nat(), fc.double()),
    nanoseconds: fc.nat({ max: 999_999_999 }),
    linkType: fc.constantFrom(...Object.values(linkType), 12_345),
    surplus: fc.nat({ max: 3 }),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc
        .tuple(
          fc.constantFrom(...WHOLE),
          fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { maxLength: 4 }),
        )
        .map(([{ bytes }, changes]) => {
          const changed = bytes.slice();
          for (const [at, octet] of changes) if (at < changed.length) changed[at] = octet;
          return changed;
        }),
    ),
  })
  .map(({ seconds, nanoseconds, linkType: type, surplus, bytes }) => {
    const originalLength = bytes.length + surplus;
    return { seconds, nanoseconds, linkType: type, originalLength, bytes, options: [], sectionOptions: [] };
  });

it('no packet makes the observer throw, and every observation can be judged', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const observer = new PacketObserver({ dark, live, flowsMax: 4 });
      const seen = records.flatMap((each) => observer.observe(each));
      expect(seen.every(isUsable)).toBe(true);
      const { packets, observations, malformed, ipv6, elsewhere } = observer.counts();
      expect([packets, observations]).toEqual([records.length, seen.length]);
      expect(malformed + ipv6 + elsewhere).toBeLessThanOrEqual(packets);
    }),
    { numRuns: 500 },
  );
});

it('no file makes reader and observer throw', () => {
  const magic = fc.constantFrom(
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x0a, 0x0d, 0x0d, 0x0a],
    [],
  );
  fc.assert(
    fc.property(magic, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const observer = new PacketObserver({ dark });
      const reader = new CaptureReader();
      const records = [...reader.push(Uint8Array.of(...start, ...rest))];
      for (const each of records) observer.observe(each);
      reader.end();
      expect(records.length).toBeLessThanOrEqual(rest.length / 16);
    }),
    { numRuns: 500 },
  );
});
