import { randomStreams, VirtualClock } from '@wormwood/base';
import {
  ethernet,
  etherType,
  icmpv6,
  ipProtocol,
  ipv6,
  isIpv6Multicast,
  isMalformed,
  parseIpv6,
  pseudoHeaderSum,
  readMac,
  solicitedNodeAddress,
  writeMac,
  writeU16,
} from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackHost } from '../host.ts';
import type { ReceivedFrame } from '../link/device.ts';
import { memoryLink } from '../link/memory-link.ts';
import { silentObserver } from '../observer.ts';
import { plainBehavior } from '../plain-behavior.ts';
import { Stack } from '../stack.ts';
import { TEST_SECRET } from '../stack-test-support.ts';

const address = (text: string): bigint => {
  const parsed = parseIpv6(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
const OURS = address('2001:db8::5');
const THEIRS = address('2001:db8::1');
const OTHER = address('2001:db8:1::5');
const STACK_MAC = 0x02_00_00_00_00_01;
const HOST_MAC = 0x02_00_00_00_00_05;
const CLIENT_MAC = 0x02_00_00_00_00_fe;
const ALL_NODES = address('ff02::1');

const host: StackHost = {
  behavior: plainBehavior(TEST_SECRET),
  linkAddressAt: (at) => (at === OURS ? HOST_MAC : null),
  answersEcho: true,
  tcpPort: () => 'filtered',
  udpPort: () => 'filtered',
  acceptTcp: () => null,
  receiveUdp: () => undefined,
};

interface Heard {
  readonly to: number;
  readonly from: number;
  readonly source: bigint;
  readonly destination: bigint;
  readonly hopLimit: number;
  readonly message: icmpv6.Repr;
}

function bench(askFirst = false) {
  const [near, far] = memoryLink();
  const clock = new VirtualClock();
  const stack = new Stack(
    {
      device: near,
      hosts: { find: (at) => (at === OURS || at === OURS + 1n ? host : null) },
      clock,
      streams: randomStreams('1'),
      observer: silentObserver,
      linkAddress: STACK_MAC,
    },
    { arp: { askFirst } },
  );
  const heard: Heard[] = [];
  const hear = ({ bytes, start, end }: ReceivedFrame): void => {
    const ip = ipv6.parse(bytes, start + ethernet.HEADER_LENGTH, end);
    if (isMalformed(ip)) throw new Error('no IPv6 packet');
    const message = icmpv6.parse(ip.payload.slice());
    if (isMalformed(message)) throw new Error('no ICMPv6 message');
    heard.push({ to: readMac(bytes, start), from: readMac(bytes, start + 6), ...ip, message });
  };
  const sendOctets = (octets: Uint8Array): readonly Heard[] => {
    const at = far.reserve();
    far.transmitBuffer.set(octets, at);
    far.commit(octets.length);
    far.flush();
    heard.length = 0;
    stack.work(16);
    far.receive(hear, 16);
    return [...heard];
  };
  return {
    clock,
    sendOctets,
    send: (message: icmpv6.Repr, change: Change = {}) => sendOctets(frameOf(message, change)),
  };
}

interface Change {
  readonly source?: bigint;
  readonly destination?: bigint;
  readonly hopLimit?: number;
}

function frameOf(
  message: icmpv6.Repr,
  { source = THEIRS, destination = solicitedNodeAddress(OURS), hopLimit = 255 }: Change,
): Uint8Array {
  const payload = new Uint8Array(icmpv6.length(message));
  const ip = {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit,
    source,
    destination,
    extensions: [],
    protocol: ipProtocol.icmpv6,
    payload,
  };
  icmpv6.emit(message, payload, 0, pseudoHeaderSum(ip));
  const frame = new Uint8Array(ethernet.HEADER_LENGTH + 40 + payload.length);
  writeMac(frame, 0, isIpv6Multicast(destination) ? 0x3333_ff00_0005 : HOST_MAC);
  writeMac(frame, 6, CLIENT_MAC);
  writeU16(frame, 12, etherType.ipv6);
  ipv6.emit(ip, frame, ethernet.HEADER_LENGTH);
  return frame;
}

const asks = (target: bigint): icmpv6.Repr => ({
  kind: 'neighborSolicitation',
  code: 0,
  target,
  options: [{ kind: 'sourceLinkLayerAddress', mac: CLIENT_MAC }],
});
const speaks = (target: bigint): icmpv6.Repr => ({
  kind: 'neighborAdvertisement',
  code: 0,
  router: false,
  solicited: false,
  override: true,
  target,
  options: [],
});
const pings: icmpv6.Repr = {
  kind: 'echoRequest',
  code: 0,
  identifier: 7,
  sequenceNumber: 3,
  payload: new Uint8Array([1, 2, 3, 4, 5]),
};

describe('neighbor solicitations', () => {
  it('are answered with the address of the host', () => {
    expect(bench().send(asks(OURS))).toMatchObject([
      {
        to: CLIENT_MAC,
        from: HOST_MAC,
        source: OURS,
        destination: THEIRS,
        hopLimit: 255,
        message: {
          kind: 'neighborAdvertisement',
          solicited: true,
          override: true,
          router: false,
          target: OURS,
          options: [{ kind: 'targetLinkLayerAddress', mac: HOST_MAC }],
        },
      },
    ]);
    expect(bench().send(asks(OURS + 1n))).toMatchObject([{ from: STACK_MAC }]);
  });

  it('from nobody are answered to all', () => {
    const [answer] = bench().send({ ...asks(OURS), options: [] } as icmpv6.Repr, { source: 0n });
    expect(answer).toMatchObject({
      to: 0x3333_0000_0001,
      destination: ALL_NODES,
      message: { solicited: false },
    });
  });

  it.each<readonly [what: string, message: icmpv6.Repr, change: Change]>([
    ['about others', asks(OTHER), {}],
    ['from beyond the link', asks(OURS), { hopLimit: 254 }],
    ['from nobody to a single host', asks(OURS), { source: 0n, destination: OURS }],
    ['with a code', { ...asks(OURS), code: 1 } as icmpv6.Repr, {}],
  ])('%s are not', (_, message, change) => {
    expect(bench().send(message, change)).toEqual([]);
  });

  it('of which the checksum is wrong are not', () => {
    const frame = frameOf(asks(OURS), {});
    frame[frame.length - 1]! ^= 1;
    expect(bench().sendOctets(frame)).toEqual([]);
  });
});

describe('echo requests', () => {
  it('are answered with what they brought', () => {
    expect(bench().send(pings, { destination: OURS, hopLimit: 3 })).toMatchObject([
      {
        to: CLIENT_MAC,
        from: HOST_MAC,
        source: OURS,
        destination: THEIRS,
        hopLimit: 64,
        message: { ...pings, kind: 'echoReply' },
      },
    ]);
  });

  it('to others, and from groups, are not', () => {
    expect(bench().send(pings, { destination: OTHER })).toEqual([]);
    expect(bench().send(pings, { destination: OURS, source: ALL_NODES })).toEqual([]);
  });
});

describe('where it asks first', () => {
  it('it answers when two questions have stayed without reply', () => {
    const { clock, send } = bench(true);
    const question = [
      {
        source: 0n,
        destination: solicitedNodeAddress(OURS),
        message: { kind: 'neighborSolicitation', target: OURS },
      },
    ];
    expect(send(asks(OURS))).toMatchObject(question);
    expect(send(asks(OURS))).toEqual([]);
    clock.advanceTo(0.5);
    expect(send(asks(OURS))).toMatchObject(question);
    clock.advanceTo(1);
    expect(send(asks(OURS))).toMatchObject([{ message: { kind: 'neighborAdvertisement' } }]);
  });

  it.each([
    ['speaks for it', speaks(OURS), {}],
    ['wants it', { ...asks(OURS), options: [] } as icmpv6.Repr, { source: 0n }],
  ])('it leaves the address to one that %s, for ten minutes', (_, message, change) => {
    const { clock, send } = bench(true);
    send(asks(OURS));
    expect(send(message, change)).toEqual([]);
    clock.advanceTo(5);
    expect(send(asks(OURS))).toEqual([]);
    expect(send(pings, { destination: OURS })).toEqual([]);
    clock.advanceTo(700);
    expect(send(asks(OURS))).toMatchObject([{ message: { kind: 'neighborSolicitation' } }]);
  });
});

it('damaged frames do no harm', () => {
  const { sendOctets } = bench();
  const frames = fc.constantFrom(
    frameOf(asks(OURS), {}),
    frameOf(pings, { destination: OURS }),
    frameOf(speaks(OURS), {}),
  );
  fc.assert(
    fc.property(
      frames,
      fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 5 }),
      fc.nat(100),
      (frame, changes, cut) => {
        const octets = frame.slice(0, Math.max(14, frame.length - (cut % 60)));
        for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
        // The type stays that of IPv6.
        writeU16(octets, 12, etherType.ipv6);
        expect(sendOctets(octets).length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 2000 },
  );
});
