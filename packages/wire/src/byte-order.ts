/** Numbers in capture files stand in the order of the machine that wrote the file, which the file names. */

import { readU16, readU32, writeU16, writeU32 } from './bytes.ts';

export type ByteOrder = 'little' | 'big';

/** Reads 16 bits. */
export function readOrderedU16(bytes: Uint8Array, offset: number, order: ByteOrder): number {
  const value = readU16(bytes, offset);
  return order === 'big' ? value : swap16(value);
}

/** Reads 32 bits. */
export function readOrderedU32(bytes: Uint8Array, offset: number, order: ByteOrder): number {
  const value = readU32(bytes, offset);
  return order === 'big' ? value : swap32(value);
}

/** Writes 16 bits. */
export function writeOrderedU16(bytes: Uint8Array, offset: number, value: number, order: ByteOrder): void {
  writeU16(bytes, offset, order === 'big' ? value : swap16(value));
}

/** Writes 32 bits. */
export function writeOrderedU32(bytes: Uint8Array, offset: number, value: number, order: ByteOrder): void {
  writeU32(bytes, offset, order === 'big' ? value : swap32(value));
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

function swap32(value: number): number {
  return ((swap16(value) << 16) | swap16(value >>> 16)) >>> 0;
}
