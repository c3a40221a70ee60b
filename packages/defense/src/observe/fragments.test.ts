import { ipv4, isMalformed } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { Fragments } from './fragments.ts';

interface Piece {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly isLast?: boolean;
  readonly identification?: number;
  readonly source?: number;
}

/** The packet of a piece; `before` octets stand before it. */
function packetOf({ offset, data, isLast = false, identification = 7, source = 1 }: Piece): Uint8Array {
  const bytes = new Uint8Array(20 + data.length);
  ipv4.emit(
    {
      typeOfService: 0,
      identification,
      reservedFlag: false,
      dontFragment: false,
      moreFragments: !isLast,
      fragmentOffset: offset,
      timeToLive: 60,
      protocol: 17,
      source,
      destination: 2,
      options: [],
      payload: data,
    },
    bytes,
  );
  return bytes;
}

function add(fragments: Fragments, piece: Piece, nowSeconds = 0): Uint8Array | null {
  const packet = packetOf(piece);
  const bytes = new Uint8Array(14 + packet.length + 3);
  bytes.set(packet, 14);
  return fragments.add(bytes, { start: 14, end: 14 + packet.length, headerLength: 20 }, nowSeconds);
}

const DATA = Uint8Array.from({ length: 27 }, (_, index) => index + 1);
const first: Piece = { offset: 0, data: DATA.subarray(0, 8) };
const second: Piece = { offset: 8, data: DATA.subarray(8, 24) };
const last: Piece = { offset: 24, data: DATA.subarray(24), isLast: true };

/** What the last of these pieces completes, and the counts. */
function after(...pieces: readonly Piece[]): readonly [Uint8Array | null, ReturnType<Fragments['counts']>] {
  const fragments = new Fragments();
  let whole: Uint8Array | null = null;
  for (const piece of pieces) whole = add(fragments, piece);
  return [whole, fragments.counts()];
}

describe('fragments', () => {
  it.each([
    ['in order', [first, second, last]],
    ['the last one first', [last, second, first]],
    ['the first one last', [second, last, first]],
    ['one of them twice', [first, second, second, last]],
  ])('become the packet that they were: %s', (_, pieces) => {
    const [whole, counts] = after(...pieces);
    expect(counts).toEqual({ fragments: pieces.length, whole: 1, lost: 0 });
    const packet = ipv4.parse(whole!);
    if (isMalformed(packet)) throw new Error(packet.reason);
    expect(packet).toMatchObject({ moreFragments: false, fragmentOffset: 0, source: 1, destination: 2 });
    expect([...packet.payload]).toEqual([...DATA]);
  });

  it.each<[string, readonly Piece[]]>([
    ['that overlap', [first, { offset: 0, data: DATA.subarray(0, 16) }]],
    ['that overlap by eight octets', [second, { offset: 16, data: DATA.subarray(0, 16) }]],
    ['that differ in what they say', [first, { offset: 0, data: DATA.subarray(1, 9) }]],
    ['of which two are the last', [last, { offset: 32, data: DATA.subarray(0, 3), isLast: true }]],
    ['beyond the last one', [last, { offset: 32, data: DATA.subarray(0, 8) }]],
    ['of a length that no next one follows', [{ offset: 0, data: DATA.subarray(0, 9) }]],
    ['without octets', [{ offset: 8, data: DATA.subarray(0, 0) }]],
    ['beyond the longest packet', [{ offset: 65_512, data: DATA.subarray(0, 4), isLast: true }]],
  ])('%s are dropped together', (_, pieces) => {
    const [whole, counts] = after(...pieces);
    expect([whole, counts.whole, counts.lost]).toEqual([null, 0, 1]);
    // Nothing of them is left: the packet begins anew.
    expect(after(...pieces, first, second, last)[1]).toMatchObject({ whole: 1, lost: 1 });
  });

  it('that fill the longest packet are not a fault', () => {
    const end: Piece = { offset: 65_512, data: DATA.subarray(0, 3), isLast: true };
    expect(after(end)[1]).toEqual({ fragments: 1, whole: 0, lost: 1 });
    const pieces = Array.from({ length: 63 }, (_, index): Piece => ({
      offset: index * 1040,
      data: new Uint8Array(index === 62 ? 65_512 - 62 * 1040 : 1040),
    }));
    expect(after(...pieces, end)[0]).toHaveLength(65_535);
    const more = [
      ...pieces.slice(0, 62),
      ...[62 * 1040, 62 * 1040 + 8].map((offset) => ({ offset, data: DATA.subarray(0, 8) })),
    ];
    // Sixty-four are held, the sixty-fifth is one too many.
    expect(after(...more)[1].lost).toBe(1);
    expect(after(...more, { offset: 62 * 1040 + 16, data: DATA.subarray(0, 8) }, first)[1].lost).toBe(2);
  });

  it('belong together by both addresses, protocol and identification', () => {
    const [whole, counts] = after(first, second, { ...last, identification: 8 });
    expect([whole, counts.lost]).toEqual([null, 2]);
    expect(after(first, second, { ...last, source: 3 })[0]).toBeNull();
  });

  it('are held for 30 seconds', () => {
    for (const [seconds, whole] of [
      [30, 1],
      [30.1, 0],
    ] as const) {
      const fragments = new Fragments();
      add(fragments, first, 0);
      add(fragments, second, seconds);
      add(fragments, last, seconds);
      expect(fragments.counts()).toEqual({ fragments: 3, whole, lost: whole === 1 ? 0 : 2 });
    }
  });

  it('of 1,024 packets are held, and the oldest is evicted', () => {
    const fragments = new Fragments();
    for (let identification = 0; identification < 1024; identification++)
      add(fragments, { ...first, identification });
    expect(fragments.counts().lost).toBe(1024);
    add(fragments, { ...first, identification: 1024 });
    const finish = (identification: number): Uint8Array | null => {
      add(fragments, { ...second, identification });
      return add(fragments, { ...last, identification });
    };
    expect(finish(1)).not.toBeNull();
    expect(finish(0)).toBeNull();
  });
});
