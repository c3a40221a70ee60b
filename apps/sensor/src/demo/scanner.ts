/**
 * A remote host in memory that looks around as a scanner does: it pings, asks ports with SYN, completes the handshake
 * where one is open, sends a line and hangs up. It reaches nothing but the sensor at the other end of its link.
 */
import type { AddressSet, RandomStream } from '@wormwood/base';
import type { MemoryDevice } from '@wormwood/netstack';
import { icmpv4, ipProtocol, ipv4, isMalformed, pseudoHeaderSum, seqAdd, tcp } from '@wormwood/wire';

export interface ScannerOptions {
  readonly remote: MemoryDevice;
  readonly stream: RandomStream;
  /** Where the scanner pretends to be. */
  readonly ownAddress: number;
  readonly targets: AddressSet;
  readonly ports: readonly number[];
}

/** What was seen of one address. */
export interface ScannedHost {
  readonly address: number;
  answersPing: boolean;
  readonly openPorts: Set<number>;
  readonly closedPorts: Set<number>;
}

interface Conversation {
  hasHungUp: boolean;
}

const LINE = new TextEncoder().encode('HEAD / HTTP/1.0\r\n\r\n');
const NOTHING = new Uint8Array(0);
const WINDOW_BYTES = 64_240;
const FIRST_PORT = 32_768;
const PORT_COUNT = 28_000;

export class Scanner {
  readonly hosts: Map<number, ScannedHost> = new Map();
  readonly #options: ScannerOptions;
  readonly #conversations: Map<string, Conversation> = new Map();
  #next = 0;
  sent = 0;
  received = 0;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  /** Questions in all: a ping and every port, at every address. */
  get total(): number {
    return this.#options.targets.size * (1 + this.#options.ports.length);
  }

  get isDone(): boolean {
    return this.#next >= this.total;
  }

  /** Reads what came and asks the next `count` questions. */
  step(count: number): void {
    this.#options.remote.receive(({ bytes, start, end }) => this.#receive(bytes, start, end), 8192);
    for (let i = 0; i < count && !this.isDone; i++) this.#ask(this.#next++);
    this.#options.remote.flush();
  }

  /** Port by port over all addresses: no address is asked twice in a row. */
  #ask(question: number): void {
    const { targets, ports, stream } = this.#options;
    const address = targets.at(question % targets.size);
    const port = ports[Math.floor(question / targets.size) - 1];
    if (port === undefined) {
      this.#sendIcmp(address, {
        kind: 'echoRequest',
        code: 0,
        identifier: 7,
        sequenceNumber: question & 0xffff,
        payload: LINE,
      });
      return;
    }
    const sourcePort = FIRST_PORT + (question % PORT_COUNT);
    this.#sendTcp(address, {
      sourcePort,
      destinationPort: port,
      sequenceNumber: stream.nextUint32(),
      flags: tcp.flag.SYN,
    });
  }

  #receive(bytes: Uint8Array, start: number, end: number): void {
    if (ipv4.check(bytes, start, end) !== undefined) return;
    const ip = ipv4.parse(bytes, start, end);
    if (isMalformed(ip)) return;
    this.received++;
    if (ip.protocol === ipProtocol.icmpv4) {
      const message = icmpv4.parse(ip.payload, 0, ip.payload.length);
      if (!isMalformed(message) && message.kind === 'echoReply') this.#hostAt(ip.source).answersPing = true;
    } else if (ip.protocol === ipProtocol.tcp) {
      const segment = tcp.parse(ip.payload, 0, ip.payload.length);
      if (!isMalformed(segment)) this.#receiveTcp(ip.source, segment);
    }
  }

  #receiveTcp(source: number, segment: tcp.Repr): void {
    const host = this.#hostAt(source);
    const { sourcePort: port, flags } = segment;
    const key = `${source}:${port}:${segment.destinationPort}`;
    if ((flags & tcp.flag.RST) !== 0) {
      if (!host.openPorts.has(port)) host.closedPorts.add(port);
      this.#conversations.delete(key);
      return;
    }
    if ((flags & (tcp.flag.SYN | tcp.flag.ACK)) === (tcp.flag.SYN | tcp.flag.ACK)) {
      host.openPorts.add(port);
      this.#conversations.set(key, { hasHungUp: false });
      this.#answer(source, segment, seqAdd(segment.sequenceNumber, 1), tcp.flag.ACK | tcp.flag.PSH, LINE);
      return;
    }
    const conversation = this.#conversations.get(key);
    if (conversation === undefined) return;
    const hasFin = (flags & tcp.flag.FIN) !== 0;
    const next = seqAdd(segment.sequenceNumber, segment.payload.length + (hasFin ? 1 : 0));
    // Its line has arrived: it hangs up, and says so politely.
    if (!conversation.hasHungUp) this.#answer(source, segment, next, tcp.flag.ACK | tcp.flag.FIN, NOTHING);
    else if (hasFin) this.#answer(source, segment, next, tcp.flag.ACK, NOTHING);
    conversation.hasHungUp = true;
    if (hasFin) this.#conversations.delete(key);
  }

  #answer(address: number, to: tcp.Repr, acknowledgment: number, flags: number, payload: Uint8Array): void {
    this.#sendTcp(
      address,
      {
        sourcePort: to.destinationPort,
        destinationPort: to.sourcePort,
        sequenceNumber: to.acknowledgmentNumber,
        acknowledgmentNumber: acknowledgment >>> 0,
        flags,
      },
      payload,
    );
  }

  #hostAt(address: number): ScannedHost {
    let host = this.hosts.get(address);
    if (host === undefined) {
      host = {
        address,
        answersPing: false,
        openPorts: new Set(),
        closedPorts: new Set(),
      };
      this.hosts.set(address, host);
    }
    return host;
  }

  #sendTcp(
    destination: number,
    words: Pick<tcp.Repr, 'sourcePort' | 'destinationPort' | 'sequenceNumber' | 'flags'> & Partial<tcp.Repr>,
    payload: Uint8Array = NOTHING,
  ): void {
    const segment: tcp.Repr = {
      acknowledgmentNumber: 0,
      reserved: 0,
      window: WINDOW_BYTES,
      urgentPointer: 0,
      options: [],
      payload,
      ...words,
    };
    const octets = new Uint8Array(tcp.length(segment));
    const ends = { source: this.#options.ownAddress, destination };
    tcp.emit(segment, octets, 0, pseudoHeaderSum(ends));
    this.#send(destination, ipProtocol.tcp, octets);
  }

  #sendIcmp(destination: number, message: icmpv4.Repr): void {
    const octets = new Uint8Array(icmpv4.length(message));
    icmpv4.emit(message, octets);
    this.#send(destination, ipProtocol.icmpv4, octets);
  }

  #send(destination: number, protocol: number, payload: Uint8Array): void {
    const { remote, ownAddress } = this.#options;
    const at = remote.reserve();
    if (at < 0) return;
    const end = ipv4.emit(
      {
        typeOfService: 0,
        identification: this.sent & 0xffff,
        reservedFlag: false,
        dontFragment: true,
        moreFragments: false,
        fragmentOffset: 0,
        timeToLive: 64,
        protocol,
        source: ownAddress,
        destination,
        options: [],
        payload,
      },
      remote.transmitBuffer,
      at,
    );
    remote.commit(end - at);
    this.sent++;
  }
}
