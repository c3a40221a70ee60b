import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../random/random-stream.ts';
import { randomStreams } from '../random/random-streams.ts';
import { drawUuid, formatUuid, uuidOfName, uuidOfTime } from './uuid.ts';

function drawn(timeSeconds: number, stream: RandomStream): string {
  const words = new Uint32Array(4);
  drawUuid(timeSeconds, stream, words);
  return formatUuid(words);
}

describe('uuid', () => {
  it('gives the version 5 example of RFC 9562, appendix A.4', () => {
    const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuidOfName('www.example.com', dns)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('puts the time, version and variant of RFC 9562, appendix A.6, where they belong', () => {
    const uuid = uuidOfTime(1645557742, 'anything');
    expect(uuid).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOfTime(1645557742, 'anything')).toBe(uuid);
    expect(uuidOfTime(1645557742, 'another')).not.toBe(uuid);
  });

  it('of a moment sorts by time to a quarter of a microsecond, with version, variant and fresh bits', () => {
    const stream = randomStreams('1').stream('test/uuid');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 42 }), fc.integer({ min: 1, max: 4095 }), (ms, step) => {
        const early = drawn(ms / 1000, stream);
        const late = drawn((ms + 1 + step / 4096) / 1000, stream);
        expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(early < late).toBe(true);
        expect(drawn(ms / 1000, stream)).not.toBe(early);
      }),
    );
  });

  it('of a moment has the milliseconds of RFC 9562, appendix A.6', () => {
    expect(drawn(1645557742, randomStreams('1').stream('test/uuid'))).toMatch(/^017f22e2-79b0-7000-/);
  });
});
