/** Which SYN/ACK answers a SYN: one for each of the probes of nmap, and the same again for SYNs that offer ECN and for clients. */
import { expect, it } from 'vitest';
import { type SynOffer, synAckIndex } from './personality.ts';

const CLIENT = 65_535;
const ECN = 0xc2;
const SYN = 2;

const offer = (letters: string, mssBytes: number): SynOffer => ({
  mssBytes,
  windowScale: letters.includes('W') ? 0 : -1,
  sackPermitted: letters.includes('S'),
  hasTimestamps: letters.includes('T'),
});

// Options and MSS of SEQ 1 to 6 and of ECN (https://nmap.org/book/osdetect-methods.html), and what no probe offers.
const PROBES: readonly (readonly [letters: string, mssBytes: number, index: number])[] = [
  ['WTS', 1460, 0],
  ['WTS', 1400, 1],
  ['WT', 640, 2],
  ['WTS', -1, 3],
  ['WTS', 536, 4],
  ['TS', 265, 5],
  ['WS', 1460, 6],
  ['', 1460, 7],
  ['T', 1460, 7],
  ['S', 1460, 7],
  ['W', 1460, 7],
  ['', -1, 7],
];

it.each(PROBES)(
  'a SYN that offers "%s" and an MSS of %i gets the %ith, in each of four groups',
  (letters, mss, index) => {
    const words = offer(letters, mss);
    expect([
      synAckIndex(words, { flags: SYN, window: CLIENT }),
      synAckIndex(words, { flags: ECN, window: CLIENT }),
      synAckIndex(words, { flags: SYN, window: 512 }),
      synAckIndex(words, { flags: ECN, window: 512 }),
    ]).toEqual([index, index + 8, index + 16, index + 24]);
  },
);

it('segment sizes between those of the probes go with the nearer one, halfway to the larger', () => {
  const indexOf = (mss: number) => synAckIndex(offer('WTS', mss), { flags: SYN, window: CLIENT });
  expect([1430, 1429, 968, 967, 0].map(indexOf)).toEqual([0, 1, 1, 4, 4]);
});

it('a probe has a window below that of nmap’s port scan; ECN is offered by both flags', () => {
  const words = offer('', 1460);
  expect([1023, 1024].map((window) => synAckIndex(words, { flags: SYN, window }))).toEqual([23, 7]);
  expect([0x42, 0x82, 0xc2].map((flags) => synAckIndex(words, { flags, window: CLIENT }))).toEqual([
    7, 7, 15,
  ]);
});
