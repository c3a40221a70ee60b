/** Every state of a connection against every kind of segment (RFC 9293 3.10.7), and what is left of the connection then. */
import { type Case, open, type Step, tcp, wait } from '../case.ts';
import { port } from '../services.ts';

interface State {
  readonly name: string;
  readonly port: number;
  readonly steps: readonly Step[];
  /** The client's next number, and the first one of the host that is not acknowledged. */
  readonly seq: number;
  readonly ack: number;
}

const states: readonly State[] = [
  { name: 'SYN-RECEIVED', port: port.sink, steps: [tcp('S', { options: [{ mss: 1460 }] })], seq: 1, ack: 1 },
  { name: 'ESTABLISHED', port: port.sink, steps: open(), seq: 1, ack: 1 },
  { name: 'CLOSE-WAIT', port: port.mute, steps: [...open(), tcp('FA')], seq: 2, ack: 1 },
  { name: 'FIN-WAIT-1', port: port.half, steps: open(), seq: 1, ack: 1 },
  { name: 'FIN-WAIT-2', port: port.half, steps: [...open(), tcp('A', { ack: 2 })], seq: 1, ack: 2 },
  { name: 'CLOSING', port: port.half, steps: [...open(), tcp('FA', { ack: 1 })], seq: 2, ack: 1 },
  { name: 'LAST-ACK', port: port.sink, steps: [...open(), tcp('FA')], seq: 2, ack: 1 },
  {
    name: 'TIME-WAIT',
    port: port.half,
    steps: [...open(), tcp('A', { ack: 2 }), tcp('FA', { ack: 2 })],
    seq: 2,
    ack: 2,
  },
];

interface Kind {
  readonly name: string;
  readonly rfc: string;
  send(seq: number, ack: number): Step;
}

const kinds: readonly Kind[] = [
  { name: 'RST at the next octet', rfc: '5961 3.2', send: (seq) => tcp('R', { seq }) },
  { name: 'RST inside the window', rfc: '5961 3.2', send: (seq) => tcp('R', { seq: seq + 10 }) },
  { name: 'RST before the window', rfc: '5961 3.2', send: (seq) => tcp('R', { seq: seq - 10 }) },
  { name: 'RST beyond the window', rfc: '5961 3.2', send: (seq) => tcp('R', { seq: seq + 200_000 }) },
  {
    name: 'the first SYN again',
    rfc: '9293 3.10.7.4',
    send: () => tcp('S', { seq: 0, options: [{ mss: 1460 }] }),
  },
  { name: 'SYN inside the window', rfc: '5961 4.2', send: (seq) => tcp('S', { seq: seq + 10 }) },
  { name: 'SYN with ACK', rfc: '5961 4.2', send: (seq, ack) => tcp('SA', { seq, ack }) },
  {
    name: 'ACK of what was never sent',
    rfc: '5961 5.2',
    send: (seq, ack) => tcp('A', { seq, ack: ack + 1000 }),
  },
  {
    name: 'ACK of what was never sent, with data',
    rfc: '5961 5.2',
    send: (seq, ack) => tcp('A', { seq, ack: ack + 1000, data: 10 }),
  },
  {
    name: 'ancient ACK, with data',
    rfc: '5961 5.2',
    send: (seq, ack) => tcp('A', { seq, ack: ack - 200_000, data: 10 }),
  },
  { name: 'no flags', rfc: '9293 3.10.7.4', send: (seq) => tcp('', { seq, data: 10 }) },
  { name: 'FIN without ACK', rfc: '9293 3.10.7.4', send: (seq) => tcp('F', { seq }) },
  {
    name: 'data at the next octet',
    rfc: '9293 3.10.7.4',
    send: (seq, ack) => tcp('A', { seq, ack, data: 10 }),
  },
  {
    name: 'data from before the window',
    rfc: '9293 3.10.7.4',
    send: (seq, ack) => tcp('A', { seq: seq - 100, ack, data: 10 }),
  },
  {
    name: 'data beyond the window',
    rfc: '9293 3.10.7.4',
    send: (seq, ack) => tcp('A', { seq: seq + 200_000, ack, data: 10 }),
  },
  {
    name: 'data behind a gap',
    rfc: '9293 3.10.7.4',
    send: (seq, ack) => tcp('A', { seq: seq + 100, ack, data: 10 }),
  },
  { name: 'FIN with data', rfc: '9293 3.10.7.4', send: (seq, ack) => tcp('FA', { seq, ack, data: 10 }) },
  { name: 'FIN behind a gap', rfc: '9293 3.10.7.4', send: (seq, ack) => tcp('FA', { seq: seq + 100, ack }) },
];

export const stateCases: readonly Case[] = states.flatMap((state) =>
  kinds.map((kind) => ({
    name: `${state.name}: ${kind.name}`,
    rfc: kind.rfc,
    port: state.port,
    steps: [
      ...state.steps,
      kind.send(state.seq, state.ack),
      // Longer than a limit of challenge ACKs counts.
      wait(0.6),
      // What a keep-alive asks (RFC 9293 3.8.4).
      tcp('A', { seq: state.seq - 1, ack: state.ack }),
    ],
  })),
);
