/** Segments outside any connection: every kind to a closed port and to a listening one (RFC 9293 3.10.7.1, 3.10.7.2). */
import { type Case, type SegmentStep, tcp } from '../case.ts';
import { port } from '../services.ts';

const alone: readonly (readonly [string, SegmentStep])[] = [
  ...[
    '',
    'F',
    'S',
    'R',
    'A',
    'FA',
    'SA',
    'RA',
    'SF',
    'SR',
    'SU',
    'FPU',
    'SEC',
    'FSPU',
    'PA',
    'U',
    'E',
    'FSRPAUEC',
  ].map((flags): readonly [string, SegmentStep] => [
    flags === '' ? 'no flags' : flags,
    tcp(flags, { seq: 5, ...(flags.includes('A') ? { ack: 77 } : {}), options: [] }),
  ]),
  ['S with data', tcp('S', { seq: 5, data: 40, options: [] })],
  ['S with an ACK number and no ACK', tcp('S', { seq: 5, ack: 77, options: [] })],
  ['A with data', tcp('A', { seq: 5, ack: 77, data: 40, options: [] })],
  ['no flags with data', tcp('', { seq: 5, data: 40, options: [] })],
  ['A with ACK number zero', tcp('A', { seq: 5, ack: -0x2222_2222, options: [] })],
  ['S with reserved bits', tcp('S', { seq: 5, reserved: 7, options: [] })],
  ['S with an urgent pointer', tcp('S', { seq: 5, urgent: 9, options: [] })],
  ['S with window 0', tcp('S', { seq: 5, window: 0, options: [] })],
  ['S with a type of service', tcp('S', { seq: 5, options: [], ip: { tos: 0x28 } })],
  ['A with a type of service', tcp('A', { seq: 5, ack: 77, options: [], ip: { tos: 0x28 } })],
  ['S with TTL 1', tcp('S', { seq: 5, options: [], ip: { ttl: 1 } })],
  ['S with the reserved bit of IP', tcp('S', { seq: 5, options: [], ip: { reservedFlag: true } })],
  ['S with a wrong checksum', tcp('S', { seq: 5, options: [], spoil: 'checksum' })],
  ['S with a data offset of four words', tcp('S', { seq: 5, options: [], spoil: 'offset-short' })],
  ['S with a data offset beyond its end', tcp('S', { seq: 5, options: [], spoil: 'offset-long' })],
  ['S that is cut off', tcp('S', { seq: 5, options: [], spoil: 'truncated' })],
  ['S with a wrong IP checksum', tcp('S', { seq: 5, options: [], ip: { spoil: 'checksum' } })],
  ['S with IP version 5', tcp('S', { seq: 5, options: [], ip: { spoil: 'version' } })],
  ['S with too long an IP length', tcp('S', { seq: 5, options: [], ip: { spoil: 'length-long' } })],
  ['S with too short an IP length', tcp('S', { seq: 5, options: [], ip: { spoil: 'length-short' } })],
];

export const strangerCases: readonly Case[] = (
  [
    ['closed', port.closed],
    ['listening', port.sink],
  ] as const
).flatMap(([name, number]) =>
  alone.map(([words, step]) => ({
    name: `${name} port: ${words}`,
    rfc: name === 'closed' ? '9293 3.10.7.1' : '9293 3.10.7.2',
    port: number,
    steps: [step],
  })),
);
