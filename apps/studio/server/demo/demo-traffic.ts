/**
 * What contacts the honeynet of the demonstration: hosts that scan at random and send one inert line wherever somebody answers,
 * an outbreak of more and more such hosts, one that looks for web servers, and strays that come by once. Each packet is made
 * here and goes into memory, nowhere else.
 */
import type { AddressSet, RandomStream } from '@wormwood/base';
import type { MemoryDevice } from '@wormwood/netstack';
import { acknowledgmentOf, type ClientSegment, emitClientPacket, tcpPacket } from '@wormwood/sensor';
import { ipProtocol, ipv4, isMalformed, tcp } from '@wormwood/wire';
import { receivePackets, sendPacket } from './demo-link.ts';
import { DemoOutbreak } from './demo-outbreak.ts';

interface Visitor {
  readonly address: number;
  readonly port: number;
  /** Contacts a second. */
  readonly rate: number;
  readonly line: Uint8Array;
  /** Since the traffic began. */
  readonly startSeconds: number;
  dueSeconds: number;
  /** Contacts so far. */
  contacts: number;
}

const text = (line: string): Uint8Array => new TextEncoder().encode(line);

/** The same from each of them, and of no use to anything: by it the detector knows that they carry the same. */
const MARKER = text('wormwood demo: inert marker 2f1c, not a program\r\n');
const WEB = text('HEAD / HTTP/1.0\r\n\r\n');
const NOTHING = new Uint8Array(0);

const FIRST_PORT = 32_768;
const PORTS = 28_000;
/** Has no factor in common with the number of addresses of the honeynet, nor with that of its first desktops. */
const STRIDE = 23;
const STRAYS_PER_SECOND = 0.5;
const CONVERSATIONS_MAX = 10_000;

const address = (a: number, b: number, c: number, d: number): number =>
  ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;

/** Addresses of benchmarks (RFC 2544), of nobody. */
const OUTBREAK_FIRST = address(198, 18, 0, 0);
const OUTBREAK_SIZE = 0x2_0000;
const OUTBREAK_STRIDE = 62_989;

const DESKTOPS_FIRST = address(10, 3, 0, 20);
const DESKTOPS = 40;

/** The first is there from the start; each of the others joins later, as hosts that a worm has reached. */
function visitors(): Visitor[] {
  const scanning = [23, 77, 140, 201].map((host, index) => ({
    address: address(192, 0, 2, host),
    port: 445,
    rate: index === 0 ? 8 : 3,
    line: MARKER,
    startSeconds: index * 20,
    dueSeconds: index * 20,
    contacts: 0,
  }));
  const web = {
    address: address(203, 0, 113, 9),
    port: 80,
    rate: 1,
    line: WEB,
    startSeconds: 5,
    dueSeconds: 5,
    contacts: 0,
  };
  return [...scanning, web];
}

export class DemoTraffic {
  readonly #far: MemoryDevice;
  readonly #targets: AddressSet;
  readonly #stream: RandomStream;
  readonly #visitors: Visitor[] = visitors();
  readonly #outbreak: DemoOutbreak;
  /** By both ends, the line that is to be sent once somebody answers; empty once it was. */
  readonly #conversations: Map<string, Uint8Array> = new Map();
  #beganSeconds: number | null = null;
  #strayDueSeconds = 0;
  #sent = 0;

  constructor(far: MemoryDevice, targets: AddressSet, stream: RandomStream) {
    this.#far = far;
    this.#targets = targets;
    this.#stream = stream;
    this.#outbreak = new DemoOutbreak(stream);
  }

  /** Takes what was answered and sends what is due. */
  step(nowSeconds: number): void {
    this.#beganSeconds ??= nowSeconds;
    const now = nowSeconds - this.#beganSeconds;
    receivePackets(this.#far, (bytes, start, end) => this.#receive(bytes, start, end));
    for (const visitor of this.#visitors) {
      while (visitor.dueSeconds <= now) {
        visitor.dueSeconds += -Math.log(1 - this.#stream.nextDouble()) / visitor.rate;
        this.#contact(visitor, this.#targetOf(visitor));
      }
    }
    this.#outbreak.step(now, (host) => {
      // Scattered, so that neighbors are not infected one after the other.
      const source = OUTBREAK_FIRST + ((host * OUTBREAK_STRIDE) % OUTBREAK_SIZE);
      const destination = this.#targets.at(this.#stream.nextBelow(this.#targets.size));
      this.#contact({ address: source, port: 445, line: MARKER }, destination);
    });
    while (this.#strayDueSeconds <= now) {
      this.#strayDueSeconds += -Math.log(1 - this.#stream.nextDouble()) / STRAYS_PER_SECOND;
      const stray = address(198, 51, 100, 0) + (this.#stream.nextUint32() & 0xff);
      const port = [22, 80, 443, 3389][this.#stream.nextUint32() & 3] ?? 22;
      const destination = this.#targets.at(this.#stream.nextUint32() % this.#targets.size);
      this.#contact({ address: stray, port, line: NOTHING }, destination);
    }
    this.#far.flush();
  }

  /**
   * Each address once before any is repeated: a source that returns to the same ones has a list, and is not a scanner. Those that
   * carry the marker stay in the network of the desktops, so that each contact ends in a handshake, which proves their addresses.
   */
  #targetOf(visitor: Visitor): number {
    const place = visitor.contacts++ * STRIDE + visitor.address;
    if (visitor.line === MARKER) return DESKTOPS_FIRST + (place % DESKTOPS);
    return this.#targets.at(place % this.#targets.size);
  }

  #contact(
    { address: source, port, line }: Pick<Visitor, 'address' | 'port' | 'line'>,
    destination: number,
  ): void {
    const sourcePort = FIRST_PORT + (this.#sent % PORTS);
    if (this.#conversations.size >= CONVERSATIONS_MAX) this.#conversations.clear();
    this.#conversations.set(keyOf(source, sourcePort, destination, port), line);
    const words = {
      sourcePort,
      destinationPort: port,
      sequenceNumber: this.#stream.nextUint32(),
      flags: tcp.flag.SYN,
    };
    this.#send(source, destination, words);
  }

  #receive(bytes: Uint8Array, start: number, end: number): void {
    if (ipv4.check(bytes, start, end) !== undefined) return;
    const ip = ipv4.parse(bytes, start, end);
    if (isMalformed(ip) || ip.protocol !== ipProtocol.tcp) return;
    const segment = tcp.parse(ip.payload, 0, ip.payload.length);
    if (isMalformed(segment)) return;
    const key = keyOf(ip.destination, segment.destinationPort, ip.source, segment.sourcePort);
    const line = this.#conversations.get(key);
    if (line === undefined) return;
    const isOpen = (segment.flags & (tcp.flag.SYN | tcp.flag.ACK)) === (tcp.flag.SYN | tcp.flag.ACK);
    const isReset = (segment.flags & tcp.flag.RST) !== 0;
    if (isReset) this.#conversations.delete(key);
    else this.#answer(ip.destination, ip.source, segment, isOpen ? line : null, key);
  }

  /** Sends its line to whoever has answered, then hangs up, and says so politely. */
  #answer(source: number, destination: number, to: tcp.Repr, line: Uint8Array | null, key: string): void {
    const hasFin = (to.flags & tcp.flag.FIN) !== 0;
    const isOpening = line !== null;
    const words = acknowledgmentOf(to);
    const isLast = this.#conversations.get(key) === NOTHING && !isOpening;
    if (isOpening) {
      this.#send(source, destination, {
        ...words,
        flags: tcp.flag.ACK | tcp.flag.PSH,
        payload: line,
      });
      // What comes next is the acknowledgment of the line.
      this.#conversations.set(key, WAITING);
    } else if (!isLast) {
      this.#send(source, destination, { ...words, flags: tcp.flag.ACK | tcp.flag.FIN });
      this.#conversations.set(key, NOTHING);
    } else if (hasFin) {
      this.#send(source, destination, words);
      this.#conversations.delete(key);
    }
  }

  #send(source: number, destination: number, words: ClientSegment): void {
    this.#sent++;
    const packet = tcpPacket(words, { source, destination, identification: this.#sent & 0xffff });
    sendPacket(this.#far, (bytes, at) => emitClientPacket(packet, bytes, at));
  }
}

/** The line was sent and is not acknowledged yet. */
const WAITING = new Uint8Array(0);

function keyOf(source: number, sourcePort: number, destination: number, port: number): string {
  return `${source}:${sourcePort}:${destination}:${port}`;
}
