/** Counts of what the stack reports, for status, `top` and metrics. */
import type { Flow, StackObserver } from '@wormwood/netstack';
import { ipProtocol } from '@wormwood/wire';
import { type FrequentKey, FrequentKeys } from './frequent-keys.ts';

/** Numbers since the start. */
export interface TrafficTotals {
  tcpProbes: number;
  udpProbes: number;
  udpDatagrams: number;
  icmpMessages: number;
  otherPackets: number;
  arpRequests: number;
  ipv6Packets: number;
  /** Answers that a limit kept back. */
  answersLimited: number;
  connectionsOpened: number;
  connectionsClosed: number;
  receivedBytes: number;
  sentBytes: number;
}

export interface FrequentPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly count: number;
}

/** Far more than anybody looks at; a key with one contact in so many is not missed. */
const KEYS_KEPT = 1024;
const PORT_SPAN = 0x10000;

export class TrafficCounts implements StackObserver {
  readonly totals: TrafficTotals = {
    tcpProbes: 0,
    udpProbes: 0,
    udpDatagrams: 0,
    icmpMessages: 0,
    otherPackets: 0,
    arpRequests: 0,
    ipv6Packets: 0,
    answersLimited: 0,
    connectionsOpened: 0,
    connectionsClosed: 0,
    receivedBytes: 0,
    sentBytes: 0,
  };
  readonly #sources: FrequentKeys = new FrequentKeys(KEYS_KEPT);
  readonly #destinations: FrequentKeys = new FrequentKeys(KEYS_KEPT);
  readonly #ports: FrequentKeys = new FrequentKeys(KEYS_KEPT);

  /** Addresses with the most contacts, the most first. */
  topSources(length: number): readonly FrequentKey[] {
    return this.#sources.top(length);
  }

  topDestinations(length: number): readonly FrequentKey[] {
    return this.#destinations.top(length);
  }

  topPorts(length: number): readonly FrequentPort[] {
    return this.#ports.top(length).map(({ key, count }) => ({
      protocol: key >= PORT_SPAN ? 'udp' : 'tcp',
      port: key % PORT_SPAN,
      count,
    }));
  }

  tcpProbe(flow: Flow): void {
    this.totals.tcpProbes++;
    this.#contact(flow.remoteAddress, flow.localAddress);
    this.#ports.add(flow.localPort);
  }

  udpProbe(flow: Flow): void {
    this.totals.udpProbes++;
    this.#contact(flow.remoteAddress, flow.localAddress);
    this.#ports.add(PORT_SPAN + flow.localPort);
  }

  udpReceived(flow: Flow, _lengthBytes: number, payloadBytes: number): void {
    this.totals.udpDatagrams++;
    this.totals.receivedBytes += payloadBytes;
    this.#contact(flow.remoteAddress, flow.localAddress);
    this.#ports.add(PORT_SPAN + flow.localPort);
  }

  udpSent(_flow: Flow, payloadBytes: number): void {
    this.totals.sentBytes += payloadBytes;
  }

  icmp(source: number, destination: number): void {
    this.totals.icmpMessages++;
    this.#contact(source, destination);
  }

  /** Its SYN was counted as a contact. */
  flowOpen(): void {
    this.totals.connectionsOpened++;
  }

  flowProof(): void {}

  flowClose(_flow: Flow, receivedBytes: number, sentBytes: number): void {
    this.totals.connectionsClosed++;
    this.totals.receivedBytes += receivedBytes;
    this.totals.sentBytes += sentBytes;
  }

  other(source: number, destination: number, protocol: number): void {
    this.totals.otherPackets++;
    // Packets to addresses of nobody come here too: what a link carries besides is no contact.
    if (protocol !== ipProtocol.tcp && protocol !== ipProtocol.udp && protocol !== ipProtocol.icmpv4) {
      this.#contact(source, destination);
    }
  }

  arpRequest(): void {
    this.totals.arpRequests++;
  }

  ipv6(): void {
    this.totals.ipv6Packets++;
  }

  answerLimited(): void {
    this.totals.answersLimited++;
  }

  addressTaken(): void {}

  #contact(source: number, destination: number): void {
    this.#sources.add(source);
    this.#destinations.add(destination);
  }
}
