import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { DistinctCounts } from '../evidence/distinct-counts.ts';
import { FavouritePort } from '../evidence/favourite-port.ts';
import { KeyedHash } from '../evidence/keyed-hash.ts';
import { SourceRows } from '../evidence/source-rows.ts';
import { SourceTable } from './source-table.ts';

const streams = randomStreams('1');
const hash = new KeyedHash(streams.stream('test/hash'));

describe('source table', () => {
  it('finds every source that it has room for, where each was put', () => {
    const table = new SourceTable({ capacity: 4096, hash, worth: () => 0 });
    const slots = new Map<number, number>();
    // A tenth of the capacity: no group of 16 slots gets full.
    for (let source = 0; source < 400; source++) slots.set(source * 65_537, table.claim(source * 65_537, 0));
    expect(new Set(slots.values()).size).toBe(400);
    for (const [source, slot] of slots) expect(table.find(source)).toBe(slot);
    expect(table).toMatchObject({ capacity: 4096, size: 400, evictions: 0 });
    expect(table.find(1)).toBe(-1);
  });

  it('knows the address 0 from no address', () => {
    const table = new SourceTable({ capacity: 16, hash, worth: () => 0 });
    expect(table.find(0)).toBe(-1);
    expect(table.find(table.claim(0, 0))).toBe(0);
  });

  it('gives up the source with the least worth, and counts what had evidence against it', () => {
    const worth = new Float64Array(16);
    const table = new SourceTable({ capacity: 16, hash, worth: (slot) => worth[slot] ?? 0 });
    for (let source = 1; source <= 16; source++) worth[table.claim(source, 0)] = source - 8.5;
    table.claim(100, 0);
    expect(table.find(1)).toBe(-1);
    expect(table).toMatchObject({ size: 16, evictions: 1, evictionsWithEvidence: 0 });
    worth.fill(3);
    table.claim(101, 0);
    expect(table).toMatchObject({ size: 16, evictions: 2, evictionsWithEvidence: 1 });
  });

  it('gives rows away in their order, and that of an evicted source to the next', () => {
    const forgotten: (readonly [number, number])[] = [];
    const table = new SourceTable({
      capacity: 16,
      hash,
      worth: (row) => (row === 5 ? -1 : 0),
      forgotten: (source, row) => forgotten.push([source, row]) > 0,
    });
    for (let source = 0; source < 16; source++) expect(table.claim(source, 0)).toBe(source);
    expect(table.claim(100, 0)).toBe(5);
    expect(forgotten).toEqual([[5, 5]]);
    expect([table.find(5), table.find(100), table.sourceOf(5)]).toEqual([-1, 5, 100]);
    // Nothing was lost.
    expect(table).toMatchObject({ size: 16, evictions: 0, evictionsWithEvidence: 0 });
  });
});

describe('distinct counts', () => {
  it.each([1, 3, 10, 50, 200])('tell %d addresses within the published error', (addresses) => {
    const bits = 256;
    const rows = new SourceRows(400);
    const counts = new DistinctCounts({ rows, bitsPerRow: bits, hash });
    rows.take();
    const stream = streams.stream('test/distinct', addresses);
    let sum = 0;
    for (let row = 0; row < 400; row++) {
      for (let i = 0; i < addresses; i++) {
        const address = stream.nextUint32();
        counts.add(row, address);
        counts.add(row, address);
      }
      sum += counts.estimate(row);
    }
    // Whang et al. 1990: variance m (e^t - t - 1), bias (e^t - t - 1) / 2 at load t; rounding adds 1/2 at most.
    const load = addresses / bits;
    const excess = Math.exp(load) - load - 1;
    const standardError = Math.sqrt((bits * excess) / 400);
    expect(Math.abs(sum / 400 - addresses)).toBeLessThan(3 * standardError + excess / 2 + 0.5);
  });

  it('take an address for known only when its bit is set', () => {
    const rows = new SourceRows(1);
    const counts = new DistinctCounts({ rows, bitsPerRow: 128, hash });
    rows.take();
    expect(counts.add(0, 7)).toBe(true);
    expect(counts.add(0, 7)).toBe(false);
    counts.clear(0);
    expect(counts.estimate(0)).toBe(0);
    expect(counts.add(0, 7)).toBe(true);
    for (let address = 0; address < 10_000; address++) counts.add(0, address);
    // All bits set: as if half a bit were clear.
    expect(counts.estimate(0)).toBe(Math.round(128 * Math.log(256)));
  });
});

describe('favourite port', () => {
  it('is the one of more than half of the contacts, in any order', () => {
    const stream = streams.stream('test/port');
    for (let run = 0; run < 100; run++) {
      const rows = new SourceRows(1);
      const port = new FavouritePort(rows);
      rows.take();
      const keys = Array.from({ length: 41 }, (_, i) => (i < 21 ? 445 : stream.nextBelow(65_536)));
      for (let i = keys.length - 1; i > 0; i--) {
        const j = stream.nextBelow(i + 1);
        [keys[i], keys[j]] = [keys[j] ?? 0, keys[i] ?? 0];
      }
      for (const key of keys) port.add(0, key);
      expect(port.of(0)).toBe(445);
    }
  });
});
