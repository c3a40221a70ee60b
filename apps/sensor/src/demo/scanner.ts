/**
 * A remote host in memory that looks around as a scanner does: it pings, asks ports with SYN, completes the handshake
 * where one is open, sends a line and hangs up. It reaches nothing but the sensor at the other end of its link.
 */
import type { AddressSet, RandomStream } from '@wormwood/base';
import type { MemoryDevice } from '@wormwood/netstack';
import { icmpv4, ipProtocol, ipv4, isMalformed, tcp } from '@wormwood/wire';
import {
  acknowledgmentOf,
  type ClientPacket,
  type ClientSegment,
  emitClientPacket,
  tcpPacket,
} from './client-packets.ts';

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
      this.#sendTcp(source, {
        ...acknowledgmentOf(segment),
        flags: tcp.flag.ACK | tcp.flag.PSH,
        payload: LINE,
      });
      return;
    }
    const conversation = this.#conversations.get(key);
    if (conversation === undefined) return;
    const hasFin = (flags & tcp.flag.FIN) !== 0;
    const answer = acknowledgmentOf(segment);
    // Its line has arrived: it hangs up, and says so politely.
    if (!conversation.hasHungUp) this.#sendTcp(source, { ...answer, flags: tcp.flag.ACK | tcp.flag.FIN });
    else if (hasFin) this.#sendTcp(source, answer);
    conversation.hasHungUp = true;
    if (hasFin) this.#conversations.delete(key);
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

  #sendTcp(destination: number, words: ClientSegment): void {
    this.#send(tcpPacket(words, this.#endsTo(destination)));
  }

  #sendIcmp(destination: number, message: icmpv4.Repr): void {
    const octets = new Uint8Array(icmpv4.length(message));
    icmpv4.emit(message, octets);
    this.#send({ ...this.#endsTo(destination), protocol: ipProtocol.icmpv4, payload: octets });
  }

  #endsTo(destination: number): Pick<ClientPacket, 'source' | 'destination' | 'identification'> {
    return { source: this.#options.ownAddress, destination, identification: this.sent & 0xffff };
  }

  #send(packet: ClientPacket): void {
    const { remote } = this.#options;
    const at = remote.reserve();
    if (at < 0) return;
    remote.commit(emitClientPacket(packet, remote.transmitBuffer, at) - at);
    this.sent++;
  }
}
