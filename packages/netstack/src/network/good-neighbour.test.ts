// What the stack does among real machines: leaves alone what is theirs, and asks as RFC 5227 has it.
import { randomStreams, VirtualClock } from '@wormwood/base';
import {
  arp,
  ethernet,
  etherType,
  icmpv4,
  ipProtocol,
  ipv4,
  isMalformed,
  MAC_BROADCAST,
  readU16,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { memoryLink } from '../link/memory-link.ts';
import { silentObserver } from '../observer.ts';
import { bareHost, ipPacket, PORT, REMOTE_PORT, tcpPacket } from '../stack-test-support.ts';
import { Stack } from '../stack.ts';

const OWN = 0x02_00_00_00_00_01;
const CLIENT = 0x02_00_00_00_00_0c;
const SERVER = 0x02_00_00_00_00_5e;
const CLIENT_ADDRESS = 0x0a09_0002;
/** The first of sixteen addresses that are ours. */
const FIRST = 0x0a09_0010;
const COUNT = 16;
const NOBODY = 0;
const VLAN = 20;

interface Frame {
  readonly from?: number;
  readonly to?: number;
  readonly vlan?: number;
}

function link(askFirst: boolean) {
  const clock = new VirtualClock(1000);
  const [far, device] = memoryLink({ slots: 4096 });
  const seen: string[] = [];
  const record =
    (what: string) =>
    (...values: readonly unknown[]): void =>
      void seen.push(`${what} ${values.map((each) => JSON.stringify(each)).join(' ')}`);
  const host = bareHost({ tcpPort: (port) => (port === PORT ? 'open' : 'closed') });
  const stack = new Stack(
    {
      device,
      hosts: { find: (address) => (address >= FIRST && address < FIRST + COUNT ? host : null) },
      clock,
      streams: randomStreams('1'),
      observer: {
        ...silentObserver,
        tcpProbe: record('tcp'),
        icmp: record('icmp'),
        other: record('other'),
        addressTaken: record('taken'),
        arpRequest: record('arp'),
      },
      linkAddress: OWN,
    },
    { arp: { askFirst } },
  );
  /** What the stack has sent since the last call. */
  const takeFrames = () => {
    const frames: Uint8Array[] = [];
    far.receive(({ bytes, start, end }) => void frames.push(bytes.slice(start, end)), 4096);
    return frames;
  };
  const send = (payload: Uint8Array, type: number, { from = CLIENT, to = OWN, vlan = 0 }: Frame): void => {
    const tag = { tagType: etherType.vlan, priority: 0, dropEligible: false, vlan };
    const frame = { destination: to, source: from, tags: vlan === 0 ? [] : [tag], etherType: type, payload };
    const at = far.reserve();
    far.commit(ethernet.emit(frame, far.transmitBuffer, at) - at);
    far.flush();
    stack.work(100);
  };
  const asks = (words: Partial<arp.Repr>, frame: Frame = {}): void => {
    const payload = new Uint8Array(28);
    const from = frame.from ?? CLIENT;
    arp.emit(
      {
        operation: arp.operation.request,
        senderMac: from,
        senderAddress: CLIENT_ADDRESS,
        targetMac: 0,
        targetAddress: FIRST,
        ...words,
      },
      payload,
    );
    send(payload, etherType.arp, { to: MAC_BROADCAST, ...frame, from });
  };
  const syn = (destination: number, frame: Frame = {}, port = 82): void =>
    send(
      tcpPacket({ flags: 'S', destinationPort: port, sourcePort: REMOTE_PORT }, CLIENT_ADDRESS, destination),
      etherType.ipv4,
      frame,
    );
  const ping = (destination: number, frame: Frame = {}): void => {
    const echo = new Uint8Array(16);
    icmpv4.emit(
      { kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 1, payload: new Uint8Array(8) },
      echo,
    );
    send(ipPacket(ipProtocol.icmpv4, echo, CLIENT_ADDRESS, { destination }), etherType.ipv4, frame);
  };
  const arps = (): (arp.Repr & { readonly vlan: number })[] =>
    takeFrames().flatMap((bytes) => {
      const frame = ethernet.parse(bytes);
      if (isMalformed(frame) || frame.etherType !== etherType.arp) return [];
      const packet = arp.parse(frame.payload);
      return isMalformed(packet) ? [] : [{ ...packet, vlan: frame.tags[0]?.vlan ?? 0 }];
    });
  const replies = () =>
    arps().flatMap(({ operation, senderAddress }) =>
      operation === arp.operation.reply ? [senderAddress - FIRST] : [],
    );
  /** IP packets, as their sources. */
  const answers = () =>
    takeFrames().flatMap((bytes) => {
      if (readU16(bytes, 12) !== etherType.ipv4) return [];
      const packet = ipv4.parse(bytes, 14, bytes.length);
      return isMalformed(packet) ? [] : [packet.source - FIRST];
    });
  const pass = (seconds: number): void => {
    const until = clock.nowSeconds() + seconds;
    for (;;) {
      const next = stack.nextTimerSeconds();
      if (next > until) break;
      clock.advanceTo(Math.max(next, clock.nowSeconds()));
      stack.work(100);
    }
    clock.advanceTo(until);
    stack.work(100);
  };
  return { clock, stack, seen, takeFrames, asks, arps, replies, syn, ping, answers, pass };
}

describe('on a link that floods', () => {
  it('a frame for another machine is not seen, whatever its packet says', () => {
    const { syn, ping, answers, seen } = link(false);
    for (const to of [SERVER, MAC_BROADCAST, 0x01_00_5e_00_00_01]) {
      syn(FIRST, { to });
      ping(FIRST, { to });
      syn(0x0808_0808, { to });
    }
    expect([answers(), seen]).toEqual([[], []]);
    syn(FIRST);
    ping(FIRST);
    expect([answers(), seen.length]).toEqual([[0, 0], 2]);
  });
});

describe.each([false, true])('an address that another machine has (askFirst %s)', (askFirst) => {
  it.each<readonly [string, Partial<arp.Repr>]>([
    ['announces', { senderAddress: FIRST, targetAddress: FIRST }],
    ['asks from', { senderAddress: FIRST, targetAddress: CLIENT_ADDRESS }],
    ['answers for', { operation: arp.operation.reply, senderAddress: FIRST, targetAddress: CLIENT_ADDRESS }],
  ])('and that it %s is left alone at once, for ARP and IP, and open connections too', (_, words) => {
    const { stack, syn, asks, ping, replies, answers, pass, seen, takeFrames } = link(askFirst);
    stack.askAhead([FIRST, FIRST + 1]);
    pass(3);
    takeFrames();
    syn(FIRST, {}, PORT);
    expect(answers()).toEqual([0]);
    asks(words, { from: SERVER });
    expect(seen.at(-1)).toBe(`taken ${JSON.stringify({ address: FIRST, linkAddress: SERVER, vlan: 0 })}`);
    const before = seen.length;
    // The SYN/ACK is not repeated.
    pass(10);
    asks({});
    syn(FIRST);
    ping(FIRST);
    expect(takeFrames()).toEqual([]);
    // Who asks by ARP is seen; what goes to the machine that has the address is its own business.
    expect(seen.slice(before).filter((each) => !each.startsWith('arp'))).toEqual([]);
    ping(FIRST + 1);
    expect(answers()).toEqual([1]);
    // After ten minutes it is asked for, and ours again when nobody speaks for it.
    pass(600);
    asks({});
    expect(replies()).toEqual([]);
    pass(1.1);
    asks({});
    expect(replies().length).toBeGreaterThan(0);
  });
});

it('our own announcements come back without harm', () => {
  const { asks, seen, replies } = link(false);
  asks({ senderAddress: FIRST, targetAddress: FIRST }, { from: OWN });
  asks({});
  expect([seen.filter((each) => each.startsWith('taken')), replies()]).toEqual([[], [0]]);
});

describe('where it asks first', () => {
  it('is ready for the first sweep', () => {
    const { stack, asks, arps, replies, pass } = link(true);
    stack.askAhead(Array.from({ length: COUNT }, (_, i) => FIRST + i));
    pass(2);
    const asked = arps().map(({ senderAddress, targetAddress }) => [senderAddress, targetAddress - FIRST]);
    expect(asked.filter(([sender]) => sender === NOBODY)).toHaveLength(2 * COUNT);
    expect(new Set(asked.map(([, target]) => target)).size).toBe(COUNT);
    for (let i = 0; i < COUNT; i++) asks({ targetAddress: FIRST + i });
    expect(replies()).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  });

  it('answers one who asked meanwhile, once nobody else has', () => {
    const { asks, replies, pass } = link(true);
    asks({});
    expect(replies()).toEqual([]);
    pass(1.1);
    expect(replies()).toEqual([0]);
  });

  it('leaves an address to one who probes for it at the same time (RFC 5227 2.1.1)', () => {
    const { asks, replies, pass, arps } = link(true);
    asks({ senderAddress: NOBODY }, { from: SERVER });
    expect(arps()).toEqual([]);
    pass(5);
    asks({});
    expect(replies()).toEqual([]);
    const other = link(true);
    other.asks({});
    other.asks({ senderAddress: NOBODY }, { from: SERVER });
    other.pass(5);
    other.asks({});
    expect(other.replies()).toEqual([]);
  });

  it('defends an address that it has, but not against a machine that had it before', () => {
    const { stack, asks, replies, pass, takeFrames } = link(true);
    stack.askAhead([FIRST]);
    pass(2);
    takeFrames();
    asks({ senderAddress: NOBODY }, { from: SERVER });
    expect(replies()).toEqual([0]);
    // A newcomer that takes it nevertheless has it.
    asks({ senderAddress: FIRST, targetAddress: FIRST }, { from: SERVER });
    pass(700);
    asks({});
    pass(2);
    expect(replies()).toEqual([0]);
    asks({ senderAddress: NOBODY }, { from: SERVER });
    asks({});
    expect(replies()).toEqual([]);
  });

  it('asks in the VLAN that it was asked in, and has an address there alone', () => {
    const { asks, arps, pass } = link(true);
    asks({}, { vlan: VLAN });
    expect(arps()).toMatchObject([{ senderAddress: NOBODY, targetAddress: FIRST, vlan: VLAN }]);
    pass(2);
    arps();
    asks({}, { vlan: VLAN });
    expect(arps()).toMatchObject([{ operation: arp.operation.reply, vlan: VLAN }]);
    asks({});
    expect(arps()).toMatchObject([{ operation: arp.operation.request, vlan: 0 }]);
  });

  it('answers no packet before the address is its own', () => {
    const { ping, answers, pass } = link(true);
    ping(FIRST);
    expect(answers()).toEqual([]);
    pass(2);
    answers();
    ping(FIRST);
    expect(answers()).toEqual([0]);
  });
});
