/**
 * What must stay without an answer, whatever it asks: packets with addresses that name no machine, and frames of groups or for
 * others. Each kind of packet is first seen to be answered when nothing is wrong with it.
 */
import { randomStreams, VirtualClock } from '@wormwood/base';
import {
  arp,
  ethernet,
  etherType,
  icmpv4,
  ipProtocol,
  pseudoHeaderSum,
  readMac,
  udp,
  writeMac,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { StackHost } from '../host.ts';
import { memoryLink } from '../link/memory-link.ts';
import { silentObserver } from '../observer.ts';
import { plainBehavior } from '../plain-behavior.ts';
import { ipPacket, LOCAL, PORT, REMOTE, REMOTE_PORT, tcpPacket, TEST_SECRET } from '../stack-test-support.ts';
import { Stack } from '../stack.ts';

const OWN = 0x02_00_00_00_00_01;
const HOST = 0x02_00_00_00_00_05;
const THERE = 0x02_00_00_00_00_fe;
const FOREIGN = 0x02_00_00_00_00_77;
const GROUP = 0x01_00_5e_00_00_01;
const BROADCAST = 0xffff_ffff_ffff;

/** A host with an Ethernet address of its own that answers at every IPv4 address that there is. */
function everywhere() {
  const host: StackHost = {
    behavior: plainBehavior(TEST_SECRET),
    linkAddressAt: () => HOST,
    answersEcho: true,
    tcpPort: (port) => (port === PORT ? 'open' : 'closed'),
    udpPort: (port) => (port === PORT ? 'open' : 'closed'),
    acceptTcp: () => null,
    receiveUdp: (datagram, reply) => reply(datagram.payload.slice()),
  };
  const [far, device] = memoryLink();
  const stack = new Stack({
    device,
    hosts: { find: () => host },
    clock: new VirtualClock(1000),
    streams: randomStreams('1'),
    observer: silentObserver,
    linkAddress: OWN,
  });
  /** How many frames come back within half a minute: a SYN/ACK is repeated. */
  const answersTo = (frame: Uint8Array): number => {
    far.transmitBuffer.set(frame, far.reserve());
    far.commit(frame.length);
    far.flush();
    stack.work(10);
    return far.receive(() => undefined, 100);
  };
  return { answersTo };
}

interface Words {
  readonly source?: number;
  readonly destination?: number;
  readonly from?: number;
  readonly to?: number;
}

function frameOf(
  packet: Uint8Array,
  { from = THERE, to = HOST }: Words,
  type: number = etherType.ipv4,
): Uint8Array {
  const frame = new Uint8Array(Math.max(60, 14 + packet.length));
  ethernet.emit({ destination: to, source: from, tags: [], etherType: type, payload: packet }, frame);
  return frame;
}

function datagramTo(destinationPort: number) {
  return (words: Words): Uint8Array => {
    const { source = REMOTE, destination = LOCAL } = words;
    const payload = new Uint8Array(40);
    const out = new Uint8Array(48);
    const datagram = { sourcePort: REMOTE_PORT, destinationPort, checksummed: true, payload };
    udp.emit(datagram, out, 0, pseudoHeaderSum({ source, destination }));
    return frameOf(ipPacket(ipProtocol.udp, out, source, { destination }), words);
  };
}

function tcp(flags: string, destinationPort: number) {
  return (words: Words): Uint8Array => {
    const { source = REMOTE, destination = LOCAL } = words;
    return frameOf(tcpPacket({ flags, destinationPort }, source, destination), words);
  };
}

const kinds: Readonly<Record<string, (words: Words) => Uint8Array>> = {
  'an echo request': (words) => {
    const echo = new Uint8Array(16);
    const payload = new Uint8Array(8);
    icmpv4.emit({ kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 1, payload }, echo);
    const { source = REMOTE, destination = LOCAL } = words;
    return frameOf(ipPacket(ipProtocol.icmpv4, echo, source, { destination }), words);
  },
  'a datagram to an open port': datagramTo(PORT),
  'a datagram to a closed port': datagramTo(82),
  'a SYN to an open port': tcp('S', PORT),
  'a SYN to a closed port': tcp('S', 82),
  'an ACK out of nowhere': tcp('A', PORT),
  'a packet of an unknown protocol': (words) => {
    const { source = REMOTE, destination = LOCAL } = words;
    return frameOf(ipPacket(200, new Uint8Array(8), source, { destination }), words);
  },
  'an ARP request': ({ source = REMOTE, destination = LOCAL, ...words }) => {
    const message = new Uint8Array(28);
    const senderMac = words.from ?? THERE;
    arp.emit(
      { operation: 1, senderMac, senderAddress: source, targetMac: 0, targetAddress: destination },
      message,
    );
    return frameOf(message, words, etherType.arp);
  },
};

const martians = [
  0, 0x0001_0203, 0x00ff_ffff, 0x7f00_0001, 0x7fff_ffff, 0xe000_0001, 0xefff_ffff, 0xf000_0001, 0xffff_fffe,
  0xffff_ffff,
];

describe.each(Object.entries(kinds))('%s', (kind, frame) => {
  it('is answered where nothing is wrong with it', () => {
    expect(everywhere().answersTo(frame({}))).toBe(1);
    expect(everywhere().answersTo(frame({ to: OWN }))).toBe(1);
  });

  it('is not answered when an address names no machine, or both are one', () => {
    const { answersTo } = everywhere();
    const isProbe = kind === 'an ARP request';
    for (const address of martians) {
      // An ARP probe asks for an address without one of its own (RFC 5227 2.1.1).
      if (address !== 0 || !isProbe) expect(answersTo(frame({ source: address })), `from ${address}`).toBe(0);
      expect(answersTo(frame({ destination: address })), `to ${address}`).toBe(0);
    }
    expect(answersTo(frame({ source: LOCAL })), 'from its own destination').toBe(0);
  });

  it('is not answered when its frame comes from a group or from us, or goes to a group or to others', () => {
    const { answersTo } = everywhere();
    for (const from of [GROUP, BROADCAST, HOST]) expect(answersTo(frame({ from })), `from ${from}`).toBe(0);
    const isBroadcast = kind === 'an ARP request' ? 1 : 0;
    expect(answersTo(frame({ to: BROADCAST }))).toBe(isBroadcast);
    for (const to of [GROUP, FOREIGN, 0]) expect(answersTo(frame({ to })), `to ${to}`).toBe(0);
  });
});

it('an ARP request in the name of a group is not answered, whoever sent the frame', () => {
  const { answersTo } = everywhere();
  for (const mac of [GROUP, BROADCAST, 0]) {
    const frame = kinds['an ARP request']!({});
    expect(readMac(frame, 14 + 8)).toBe(THERE);
    writeMac(frame, 14 + 8, mac);
    expect(answersTo(frame)).toBe(0);
  }
});
