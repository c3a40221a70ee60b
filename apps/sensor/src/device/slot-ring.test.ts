import { describe, expect, it } from 'vitest';
import { SlotRing } from './slot-ring.ts';

const BLOCK_BYTES = 1 << 20;

describe('the slots of a ring', () => {
  it.each([
    [0, 1, 2112],
    [3 * BLOCK_BYTES, 2, 2112],
    [BLOCK_BYTES, 4, 4096],
  ])('from %i, %i blocks of slots of %i octets', (start, blocks, slotBytes) => {
    const ring = new SlotRing(start, blocks * BLOCK_BYTES, slotBytes);
    const [, blockCount = 0, , slots = 0] = new Uint32Array(ring.request().buffer);
    expect(blockCount).toBe(blocks);
    expect(slots).toBe(blocks * Math.floor(BLOCK_BYTES / slotBytes));
    const walked: number[] = [];
    for (let i = 0; i < slots; i++) {
      walked.push(ring.at);
      // Where the kernel has the slot of this number (packet(7)): no slot lies across two blocks.
      const inBlock = slots / blocks;
      expect(ring.at).toBe(start + Math.floor(i / inBlock) * BLOCK_BYTES + (i % inBlock) * slotBytes);
      ring.advance();
    }
    expect(ring.at).toBe(start);
    expect(Math.max(...walked) + slotBytes).toBeLessThanOrEqual(ring.end);
  });
});
