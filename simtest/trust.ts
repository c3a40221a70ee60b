/**
 * A link in virtual time with everything on it that trust depends on: a honeynet on dark addresses, hosts, a router with hosts
 * beyond it, a neighbor that sends whatever it likes, and a stranger who receives nothing. What they send becomes events, events
 * become verdicts, and verdicts what a responder does.
 */
import { AddressSet, type RandomStream, randomStreams, siphashKeyOf, VirtualClock } from '@wormwood/base';
import {
  createDetector,
  DONE,
  EventObserver,
  type FileLine,
  Responder,
  type ScopeFile,
  type Verdict,
} from '@wormwood/defense';
import { EventMaker } from '@wormwood/honeynet';
import { type MemoryDevice, memoryLink, plainBehavior, Stack, type StackHost } from '@wormwood/netstack';
import {
  arp,
  ethernet,
  etherType,
  type IpAddress,
  ipProtocol,
  ipv4,
  isMalformed,
  pseudoHeaderSum,
  tcp,
} from '@wormwood/wire';
import { LineReader } from './line-reader.ts';

const DARK = { address: 0x0a63_0000, prefixLength: 24 };
export const LINK = { address: 0x0a14_0000, prefixLength: 16 };
export const FAR = { address: 0x0a1e_0000, prefixLength: 16 };
export const ROUTER_MAC = 0x02_00_00_00_00_fe;
const SENSOR_MAC = 0x02_00_00_00_00_01;
const NOON = 1_772_366_400;
const DARK_SIZE = 256;

/** A machine on the link, which answers ARP unless it is off. */
export interface Machine {
  readonly mac: number;
  readonly address: number;
}

/** From which Ethernet address a segment comes, in whose name, and where to. */
export interface Sending {
  readonly mac: number;
  readonly source: number;
  readonly destination: number;
  readonly port: number;
}

/** What was done about whom, and by which verdict. */
export interface Act {
  readonly source: number;
  readonly verdict: Verdict | undefined;
}

export class TrustWorld {
  readonly machines: Machine[] = [];
  readonly verdicts: Verdict[] = [];
  readonly events: Record<string, unknown>[] = [];
  readonly clock: VirtualClock = new VirtualClock(NOON);
  readonly stream: RandomStream;
  readonly #far: MemoryDevice;
  readonly #stack: Stack;
  readonly #observer: EventObserver = new EventObserver(AddressSet.fromCidrs([DARK]));
  readonly #detector: ReturnType<typeof createDetector>;
  readonly #acted: number[] = [];
  #line = 0;
  #offered = 0;
  #responder: Responder | null = null;

  constructor(seed: string) {
    const streams = randomStreams(seed);
    this.stream = streams.stream('trust');
    const [far, near] = memoryLink({ slots: 4096 });
    this.#far = far;
    // The published test asks for the fewest contacts, which leaves a forger the fewest to get wrong.
    const monitored = AddressSet.fromCidrs([DARK]);
    this.#detector = createDetector({ streams, monitored, test: 'trw' });
    const host: StackHost = {
      behavior: plainBehavior(siphashKeyOf(streams.stream('secret'))),
      linkAddressAt: () => null,
      answersEcho: true,
      tcpPort: () => 'open',
      udpPort: () => 'closed',
      acceptTcp: () => null,
      receiveUdp: () => undefined,
    };
    const maker = new EventMaker({
      sensor: 'trust',
      clock: this.clock,
      stream: streams.stream('events'),
      hostName: () => 'host',
      sink: new LineReader((line) => this.#read(line)),
    });
    const size = 2 ** (32 - LINK.prefixLength);
    this.#stack = new Stack(
      {
        device: near,
        hosts: { find: (at) => (Number(at) - (Number(at) % DARK_SIZE) === DARK.address ? host : null) },
        clock: this.clock,
        streams,
        observer: maker,
        linkAddress: SENSOR_MAC,
      },
      {
        link: {
          networks: [{ first: LINK.address, last: LINK.address + size - 1, vlan: 0 }],
          routers: [{ linkAddress: ROUTER_MAC, vlan: 0 }],
        },
      },
    );
  }

  /** A dark address, drawn. */
  drawTarget(): number {
    return DARK.address + (this.stream.nextUint32() % DARK_SIZE);
  }

  /** Completes a handshake; `ackMac` sends its last segment. Whoever sent the SYN receives the SYN/ACK and reports its number. */
  open(sending: Sending, ackMac: number = sending.mac): void {
    const sequenceNumber = this.stream.nextUint32();
    this.sendSegment(sending, { flags: tcp.flag.SYN, sequenceNumber, acknowledgmentNumber: 0 });
    const number = this.#receive(sending);
    if (number === undefined) return;
    this.sendSegment(
      { ...sending, mac: ackMac },
      {
        flags: tcp.flag.ACK,
        sequenceNumber: (sequenceNumber + 1) >>> 0,
        acknowledgmentNumber: (number + 1) >>> 0,
      },
    );
    this.#receive(sending);
  }

  /** What a stranger can do who receives no answer: a SYN, and an ACK that guesses. */
  guess(sending: Sending): void {
    const sequenceNumber = this.stream.nextUint32();
    this.sendSegment(sending, { flags: tcp.flag.SYN, sequenceNumber, acknowledgmentNumber: 0 });
    this.sendSegment(sending, {
      flags: tcp.flag.ACK,
      sequenceNumber: (sequenceNumber + 1) >>> 0,
      acknowledgmentNumber: this.stream.nextUint32(),
    });
    this.#receive(sending);
  }

  sendSegment(
    { mac, source, destination, port }: Sending,
    words: Pick<tcp.Repr, 'flags' | 'sequenceNumber' | 'acknowledgmentNumber'>,
  ): void {
    const ports = { sourcePort: port, destinationPort: 445 };
    const rest = { reserved: 0, window: 65_535, urgentPointer: 0, options: [], payload: new Uint8Array(0) };
    const segment: tcp.Repr = { ...ports, ...rest, ...words };
    const transport = new Uint8Array(tcp.length(segment));
    tcp.emit(segment, transport, 0, pseudoHeaderSum({ source, destination }));
    const packet = new Uint8Array(20 + transport.length);
    const flags = { reservedFlag: false, dontFragment: true, moreFragments: false, fragmentOffset: 0 };
    const head = {
      typeOfService: 0,
      identification: 0,
      timeToLive: 64,
      protocol: ipProtocol.tcp,
      options: [],
    };
    ipv4.emit({ ...flags, ...head, source, destination, payload: transport }, packet);
    this.#send(mac, SENSOR_MAC, etherType.ipv4, packet);
  }

  /** An ARP packet, from whoever likes to send it. */
  say(message: arp.Repr): void {
    const packet = new Uint8Array(arp.length(message));
    arp.emit(message, packet);
    this.#send(message.senderMac, 0xffff_ffff_ffff, etherType.arp, packet);
  }

  /** Lets time pass. */
  pass(seconds: number): void {
    const until = this.clock.nowSeconds() + seconds;
    while (this.clock.nowSeconds() < until) {
      this.clock.advanceTo(Math.min(until, this.clock.nowSeconds() + 0.25));
      this.#stack.work(4096);
      this.#receive(null);
    }
  }

  /** Whom a responder has acted on by now, which is offered each verdict at once and may act on everybody. */
  async acts(): Promise<readonly Act[]> {
    this.#responder ??= await this.#openResponder();
    for (const verdict of this.verdicts.slice(this.#offered)) this.#responder.offer(verdict);
    this.#offered = this.verdicts.length;
    const outcome = await this.#responder.step();
    if (!outcome.ok) throw new Error(outcome.reason);
    if (!this.#responder.scope.ok) throw new Error(this.#responder.scope.reason);
    return this.#acted.map((source) => ({
      source,
      verdict: this.verdicts.find((verdict) => verdict.source === source && verdict.unforgeable),
    }));
  }

  async #openResponder(): Promise<Responder> {
    const file: ScopeFile = {
      version: 1,
      owner: 'Trust',
      contact: 'noc@example.org',
      expiresSeconds: NOON + 30 * 86_400,
      prefixes: [LINK, FAR],
      addressesMax: 2 ** 17,
      protectedPrefixes: [],
      actions: [
        {
          action: 'block',
          actuator: 'firewall',
          ttlSeconds: 86_400,
          approval: 'automatic',
          kind: 'scanning',
        },
      ],
      actionsPerMinute: 100,
      activeActionsMax: 1000,
      verdictAgeMaxSeconds: 3600,
    };
    const components = {
      auditFile: new MemoryLines(),
      clock: {
        read: () => {
          const seconds = this.clock.nowSeconds();
          return { wallSeconds: seconds, uptimeSeconds: seconds, boot: 'trust' };
        },
      },
      scope: {
        verifier: { verify: async () => ({ ok: true, value: 'key' }) as const },
        read: () => ({ ok: true, value: file }) as const,
        load: async () => ({ octets: new Uint8Array(1), signature: 'signed' }),
      },
      actuators: [
        {
          name: 'firewall',
          actions: ['block'] as const,
          describe: () => 'block',
          isActive: async () => ({ ok: true, active: false }) as const,
          apply: async ({ source }: { readonly source: IpAddress }) => {
            this.#acted.push(Number(source));
            return DONE;
          },
          release: async () => DONE,
        },
      ],
    };
    const opening = await Responder.open(components, { sensor: 'trust', mode: 'act' });
    if (!opening.ok) throw new Error(opening.reason);
    return opening.responder;
  }

  #send(source: number, destination: number, type: number, payload: Uint8Array): void {
    const frame = { source, destination, tags: [], etherType: type, payload };
    const at = this.#far.reserve();
    if (at < 0) throw new Error('the link is full');
    ethernet.emit(frame, this.#far.transmitBuffer, at);
    this.#far.commit(ethernet.length(frame));
    this.#far.flush();
    this.#stack.work(4096);
  }

  /** Takes what the sensor sent; returns the number of the SYN/ACK that came to the sender, if one did. */
  #receive(sending: Sending | null): number | undefined {
    let number: number | undefined;
    const frames: Uint8Array[] = [];
    this.#far.receive(({ bytes, start, end }) => frames.push(bytes.slice(start, end)), 4096);
    for (const octets of frames) {
      const frame = ethernet.parse(octets);
      if (isMalformed(frame)) continue;
      if (frame.etherType === etherType.arp) this.#answer(frame.payload);
      else if (frame.destination === sending?.mac) number ??= synAckIn(frame.payload, sending);
    }
    return number;
  }

  #answer(packet: Uint8Array): void {
    const message = arp.parse(packet);
    if (isMalformed(message) || message.operation !== arp.operation.request) return;
    for (const { mac, address } of this.machines.filter(
      ({ address: own }) => own === message.targetAddress,
    )) {
      this.say({
        operation: arp.operation.reply,
        senderMac: mac,
        senderAddress: address,
        targetMac: message.senderMac,
        targetAddress: message.senderAddress,
      });
    }
  }

  #read(text: string): void {
    this.events.push(JSON.parse(text) as Record<string, unknown>);
    const reading = this.#observer.read({ text, file: 'events', line: ++this.#line });
    if (reading.kind === 'malformed') throw new Error(reading.diagnostic.message);
    if (reading.kind !== 'observations') return;
    for (const observation of reading.observations) {
      const verdict = this.#detector.observe(observation);
      if (verdict !== null) this.verdicts.push(verdict);
    }
  }
}

function synAckIn(octets: Uint8Array, { source, port }: Sending): number | undefined {
  const packet = ipv4.parse(octets);
  if (isMalformed(packet) || packet.destination !== source) return undefined;
  const segment = tcp.parse(packet.payload);
  if (isMalformed(segment) || segment.destinationPort !== port) return undefined;
  return (segment.flags & (tcp.flag.SYN | tcp.flag.ACK)) === (tcp.flag.SYN | tcp.flag.ACK)
    ? segment.sequenceNumber
    : undefined;
}

/** A file of lines in memory. */
class MemoryLines {
  #text = '';

  async append(text: string): Promise<typeof DONE> {
    this.#text += text;
    return DONE;
  }

  async sync(): Promise<typeof DONE> {
    return DONE;
  }

  async *lines(fromOffset: number): AsyncIterable<FileLine> {
    let endOffset = fromOffset;
    for (const text of this.#text.slice(fromOffset).split('\n').slice(0, -1)) {
      endOffset += text.length + 1;
      yield { text, endOffset, ended: true };
    }
  }

  async cut(offset: number): Promise<typeof DONE> {
    this.#text = this.#text.slice(0, offset);
    return DONE;
  }
}
