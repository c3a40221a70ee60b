/** Scans a behavior under virtual time: the sixteen probes over a link in memory, and what the answers measure. */
import { type RandomStream, randomStreams, VirtualClock } from '@wormwood/base';
import {
  type MemoryDevice,
  memoryLink,
  silentObserver,
  Stack,
  type StackBehavior,
  type StackHost,
} from '@wormwood/netstack';
import { icmpv4, ipProtocol, ipv4, isMalformed, readU16, tcp } from '@wormwood/wire';
import { evaluate, noteDatagram, type Observed } from './evaluate.ts';
import { otherProbes, type Probe, resetOf, sequenceProbes, type Target } from './probes.ts';

const LOCAL = 0x0a00_0005;
const REMOTE = 0x0a01_0001;

/** Scans one behavior after the other: hosts with one open port, and all others closed. */
export class VirtualScanner {
  readonly #stream: RandomStream;
  readonly #clock: VirtualClock;
  readonly #far: MemoryDevice;
  readonly #stack: Stack;
  #behavior: StackBehavior | null = null;
  /** Each comes from another address: whatever is half-open belongs to the last one. */
  #scans = 0;

  constructor(seed: string) {
    const streams = randomStreams(seed);
    this.#stream = streams.stream('conformance/nmap');
    this.#clock = new VirtualClock(1_790_000_000 + this.#stream.nextDouble() * 1e6);
    const [far, device] = memoryLink({ medium: 'ip', slots: 64 });
    this.#far = far;
    this.#stack = new Stack({
      device,
      hosts: { find: (address) => (address === LOCAL ? this.#host() : null) },
      clock: this.#clock,
      streams,
      observer: silentObserver,
      linkAddress: 0,
    });
  }

  #host(): StackHost | null {
    const behavior = this.#behavior;
    if (behavior === null) return null;
    return {
      behavior,
      linkAddressAt: () => null,
      answersEcho: true,
      tcpPort: (port) => (port === 80 ? 'open' : 'closed'),
      udpPort: () => 'closed',
      acceptTcp: () => null,
      receiveUdp: () => undefined,
    };
  }

  /** Returns what is measured of a behavior. */
  scan(behavior: StackBehavior): Observed {
    this.#behavior = behavior;
    const stream = this.#stream;
    const clock = this.#clock;
    this.#receive(() => false);
    const target: Target = {
      source: REMOTE + this.#scans++,
      destination: LOCAL,
      openPort: 80,
      closedPort: 81,
      closedUdpPort: 33_000,
      sequence: 1 + Math.floor(stream.nextDouble() * 0x7fff_0000),
      acknowledgment: 1 + Math.floor(stream.nextDouble() * 0x7fff_0000),
    };
    const packets = new Map<string, ipv4.Repr | null>();
    const sentSeconds: number[] = [];
    // Whoever scans for ports has been here before.
    clock.advanceBy(0.5 + stream.nextDouble());
    for (const probe of sequenceProbes(target)) {
      sentSeconds.push(clock.nowSeconds());
      clock.advanceBy(0.00003 + stream.nextDouble() * 0.0001);
      packets.set(probe.name, this.#ask(probe, target));
      clock.advanceBy(0.1 + stream.nextDouble() * 0.002 - 0.0002);
    }
    for (const probe of otherProbes(target)) {
      clock.advanceBy(0.025);
      packets.set(probe.name, this.#ask(probe, target));
    }
    return evaluate({ target, packets, sentSeconds });
  }

  /** Sends a probe; its answer, or null. */
  #ask(probe: Probe, target: Target): ipv4.Repr | null {
    const { name, packet, sourcePort } = probe;
    this.#send(packet);
    const answer = this.#receive(
      ({ protocol, payload }) =>
        isOf(name, protocol) &&
        (name !== 'U1' || payload[0] === icmpv4.messageType.destinationUnreachable) &&
        (protocol !== ipProtocol.tcp || readU16(payload, 2) === sourcePort),
    );
    if (answer !== null && name === 'U1') noteDatagram(answer, packet);
    if (answer?.protocol === ipProtocol.tcp && (answer.payload[tcp.field.flags]! & tcp.flag.SYN) !== 0)
      this.#send(resetOf(target, probe));
    return answer;
  }

  #send(packet: Uint8Array): void {
    const far = this.#far;
    far.transmitBuffer.set(packet, far.reserve());
    far.commit(packet.length);
    far.flush();
    this.#stack.work(16);
  }

  /** The first packet that waits of those that are wanted; the others are thrown away. */
  #receive(isWanted: (packet: ipv4.Repr) => boolean): ipv4.Repr | null {
    let found: ipv4.Repr | null = null;
    this.#far.receive(({ bytes, start, end }) => {
      const parsed = ipv4.parse(bytes.slice(start, end));
      if (isMalformed(parsed)) throw new Error(parsed.reason);
      if (isWanted(parsed)) found ??= parsed;
    }, 64);
    return found;
  }
}

function isOf(name: string, protocol: number): boolean {
  const isIcmp = name.startsWith('IE') || name === 'U1';
  return protocol === (isIcmp ? ipProtocol.icmpv4 : ipProtocol.tcp);
}
