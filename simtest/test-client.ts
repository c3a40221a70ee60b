/**
 * A TCP client written for these tests from RFC 9293 alone: it shares no line with the stack that it talks to, only the
 * octets of `wire`. Simple where it may be: everything is sent again after a timeout, from the oldest octet on.
 */
import { type IpAddress, ipProtocol, pseudoHeaderSum, tcp, type tcpOption } from '@wormwood/wire';
import { ipPacketOf } from './ip-packet.ts';
import type { Plan } from './plan.ts';
import { octetsAt } from './plan.ts';

const WINDOW_SHIFT = 2;
const IN_FLIGHT_MAX = 20_000;
const RTO_FIRST_SECONDS = 1;
const RTO_LAST_SECONDS = 8;
const RETRIES = 14;
/** How long a client stays to acknowledge a FIN that is sent again. */
const LINGER_SECONDS = 60;
const READ_EVERY_SECONDS = 0.5;

export type Outcome = 'done' | 'reset' | 'timeout' | 'aborted' | 'vanished';

export interface ClientComponents {
  readonly now: () => number;
  readonly transmit: (packet: Uint8Array) => void;
  /** Called with a sentence when what arrives is not what was sent. */
  readonly complain: (problem: string) => void;
}

export class TestClient {
  readonly plan: Plan;
  outcome: Outcome | null = null;
  /** Octets that came in order. */
  received = 0;
  /** When `onTimer` is to be called next. */
  timerSeconds: number = Number.POSITIVE_INFINITY;
  isGone = false;
  readonly #parts: ClientComponents;
  #state: 'syn-sent' | 'open' | 'over' = 'syn-sent';
  /** All positions are octets after our SYN, or after the SYN of the other side. */
  #acknowledged = 0;
  #next = 0;
  #peerWindow = 0;
  #peerScale = 0;
  #peerMss = 536;
  #peerInitial = 0;
  #hasTimestamps = false;
  #hasSack = false;
  #recentTimestamp = 0;
  readonly #early: Map<number, Uint8Array> = new Map();
  #finAt = Number.POSITIVE_INFINITY;
  #peerFinished = false;
  #unread = 0;
  #retries = 0;
  #rto: number = RTO_FIRST_SECONDS;
  #rtoAt: number = Number.POSITIVE_INFINITY;
  #readAt: number = Number.POSITIVE_INFINITY;
  #lingerUntil: number = Number.POSITIVE_INFINITY;

  constructor(plan: Plan, parts: ClientComponents) {
    this.plan = plan;
    this.#parts = parts;
    if (plan.readBytesPerSecond < Number.POSITIVE_INFINITY) this.#readAt = parts.now() + READ_EVERY_SECONDS;
    this.#sendSyn();
    this.#startRto();
    this.#setTimer();
  }

  receive(segment: tcp.Repr): void {
    if (this.outcome === 'vanished' || this.isGone) return;
    if (this.#state === 'syn-sent') this.#receiveSynAck(segment);
    else this.#receiveSegment(segment);
    this.#setTimer();
  }

  onTimer(): void {
    const now = this.#parts.now();
    if (now >= this.#lingerUntil) this.isGone = true;
    if (this.#state !== 'over' && now >= this.#readAt) this.#read(now);
    if (now >= this.#rtoAt) this.#onTimeout();
    this.#setTimer();
  }

  #receiveSynAck(segment: tcp.Repr): void {
    const { flags } = segment;
    if ((flags & tcp.flag.ACK) === 0 || segment.acknowledgmentNumber !== this.#sequence(0)) return;
    if ((flags & tcp.flag.RST) !== 0) return this.#finish('reset');
    if ((flags & tcp.flag.SYN) === 0) return;
    const { plan } = this;
    this.#peerInitial = segment.sequenceNumber;
    for (const option of segment.options) {
      if (option.kind === 'mss') this.#peerMss = option.mssBytes;
      if (option.kind === 'windowScale' && plan.scales) this.#peerScale = option.shift;
      if (option.kind === 'sackPermitted') this.#hasSack = plan.sack;
      if (option.kind === 'timestamps' && plan.timestamps) {
        this.#hasTimestamps = true;
        this.#recentTimestamp = option.value;
      }
    }
    this.#peerWindow = segment.window;
    this.#state = 'open';
    this.#retries = 0;
    this.#rtoAt = Number.POSITIVE_INFINITY;
    this.#emit(tcp.flag.ACK, 0, 0);
    this.#transmit();
  }

  #receiveSegment(segment: tcp.Repr): void {
    const position = (segment.sequenceNumber - this.#peerInitial - 1) | 0;
    const before = this.#received;
    const { flags, payload } = segment;
    if ((flags & tcp.flag.RST) !== 0) {
      if (position === this.#received && this.#state !== 'over') this.#finish('reset');
      return;
    }
    if ((flags & tcp.flag.SYN) !== 0) return this.#emit(tcp.flag.ACK, this.#next, 0);
    for (const option of segment.options) {
      if (option.kind === 'timestamps' && position <= this.#received) this.#recentTimestamp = option.value;
    }
    if ((flags & tcp.flag.ACK) !== 0) this.#acknowledge(segment, position);
    if ((flags & tcp.flag.FIN) !== 0) this.#finAt = position + payload.length;
    if (payload.length > 0) this.#take(position, payload);
    if (this.#received === this.#finAt) this.#peerFinished = true;
    // RFC 9293 3.10.7.4: what lies before the window is answered, too, as a probe of a closed one.
    if (payload.length > 0 || (flags & tcp.flag.FIN) !== 0 || position < before)
      this.#emit(tcp.flag.ACK, this.#next, 0);
    this.#transmit();
    this.#checkEnd();
  }

  /** What has come in order; the FIN of the other side is one more. */
  get #received(): number {
    return this.received + (this.#peerFinished ? 1 : 0);
  }

  #acknowledge({ acknowledgmentNumber, window }: tcp.Repr, position: number): void {
    const acknowledged = (acknowledgmentNumber - this.#sequence(0)) | 0;
    if (acknowledged > this.plan.sendBytes + 1)
      return this.#parts.complain('acknowledges what was never sent');
    if (acknowledged < this.#acknowledged || position < 0) return;
    if (acknowledged > this.#acknowledged) {
      this.#acknowledged = acknowledged;
      this.#next = Math.max(this.#next, acknowledged);
      this.#retries = 0;
      this.#rto = RTO_FIRST_SECONDS;
      if (this.#next > acknowledged) this.#startRto();
      else this.#rtoAt = Number.POSITIVE_INFINITY;
    }
    this.#peerWindow = window << this.#peerScale;
  }

  #take(position: number, payload: Uint8Array): void {
    const room = this.#window();
    // Beyond the window there is no place, as for a probe of a window that is closed.
    const kept = payload.subarray(0, Math.max(0, this.received + room - position));
    if (kept.length === 0) return;
    const known = this.#early.get(position);
    if (known === undefined || known.length < kept.length) this.#early.set(position, kept.slice());
    for (let found = true; found;) {
      found = false;
      for (const [start, octets] of this.#early) {
        if (start > this.received) continue;
        this.#early.delete(start);
        const fresh = octets.subarray(this.received - start);
        if (fresh.length === 0) continue;
        this.#compare(fresh);
        this.received += fresh.length;
        if (this.#readAt < Number.POSITIVE_INFINITY) this.#unread += fresh.length;
        found = true;
      }
    }
  }

  #compare(fresh: Uint8Array): void {
    const expected = octetsAt(this.plan.answerKey, this.received, fresh.length);
    const wrong = fresh.findIndex((octet, i) => octet !== expected[i]);
    if (wrong >= 0) this.#parts.complain(`the client got a wrong octet at ${this.received + wrong}`);
    if (this.received + fresh.length > this.plan.answerBytes)
      this.#parts.complain('the client got more octets than were sent');
  }

  #window(): number {
    return Math.max(0, this.plan.windowBytes - this.#unread);
  }

  #read(now: number): void {
    this.#readAt = now + READ_EVERY_SECONDS;
    const wasSmall = this.#window() < this.plan.mssBytes;
    this.#unread = Math.max(0, this.#unread - this.plan.readBytesPerSecond * READ_EVERY_SECONDS);
    if (wasSmall && this.#window() >= this.plan.mssBytes && this.#state === 'open')
      this.#emit(tcp.flag.ACK, this.#next, 0);
  }

  #onTimeout(): void {
    if (++this.#retries > RETRIES) return this.#finish('timeout');
    this.#rto = Math.min(this.#rto * 2, RTO_LAST_SECONDS);
    if (this.#state === 'syn-sent') this.#sendSyn();
    else {
      this.#next = this.#acknowledged;
      if (this.#peerWindow === 0 && this.#next < this.plan.sendBytes) {
        this.#emit(tcp.flag.ACK, this.#next, 1);
        // A window that stays closed is not a loss (RFC 9293 3.8.6.1).
        this.#retries = 0;
      } else this.#transmit();
    }
    this.#startRto();
  }

  #transmit(): void {
    if (this.#state !== 'open') return;
    const { plan } = this;
    const mss = Math.min(this.#peerMss, plan.mssBytes) - (this.#hasTimestamps ? 12 : 0);
    const limit = this.#acknowledged + Math.min(this.#peerWindow, IN_FLIGHT_MAX);
    while (this.#next < Math.min(plan.sendBytes, limit)) {
      if (this.#endsEarly()) return;
      const length = Math.min(mss, plan.sendBytes - this.#next, limit - this.#next);
      this.#emit(tcp.flag.ACK | tcp.flag.PSH, this.#next, length);
      this.#next += length;
      if (this.#rtoAt === Number.POSITIVE_INFINITY) this.#startRto();
    }
    const mayFinish = !plan.closesLast || this.#peerFinished;
    if (this.#next === plan.sendBytes && mayFinish && this.#acknowledged <= plan.sendBytes) {
      this.#emit(tcp.flag.FIN | tcp.flag.ACK, this.#next, 0);
      this.#next++;
    }
    if (this.#next < plan.sendBytes || this.#next > this.#acknowledged)
      if (this.#rtoAt === Number.POSITIVE_INFINITY) this.#startRto();
  }

  /** Some clients reset the connection in its middle, and some are never heard of again. */
  #endsEarly(): boolean {
    const { ending, sendBytes } = this.plan;
    if (ending === 'orderly' || this.#next < sendBytes / 2) return false;
    if (ending === 'abort') this.#emit(tcp.flag.RST | tcp.flag.ACK, this.#next, 0);
    this.#finish(ending === 'abort' ? 'aborted' : 'vanished');
    return true;
  }

  #checkEnd(): void {
    if (this.#state !== 'open' || !this.#peerFinished || this.#acknowledged !== this.plan.sendBytes + 1)
      return;
    this.#finish('done');
    this.#lingerUntil = this.#parts.now() + LINGER_SECONDS;
  }

  #finish(outcome: Outcome): void {
    this.outcome = outcome;
    this.#state = 'over';
    this.#rtoAt = Number.POSITIVE_INFINITY;
    this.#readAt = Number.POSITIVE_INFINITY;
    if (outcome !== 'done') this.isGone = true;
  }

  #startRto(): void {
    this.#rtoAt = this.#parts.now() + this.#rto;
  }

  #setTimer(): void {
    this.timerSeconds = Math.min(this.#rtoAt, this.#readAt, this.#lingerUntil);
  }

  /** Sequence number of the octet at `position`. */
  #sequence(position: number): number {
    return (this.plan.initialSequence + 1 + position) >>> 0;
  }

  #sendSyn(): void {
    const { plan } = this;
    const options: tcpOption.Repr[] = [{ kind: 'mss', mssBytes: plan.mssBytes }];
    if (plan.scales) options.push({ kind: 'windowScale', shift: WINDOW_SHIFT });
    if (plan.sack) options.push({ kind: 'sackPermitted' });
    if (plan.timestamps) options.push({ kind: 'timestamps', value: this.#timestamp(), echo: 0 });
    this.#send({ flags: tcp.flag.SYN, position: -1, payload: new Uint8Array(0), options, window: 65_535 });
  }

  #emit(flags: number, position: number, length: number): void {
    const options: tcpOption.Repr[] = [];
    if (this.#hasTimestamps)
      options.push({ kind: 'timestamps', value: this.#timestamp(), echo: this.#recentTimestamp });
    if (this.#hasSack && this.#early.size > 0) options.push({ kind: 'sack', blocks: this.#blocks() });
    const payload = octetsAt(this.plan.sendKey, position, length);
    const window = this.#window() >>> (this.plan.scales ? WINDOW_SHIFT : 0);
    this.#send({ flags, position, payload, options, window: Math.min(window, 65_535) });
  }

  #blocks(): tcpOption.SackBlock[] {
    const runs: { start: number; end: number }[] = [];
    for (const [start, octets] of [...this.#early].toSorted(([a], [b]) => a - b)) {
      const last = runs.at(-1);
      const end = start + octets.length;
      if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
      else runs.push({ start, end });
    }
    const at = (position: number): number => (this.#peerInitial + 1 + position) >>> 0;
    return runs.slice(0, 3).map(({ start, end }) => ({ left: at(start), right: at(end) }));
  }

  #timestamp(): number {
    return Math.floor(this.#parts.now() * 1000 + this.plan.initialSequence) >>> 0;
  }

  #send(words: {
    readonly flags: number;
    readonly position: number;
    readonly payload: Uint8Array;
    readonly options: readonly tcpOption.Repr[];
    readonly window: number;
  }): void {
    const { plan } = this;
    const hasAck = (words.flags & tcp.flag.ACK) !== 0;
    const segment: tcp.Repr = {
      sourcePort: plan.port,
      destinationPort: plan.serverPort,
      sequenceNumber: this.#sequence(words.position),
      acknowledgmentNumber: hasAck ? (this.#peerInitial + 1 + this.#received) >>> 0 : 0,
      reserved: 0,
      flags: words.flags,
      window: words.window,
      urgentPointer: 0,
      options: words.options,
      payload: words.payload,
    };
    this.#parts.transmit(packetOf(segment, plan.address, plan.serverAddress));
  }
}

/** The packet of a segment. */
export function packetOf(segment: tcp.Repr, source: IpAddress, destination: IpAddress): Uint8Array {
  const transport = new Uint8Array(tcp.length(segment));
  const ends = { source, destination };
  tcp.emit(segment, transport, 0, pseudoHeaderSum(ends));
  return ipPacketOf(ipProtocol.tcp, ends, transport);
}
