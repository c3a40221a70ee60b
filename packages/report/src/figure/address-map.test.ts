import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressMap, addressMapSvg, countInCells, framePng, sideOf } from './address-map.ts';
import { hilbertCell } from './hilbert.ts';
import { indexedPng } from './indexed-png.ts';

describe('Hilbert curve', () => {
  it.each([1, 2, 4, 64])('visits each cell of a square of side %d once, one step at a time', (side) => {
    const cells = Array.from({ length: side * side }, (_, distance) => hilbertCell(distance, side));
    expect(new Set(cells.map(({ x, y }) => y * side + x)).size).toBe(side * side);
    for (let i = 1; i < cells.length; i++) {
      const [before, after] = [cells[i - 1]!, cells[i]!];
      expect(Math.abs(after.x - before.x) + Math.abs(after.y - before.y)).toBe(1);
    }
  });

  it('keeps aligned prefixes of even length square', () => {
    for (let prefix = 0; prefix < 16; prefix++) {
      const cells = Array.from({ length: 16 }, (_, i) => hilbertCell(prefix * 16 + i, 16));
      const span = (of: readonly number[]): number => Math.max(...of) - Math.min(...of);
      expect([span(cells.map(({ x }) => x)), span(cells.map(({ y }) => y))]).toEqual([3, 3]);
    }
  });
});

/** Takes a PNG apart by its specification; the data by the zlib of Node. */
function decode(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length;) {
    const size = view.getUint32(at);
    chunks.set(String.fromCharCode(...png.subarray(at + 4, at + 8)), png.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  const header = chunks.get('IHDR')!;
  const headerView = new DataView(header.buffer, header.byteOffset);
  const [width, height] = [headerView.getUint32(0), headerView.getUint32(4)];
  expect([...header.subarray(8)]).toEqual([4, 3, 0, 0, 0]);
  const rows = inflateSync(chunks.get('IDAT')!);
  const stride = 1 + Math.ceil(width / 2);
  const pixels = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const octet = rows[y * stride + 1 + (x >> 1)]!;
    return x & 1 ? octet & 15 : octet >> 4;
  });
  return { width, height, palette: chunks.get('PLTE')!, opacities: chunks.get('tRNS'), pixels };
}

describe('indexed PNG', () => {
  it('is what decoders make of it, whatever the picture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        (width, height, seed) => {
          const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 7 + seed) % 3);
          const png = indexedPng({ width, height, colors: ['#000000', '#ff8000', '#0102fe'], pixels });
          const decoded = decode(png);
          expect([decoded.width, decoded.height]).toEqual([width, height]);
          expect([...decoded.palette]).toEqual([0, 0, 0, 255, 128, 0, 1, 2, 254]);
          expect(decoded.opacities).toBeUndefined();
          expect(decoded.pixels).toEqual([...pixels]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

it('indexed PNG says how opaque a colour is', () => {
  const colors = ['#000000', '#ff8000'];
  const png = indexedPng({ width: 2, height: 1, colors, opacities: [0, 0.25], pixels: Uint8Array.of(0, 1) });
  expect([...decode(png).opacities!]).toEqual([0, 64]);
});

describe('address map', () => {
  const space = { firstAddress: 2 ** 24, addressSpaceSize: 2 ** 16 };

  it('has no cell smaller than an address, and at most 256 cells a side', () => {
    expect(
      [1, 3, 4, 2 ** 10, 2 ** 16, 2 ** 32].map((addressSpaceSize) => sideOf({ ...space, addressSpaceSize })),
    ).toEqual([1, 1, 2, 32, 256, 256]);
  });

  it('counts each address in its cell', () => {
    const count = countInCells({ ...space, addressSpaceSize: 2 ** 20 }, [
      2 ** 24,
      2 ** 24 + 15,
      2 ** 24 + 2 ** 20 - 1,
    ]);
    expect([count[0], count.at(-1), count.reduce((a, b) => a + b)]).toEqual([2, 1, 3]);
  });

  it('shows hosts, honeypots and the infected as they become more', () => {
    const hostAddress = Array.from({ length: 100 }, (_, i) => space.firstAddress + i);
    const map = addressMap(
      {
        space,
        hostAddress,
        honeypotAddress: [[space.firstAddress + 5000]],
        host: hostAddress.map((_, i) => 99 - i),
        timeSeconds: hostAddress.map((_, i) => i),
      },
      { id: 'map', title: 'A <map>', timeText: (seconds) => `${seconds} s` },
    );
    expect(map.frames.map(({ title }) => title)).toEqual([
      '100 vulnerable hosts',
      '1 honeypot',
      '0 s: 1 infected so far',
      '9 s: 10 infected so far',
      '49 s: 50 infected so far',
      '99 s: 100 infected so far',
    ]);
    // The last hosts were infected first.
    expect([map.frames[2]!.count[99], map.frames[2]!.count[0], map.frames[5]!.count[0]]).toEqual([1, 0, 1]);
    const { pixels } = decode(framePng(map.side, map.frames[1]!, 'light'));
    expect(pixels.filter((shade) => shade > 0)).toEqual([12]);
    expect(addressMapSvg(map, { width: 760, theme: 'light' })).toContain('A &lt;map&gt;');
  });
});
