/**
 * The laws that every protocol file obeys, as one suite: what is emitted is parsed back to the same value and the same
 * octets, nothing outside the packet is read or written, and no octets whatever make a parser throw.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMalformed, type Malformed } from './malformed.ts';

/** The cast: the namespace of a protocol has these names, and others that are of no interest here. */
export interface Protocol<Repr extends object> {
  /** Left out where octets of a file are read, for which nobody asks without taking them. */
  readonly check?: (bytes: Uint8Array, start?: number, end?: number) => Malformed | undefined;
  readonly parse: (bytes: Uint8Array, start?: number, end?: number) => Repr | Malformed;
  readonly length: (repr: Repr) => number;
  readonly emit: (repr: Repr, out: Uint8Array, offset: number) => number;
  readonly format: (repr: Repr) => string;
  readonly verifyChecksum?: (bytes: Uint8Array, start: number, end: number) => boolean;
  readonly fillChecksum?: (bytes: Uint8Array, start: number, end: number) => void;
}

/** Octets before and after the packet, which must stay as they are and must not be read. */
const MARGIN = 3;
const margin = new Uint8Array(MARGIN).fill(0xa5);

/** Repeatable runs: the seed is fixed; set FC_SEED to explore. */
export const parameters = { seed: Number(process.env['FC_SEED'] ?? 20040809), numRuns: 300 };

/** Like `expect(octets).toEqual(expected)`, which takes a microsecond for each octet. */
function expectOctets(octets: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(octets, expected) !== 0) expect(octets).toEqual(expected);
}

/** `isWhole` says that no bit of a packet is lost in its value; then `fillChecksum` makes the checksum of any octets right. */
export function describeProtocolLaws<Repr extends object>(
  name: string,
  reprs: fc.Arbitrary<Repr>,
  protocol: Protocol<Repr>,
  { isWhole = false }: { readonly isWhole?: boolean } = {},
): void {
  const { check, parse, length, emit, format, verifyChecksum, fillChecksum } = protocol;

  const emitted = (repr: Repr): Uint8Array => {
    const out = new Uint8Array(length(repr));
    emit(repr, out, 0);
    return out;
  };

  const parseSafely = (bytes: Uint8Array): void => {
    const parsed = parse(bytes, 0, bytes.length);
    const fault = check?.(bytes, 0, bytes.length);
    if (fault !== undefined) expect(parsed).toEqual(fault);
    if (isMalformed(parsed)) {
      expect(parsed.offset).toBeGreaterThanOrEqual(0);
      expect(parsed.offset).toBeLessThanOrEqual(bytes.length);
      expect(parsed.reason).not.toBe('');
    } else {
      expect(format(parsed)).toMatch(/^[^\n]+$/);
    }
  };

  describe(`${name} obeys the laws of its cast`, () => {
    it('parse returns what was emitted, wherever it stands', () => {
      fc.assert(
        fc.property(reprs, (repr) => {
          const size = length(repr);
          const out = new Uint8Array(size + 2 * MARGIN).fill(0xa5);
          expect(emit(repr, out, MARGIN)).toBe(MARGIN + size);
          expectOctets(out.subarray(0, MARGIN), margin);
          expectOctets(out.subarray(MARGIN + size), margin);
          expect(parse(out, MARGIN, MARGIN + size)).toEqual(repr);
        }),
        parameters,
      );
    });

    it('emit writes every octet, and gives back the octets that were parsed', () => {
      fc.assert(
        fc.property(reprs, (repr) => {
          const octets = emitted(repr);
          const parsed = parse(octets);
          if (isMalformed(parsed)) throw new Error(parsed.reason);
          expect(length(parsed)).toBe(octets.length);
          const again = new Uint8Array(octets.length).fill(0xa5);
          emit(parsed, again, 0);
          expectOctets(again, octets);
        }),
        parameters,
      );
    });

    it('no octets make parse or format throw', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), parseSafely), parameters);
    });

    it('no truncation makes parse throw or read beyond the end', () => {
      fc.assert(
        fc.property(reprs, fc.nat(), (repr, cut) => {
          const octets = emitted(repr);
          const kept = cut % (octets.length + 1);
          const alone = parse(octets.slice(0, kept));
          expect(parse(octets, 0, kept)).toEqual(alone);
          // Wherever it lies, it is read the same; places of faults count from the beginning of the octets.
          const behind = parse(Uint8Array.of(...margin, ...octets), MARGIN, MARGIN + kept);
          expect(isMalformed(behind) ? { ...behind, offset: behind.offset - MARGIN } : behind).toEqual(alone);
          parseSafely(octets.subarray(0, kept));
        }),
        parameters,
      );
    });

    it('no changed octets make parse throw', () => {
      const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(reprs, fc.array(change, { minLength: 1, maxLength: 4 }), (repr, changes) => {
          const octets = emitted(repr);
          for (const [at, value] of changes) octets[at % octets.length] = value;
          parseSafely(octets);
        }),
        parameters,
      );
    });

    if (isWhole) {
      it('no bit of changed octets is lost', () => {
        const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
        let parsedCount = 0;
        fc.assert(
          fc.property(reprs, fc.array(change, { minLength: 1, maxLength: 8 }), (repr, changes) => {
            const octets = emitted(repr);
            for (const [at, value] of changes) octets[at % octets.length] = value;
            const parsed = parse(octets);
            if (isMalformed(parsed)) return;
            parsedCount += 1;
            const packet = octets.subarray(0, length(parsed));
            fillChecksum?.(packet, 0, packet.length);
            expectOctets(emitted(parse(packet) as Repr), packet);
          }),
          parameters,
        );
        expect(parsedCount).toBeGreaterThan(parameters.numRuns / 4);
      });
    }

    if (verifyChecksum !== undefined) {
      it('the emitted checksum is valid', () => {
        fc.assert(
          fc.property(reprs, (repr) => {
            const octets = emitted(repr);
            expect(verifyChecksum(octets, 0, octets.length)).toBe(true);
          }),
          parameters,
        );
      });
    }
  });
}
