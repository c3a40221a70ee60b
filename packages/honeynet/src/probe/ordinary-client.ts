/** What an ordinary client of today sees of a host: its pings, its ports, the SYN/ACK that it gets, and the clock behind that. */
import { icmpv4, ipProtocol, ipv4, pseudoHeaderSum, readU16, tcp, type tcpOption, udp } from '@wormwood/wire';
import { type TcpTraits, tcpTraitsOf } from '../source-system/tcp-traits.ts';
import { type ReceivedPacket, packetOf, type Prober } from './prober.ts';

/** What a port does: `silent` ports answer nothing, whether they take what comes or not. */
export type SeenState = 'open' | 'closed' | 'silent';

/** A port and what was seen of it. */
export interface SeenPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly state: SeenState;
}

/** An echo reply. */
export interface SeenPing {
  readonly seconds: number;
  readonly timeToLive: number;
}

/** A handshake of which the host's side was seen. */
export interface SeenHandshake {
  readonly port: number;
  /** From the SYN to the SYN/ACK. */
  readonly seconds: number;
  readonly traits: TcpTraits;
  /** Of the host, by the timestamps of two connections; null: it shows none. */
  readonly clock: { readonly ticksPerSecond: number; readonly uptimeSeconds: number } | null;
}

/** The two ends. */
export interface Ends {
  readonly source: number;
  readonly destination: number;
}

/** MSS of the client. */
export const CLIENT_MSS_BYTES = 1460;

/** As a current Linux has them on Ethernet. */
const OPTIONS: readonly tcpOption.Repr[] = [
  { kind: 'mss', mssBytes: CLIENT_MSS_BYTES },
  { kind: 'sackPermitted' },
  { kind: 'timestamps', value: 1_000_000, echo: 0 },
  { kind: 'noOperation' },
  { kind: 'windowScale', shift: 7 },
];
const WINDOW_BYTES = 64_240;
const FIRST_PORT = 32_768;
const TRIES = 3;
const PATIENCE_SECONDS = 2;
/** Questions that are on their way at once. */
const BATCH = 64;
const CLOCK_SECONDS = 5;
/** Clocks that p0f believes: its README, section 3. */
const TICKS_MIN = 0.7;
const TICKS_MAX = 1500;
const PING = new Uint8Array(56).map((_, i) => i);
const DATAGRAM = Uint8Array.from('hello\r\n', (letter) => letter.charCodeAt(0));

interface Question {
  readonly packet: Uint8Array;
  isAnswer(received: ReceivedPacket): boolean;
}

interface Answer {
  readonly received: ReceivedPacket;
  readonly seconds: number;
}

/** Asks as an ordinary client does; what gets no answer is asked again. */
export class OrdinaryClient {
  readonly #prober: Prober;
  readonly #ends: Ends;
  #nextPort = FIRST_PORT;

  constructor(prober: Prober, ends: Ends) {
    this.#prober = prober;
    this.#ends = ends;
  }

  /** Returns the first echo reply; null: there is none. */
  ping(): SeenPing | null {
    const message = {
      kind: 'echoRequest',
      code: 0,
      identifier: 99,
      sequenceNumber: 1,
      payload: PING,
    } as const;
    const octets = new Uint8Array(icmpv4.length(message));
    icmpv4.emit(message, octets);
    const [answer] = this.#ask([
      {
        packet: packetOf(ipProtocol.icmpv4, octets, { ...this.#ends, dontFragment: true }),
        isAnswer: ({ packet }) =>
          packet.protocol === ipProtocol.icmpv4 &&
          packet.payload[0] === icmpv4.messageType.echoReply &&
          packet.source === this.#ends.destination,
      },
    ]);
    if (answer === undefined || answer === null) return null;
    return { seconds: answer.seconds, timeToLive: answer.received.packet.timeToLive };
  }

  /** Returns what the ports do, in their order. */
  ports(protocol: 'tcp' | 'udp', ports: readonly number[]): readonly SeenPort[] {
    const answers = this.#ask(
      ports.map((port) => (protocol === 'tcp' ? this.#syn(port) : this.#datagram(port))),
    );
    return ports.map((port, i) => ({ protocol, port, state: stateOf(answers[i] ?? null) }));
  }

  /** Opens two connections to an open port; null: it takes none. */
  handshake(port: number): SeenHandshake | null {
    const first = this.#synAck(port);
    if (first === null) return null;
    this.#prober.wait(CLOCK_SECONDS);
    const second = this.#synAck(port);
    const { traits, seconds, at } = first;
    return {
      port,
      seconds,
      traits,
      clock: second === null ? null : clockOf(traits, second.traits, second.at - at),
    };
  }

  #synAck(
    port: number,
  ): { readonly traits: TcpTraits; readonly seconds: number; readonly at: number } | null {
    const [answer] = this.#ask([this.#syn(port)]);
    if (answer === undefined || answer === null || stateOf(answer) !== 'open') return null;
    const { bytes, seconds: at } = answer.received;
    const traits = tcpTraitsOf(bytes, 0, ipv4.readHeaderLength(bytes, 0), bytes.length);
    return { traits, seconds: answer.seconds, at };
  }

  #syn(port: number): Question {
    const sourcePort = this.#nextPort++;
    const segment: tcp.Repr = {
      sourcePort,
      destinationPort: port,
      sequenceNumber: 0x1000_0000 + sourcePort,
      acknowledgmentNumber: 0,
      reserved: 0,
      flags: tcp.flag.SYN,
      window: WINDOW_BYTES,
      urgentPointer: 0,
      options: OPTIONS,
      payload: new Uint8Array(0),
    };
    const octets = new Uint8Array(tcp.length(segment));
    tcp.emit(segment, octets, 0, pseudoHeaderSum(this.#ends));
    return {
      packet: packetOf(ipProtocol.tcp, octets, { ...this.#ends, dontFragment: true }),
      isAnswer: ({ packet: { protocol, payload, source } }) =>
        protocol === ipProtocol.tcp &&
        source === this.#ends.destination &&
        tcp.check(payload) === undefined &&
        readU16(payload, tcp.field.destinationPort) === sourcePort,
    };
  }

  #datagram(port: number): Question {
    const sourcePort = this.#nextPort++;
    const datagram = { sourcePort, destinationPort: port, checksummed: true, payload: DATAGRAM };
    const octets = new Uint8Array(udp.length(datagram));
    udp.emit(datagram, octets, 0, pseudoHeaderSum(this.#ends));
    return {
      packet: packetOf(ipProtocol.udp, octets, { ...this.#ends, dontFragment: true }),
      isAnswer: ({ packet: { protocol, payload, source } }) => {
        if (source !== this.#ends.destination) return false;
        if (protocol === ipProtocol.udp)
          return (
            payload.length >= udp.HEADER_LENGTH && readU16(payload, udp.field.destinationPort) === sourcePort
          );
        return protocol === ipProtocol.icmpv4 && quotedPort(payload) === sourcePort;
      },
    };
  }

  /** The answers in the order of the questions; null where there is none. */
  #ask(questions: readonly Question[]): readonly (Answer | null)[] {
    const answers: (Answer | null)[] = questions.map(() => null);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const open = questions.flatMap((question, i) => (answers[i] === null ? [{ question, i }] : []));
      for (let at = 0; at < open.length; at += BATCH) {
        const asked = open.slice(at, at + BATCH);
        const began = this.#prober.clock.nowSeconds();
        for (const { question } of asked) this.#prober.send(question.packet);
        for (const received of this.#prober.wait(PATIENCE_SECONDS)) {
          const found = asked.find(({ question, i }) => answers[i] === null && question.isAnswer(received));
          if (found !== undefined) answers[found.i] = { received, seconds: received.seconds - began };
        }
      }
    }
    return answers;
  }
}

function stateOf(answer: Answer | null): SeenState {
  if (answer === null) return 'silent';
  const { protocol, payload } = answer.received.packet;
  if (protocol === ipProtocol.udp) return 'open';
  if (protocol === ipProtocol.icmpv4) return 'closed';
  const flags = payload[tcp.field.flags]!;
  return (flags & tcp.flag.RST) === 0 ? 'open' : 'closed';
}

/** The source port of the datagram that a port unreachable is about; -1: it is none. */
function quotedPort(message: Uint8Array): number {
  const quote = icmpv4.HEADER_LENGTH;
  if (message[icmpv4.field.type] !== icmpv4.messageType.destinationUnreachable) return -1;
  if (message[icmpv4.field.code] !== icmpv4.unreachableCode.port) return -1;
  if (message.length < quote + ipv4.HEADER_LENGTH + udp.HEADER_LENGTH) return -1;
  return readU16(message, quote + ipv4.HEADER_LENGTH + udp.field.sourcePort);
}

/** RFC 7323 5.4: a clock that goes on from one connection to the next. */
function clockOf(first: TcpTraits, second: TcpTraits, seconds: number): SeenHandshake['clock'] {
  if (first.timestamp === null || second.timestamp === null || first.timestamp === 0) return null;
  const ticks = (second.timestamp - first.timestamp + 2 ** 32) % 2 ** 32;
  const rate = ticks / seconds;
  if (rate < TICKS_MIN || rate > TICKS_MAX) return null;
  const ticksPerSecond = Math.round(rate);
  return { ticksPerSecond, uptimeSeconds: Math.round(first.timestamp / ticksPerSecond) };
}
