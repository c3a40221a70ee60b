// Who owns an IPv6 address on the link: honest neighbours beside those that forge.
import { randomStreams, VirtualClock } from '@wormwood/base';
import {
  ethernet,
  etherType,
  formatIpv6,
  icmpv6,
  ipProtocol,
  ipv6,
  isMalformed,
  parseIpv6,
  pseudoHeaderSum,
  solicitedNodeAddress,
  tcp,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { memoryLink } from '../link/memory-link.ts';
import { silentObserver, type SourceProof } from '../observer.ts';
import { Stack } from '../stack.ts';
import { bareHost } from '../stack-test-support.ts';

const ip = (text: string): bigint => {
  const parsed = parseIpv6(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const OURS = ip('2001:db8:1::7');
const NEIGHBOUR = ip('2001:db8:1::9');
const FAR = ip('2001:db8:5::9');
const STACK_MAC = 0x02_00_00_00_00_01;
const OWNER_MAC = 0x02_00_00_00_00_09;
const FORGER_MAC = 0x02_00_00_00_00_66;
const ROUTER_MAC = 0x02_00_00_00_00_fe;
const { SYN, ACK } = tcp.flag;

/** How a machine answers for the address that is asked for. */
interface Answering {
  readonly mac: number;
  readonly hopLimit?: number;
  /** The link address in its option. @default its own */
  readonly named?: number;
}

function link(answering: readonly Answering[]) {
  const clock = new VirtualClock(1_700_000_000);
  const [far, near] = memoryLink({ slots: 256 });
  const proofs: SourceProof[] = [];
  const asked: { readonly target: string; readonly from: string; readonly mac: number }[] = [];
  const host = bareHost();
  const observer = {
    ...silentObserver,
    flowOpen: (_: unknown, proof: SourceProof) => void proofs.push(proof),
    flowProof: (_: unknown, proof: SourceProof) => void proofs.push(proof),
  };
  const hosts = { find: (address: number | bigint) => (address === OURS ? host : null) };
  const components = { device: near, hosts, clock, observer, linkAddress: STACK_MAC };
  const routers = [{ linkAddress: ROUTER_MAC, vlan: 0 }];
  const stack = new Stack({ ...components, streams: randomStreams('7') }, { link: { routers } });

  const send = (
    mac: number,
    packet: Partial<ipv6.Repr> & Pick<ipv6.Repr, 'source' | 'protocol' | 'payload'>,
  ) => {
    const repr = {
      trafficClass: 0,
      flowLabel: 0,
      hopLimit: 64,
      extensions: [],
      destination: OURS,
      ...packet,
    };
    const payload = new Uint8Array(ipv6.length(repr));
    ipv6.emit(repr, payload);
    const frame = { source: mac, destination: STACK_MAC, tags: [], etherType: etherType.ipv6, payload };
    const at = far.reserve();
    ethernet.emit(frame, far.transmitBuffer, at);
    far.commit(ethernet.length(frame));
    far.flush();
    stack.work(100);
  };
  const sendSegment = (
    mac: number,
    source: bigint,
    flags: number,
    numbers: readonly [number, number],
  ): void => {
    const repr = {
      sourcePort: 50_000,
      destinationPort: 80,
      sequenceNumber: numbers[0],
      acknowledgmentNumber: numbers[1],
      reserved: 0,
      flags,
      window: 1024,
      urgentPointer: 0,
      options: [],
      payload: new Uint8Array(0),
    };
    const payload = new Uint8Array(tcp.length(repr));
    tcp.emit(repr, payload, 0, pseudoHeaderSum({ source, destination: OURS }));
    send(mac, { source, protocol: ipProtocol.tcp, payload });
  };
  const answer = (target: bigint, { mac, named = mac, hopLimit = 255 }: Answering): void => {
    const options = [{ kind: 'targetLinkLayerAddress', mac: named }] as const;
    const flags = { router: false, solicited: true, override: true };
    const message = { kind: 'neighborAdvertisement', code: 0, ...flags, target, options } as const;
    const payload = new Uint8Array(icmpv6.length(message));
    icmpv6.emit(message, payload, 0, pseudoHeaderSum({ source: target, destination: OURS }));
    send(mac, { source: target, protocol: ipProtocol.icmpv6, payload, hopLimit });
  };
  /** Takes what the stack sends; returns the number of its SYN/ACK to that machine. */
  const receive = (mac: number): number | null => {
    let number: number | null = null;
    const frames: Uint8Array[] = [];
    far.receive(({ bytes, start, end }) => frames.push(bytes.slice(start, end)), 100);
    for (const octets of frames) {
      const frame = ethernet.parse(octets);
      const packet = isMalformed(frame) ? frame : ipv6.parse(frame.payload);
      if (isMalformed(packet) || isMalformed(frame)) continue;
      if (packet.protocol === ipProtocol.tcp && frame.destination === mac) {
        const segment = tcp.parse(packet.payload);
        if (!isMalformed(segment) && segment.flags === (SYN | ACK)) number = segment.sequenceNumber;
      }
      const message = packet.protocol === ipProtocol.icmpv6 ? icmpv6.parse(packet.payload) : null;
      if (message === null || isMalformed(message) || message.kind !== 'neighborSolicitation') continue;
      expect([packet.destination, packet.hopLimit]).toEqual([solicitedNodeAddress(message.target), 255]);
      asked.push({ target: formatIpv6(message.target), from: formatIpv6(packet.source), mac: frame.source });
      for (const machine of answering) answer(message.target, machine);
    }
    return number;
  };
  return {
    asked,
    /** The last word on a handshake that a machine completes in the name of a source. */
    judge: (mac: number, source: bigint): SourceProof | undefined => {
      sendSegment(mac, source, SYN, [1000, 0]);
      const number = receive(mac) ?? expect.fail('no SYN/ACK comes to whoever sent the SYN');
      sendSegment(mac, source, ACK, [1001, (number + 1) >>> 0]);
      receive(mac);
      for (let i = 0; i < 30; i++) {
        clock.advanceTo(clock.nowSeconds() + 0.05);
        stack.work(100);
        receive(mac);
      }
      return proofs.at(-1);
    },
  };
}

const OWNER: Answering = { mac: OWNER_MAC };

describe('a handshake of a neighbour over IPv6', () => {
  it('is proven when neighbor discovery has one answer and it is where the frames come from', () => {
    const { judge, asked } = link([OWNER]);
    expect(judge(OWNER_MAC, NEIGHBOUR)).toEqual({ linkAddress: OWNER_MAC, kind: 'link', forgeable: null });
    // The question looks as if the host that was contacted had asked.
    expect(asked).toEqual([{ target: '2001:db8:1::9', from: '2001:db8:1::7', mac: STACK_MAC }]);
  });

  it.each([
    ['the owner answers, and another machine completed it', FORGER_MAC, [OWNER], 'ndp-mismatch'],
    ['two machines answer', OWNER_MAC, [OWNER, { mac: FORGER_MAC }], 'ndp-conflict'],
    ['a forger answers as well', FORGER_MAC, [{ mac: FORGER_MAC }, OWNER], 'ndp-conflict'],
    ['nobody answers', FORGER_MAC, [], 'ndp-silent'],
    ['the answer crossed a router', FORGER_MAC, [{ mac: FORGER_MAC, hopLimit: 254 }], 'ndp-silent'],
    ['the answer names another machine', FORGER_MAC, [{ mac: FORGER_MAC, named: OWNER_MAC }], 'ndp-conflict'],
    ['a router speaks for the link', ROUTER_MAC, [{ mac: ROUTER_MAC }], 'ndp-mismatch'],
  ] as const)('proves nothing when %s', (_, mac, answering, forgeable) => {
    const { judge } = link(answering);
    expect(judge(mac, NEIGHBOUR)).toEqual({ linkAddress: mac, kind: 'none', forgeable });
  });

  it('under a link-local address is asked for as well', () => {
    expect(link([OWNER]).judge(OWNER_MAC, ip('fe80::9'))?.kind).toBe('link');
    expect(link([OWNER]).judge(FORGER_MAC, ip('fe80::9'))?.forgeable).toBe('ndp-mismatch');
  });
});

it('a source beyond the link is proven by a known router alone, and nobody is asked', () => {
  const { judge, asked } = link([OWNER]);
  expect(judge(ROUTER_MAC, FAR)).toMatchObject({ kind: 'router', forgeable: null });
  expect(link([OWNER]).judge(FORGER_MAC, FAR)).toMatchObject({ kind: 'none', forgeable: 'unknown-router' });
  expect(asked).toEqual([]);
});
