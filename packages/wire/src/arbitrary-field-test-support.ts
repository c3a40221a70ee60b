/** Random fields of packets. */
import fc from 'fast-check';

export const u8 = fc.integer({ min: 0, max: 0xff });
export const u16 = fc.integer({ min: 0, max: 0xffff });
export const u24 = fc.integer({ min: 0, max: 0xff_ffff });
export const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const mac = fc.integer({ min: 0, max: 0xffff_ffff_ffff });
export const ipv6Address = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
export const octets = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
export const payload = octets(64);
/** Of echoes. */
export const identified = { code: u8, identifier: u16, sequenceNumber: u16, payload };
