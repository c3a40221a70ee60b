/**
 * Downloads over a path in memory that loses packets by a seed: our sender, a receiver written from the RFCs (delayed
 * acknowledgments of RFC 5681 4.2, SACK of RFC 2018), and beside them a sender that knows what became of each packet a round trip
 * after it was sent, so that nobody can be faster with the same windows.
 */
import { EventQueue, type RandomStream, randomStreams } from '@wormwood/base';
import { isMalformed, seqDistance, tcp, type tcpOption } from '@wormwood/wire';
import { bench, LOCAL, PORT, REMOTE, tcpPacket } from '../../stack-test-support.ts';

export interface LossyPath {
  readonly seed: string;
  readonly octets: number;
  /** Of packets, each way. */
  readonly loss: number;
  readonly roundTripSeconds: number;
  /** Share of the packets that come later than those behind them, by a tenth of a round trip. @default 0 */
  readonly reordering?: number;
  /** Whether the receiver reports what it holds. @default true */
  readonly usesSack?: boolean;
}

export interface Download {
  /** From the first octet sent to the last one received in order. */
  readonly seconds: number;
  /** Every octet came, as it was sent. */
  readonly isWhole: boolean;
  readonly packets: number;
  /** Packets with octets that had come before. */
  readonly needless: number;
}

const MSS = 1460;
const DELAYED_SECONDS = 0.04;
const LIMIT_SECONDS = 600;
const INITIAL = 7000;

interface Fate {
  readonly isLost: boolean;
  readonly delaySeconds: number;
}

function fateOf(stream: RandomStream, { loss, reordering = 0, roundTripSeconds }: LossyPath): Fate {
  const isLost = stream.nextDouble() < loss;
  const isLate = stream.nextDouble() < reordering;
  return { isLost, delaySeconds: roundTripSeconds / 2 + (isLate ? roundTripSeconds / 10 : 0) };
}

const octetAt = (place: number): number => (place * 31 + (place >> 8)) & 0xff;

/** Lets the stack send octets to a receiver at the other end of the path. */
export function download(path: LossyPath): Download {
  const streams = randomStreams(path.seed);
  const [there, back] = [streams.stream('path/there'), streams.stream('path/back')];
  let written = 0;
  const made = bench({
    slots: 256,
    accept: (connection) => {
      const more = (): void => {
        const left = Math.min(65_536, path.octets - written);
        const octets = Uint8Array.from({ length: left }, (_, i) => octetAt(written + i));
        const taken = left === 0 ? 0 : connection.write(octets);
        written += taken;
        if (written === path.octets) connection.end();
        else if (taken === left) more();
      };
      more();
      return { data() {}, ended() {}, writable: more, closed() {} };
    },
  });
  const { clock, stack } = made;
  const queue = new EventQueue<() => void>();
  const receiver = new Receiver(path.usesSack ?? true, (segment) => {
    const { isLost, delaySeconds } = fateOf(back, path);
    // Handshakes are not the matter.
    if (!isLost || receiver.packets === 0)
      queue.push(clock.nowSeconds() + delaySeconds, () => made.sendPacket(segment));
  });
  const drain = (): void => {
    for (const packet of made.receivePackets()) {
      const segment = tcp.parse(packet.payload);
      if (isMalformed(segment)) throw new Error(segment.reason);
      const { isLost, delaySeconds } = fateOf(there, path);
      if (isLost && (segment.flags & tcp.flag.SYN) === 0) continue;
      queue.push(clock.nowSeconds() + delaySeconds, () => receiver.take(segment, clock.nowSeconds()));
    }
  };
  made.sendPacket(receiver.syn());
  const begun = clock.nowSeconds() + path.roundTripSeconds;
  while (!receiver.isDone && clock.nowSeconds() < begun + LIMIT_SECONDS) {
    drain();
    const next = Math.min(
      queue.peekTime() ?? Number.POSITIVE_INFINITY,
      stack.nextTimerSeconds(),
      receiver.delayedUntil,
    );
    clock.advanceBy(Math.max(0, next - clock.nowSeconds()));
    if (receiver.delayedUntil <= clock.nowSeconds()) receiver.acknowledge();
    while ((queue.peekTime() ?? Number.POSITIVE_INFINITY) <= clock.nowSeconds()) queue.pop()!.event();
    stack.work(1000);
  }
  const isWhole = receiver.isDone && receiver.octets === path.octets && receiver.isRight;
  return {
    seconds: clock.nowSeconds() - begun,
    isWhole,
    packets: receiver.packets,
    needless: receiver.needless,
  };
}

/** The far end, which only receives. */
class Receiver {
  octets = 0;
  packets = 0;
  needless = 0;
  isRight = true;
  isDone = false;
  delayedUntil: number = Number.POSITIVE_INFINITY;
  readonly #usesSack: boolean;
  readonly #send: (packet: Uint8Array) => void;
  #first = 0;
  /** Held beyond a gap: the range that grew last first (RFC 2018 4). */
  #held: { start: number; end: number }[] = [];
  /** Octets that came twice, to be reported once (RFC 2883 4). */
  #twice: { readonly start: number; readonly end: number } | null = null;
  #finAt = Number.POSITIVE_INFINITY;
  #waiting = 0;

  constructor(usesSack: boolean, send: (packet: Uint8Array) => void) {
    this.#usesSack = usesSack;
    this.#send = send;
  }

  syn(): Uint8Array {
    const options: tcpOption.Repr[] = [
      { kind: 'mss', mssBytes: MSS },
      { kind: 'windowScale', shift: 7 },
    ];
    if (this.#usesSack) options.push({ kind: 'sackPermitted' });
    return tcpPacket({ flags: 'S', sequenceNumber: INITIAL, options });
  }

  take(segment: tcp.Repr, nowSeconds: number): void {
    if ((segment.flags & tcp.flag.SYN) !== 0) {
      this.#first = segment.sequenceNumber + 1;
      return this.acknowledge();
    }
    const start = seqDistance(this.#first, segment.sequenceNumber);
    const end = start + segment.payload.length;
    if ((segment.flags & tcp.flag.FIN) !== 0) this.#finAt = end;
    if (segment.payload.length > 0) this.#note(start, end, segment.payload);
    const before = this.octets;
    const hadGap = this.#held.length > 0;
    this.#hold(start, end);
    if (this.octets >= this.#finAt) this.isDone = true;
    const isPlain = start === before && !hadGap && segment.payload.length > 0;
    if (!isPlain || ++this.#waiting >= 2 || this.isDone) this.acknowledge();
    else this.delayedUntil = Math.min(this.delayedUntil, nowSeconds + DELAYED_SECONDS);
  }

  #note(start: number, end: number, payload: Uint8Array): void {
    this.packets++;
    for (let i = 0; i < payload.length; i += 97) this.isRight &&= payload[i] === octetAt(start + i);
    const isHeld = this.#held.some((range) => range.start <= start && end <= range.end);
    if (end > this.octets && !isHeld) return;
    this.needless++;
    this.#twice = { start, end };
  }

  #hold(start: number, end: number): void {
    if (end <= this.octets || start === end) return;
    const touched = this.#held.filter((range) => range.end >= start && range.start <= end);
    const merged = {
      start: Math.min(start, ...touched.map((range) => range.start)),
      end: Math.max(end, ...touched.map((range) => range.end)),
    };
    this.#held = [merged, ...this.#held.filter((range) => !touched.includes(range))];
    const next = this.#held.find((range) => range.start <= this.octets);
    if (next === undefined) return;
    this.octets = next.end;
    this.#held = this.#held.filter((range) => range !== next);
  }

  acknowledge(): void {
    this.#waiting = 0;
    this.delayedUntil = Number.POSITIVE_INFINITY;
    const ranges = [...(this.#twice === null ? [] : [this.#twice]), ...this.#held];
    this.#twice = null;
    const blocks = ranges.slice(0, 4).map(({ start, end }) => ({
      left: (this.#first + start) >>> 0,
      right: (this.#first + end) >>> 0,
    }));
    this.#send(
      tcpPacket(
        {
          flags: 'A',
          sequenceNumber: INITIAL + 1,
          acknowledgmentNumber: (this.#first + this.octets + (this.isDone ? 1 : 0)) >>> 0,
          window: 65_535,
          options: this.#usesSack && blocks.length > 0 ? [{ kind: 'sack', blocks }] : [],
          sourcePort: 40_000,
          destinationPort: PORT,
        },
        REMOTE,
        LOCAL,
      ),
    );
  }
}

/**
 * Seconds that the same octets take a sender that learns of each packet's fate a round trip after it was sent, acknowledgments
 * never being lost: windows of RFC 6928, RFC 5681 and RFC 9438 4.3, reduced once a window.
 */
export function leastSeconds(path: LossyPath): number {
  const stream = randomStreams(path.seed).stream('path/there');
  const segments = Math.ceil(path.octets / MSS);
  const queue = new EventQueue<{
    readonly segment: number;
    readonly isLost: boolean;
    readonly order: number;
  }>();
  const again: number[] = [];
  let [window, threshold, prior] = [10, Number.POSITIVE_INFINITY, 0];
  let [next, sent, recoverFrom, arrived, now, last] = [0, 0, 0, 0, 0, 0];
  const send = (): void => {
    while (queue.size < Math.floor(window) && (again.length > 0 || next < segments)) {
      const segment = again.shift() ?? next++;
      const { isLost, delaySeconds } = fateOf(stream, path);
      queue.push(now + delaySeconds + path.roundTripSeconds / 2, { segment, isLost, order: sent++ });
    }
  };
  for (send(); arrived < segments; send()) {
    const { timeSeconds, event } = queue.pop()!;
    now = timeSeconds;
    if (!event.isLost) {
      arrived++;
      last = now - path.roundTripSeconds / 2;
      window += window < threshold ? 1 : (window < prior ? 9 / 17 : 1) / window;
      continue;
    }
    again.push(event.segment);
    if (event.order < recoverFrom) continue;
    prior = window;
    threshold = Math.max(2, 0.7 * window);
    window = threshold;
    recoverFrom = sent;
  }
  return last;
}
