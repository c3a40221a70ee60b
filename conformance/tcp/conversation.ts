/** One case against one host: sends its steps and keeps what comes back, with the step and the moment. */
import { icmpv4, ipProtocol, ipv4, isMalformed, tcp, udp } from '@wormwood/wire';
import type { Case, SegmentStep, Step, WaitStep } from './case.ts';
import {
  datagramPackets,
  type Ends,
  icmpPackets,
  otherPackets,
  segmentPackets,
  type SegmentNumbers,
} from './packets.ts';
import type { RawClient } from './raw-client.ts';

/** What the host sent. */
export interface Answer {
  /** The step that was sent last. */
  readonly step: number;
  /** Seconds since it was sent. */
  readonly afterSeconds: number;
  readonly ip: ipv4.Repr;
  readonly content:
    | { readonly kind: 'tcp'; readonly segment: tcp.Repr; readonly clientPort: number }
    | { readonly kind: 'udp'; readonly datagram: udp.Repr }
    | { readonly kind: 'icmp'; readonly message: icmpv4.Repr }
    | { readonly kind: 'other' };
}

export interface Conversation {
  readonly answers: readonly Answer[];
  readonly clientAddress: number;
  readonly clientInitial: number;
  readonly timestampBase: number;
}

/** How long answers to a step are waited for: shorter than any host waits before it repeats something (RFC 6298). */
const SETTLE_SECONDS = 0.1;
const TIMESTAMP_BASE = 5_000_000;
const TIMESTAMP_STEP = 100;
/** What the numbers of a host are relative to that has not shown its own. */
export const UNKNOWN_INITIAL = 0x2222_2222;

/** How long a case takes. */
export function secondsOf({ steps }: Case): number {
  return steps.reduce((sum, step) => sum + (step.kind === 'wait' ? step.seconds : SETTLE_SECONDS), 0);
}

/** Runs a case; `turn` makes addresses and numbers its own. */
export async function converse(
  { port = 9, steps }: Case,
  client: RawClient,
  host: number,
  turn: number,
): Promise<Conversation> {
  const clientAddress = ((host & 0xffff_0000) | (0x100 + turn)) >>> 0;
  const ends = { client: clientAddress, host, clientPort: 40_000 + (turn % 20_000), hostPort: port };
  const talk = new Talk(client, ends, (0xffff_fc00 + 97 * turn) >>> 0);
  client.join(clientAddress, (packet) => talk.receive(packet));
  try {
    for (const step of steps) {
      // oxlint-disable-next-line no-await-in-loop -- one step after the other
      await talk.step(step);
    }
  } finally {
    client.leave(clientAddress);
  }
  return {
    answers: talk.answers,
    clientAddress,
    clientInitial: talk.clientInitial,
    timestampBase: TIMESTAMP_BASE,
  };
}

class Talk {
  readonly answers: Answer[] = [];
  readonly clientInitial: number;
  readonly #client: RawClient;
  readonly #ends: Ends;
  #step = -1;
  #sentAt = 0;
  #hostInitial: number | null = null;
  /** Relative numbers: the next that we send, and what came in order. */
  #next = 0;
  #received = 0;
  readonly #early: { readonly from: number; readonly to: number }[] = [];
  #hasTimestamps = false;
  #tsval = TIMESTAMP_BASE;
  #tsecr = 0;
  #acknowledge: WaitStep['acknowledge'] = undefined;

  constructor(client: RawClient, ends: Ends, clientInitial: number) {
    this.#client = client;
    this.#ends = ends;
    this.clientInitial = clientInitial;
  }

  async step(step: Step): Promise<void> {
    this.#step++;
    this.#sentAt = performance.now();
    if (step.kind === 'wait') {
      this.#acknowledge = step.acknowledge;
      if (this.#acknowledge !== undefined) this.#sendAcknowledgment(this.#acknowledge.window);
      await sleep(step.seconds);
      this.#acknowledge = undefined;
      return;
    }
    this.#client.send(this.#packetsOf(step));
    await sleep(SETTLE_SECONDS);
  }

  receive(octets: Uint8Array): void {
    const ip = ipv4.parse(octets);
    if (isMalformed(ip)) return;
    const afterSeconds = (performance.now() - this.#sentAt) / 1000;
    const content = this.#contentOf(ip);
    this.answers.push({ step: this.#step, afterSeconds, ip, content });
    if (content.kind === 'tcp') this.#follow(content.segment);
  }

  #packetsOf(step: Exclude<Step, WaitStep>): Uint8Array[] {
    const ends = this.#ends;
    if (step.kind === 'tcp') return this.#segmentPackets(step);
    if (step.kind === 'udp') return datagramPackets(step, ends);
    if (step.kind === 'icmp') return icmpPackets(step, ends, this.#hostInitial ?? UNKNOWN_INITIAL);
    return otherPackets(step, ends);
  }

  #segmentPackets(step: SegmentStep): Uint8Array[] {
    if (step.flags.includes('S') && step.options?.includes('ts') === true) this.#hasTimestamps = true;
    const seq = step.seq ?? this.#next;
    const ack = step.ack === undefined || step.ack === 'next' ? this.#received : step.ack;
    this.#tsval = step.tsval === undefined ? this.#tsval + TIMESTAMP_STEP : TIMESTAMP_BASE + step.tsval;
    const packets = segmentPackets(step, this.#ends, this.#numbers(seq, ack));
    if (step.seq === undefined && step.spoil === undefined)
      this.#next +=
        (step.data ?? 0) + (step.flags.includes('S') ? 1 : 0) + (step.flags.includes('F') ? 1 : 0);
    return packets;
  }

  #numbers(seq: number, ack: number): SegmentNumbers {
    return {
      clientInitial: this.clientInitial,
      hostInitial: this.#hostInitial ?? UNKNOWN_INITIAL,
      seq,
      ack,
      tsval: this.#tsval,
      tsecr: this.#tsecr,
      hasTimestamps: this.#hasTimestamps,
    };
  }

  #sendAcknowledgment(window: number): void {
    this.#tsval++;
    const step: SegmentStep = { kind: 'tcp', flags: 'A', window };
    this.#client.send(segmentPackets(step, this.#ends, this.#numbers(this.#next, this.#received)));
  }

  #contentOf(ip: ipv4.Repr): Answer['content'] {
    if (ip.moreFragments || ip.fragmentOffset > 0) return { kind: 'other' };
    if (ip.protocol === ipProtocol.tcp) {
      const segment = tcp.parse(ip.payload);
      if (!isMalformed(segment)) return { kind: 'tcp', segment, clientPort: this.#ends.clientPort };
    }
    if (ip.protocol === ipProtocol.udp) {
      const datagram = udp.parse(ip.payload);
      if (!isMalformed(datagram)) return { kind: 'udp', datagram };
    }
    if (ip.protocol === ipProtocol.icmpv4) {
      const message = icmpv4.parse(ip.payload);
      if (!isMalformed(message)) return { kind: 'icmp', message };
    }
    return { kind: 'other' };
  }

  /** Keeps what the next segments of ours depend on. */
  #follow(segment: tcp.Repr): void {
    if (segment.destinationPort !== this.#ends.clientPort) return;
    if ((segment.flags & tcp.flag.RST) !== 0) return;
    const isSyn = (segment.flags & tcp.flag.SYN) !== 0;
    if (isSyn && segment.sequenceNumber !== this.#hostInitial) {
      this.#hostInitial = segment.sequenceNumber;
      this.#received = 1;
      this.#early.length = 0;
    }
    const stamp = segment.options.find((option) => option.kind === 'timestamps');
    if (isSyn && stamp === undefined) this.#hasTimestamps = false;
    if (stamp?.kind === 'timestamps') this.#tsecr = stamp.value;
    if (this.#hostInitial === null || isSyn) return;
    const from = (segment.sequenceNumber - this.#hostInitial) | 0;
    const to = from + segment.payload.length + (segment.flags & tcp.flag.FIN);
    if (to === from) return;
    this.#early.push({ from, to });
    this.#early.sort((a, b) => a.from - b.from);
    for (const piece of this.#early)
      if (piece.from <= this.#received) this.#received = Math.max(this.#received, piece.to);
    if (this.#acknowledge !== undefined) this.#sendAcknowledgment(this.#acknowledge.window);
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
