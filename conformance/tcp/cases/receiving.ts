/** Octets in any order: what is kept, what is acknowledged of it (RFC 2018, RFC 2883), timestamps (RFC 7323), windows. */
import { type Case, open, type Step, tcp, usual, wait } from '../case.ts';
import { port } from '../services.ts';

const scrambled = (name: string, number: number): Case => ({
  name: `${name} port: octets before their turn are kept`,
  rfc: '2018 4',
  port: number,
  steps: [
    ...open(usual.sack),
    tcp('A', { seq: 101, data: 100 }),
    tcp('A', { seq: 301, data: 100 }),
    tcp('A', { seq: 201, data: 100 }),
    tcp('A', { seq: 1, data: 100 }),
  ],
});

const blocks = (options: typeof usual.sack | typeof usual.full, name: string): Case => ({
  name: `the newest block first${name}`,
  rfc: '2018 4',
  port: port.sink,
  steps: [
    ...open(options),
    tcp('A', { seq: 101, data: 50 }),
    tcp('A', { seq: 301, data: 50 }),
    tcp('A', { seq: 501, data: 50 }),
    tcp('A', { seq: 701, data: 50 }),
    tcp('A', { seq: 901, data: 50 }),
    tcp('A', { seq: 351, data: 50 }),
    tcp('A', { seq: 151, data: 150 }),
    tcp('A', { seq: 1, data: 100 }),
  ],
});

const resets = (seq: number, count: number): Step[] =>
  Array.from({ length: count }, (_, i) => tcp('R', { seq: seq + i }));
const syns = (seq: number, count: number): Step[] =>
  Array.from({ length: count }, (_, i) => tcp('S', { seq: seq + i }));

const many = (count: number, size: number): Step[] =>
  Array.from({ length: count }, () => tcp('A', { data: size }));

export const receivingCases: readonly Case[] = [
  scrambled('a sink’s', port.sink),
  scrambled('an echo’s', port.echo),
  scrambled('a mute', port.mute),
  scrambled('a late reader’s', port.late),
  scrambled('a half-closed', port.half),
  blocks(usual.sack, ''),
  blocks(usual.full, ' with timestamps'),
  {
    name: 'octets that repeat others and go on',
    rfc: '9293 3.10.7.4',
    port: port.echo,
    steps: [...open(), tcp('A', { seq: 1, data: 100 }), tcp('A', { seq: 51, data: 100 })],
  },
  {
    name: 'octets that were taken already',
    rfc: '2883 4',
    steps: [...open(usual.sack), tcp('A', { data: 100 }), tcp('A', { seq: 1, data: 100 })],
  },
  {
    name: 'octets that are held already',
    rfc: '2883 4',
    steps: [...open(usual.sack), tcp('A', { seq: 201, data: 100 }), tcp('A', { seq: 201, data: 100 })],
  },
  {
    name: 'a part of what was taken already',
    rfc: '2883 4',
    steps: [...open(usual.sack), tcp('A', { data: 200 }), tcp('A', { seq: 101, data: 50 })],
  },
  {
    name: 'FIN before its turn',
    rfc: '9293 3.10.7.4',
    steps: [...open(usual.sack), tcp('FA', { seq: 101, data: 50 }), tcp('A', { seq: 1, data: 100 })],
  },
  {
    name: 'FIN is repeated',
    rfc: '9293 3.10.7.4',
    port: port.mute,
    steps: [...open(usual.sack), tcp('FA'), tcp('FA', { seq: 1 })],
  },
  {
    name: 'FIN is repeated with new octets in front of it',
    rfc: '9293 3.10.7.4',
    port: port.mute,
    steps: [...open(usual.sack), tcp('FA', { seq: 1 }), tcp('FA', { seq: 1, data: 10 })],
  },
  {
    name: 'octets behind FIN',
    rfc: '9293 3.10.7.4',
    port: port.mute,
    steps: [...open(), tcp('FA'), tcp('A', { seq: 2, data: 10 })],
  },
  {
    name: 'an octet below the window: keep-alive with an octet',
    rfc: '9293 3.8.4',
    steps: [...open(), tcp('A', { data: 10 }), tcp('A', { seq: 10, data: 1 })],
  },
  {
    name: 'a keep-alive without octets',
    rfc: '9293 3.8.4',
    steps: [...open(), tcp('A', { seq: 0 })],
  },
  {
    name: 'an acknowledgment again',
    rfc: '9293 3.10.7.4',
    steps: [...open(), tcp('A'), tcp('A')],
  },
  {
    name: 'octets that reach over the edge of the window',
    rfc: '9293 3.10.7.4',
    steps: [...open(), tcp('A', { seq: 64_001, data: 1460 }), tcp('A', { seq: 65_001, data: 1460 })],
  },
  {
    name: 'a reader that never reads closes the window',
    rfc: '9293 3.8.6',
    port: port.deaf,
    steps: [...open(), ...many(60, 1400), wait(0.6), tcp('A', { data: 1 })],
  },
  {
    name: 'a reader that comes late opens the window',
    rfc: '9293 3.8.6.2.2',
    port: port.late,
    steps: [...open(), ...many(5, 1000), wait(2), tcp('A', { data: 1000 })],
  },
  {
    name: 'timestamps: an older one',
    rfc: '7323 5.3',
    steps: [
      ...open(usual.full),
      tcp('A', { data: 10, tsval: 9000 }),
      tcp('A', { data: 10, tsval: 8000 }),
      wait(0.6),
      tcp('A', { seq: 11, data: 10, tsval: 9001 }),
    ],
  },
  {
    name: 'timestamps: a segment without',
    rfc: '7323 3.2',
    steps: [...open(usual.full), tcp('A', { data: 10, options: [] })],
  },
  {
    name: 'timestamps: which one is echoed behind a gap',
    rfc: '7323 4.3',
    steps: [
      ...open(usual.full),
      tcp('A', { data: 10, tsval: 9000 }),
      tcp('A', { seq: 21, data: 10, tsval: 9100 }),
      tcp('A', { seq: 11, data: 10, tsval: 9050 }),
    ],
  },
  {
    name: 'timestamps: RST with an older one',
    rfc: '7323 5.2',
    steps: [
      ...open(usual.full),
      tcp('A', { data: 10, tsval: 9000 }),
      tcp('R', { options: ['nop', 'nop', 'ts'], tsval: 1 }),
      tcp('A', { seq: 10, tsval: 9001 }),
    ],
  },
  {
    name: 'timestamps that were not agreed on',
    rfc: '7323 3.2',
    steps: [...open(), tcp('A', { data: 10, options: ['nop', 'nop', 'ts'] })],
  },
  {
    name: 'seven RSTs inside the window',
    rfc: '5961 7',
    everyAcknowledgment: true,
    steps: [...open(), ...resets(100, 4), wait(0.7), ...resets(200, 3)],
  },
  {
    name: 'seven SYNs inside a connection',
    rfc: '5961 7',
    everyAcknowledgment: true,
    steps: [...open(), ...syns(100, 4), wait(0.7), ...syns(200, 3)],
  },
  {
    name: 'challenges of two connections',
    rfc: '5961 7',
    steps: [...open(), tcp('R', { seq: 100 }), wait(0.6), tcp('R', { seq: 100 })],
  },
  {
    name: 'segments with PSH and URG',
    rfc: '9293 3.8.5',
    steps: [...open(), tcp('PAU', { data: 10, urgent: 0 }), tcp('A', { data: 10, urgent: 5 })],
  },
  {
    name: 'a segment with a wrong checksum inside a connection',
    rfc: '9293 3.1',
    steps: [...open(), tcp('A', { seq: 1, data: 10, spoil: 'checksum' }), tcp('A', { seq: 1, data: 10 })],
  },
  {
    name: 'a large stream in small segments is echoed',
    rfc: '9293 3.8',
    port: port.echo,
    steps: [...open(usual.full), ...many(20, 100), tcp('A')],
  },
  {
    name: 'SACK blocks of every kind of nonsense',
    rfc: '2018 5',
    port: port.hello,
    steps: [
      ...open(usual.sack),
      tcp('A', { ack: 1, sack: [[21, 11]] }),
      tcp('A', { ack: 1, sack: [[100, 200]] }),
      tcp('A', { ack: 1, sack: [[-50, 5]] }),
      tcp('A', { ack: 21 }),
      tcp('A', { seq: 0, ack: 21 }),
    ],
  },
];
