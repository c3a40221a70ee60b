/** Scans a behavior under virtual time, over a link in memory. */
import { type RandomStream, randomStreams, VirtualClock } from '@wormwood/base';
import { type Observed, Prober, scanSystem } from '@wormwood/honeynet';
import { memoryLink, silentObserver, Stack, type StackBehavior, type StackHost } from '@wormwood/netstack';

const LOCAL = 0x0a00_0005;
const REMOTE = 0x0a01_0001;

/** Scans one behavior after the other: hosts with one open port, and all others closed. */
export class VirtualScanner {
  readonly #stream: RandomStream;
  readonly #prober: Prober;
  #behavior: StackBehavior | null = null;
  /** Each comes from another address: whatever is half-open belongs to the last one. */
  #scans = 0;

  constructor(seed: string) {
    const streams = randomStreams(seed);
    this.#stream = streams.stream('conformance/nmap');
    const clock = new VirtualClock(1_790_000_000 + this.#stream.nextDouble() * 1e6);
    const [far, device] = memoryLink({ medium: 'ip', slots: 64 });
    const stack = new Stack({
      device,
      hosts: { find: (address) => (address === LOCAL ? this.#host() : null) },
      clock,
      streams,
      observer: silentObserver,
      linkAddress: 0,
    });
    this.#prober = new Prober({
      far,
      clock,
      work: () => void stack.work(64),
      nextWorkSeconds: () => stack.nextTimerSeconds(),
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
    // Whoever scans for ports has been here before.
    this.#prober.wait(0.5 + stream.nextDouble());
    return scanSystem(
      this.#prober,
      {
        source: REMOTE + this.#scans++,
        destination: LOCAL,
        openPort: 80,
        closedPort: 81,
        closedUdpPort: 33_000,
        sequence: 1 + Math.floor(stream.nextDouble() * 0x7fff_0000),
        acknowledgment: 1 + Math.floor(stream.nextDouble() * 0x7fff_0000),
      },
      stream,
    );
  }
}
