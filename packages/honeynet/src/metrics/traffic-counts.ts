/** Counts of what the stack reports, for status, `top` and metrics. */
import { AddressNames, type Flow, type StackObserver } from '@wormwood/netstack';
import { type IpAddress, ipProtocol } from '@wormwood/wire';
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

/** An address that contacts came from, or went to, and how many. */
export interface FrequentAddress {
  readonly address: IpAddress;
  /** Never too low, and too high by `surplus` at most. */
  readonly count: number;
  readonly surplus: number;
}

export interface FrequentPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly count: number;
}

/** Far more than anybody looks at; a key with one contact in so many is not missed. */
const KEYS_KEPT = 1024;
/** What is reported by calls of its own, but for packets to nobody. */
const REPORTED_OTHERWISE: ReadonlySet<number> = new Set([
  ipProtocol.tcp,
  ipProtocol.udp,
  ipProtocol.icmpv4,
  ipProtocol.icmpv6,
]);
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
  /** Of the addresses that are kept; the seed only orders what nobody sees. */
  readonly #names: AddressNames;
  readonly #sources: FrequentKeys = new FrequentKeys(KEYS_KEPT);
  readonly #destinations: FrequentKeys = new FrequentKeys(KEYS_KEPT);
  readonly #ports: FrequentKeys = new FrequentKeys(KEYS_KEPT);

  /** `seed`: 32 bits that strangers do not know. */
  constructor(seed: number) {
    this.#names = AddressNames.seeded(seed);
  }

  /** Addresses with the most contacts, the most first. */
  topSources(length: number): readonly FrequentAddress[] {
    return this.#sources.top(length).map((found) => this.#addressed(found));
  }

  topDestinations(length: number): readonly FrequentAddress[] {
    return this.#destinations.top(length).map((found) => this.#addressed(found));
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

  icmp(source: IpAddress, destination: IpAddress): void {
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

  other(source: IpAddress, destination: IpAddress, protocol: number): void {
    this.totals.otherPackets++;
    // Packets to addresses of nobody come here too: what a link carries besides is not a contact.
    if (!REPORTED_OTHERWISE.has(protocol)) {
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

  #contact(source: IpAddress, destination: IpAddress): void {
    this.#add(this.#sources, source);
    this.#add(this.#destinations, destination);
  }

  /** A key holds its name for as long as it is kept. */
  #add(keys: FrequentKeys, address: IpAddress): void {
    const word = this.#names.hold(address);
    const other = keys.add(word);
    if (other >= 0) this.#names.release(other);
  }

  #addressed({ key, count, surplus }: FrequentKey): FrequentAddress {
    return { address: this.#names.addressOf(key), count, surplus };
  }
}
