/**
 * What happens to captures before somebody reads them: files joined in the wrong order, packets twice, clocks that are set, one
 * direction missing, both sides of a router in one file. None of it is the doing of a source.
 */
import { readFileSync } from 'node:fs';
import { CaptureReader, readMac, writeMac } from '@wormwood/wire';
import { CaptureFile } from './capture-file.ts';
import { DAY, HOUR } from './durations.ts';
import { NEIGHBOUR_MAC, ROUTER_MAC, SENSOR_MAC } from './telescope.ts';

export interface Frame {
  readonly bytes: Uint8Array;
  readonly microseconds: number;
}

export interface Disorder {
  readonly name: string;
  readonly about: string;
  /** Evidence is missing: a source may be judged less than by the whole capture. */
  readonly losesEvidence: boolean;
  readonly apply: (frames: readonly Frame[]) => readonly Frame[];
}

const SECOND = 1e6;
const OUTER_MAC = 0x0200_5e40_0001;
const FAR_MAC = 0x0200_5e40_0002;
const TTL_AT = 22;
const IP_CHECKSUM_AT = 24;

export const disorders: readonly Disorder[] = [
  {
    name: 'wrong-order',
    about: 'The second half of the capture stands before the first.',
    losesEvidence: false,
    apply: (frames) => {
      const half = Math.floor(frames.length / 2);
      return [...frames.slice(half), ...frames.slice(0, half)];
    },
  },
  {
    name: 'three-parts',
    about: 'Three parts of the capture stand in the order 2, 3, 1.',
    losesEvidence: false,
    apply: (frames) => {
      const third = Math.floor(frames.length / 3);
      return [...frames.slice(third), ...frames.slice(0, third)];
    },
  },
  {
    name: 'duplicates',
    about: 'Every frame comes twice, five microseconds apart, as from two mirror ports.',
    losesEvidence: false,
    apply: (frames) =>
      frames.flatMap((frame) => [frame, { bytes: frame.bytes, microseconds: frame.microseconds + 5 }]),
  },
  {
    name: 'file-twice',
    about: 'The whole capture comes a second time after its end.',
    losesEvidence: false,
    apply: (frames) => [...frames, ...frames],
  },
  {
    name: 'year-ahead',
    about: 'A packet in the middle, and one in the first tenth, are stamped a year ahead.',
    losesEvidence: false,
    apply: (frames) => {
      const struck = new Set([Math.floor(frames.length / 2), Math.floor(frames.length / 10)]);
      return frames.map((frame, index) => (struck.has(index) ? later(frame, 365 * DAY) : frame));
    },
  },
  {
    name: 'clock-set-back',
    about: 'From the middle on the clock is an hour behind, as after a step of NTP.',
    losesEvidence: false,
    apply: (frames) => {
      const half = Math.floor(frames.length / 2);
      return frames.map((frame, index) => (index < half ? frame : later(frame, -HOUR)));
    },
  },
  {
    name: 'clock-from-1970',
    about: 'The first tenth was recorded before the clock was set: it begins in 1970.',
    losesEvidence: false,
    apply: (frames) => {
      const first = frames[0]?.microseconds ?? 0;
      const tenth = Math.floor(frames.length / 10);
      return frames.map((frame, index) =>
        index < tenth ? { ...frame, microseconds: frame.microseconds - first } : frame,
      );
    },
  },
  {
    name: 'one-direction',
    about: 'Only what comes in was recorded: no answer of honeypots or live servers.',
    losesEvidence: true,
    apply: (frames) =>
      frames.filter(({ bytes }) => {
        const from = readMac(bytes, 6);
        return from === ROUTER_MAC || from === NEIGHBOUR_MAC;
      }),
  },
  {
    name: 'both-sides-of-router',
    about: 'Every frame comes as on either side of the router, with its addresses and TTL there.',
    losesEvidence: false,
    apply: (frames) => frames.flatMap(twoSides),
  },
];

function later(frame: Frame, seconds: number): Frame {
  return { ...frame, microseconds: frame.microseconds + seconds * SECOND };
}

function twoSides(frame: Frame): readonly Frame[] {
  const isOutgoing = readMac(frame.bytes, 6) === SENSOR_MAC;
  const outer = frame.bytes.slice();
  writeMac(outer, 0, isOutgoing ? FAR_MAC : OUTER_MAC);
  writeMac(outer, 6, isOutgoing ? OUTER_MAC : FAR_MAC);
  addToTimeToLive(outer, isOutgoing ? -1 : 1);
  const copy = { bytes: outer, microseconds: frame.microseconds + (isOutgoing ? 20 : -20) };
  return isOutgoing ? [frame, copy] : [copy, frame];
}

/** RFC 1624: the checksum goes the other way, in one's complement. */
function addToTimeToLive(bytes: Uint8Array, by: number): void {
  bytes[TTL_AT]! += by;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const sum = (~view.getUint16(IP_CHECKSUM_AT) & 0xffff) + by * 256 + 0xffff;
  const folded = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(IP_CHECKSUM_AT, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
}

export function readFrames(path: string): readonly Frame[] {
  return new CaptureReader().push(readFileSync(path)).map(({ bytes, seconds, nanoseconds }) => ({
    bytes: bytes.slice(),
    microseconds: seconds * SECOND + nanoseconds / 1000,
  }));
}

export function writeFrames(path: string, frames: readonly Frame[]): void {
  const file = new CaptureFile(path);
  for (const { bytes, microseconds } of frames) file.write(bytes, microseconds);
  file.close();
}
