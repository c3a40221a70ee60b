/** SYN/ACKs: their options, their window, their repetitions; and what comes while a handshake is half done. */
import { type Case, icmp, open, type OptionWords, tcp, usual, wait } from '../case.ts';
import { port } from '../services.ts';

const offers: readonly (readonly [string, readonly OptionWords[]])[] = [
  ['nothing', []],
  ['MSS', [{ mss: 1460 }]],
  ['MSS 536', [{ mss: 536 }]],
  ['MSS 9000', [{ mss: 9000 }]],
  ['MSS, SACK', usual.sack],
  ['all', usual.full],
  ['timestamps alone', ['ts']],
  ['a scale alone', [{ scale: 3 }]],
  ['a scale of 15', [{ mss: 1460 }, { scale: 15 }]],
  ['a scale of 0', [{ mss: 1460 }, { scale: 0 }]],
  ['timestamps and a scale', ['ts', { scale: 4 }]],
  ['SACK and a scale', ['sackOK', { scale: 4 }]],
  ['nmap 1', [{ scale: 10 }, 'nop', { mss: 1460 }, 'ts', 'sackOK']],
  ['nmap 3', ['ts', 'nop', 'nop', { scale: 5 }, 'nop', { mss: 640 }]],
  ['nmap 6', [{ mss: 265 }, 'sackOK', 'ts']],
  ['MSS twice', [{ mss: 1000 }, { mss: 700 }]],
  ['an option of unknown kind', [{ octets: [99, 4, 1, 2] }, { mss: 1460 }]],
  ['an MSS of wrong length', [{ octets: [2, 3, 5] }, 'nop', { scale: 2 }]],
  ['an option of length 0', [{ octets: [99, 0] }, { mss: 1460 }]],
  ['an option of length 1', [{ octets: [99, 1] }, { mss: 1460 }]],
  ['an option beyond the header', [{ mss: 1460 }, { octets: [99, 40] }]],
  ['options behind the end of the list', [{ octets: [0] }, { octets: [3, 3, 7] }]],
  ['timestamps that echo', [{ mss: 1460 }, { octets: [8, 10, 0, 0, 0, 9, 0, 0, 0, 8] }]],
  ['a Fast Open request', [{ mss: 1460 }, { octets: [34, 2] }]],
];

const mssOf = (mss: number): Case => ({
  name: `MSS ${mss}: the segments that follow`,
  rfc: '9293 3.7.1',
  port: port.hello,
  segments: true,
  steps: open([{ mss }]),
});

export const handshakeCases: readonly Case[] = [
  ...offers.map(([name, options]): Case => ({
    name: `SYN offers ${name}`,
    rfc: '9293 3.2',
    steps: [tcp('S', { options })],
  })),
  ...[0, 1, 7, 40, 48, 64].map(mssOf),
  {
    name: 'MSS 1 with timestamps: the segments that follow',
    rfc: '9293 3.7.1',
    port: port.page,
    segments: true,
    steps: open([{ mss: 1 }, 'ts']),
  },
  {
    name: 'no MSS: the segments that follow',
    rfc: '9293 3.7.1',
    port: port.page,
    segments: true,
    steps: open([]),
  },
  {
    name: 'a SYN/ACK that nobody answers is repeated',
    rfc: '6298 2.1',
    repeats: true,
    steps: [tcp('S', { options: usual.full }), wait(17)],
  },
  {
    name: 'the ACK of a SYN/ACK that was repeated',
    rfc: '9293 3.10.7.4',
    port: port.hello,
    steps: [tcp('S', { options: usual.full }), wait(4), tcp('A')],
  },
  {
    name: 'ACK of a SYN/ACK with data',
    rfc: '9293 3.10.7.4',
    port: port.echo,
    steps: [tcp('S', { options: usual.full }), tcp('A', { data: 100 })],
  },
  {
    name: 'ACK of a SYN/ACK with data and FIN',
    rfc: '9293 3.10.7.4',
    port: port.echo,
    steps: [tcp('S', { options: usual.full }), tcp('FA', { data: 100 })],
  },
  {
    name: 'data arrives before the ACK of the SYN/ACK',
    rfc: '9293 3.10.7.4',
    port: port.echo,
    steps: [
      tcp('S', { options: usual.sack }),
      tcp('A', { seq: 101, data: 100 }),
      tcp('A', { seq: 1, data: 100 }),
    ],
  },
  {
    name: 'data with the SYN is sent again behind it',
    rfc: '9293 3.10.7.2',
    port: port.echo,
    steps: [tcp('S', { options: usual.plain, data: 50 }), tcp('A', { seq: 1, data: 50 })],
  },
  {
    name: 'the SYN is sent again with other options',
    rfc: '9293 3.10.7.4',
    repeats: true,
    steps: [tcp('S', { options: usual.full }), tcp('S', { seq: 0, options: usual.plain })],
  },
  {
    name: 'the SYN is sent ten times at once',
    rfc: '9293 3.10.7.4',
    steps: [
      tcp('S', { options: usual.plain }),
      ...Array.from({ length: 9 }, () => tcp('S', { seq: 0, options: usual.plain })),
    ],
  },
  {
    name: 'a SYN of another number while half open',
    rfc: '9293 3.10.7.4',
    steps: [tcp('S', { options: usual.plain }), tcp('S', { seq: 5000, options: usual.plain })],
  },
  {
    name: 'FIN while half open, with a right ACK',
    rfc: '9293 3.10.7.4',
    steps: [tcp('S', { options: usual.plain }), tcp('FA')],
  },
  {
    name: 'a wrong ACK, then the right one',
    rfc: '9293 3.10.7.4',
    steps: [
      tcp('S', { options: usual.plain }),
      tcp('A', { ack: 500 }),
      tcp('A', { ack: 1 }),
      tcp('A', { seq: 0, ack: 1 }),
    ],
  },
  {
    name: 'an old timestamp completes no handshake',
    rfc: '7323 5.3',
    port: port.hello,
    steps: [tcp('S', { options: usual.full, tsval: 5000 }), tcp('A', { tsval: 4000 })],
  },
  ...(
    [
      ['host unreachable', 3, 1],
      ['port unreachable', 3, 3],
      ['time exceeded', 11, 0],
    ] as const
  ).map(([name, type, code]): Case => ({
    name: `${name} while half open`,
    rfc: '5927 5.2',
    port: port.hello,
    steps: [tcp('S', { options: usual.plain }), icmp({ type, code, word: 0, quote: { seq: 0 } }), tcp('A')],
  })),
  {
    name: 'window 0 in the SYN, then open',
    rfc: '9293 3.8.6',
    port: port.hello,
    steps: [tcp('S', { options: usual.plain, window: 0 }), tcp('A', { window: 65_535 })],
  },
  {
    name: 'the host speaks first in a small window',
    rfc: '9293 3.8.6.2.1',
    port: port.page,
    segments: true,
    steps: [...open(usual.plain, 100), wait(0.5)],
  },
];
