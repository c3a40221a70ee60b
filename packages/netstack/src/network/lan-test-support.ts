/**
 * A stack on a link in memory with machines beside it: they answer ARP for their addresses, and open connections in whatever
 * name they like, from whatever link address they like. What the stack sees of it is written down.
 */
import { randomStreams, VirtualClock } from '@wormwood/base';
import { arp, ethernet, etherType, ipv4, isMalformed, MAC_BROADCAST, tcp } from '@wormwood/wire';
import type { Flow, StackBehavior } from '../behavior.ts';
import type { FrameReceiver, LinkDevice } from '../link/device.ts';
import { memoryLink } from '../link/memory-link.ts';
import { plainBehavior } from '../plain-behavior.ts';
import { TappedDevice } from '../link/tapped-device.ts';
import { silentObserver, type SourceProof } from '../observer.ts';
import { Stack } from '../stack.ts';
import {
  bareHost,
  LOCAL,
  PORT,
  REMOTE_PORT,
  type SegmentWords,
  tcpPacket,
  TEST_SECRET,
} from '../stack-test-support.ts';
import type { LinkOptions } from './source-prover.ts';

export const STACK_MAC = 0x02_00_00_00_00_01;

/** A machine that answers ARP. */
export interface Machine {
  readonly mac: number;
  readonly address: number;
  readonly vlan?: number;
}

/** Who opens a connection, in whose name. */
export interface Opening {
  readonly source: number;
  readonly mac: number;
  readonly vlan?: number;
  /** Of its last segment. @default those of the first */
  readonly ackMac?: number;
  readonly ackVlan?: number;
  /** A SYN that repeats the first one comes from here. @default none does */
  readonly repeatMac?: number;
  readonly port?: number;
}

export interface LanOptions {
  readonly link?: LinkOptions;
  readonly behavior?: Partial<StackBehavior>;
  readonly machines?: readonly Machine[];
  /** Called for each frame to the stack: whether it is one out of a tunnel. @default none is */
  readonly carried?: () => boolean;
}

/** A device whose frames come out of a tunnel when `isCarried` says so. */
class CarryingDevice extends TappedDevice {
  readonly #isCarried: () => boolean;

  constructor(device: LinkDevice, isCarried: () => boolean) {
    super(device, () => undefined);
    this.#isCarried = isCarried;
  }

  override receive(receiver: FrameReceiver, budget: number): number {
    return super.receive((frame) => receiver({ ...frame, isCarried: this.#isCarried() }), budget);
  }
}

export function lan({ link = {}, behavior = {}, machines = [], carried }: LanOptions = {}) {
  const clock = new VirtualClock(1_700_000_000);
  const [far, near] = memoryLink({ slots: 4096 });
  const device = carried === undefined ? near : new CarryingDevice(near, carried);
  const opened: SourceProof[] = [];
  const proven: SourceProof[] = [];
  let lastFlow: Flow | undefined;
  let lastProof: SourceProof | undefined;
  const asked: (arp.Repr & { readonly vlan: number })[] = [];
  const answering: Machine[] = [...machines];
  const host = bareHost({ behavior: { ...plainBehavior(TEST_SECRET), ...behavior } });
  const stack = new Stack(
    {
      device,
      hosts: { find: (address) => (address === LOCAL ? host : null) },
      clock,
      streams: randomStreams('5'),
      observer: {
        ...silentObserver,
        flowOpen: (flow, proof) => {
          lastFlow = flow;
          opened.push(proof);
        },
        flowProof: (flow, proof) => {
          lastProof = flow === lastFlow ? proof : lastProof;
          proven.push(proof);
        },
      },
      linkAddress: STACK_MAC,
    },
    { link },
  );

  const send = (
    frame: Partial<ethernet.Repr> & Pick<ethernet.Repr, 'source' | 'payload'>,
    vlan = 0,
  ): void => {
    const tag = { tagType: etherType.vlan, priority: 0, dropEligible: false, vlan };
    const whole = {
      destination: STACK_MAC,
      etherType: etherType.ipv4,
      tags: vlan === 0 ? [] : [tag],
      ...frame,
    };
    const at = far.reserve();
    ethernet.emit(whole, far.transmitBuffer, at);
    far.commit(ethernet.length(whole));
    far.flush();
    stack.work(1000);
  };

  const say = (message: arp.Repr, { mac = message.senderMac, vlan = 0 } = {}): void => {
    const payload = new Uint8Array(arp.length(message));
    arp.emit(message, payload);
    send({ source: mac, etherType: etherType.arp, payload, destination: MAC_BROADCAST }, vlan);
  };

  const answer = (question: arp.Repr, { mac, address }: Machine, vlan: number): void =>
    say(
      {
        operation: arp.operation.reply,
        senderMac: mac,
        senderAddress: address,
        targetMac: question.senderMac,
        targetAddress: question.senderAddress,
      },
      { vlan },
    );

  /** Takes what the stack sent: notes questions, lets machines answer, and returns the frames. */
  const receive = (): ethernet.Repr[] => {
    const frames: ethernet.Repr[] = [];
    far.receive(({ bytes, start, end }) => {
      const frame = ethernet.parse(bytes.slice(start, end));
      if (!isMalformed(frame)) frames.push(frame);
    }, 4096);
    for (const frame of frames) {
      const message = frame.etherType === etherType.arp ? arp.parse(frame.payload) : undefined;
      if (message === undefined || isMalformed(message) || message.operation !== arp.operation.request)
        continue;
      const vlan = frame.tags[0]?.vlan ?? 0;
      asked.push({ ...message, vlan });
      for (const machine of answering)
        if (machine.address === message.targetAddress && (machine.vlan ?? 0) === vlan)
          answer(message, machine, vlan);
    }
    return frames;
  };

  const sendSegment = (source: number, mac: number, vlan: number, words: SegmentWords): void =>
    send({ source: mac, payload: tcpPacket(words, source) }, vlan);

  /** Completes a handshake as whoever has `mac` sees it: the SYN/ACK comes to the sender of the SYN. */
  const open = ({ source, mac, vlan = 0, ackMac = mac, ackVlan = vlan, repeatMac, port }: Opening): void => {
    const sourcePort = port ?? REMOTE_PORT + opened.length;
    const syn = { flags: 'S', sequenceNumber: 1000, sourcePort, destinationPort: PORT };
    sendSegment(source, mac, vlan, syn);
    if (repeatMac !== undefined) sendSegment(source, repeatMac, vlan, syn);
    const reply = receive().find(({ etherType: type }) => type === etherType.ipv4);
    const packet = reply === undefined ? undefined : ipv4.parse(reply.payload);
    const segment = packet === undefined || isMalformed(packet) ? undefined : tcp.parse(packet.payload);
    if (reply?.destination !== mac || segment === undefined || isMalformed(segment))
      throw new Error('no SYN/ACK came to whoever sent the SYN');
    const acknowledgmentNumber = (segment.sequenceNumber + 1) >>> 0;
    const ack = { ...syn, flags: 'A', sequenceNumber: 1001, acknowledgmentNumber };
    sendSegment(source, ackMac, ackVlan, ack);
    receive();
  };

  /** Lets time pass, with the stack at work every 50 ms. */
  const pass = (seconds: number): void => {
    const until = clock.nowSeconds() + seconds;
    while (clock.nowSeconds() < until) {
      clock.advanceTo(Math.min(until, clock.nowSeconds() + 0.05));
      stack.work(1000);
      receive();
    }
  };

  /** The proof of the connection opened last, once the answers are in. */
  const judge = (opening: Opening): SourceProof | undefined => {
    open(opening);
    if (opened.at(-1)?.kind !== 'pending') return opened.at(-1);
    lastProof = undefined;
    pass(1.5);
    return lastProof;
  };

  return { clock, stack, machines: answering, opened, proven, asked, send, say, open, pass, judge, receive };
}
