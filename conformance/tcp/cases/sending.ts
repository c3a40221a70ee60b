/** What the host has to say: windows, losses, repetitions, path MTUs, ends. */
import { type Case, icmp, type IcmpStep, open, type Step, take, tcp, usual, wait } from '../case.ts';
import { port } from '../services.ts';

/** News that the path takes no more than so much (RFC 1191 4). */
const tooBig = (mtu: number, seq: number, words: Partial<IcmpStep> = {}): IcmpStep =>
  icmp({ type: 3, code: 4, word: mtu, quote: { seq }, ...words });

const mtuCase = (name: string, rfc: string, steps: readonly Step[]): Case => ({
  name: `path MTU: ${name}`,
  rfc,
  port: port.page,
  segments: true,
  steps: [...open(usual.plain, 20_000), ...steps, take(0.5)],
});

const duplicates = (count: number, name: string, words: { readonly sack?: boolean } = {}): Case => ({
  name,
  rfc: words.sack === true ? '6675 5' : '5681 3.2',
  port: port.flood,
  repeats: true,
  segments: true,
  steps: [
    ...open(words.sack === true ? usual.sack : usual.plain, 65_535),
    ...Array.from({ length: count }, (_, i) =>
      tcp('A', {
        ack: 1,
        ...(words.sack === true ? { sack: [[1461, 1461 + 1460 * (i + 1)] as const] } : {}),
      }),
    ),
  ],
});

export const sendingCases: readonly Case[] = [
  mtuCase('honest news is obeyed', '1191 4', [tooBig(1200, 1)]),
  mtuCase('news about an octet in flight is obeyed', '5927 7.2', [tooBig(1200, 1461)]),
  mtuCase('news about what was acknowledged is ignored', '5927 4.1', [
    tcp('A', { ack: 1461 }),
    tooBig(1200, 1),
  ]),
  mtuCase('news about what was never sent is ignored', '5927 4.1', [tooBig(1200, 90_000)]),
  mtuCase('news about another port is ignored', '5927 4.1', [
    tooBig(1200, 1, { quote: { seq: 1, destinationPort: 7 } }),
  ]),
  mtuCase('an MTU of 68', '1191 3', [tooBig(68, 1)]),
  mtuCase('an MTU of 0', '1191 5', [tooBig(0, 1)]),
  mtuCase('an MTU of 552', '1191 3', [tooBig(552, 1)]),
  mtuCase('an MTU above that of the link is ignored', '1191 4', [tooBig(9000, 1)]),
  mtuCase('a quote that is cut off is ignored', '5927 4.1', [
    tooBig(1200, 1, { quote: { seq: 1, octets: 4 } }),
  ]),
  mtuCase('a wrong checksum', '792', [tooBig(1200, 1, { spoil: 'checksum' })]),
  mtuCase('news twice, the second larger', '1191 6.3', [tooBig(1200, 1), tooBig(1400, 1)]),
  {
    name: 'path MTU: the next connection knows it',
    rfc: '1191 6.2',
    port: port.flood,
    segments: true,
    steps: [
      ...open(usual.plain, 2000),
      tooBig(1200, 1),
      tcp('R', { seq: 1 }),
      tcp('S', { seq: 5000, ports: { source: 777 }, options: usual.plain }),
    ],
  },
  ...(
    [
      ['host unreachable', 3, 1],
      ['protocol unreachable', 3, 2],
      ['port unreachable', 3, 3],
      ['prohibited', 3, 13],
      ['source quench', 4, 0],
      ['redirect', 5, 1],
      ['time exceeded', 11, 0],
      ['parameter problem', 12, 0],
    ] as const
  ).map(([name, type, code]): Case => ({
    name: `${name} inside a connection changes nothing`,
    rfc: '5927 5.2',
    port: port.hello,
    steps: [...open(), icmp({ type, code, word: 0, quote: { seq: 1 } }), tcp('A', { seq: 0 })],
  })),
  {
    name: 'a closed window is waited out with probes',
    rfc: '9293 3.8.6.1',
    port: port.flood,
    repeats: true,
    steps: [...open(usual.plain, 1460), tcp('A', { ack: 1461, window: 0 }), wait(4)],
  },
  {
    name: 'a closed window is waited out as long as probes are answered',
    rfc: '9293 3.8.6.1',
    port: port.flood,
    steps: [...open(usual.plain, 1460), take(13, 0), take(1, 8000)],
  },
  {
    name: 'a closed window with nothing acknowledged',
    rfc: '9293 3.8.6.1',
    port: port.hello,
    repeats: true,
    steps: [tcp('S', { options: usual.plain, window: 0 }), tcp('A', { window: 0 }), wait(4)],
  },
  {
    name: 'a window that opens by an octet',
    rfc: '9293 3.8.6.2.1',
    port: port.flood,
    segments: true,
    steps: [
      ...open(usual.plain, 1460),
      tcp('A', { ack: 1461, window: 1 }),
      tcp('A', { ack: 1461, window: 1460 }),
    ],
  },
  {
    name: 'a window of half a segment',
    rfc: '9293 3.8.6.2.1',
    port: port.flood,
    segments: true,
    steps: [
      ...open(usual.plain, 4000),
      tcp('A', { ack: 2921, window: 1200 }),
      tcp('A', { ack: 2921, window: 2500 }),
    ],
  },
  {
    name: 'a window that shrinks',
    rfc: '9293 3.8.6',
    port: port.flood,
    steps: [
      ...open(usual.plain, 10_000),
      tcp('A', { ack: 1461, window: 100 }),
      tcp('A', { ack: 8761, window: 20_000 }),
    ],
  },
  {
    name: 'a window from an older segment',
    rfc: '9293 3.10.7.4',
    port: port.flood,
    steps: [
      ...open(usual.plain, 1460),
      tcp('A', { seq: 1, data: 10, window: 1460 }),
      tcp('A', { seq: 1, ack: 1, window: 60_000 }),
      tcp('A', { seq: 11, ack: 1, window: 5000 }),
    ],
  },
  {
    name: 'octets that nobody acknowledges are sent again',
    rfc: '6298 5',
    port: port.hello,
    repeats: true,
    steps: [...open(), wait(7)],
  },
  {
    name: 'octets that nobody acknowledges are sent again, with timestamps',
    rfc: '6298 5',
    port: port.hello,
    repeats: true,
    steps: [...open(usual.full), wait(7)],
  },
  {
    name: 'FIN that nobody acknowledges is sent again',
    rfc: '6298 5',
    port: port.half,
    repeats: true,
    steps: [...open(), wait(7)],
  },
  {
    name: 'FIN of a port without a service that nobody acknowledges is sent again',
    rfc: '6298 5',
    port: port.sink,
    repeats: true,
    steps: [...open(), tcp('FA'), wait(3)],
  },
  {
    name: 'octets and FIN that nobody acknowledges are sent again',
    rfc: '6298 5',
    port: port.page,
    repeats: true,
    steps: [...open(), wait(3)],
  },
  {
    name: 'FIN is recognised when its ACK comes after a repetition',
    rfc: '9293 3.10.7.4',
    port: port.half,
    steps: [
      ...open(),
      wait(2),
      tcp('A', { ack: 2 }),
      wait(1.5),
      tcp('FA', { ack: 2 }),
      wait(0.5),
      tcp('A', { seq: 1, ack: 2 }),
    ],
  },
  {
    name: 'octets and FIN are recognised when their ACK comes after a repetition',
    rfc: '9293 3.10.7.4',
    port: port.page,
    steps: [
      ...open(),
      wait(1.5),
      tcp('A', { ack: 3002 }),
      wait(1),
      tcp('FA', { ack: 3002 }),
      wait(0.7),
      tcp('A', { seq: 1, ack: 3002 }),
    ],
  },
  {
    name: 'a part is acknowledged after a repetition',
    rfc: '6582 3.2',
    port: port.page,
    steps: [...open(), wait(1.5), tcp('A', { ack: 1461 }), wait(1), tcp('A', { ack: 2921 }), take(1)],
  },
  duplicates(1, 'one acknowledgment again: limited transmit'),
  duplicates(2, 'two acknowledgments again: limited transmit'),
  duplicates(3, 'three acknowledgments again: fast retransmit'),
  duplicates(1, 'one octet range beyond a gap: limited transmit', { sack: true }),
  duplicates(2, 'two octet ranges beyond a gap: limited transmit', { sack: true }),
  duplicates(3, 'three octet ranges beyond a gap: fast retransmit', { sack: true }),
  duplicates(6, 'six octet ranges beyond a gap', { sack: true }),
  {
    name: 'what was reported by SACK is not sent again',
    rfc: '6675 5',
    port: port.flood,
    repeats: true,
    steps: [
      ...open(usual.sack, 65_535),
      tcp('A', { ack: 1, sack: [[1461, 5841]] }),
      tcp('A', {
        ack: 1,
        sack: [
          [7301, 14_601],
          [1461, 5841],
        ],
      }),
      tcp('A', { ack: 5841, sack: [[7301, 14_601]] }),
    ],
  },
  {
    name: 'a whole stream is taken',
    rfc: '9293 3.8',
    port: port.flood,
    steps: [...open(usual.full), take(1.5), tcp('FA'), tcp('A')],
  },
  {
    name: 'a whole stream is taken through a small window',
    rfc: '9293 3.8',
    port: port.page,
    steps: [...open(usual.plain, 500), take(2.5, 500), tcp('FA'), tcp('A')],
  },
  {
    name: 'a question and its answer',
    rfc: '9293 3.6',
    port: port.question,
    steps: [
      ...open(usual.full),
      tcp('PA', { data: 18 }),
      take(0.5),
      tcp('FA'),
      wait(0.6),
      tcp('A', { seq: 18 }),
    ],
  },
  {
    name: 'a question with FIN and its answer',
    rfc: '9293 3.6',
    port: port.question,
    steps: [...open(usual.full), tcp('FA', { data: 18 }), take(0.5), wait(0.6), tcp('A', { seq: 18 })],
  },
  {
    name: 'a service that resets at once',
    rfc: '9293 3.10.5',
    port: port.reset,
    steps: [...open(), tcp('A', { data: 10 })],
  },
  {
    name: 'a service that resets when octets come',
    rfc: '9293 3.10.5',
    port: port.resetOnData,
    steps: [...open(usual.full), tcp('A', { data: 10 }), tcp('A', { data: 10 })],
  },
  {
    name: 'RST ends a connection with octets in flight',
    rfc: '9293 3.10.7.4',
    port: port.flood,
    steps: [...open(usual.plain, 5000), tcp('R'), wait(1), tcp('A', { ack: 1 })],
  },
  {
    name: 'both sides end at once',
    rfc: '9293 3.6',
    port: port.half,
    steps: [...open(), tcp('FA', { ack: 1 }), tcp('A', { ack: 2 }), wait(0.6), tcp('A', { seq: 1, ack: 2 })],
  },
  {
    name: 'half a connection goes on',
    rfc: '9293 3.6',
    port: port.half,
    steps: [
      ...open(),
      tcp('A', { ack: 2 }),
      tcp('A', { data: 100 }),
      tcp('A', { data: 100 }),
      tcp('FA'),
      wait(0.6),
      tcp('A', { seq: 201 }),
    ],
  },
];
