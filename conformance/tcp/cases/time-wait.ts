/** The same two ends again while one waits (RFC 6191, RFC 9293 3.10.7.4), and what else comes in TIME-WAIT (RFC 1337). */
import { type Case, type OptionWords, open, type Step, tcp, usual, wait } from '../case.ts';
import { port } from '../services.ts';

/** A connection that the host ended first and that is over: the client's next number is 2. */
const over = (options: readonly OptionWords[]): Step[] => [
  ...open(options),
  tcp('A', { ack: 2 }),
  tcp('FA', { ack: 2 }),
];

const again = (name: string, options: readonly OptionWords[], syn: Step): Case => ({
  name: `TIME-WAIT: ${name}`,
  rfc: '6191 2',
  port: port.half,
  steps: [...over(options), wait(0.6), syn, tcp('A', { seq: 10_001 })],
});

export const timeWaitCases: readonly Case[] = [
  again('a SYN of a higher number', usual.plain, tcp('S', { seq: 10_000, options: usual.plain })),
  again('a SYN of a lower number', usual.plain, tcp('S', { seq: -10_000, options: usual.plain })),
  again('a SYN of the next number', usual.plain, tcp('S', { seq: 2, options: usual.plain })),
  again(
    'a SYN of a higher number and a later timestamp',
    usual.full,
    tcp('S', { seq: 10_000, options: usual.full, tsval: 9000 }),
  ),
  again(
    'a SYN of a lower number and a later timestamp',
    usual.full,
    tcp('S', { seq: -10_000, options: usual.full, tsval: 9000 }),
  ),
  again(
    'a SYN of a higher number and an older timestamp',
    usual.full,
    tcp('S', { seq: 10_000, options: usual.full, tsval: -9000 }),
  ),
  again(
    'a SYN of a higher number without the timestamp',
    usual.full,
    tcp('S', { seq: 10_000, options: usual.plain }),
  ),
  again(
    'a SYN of a lower number without the timestamp',
    usual.full,
    tcp('S', { seq: -10_000, options: usual.plain }),
  ),
  again('a SYN with ACK', usual.plain, tcp('SA', { seq: 10_000, options: usual.plain })),
  again('a SYN with RST', usual.plain, tcp('SR', { seq: 10_000, options: usual.plain })),
  again('a SYN with FIN', usual.plain, tcp('SF', { seq: 10_000, options: usual.plain })),
  {
    name: 'TIME-WAIT: FIN again',
    rfc: '9293 3.10.7.4',
    port: port.half,
    steps: [...over(usual.full), wait(0.6), tcp('FA', { seq: 1 })],
  },
  {
    name: 'TIME-WAIT: octets from before',
    rfc: '1337 1',
    port: port.half,
    steps: [...over(usual.full), wait(0.6), tcp('A', { seq: 1, data: 1 })],
  },
  {
    name: 'LAST-ACK, then the same ends again',
    rfc: '9293 3.10.7.4',
    port: port.sink,
    steps: [
      ...open(),
      tcp('FA'),
      tcp('A'),
      tcp('S', { seq: 10_000, options: usual.plain }),
      tcp('A', { seq: 10_001 }),
    ],
  },
  {
    name: 'a reset connection, then the same ends again',
    rfc: '9293 3.10.7.4',
    port: port.sink,
    steps: [...open(), tcp('R'), tcp('S', { seq: 10_000, options: usual.plain }), tcp('A', { seq: 10_001 })],
  },
];
