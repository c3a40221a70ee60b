/**
 * A wire between two interfaces of a namespace that takes its time and loses numbered TCP segments: which ones follows from a
 * seed and the number of the segment in its direction, so that two hosts meet the same losses.
 */
import { type RandomStream, randomStreams } from '@wormwood/base';
import { inNetworkNamespace, PacketRing } from '@wormwood/sensor';
import { etherType, ethernet, ipProtocol, ipv4, readPseudoHeaderSumIpv4, readU16, tcp } from '@wormwood/wire';

export interface RelayOptions {
  /** Of the segments, each way. */
  readonly loss: number;
  readonly delaySeconds: number;
}

export interface Relay {
  /** Numbers the segments from the beginning again. */
  begin(seed: string): void;
  /** Segments that were lost since the beginning. */
  readonly lost: number;
  stop(): void;
}

const BATCH_FRAMES = 256;
const TURN_MS = 1;

/** Starts it between two interfaces of a namespace. */
export function startRelay(
  namespace: string,
  interfaces: readonly [string, string],
  options: RelayOptions,
): Relay {
  const [near, far] = inNetworkNamespace(namespace, () =>
    interfaces.map((interfaceName) => new PacketRing({ interfaceName })),
  ) as [PacketRing, PacketRing];
  const ways = [new Way(near, far, options), new Way(far, near, options)];
  let timer: ReturnType<typeof setTimeout>;
  const turn = (): void => {
    for (const way of ways) way.work(performance.now() / 1000);
    timer = setTimeout(turn, TURN_MS);
  };
  turn();
  return {
    begin: (seed) => {
      for (const [i, way] of ways.entries()) way.begin(randomStreams(seed).stream(`relay/${i}`));
    },
    get lost() {
      return ways.reduce((sum, way) => sum + way.lost, 0);
    },
    stop: () => {
      clearTimeout(timer);
      near.close();
      far.close();
    },
  };
}

/** Frames in one direction. */
class Way {
  lost = 0;
  readonly #from: PacketRing;
  readonly #to: PacketRing;
  readonly #options: RelayOptions;
  #stream: RandomStream | null = null;
  readonly #held: { readonly frame: Uint8Array; readonly dueSeconds: number }[] = [];

  constructor(from: PacketRing, to: PacketRing, options: RelayOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
  }

  begin(stream: RandomStream): void {
    this.#stream = stream;
    this.lost = 0;
  }

  work(nowSeconds: number): void {
    this.#from.receive(({ bytes, start, end, checksumsVerified }) => {
      const frame = bytes.slice(start, end);
      if (this.#isLost(frame)) {
        this.lost++;
        return;
      }
      if (checksumsVerified) finishChecksum(frame);
      this.#held.push({ frame, dueSeconds: nowSeconds + this.#options.delaySeconds });
    }, BATCH_FRAMES);
    while ((this.#held[0]?.dueSeconds ?? Number.POSITIVE_INFINITY) <= nowSeconds) {
      const { frame } = this.#held.shift()!;
      const at = this.#to.reserve();
      if (at < 0) continue;
      this.#to.transmitBuffer.set(frame, at);
      this.#to.commit(frame.length);
    }
    this.#to.flush();
  }

  /** Handshakes are not the matter: what has SYN passes, and is not a number. */
  #isLost(frame: Uint8Array): boolean {
    if (!isTcp(frame) || this.#stream === null) return false;
    const transport = ethernet.HEADER_LENGTH + ipv4.readHeaderLength(frame, ethernet.HEADER_LENGTH);
    if ((frame[transport + tcp.field.flags]! & tcp.flag.SYN) !== 0) return false;
    return this.#stream.nextDouble() < this.#options.loss;
  }
}

function isTcp(frame: Uint8Array): boolean {
  const ip = ethernet.HEADER_LENGTH;
  return readU16(frame, ip - 2) === etherType.ipv4 && frame[ip + ipv4.field.protocol] === ipProtocol.tcp;
}

/** The kernel leaves the checksum of a segment to hardware that a veth pair does not have. */
function finishChecksum(frame: Uint8Array): void {
  if (!isTcp(frame)) return;
  const ip = ethernet.HEADER_LENGTH;
  const start = ip + ipv4.readHeaderLength(frame, ip);
  const end = ip + readU16(frame, ip + ipv4.field.totalLength);
  tcp.fillChecksum(frame, start, end, readPseudoHeaderSumIpv4(frame, ip));
}
