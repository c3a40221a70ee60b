/** Attacks of a neighbour on the link, and honest handshakes beside them. */
import { arp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { SourceProof } from '../observer.ts';
import { bench, LOCAL, tcpPacket } from '../stack-test-support.ts';
import { lan, type LanOptions, type Machine, type Opening, STACK_MAC } from './lan-test-support.ts';

/** On the link. */
const HOST: Machine = { mac: 0x02_00_00_00_00_10, address: 0xc000_0210 };
const ATTACKER: Machine = { mac: 0x02_00_00_00_00_66, address: 0xc000_0266 };
const ROUTER: Machine = { mac: 0x02_00_00_00_00_fe, address: 0xc000_02fe };
/** Beyond the router. */
const FAR = 0xcb00_7105;
const NETWORK = { first: 0xc000_0200, last: 0xc000_02ff, vlan: 0 };
const VLAN = 20;
const SYNS = process.env['WORMWOOD_ACCURACY'] === 'full' ? 2_000_000 : 20_000;

const LINK: LanOptions = {
  link: { networks: [NETWORK], routers: [{ linkAddress: ROUTER.mac, vlan: 0 }] },
  machines: [HOST, ATTACKER, ROUTER],
};

function ofHost({ mac, address }: Machine = HOST): Opening {
  return { mac, source: address };
}

/** The attacker in the name of somebody else. */
function forged(source: number): Opening {
  return { mac: ATTACKER.mac, source };
}

function link(mac: number): SourceProof {
  return { linkAddress: mac, kind: 'link', forgeable: null };
}

function none(mac: number | null, forgeable: SourceProof['forgeable']): SourceProof {
  return { linkAddress: mac, kind: 'none', forgeable };
}

/** What a machine says of itself unasked. */
function announcement({ mac, address }: Machine): arp.Repr {
  const ends = { senderMac: mac, senderAddress: address, targetMac: 0, targetAddress: address };
  return { operation: arp.operation.request, ...ends };
}

describe('a source on the link', () => {
  it('is proven when ARP has one answer and it is where its frames come from', () => {
    const { judge, opened, asked } = lan(LINK);
    expect(judge(ofHost())).toEqual(link(HOST.mac));
    expect(opened).toEqual([{ linkAddress: HOST.mac, kind: 'pending', forgeable: null }]);
    // The question looks as if the host that was contacted had asked.
    expect(asked).toMatchObject([
      { senderMac: STACK_MAC, senderAddress: LOCAL, targetAddress: HOST.address, vlan: 0 },
    ]);
  });

  it('is not, when a neighbour has completed the handshake in its name', () => {
    expect(lan(LINK).judge(forged(HOST.address))).toEqual(none(ATTACKER.mac, 'arp-mismatch'));
  });

  it('is proven while a neighbour completes handshakes in its name by the hundred', () => {
    const { open, opened, proven, pass } = lan(LINK);
    for (let port = 1000; port < 1100; port++) open({ ...forged(HOST.address), port });
    open(ofHost());
    expect(opened.at(-1)).toEqual({ linkAddress: HOST.mac, kind: 'pending', forgeable: null });
    pass(1);
    expect(proven.filter(({ kind }) => kind === 'link')).toEqual([link(HOST.mac)]);
    // One was evicted for the owner; those beyond 64 were refused at once.
    expect(proven.filter(({ kind }) => kind !== 'link')).toEqual(
      Array(64).fill(none(ATTACKER.mac, 'arp-mismatch')),
    );
    expect(opened.filter(({ kind }) => kind === 'none')).toHaveLength(36);
  });

  it('is not, when the address is nobody’s, or its machine is off', () => {
    expect(lan(LINK).judge(forged(0xc000_0277))).toEqual(none(ATTACKER.mac, 'arp-silent'));
  });

  it.each([
    ['the owner first', [HOST, { ...ATTACKER, address: HOST.address }]],
    ['the attacker first', [{ ...ATTACKER, address: HOST.address }, HOST]],
  ])('is not, when two machines answer, %s', (_, machines) => {
    const options = { ...LINK, machines };
    expect(lan(options).judge(forged(HOST.address))).toEqual(none(ATTACKER.mac, 'arp-conflict'));
    expect(lan(options).judge(ofHost())).toEqual(none(HOST.mac, 'arp-conflict'));
  });

  it('is not, when the answer and its frame name different senders', () => {
    const { open, say, proven, pass } = lan({ ...LINK, machines: [] });
    open(forged(HOST.address));
    const reply = { ...announcement(HOST), operation: arp.operation.reply, targetAddress: LOCAL };
    say({ ...reply, senderMac: ATTACKER.mac }, { mac: HOST.mac });
    pass(1);
    expect(proven).toEqual([none(ATTACKER.mac, 'arp-conflict')]);
  });

  it('is not proven by what a machine says unasked, before or after the question', () => {
    const { open, say, proven, pass } = lan({ ...LINK, machines: [] });
    say(announcement({ ...ATTACKER, address: HOST.address }));
    open(forged(HOST.address));
    say(announcement({ ...ATTACKER, address: HOST.address }));
    pass(1);
    expect(proven).toEqual([none(ATTACKER.mac, 'arp-silent')]);
  });

  it('is proven for a minute and no longer, and asked for again then', () => {
    const { judge, asked, pass } = lan(LINK);
    judge(ofHost());
    expect(judge(ofHost())).toEqual(link(HOST.mac));
    pass(58);
    expect(judge(ofHost())).toEqual(link(HOST.mac));
    expect(asked).toHaveLength(1);
    pass(2);
    expect(judge(ofHost())).toEqual(link(HOST.mac));
    expect(asked).toHaveLength(2);
  });

  it('hands its proof on to nobody: from another link address, the address is asked for again', () => {
    const { judge, asked, machines } = lan(LINK);
    judge(ofHost());
    expect(judge(forged(HOST.address))).toEqual(none(ATTACKER.mac, 'arp-mismatch'));
    expect(judge(ofHost())).toEqual(link(HOST.mac));
    expect(asked).toHaveLength(3);
    // The machine is gone, and another one has taken its address over.
    machines.splice(0, machines.length, { ...ATTACKER, address: HOST.address });
    expect(judge(forged(HOST.address))).toEqual(link(ATTACKER.mac));
    expect(judge(ofHost())).toEqual(none(HOST.mac, 'arp-mismatch'));
  });

  it('loses its proof when another machine claims the address', () => {
    const { judge, say, asked } = lan(LINK);
    judge(ofHost());
    say(announcement(HOST));
    judge(ofHost());
    expect(asked).toHaveLength(1);
    say(announcement({ ...ATTACKER, address: HOST.address }));
    judge(ofHost());
    expect(asked).toHaveLength(2);
  });

  it('shares its question with those who claim the same address meanwhile; each is judged by itself', () => {
    const { open, pass, proven, asked } = lan(LINK);
    open(forged(HOST.address));
    open(ofHost());
    open(ofHost());
    pass(1);
    expect(proven).toEqual([none(ATTACKER.mac, 'arp-mismatch'), link(HOST.mac), link(HOST.mac)]);
    expect(asked).toHaveLength(1);
  });

  it('is not proven by a router that answers for others', () => {
    const proxy = { mac: ROUTER.mac, address: 0xc000_0288 };
    const machines = [proxy, ROUTER];
    expect(lan({ ...LINK, machines }).judge(ofHost(proxy))).toEqual(none(ROUTER.mac, 'arp-mismatch'));
    const routers = [{ address: ROUTER.address, vlan: 0 }];
    const { judge, pass } = lan({ link: { networks: [NETWORK], routers }, machines });
    pass(2);
    expect(judge(ofHost(proxy))).toEqual(none(ROUTER.mac, 'arp-mismatch'));
    // In its own name it is a host as any other.
    expect(judge(ofHost(ROUTER))).toEqual(link(ROUTER.mac));
  });
});

describe('a source off the link', () => {
  it('is proven when its frames come from a known router', () => {
    const { judge, asked } = lan(LINK);
    const proof = { linkAddress: ROUTER.mac, kind: 'router', forgeable: null };
    expect(judge({ mac: ROUTER.mac, source: FAR })).toEqual(proof);
    expect(asked).toEqual([]);
  });

  it('is not, when a neighbour has completed the handshake in its name', () => {
    const { judge, asked } = lan(LINK);
    expect(judge(forged(FAR))).toEqual(none(ATTACKER.mac, 'unknown-router'));
    // Whoever forges would answer, too.
    expect(asked).toEqual([]);
  });

  it('is not proven where nothing is known of the link, and neither is one on the link', () => {
    const { judge } = lan({ machines: [HOST, ROUTER] });
    expect(judge({ mac: ROUTER.mac, source: FAR })).toEqual(none(ROUTER.mac, 'unknown-router'));
    expect(judge(ofHost())).toEqual(none(HOST.mac, 'unknown-router'));
  });
});

describe('a handshake from several places', () => {
  it.each([
    ['the ACK from another link address', { ackMac: HOST.mac }],
    ['a second SYN from another link address', { repeatMac: HOST.mac }],
    ['the ACK from another VLAN', { ackVlan: VLAN }],
  ])('proves nothing: %s', (_, elsewhere) => {
    const { judge, asked } = lan(LINK);
    const proof = judge({ ...forged(HOST.address), ...elsewhere });
    expect(proof).toMatchObject({ kind: 'none', forgeable: 'address-changed' });
    expect(asked).toEqual([]);
  });

  it('proves nothing of a source off the link: the SYN from a neighbour, the ACK in the name of the router', () => {
    const { judge } = lan(LINK);
    expect(judge({ ...forged(FAR), ackMac: ROUTER.mac })).toMatchObject({ forgeable: 'address-changed' });
    expect(judge({ source: FAR, mac: ROUTER.mac, repeatMac: ATTACKER.mac })).toMatchObject({
      forgeable: 'address-changed',
    });
  });
});

describe('a VLAN', () => {
  const tagged: LanOptions = {
    link: {
      networks: [NETWORK, { ...NETWORK, vlan: VLAN }],
      routers: [{ linkAddress: ROUTER.mac, vlan: 0 }],
    },
    machines: [HOST, ATTACKER, { ...HOST, vlan: VLAN }],
  };

  it('is asked in itself, and what is proven in it is not proven in another', () => {
    const { judge, asked } = lan(tagged);
    expect(judge({ ...ofHost(), vlan: VLAN })).toEqual(link(HOST.mac));
    expect(judge(ofHost())).toEqual(link(HOST.mac));
    expect(asked.map(({ vlan }) => vlan)).toEqual([VLAN, 0]);
  });

  it('has no part in the answers of another', () => {
    const { judge } = lan({ ...tagged, machines: [HOST] });
    expect(judge({ ...ofHost(), vlan: VLAN })).toEqual(none(HOST.mac, 'arp-silent'));
  });

  it('has routers of its own: in another one, their link address is free to take', () => {
    const { judge } = lan(tagged);
    const opening = { mac: ROUTER.mac, source: FAR };
    expect(judge(opening)).toMatchObject({ kind: 'router' });
    expect(judge({ ...opening, vlan: VLAN })).toEqual(none(ROUTER.mac, 'unknown-router'));
  });
});

describe('a network of one VLAN', () => {
  it('is off the link in another one, where its hosts come over a router', () => {
    const routers = [{ linkAddress: ROUTER.mac, vlan: VLAN }];
    const { judge, asked } = lan({ ...LINK, link: { networks: [NETWORK], routers } });
    expect(judge({ mac: ROUTER.mac, source: HOST.address, vlan: VLAN })).toMatchObject({ kind: 'router' });
    expect(asked).toEqual([]);
  });
});

describe('a router known by its IP address', () => {
  const options: LanOptions = {
    link: {
      networks: [NETWORK],
      routers: [{ address: ROUTER.address, vlan: 0 }],
      askFrom: () => LOCAL,
    },
    machines: [HOST, ROUTER],
  };
  const opening = { mac: ROUTER.mac, source: FAR };

  it('is asked for by ARP, in the name of a virtual host, and again each minute', () => {
    const { judge, asked, pass, stack } = lan(options);
    pass(1.5);
    expect(stack.sources.routers()).toEqual([
      { address: ROUTER.address, linkAddress: ROUTER.mac, vlan: 0, state: 'answered' },
    ]);
    expect(judge(opening)).toMatchObject({ kind: 'router' });
    pass(59);
    expect(asked).toHaveLength(1);
    pass(2);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ senderAddress: LOCAL, senderMac: STACK_MAC });
  });

  it('is none before it answers', () => {
    expect(lan(options).judge(opening)).toEqual(none(ROUTER.mac, 'unknown-router'));
  });

  it('is none while two machines claim to be it, and one again when only one does', () => {
    const { judge, machines, pass, say, stack } = lan(options);
    pass(1.5);
    machines.push({ ...ATTACKER, address: ROUTER.address });
    say(announcement({ ...ATTACKER, address: ROUTER.address }));
    expect(stack.sources.routers()).toMatchObject([{ linkAddress: null, state: 'conflict' }]);
    expect(judge(opening)).toEqual(none(ROUTER.mac, 'unknown-router'));
    pass(30);
    expect(judge(forged(FAR))).toEqual(none(ATTACKER.mac, 'unknown-router'));
    machines.pop();
    pass(10);
    expect(judge(opening)).toMatchObject({ kind: 'router' });
  });

  it('is none when two machines have answered from the beginning', () => {
    const { judge, pass, stack } = lan({
      ...options,
      machines: [ROUTER, { ...ATTACKER, address: ROUTER.address }],
    });
    pass(1.5);
    expect(stack.sources.routers()).toMatchObject([{ linkAddress: null, state: 'conflict' }]);
    expect(judge(opening)).toEqual(none(ROUTER.mac, 'unknown-router'));
  });

  it('is one through two lost questions, and none after the third', () => {
    const { machines, pass, stack } = lan(options);
    pass(1.5);
    machines.length = 0;
    pass(65);
    expect(stack.sources.routers()).toMatchObject([{ linkAddress: ROUTER.mac, state: 'answered' }]);
    pass(10);
    expect(stack.sources.routers()).toMatchObject([{ linkAddress: null, state: 'silent' }]);
  });

  it('stays known when the configuration names it again', () => {
    const { pass, stack } = lan(options);
    pass(1.5);
    const routers = [{ linkAddress: 5, vlan: 0 }, ...(options.link?.routers ?? [])];
    stack.sources.replace({ ...options.link, routers });
    expect(stack.sources.routers()).toMatchObject([{ state: 'named' }, { state: 'answered' }]);
    stack.sources.replace({});
    expect(stack.sources.routers()).toEqual([]);
  });
});

describe('no handshake proves anything', () => {
  it('on a device without Ethernet', () => {
    const proofs: SourceProof[] = [];
    const { send, receive } = bench({
      observer: { flowOpen: (_flow, proof) => void proofs.push(proof) },
      stack: { link: { networks: [{ first: 0, last: 2 ** 32 - 1, vlan: 0 }] } },
    });
    send({ flags: 'S', sequenceNumber: 1 });
    const acknowledgmentNumber = ((receive()[0]?.sequenceNumber ?? 0) + 1) >>> 0;
    send({ flags: 'A', sequenceNumber: 2, acknowledgmentNumber });
    expect(proofs).toEqual([none(null, 'no-link-address')]);
  });

  it('of a host whose sequence numbers can be guessed', () => {
    const { judge, asked } = lan({ ...LINK, behavior: { sequenceNumbers: 'weak' } });
    expect(judge(ofHost())).toEqual(none(HOST.mac, 'weak-sequence-numbers'));
    expect(judge({ mac: ROUTER.mac, source: FAR })).toEqual(none(ROUTER.mac, 'weak-sequence-numbers'));
    expect(asked).toEqual([]);
  });
});

describe('a frame with more tags than an answer can carry', () => {
  it('is dropped; with two, it is answered with both', () => {
    const { send, receive, stack } = lan(LINK);
    const payload = tcpPacket({ flags: 'S', sequenceNumber: 1 }, HOST.address);
    const tags = [20, 21, 22, 23].map((vlan) => ({
      tagType: 0x8100,
      priority: 0,
      dropEligible: false,
      vlan,
    }));
    for (const count of [3, 4]) {
      send({ source: HOST.mac, payload, tags: tags.slice(0, count) });
      expect([receive().length, stack.tcp.connectionCount]).toEqual([0, 0]);
    }
    send({ source: HOST.mac, payload, tags: tags.slice(0, 2) });
    expect(receive()).toMatchObject([{ destination: HOST.mac, tags: tags.slice(0, 2) }]);
    // Once it is answered, no frame is at hand, and none has a VLAN.
    expect(stack.vlan).toBe(0);
  });
});

describe('what comes through a tunnel', () => {
  it('proves nothing, and neither does a handshake half of which does', () => {
    const proofs: (string | null)[] = [];
    for (const carried of [
      [true, true],
      [true, false],
      [false, true],
    ]) {
      const { open, opened } = lan({ ...LINK, carried: () => carried.shift() ?? false });
      open({ mac: ROUTER.mac, source: FAR });
      proofs.push(opened[0]?.forgeable ?? null);
    }
    expect(proofs).toEqual(['no-link-address', 'address-changed', 'no-link-address']);
  });
});

describe('a flood', () => {
  const WIDE = { first: 0x0b00_0000, last: 0x0bff_ffff, vlan: 0 };

  it(
    'of SYNs from forged addresses on the link asks nothing and leaves nothing behind',
    { timeout: 600_000 },
    () => {
      const { send, receive, asked, stack } = lan({ ...LINK, link: { networks: [WIDE] } });
      for (let i = 0; i < SYNS; i++) {
        send({ source: ATTACKER.mac, payload: tcpPacket({ flags: 'S', sequenceNumber: i }, WIDE.first + i) });
        if (i % 1000 === 0) receive();
      }
      expect(asked).toEqual([]);
      expect(stack.sources.rememberedCount).toBe(0);
    },
  );

  it('of completed handshakes from one link address leaves questions for the others', () => {
    const { open, judge, asked, opened } = lan({ ...LINK, link: { networks: [WIDE, NETWORK] } });
    for (let i = 0; i < 100; i++) open({ mac: ATTACKER.mac, source: WIDE.first + i });
    expect(asked).toHaveLength(8);
    expect(opened.at(-1)).toEqual(none(ATTACKER.mac, 'arp-silent'));
    expect(judge(ofHost())).toEqual(link(HOST.mac));
  });

  it('from any number of link addresses asks at most a hundred times a second, and memory is bounded by that', () => {
    const { open, pass, asked, machines, stack } = lan({ ...LINK, link: { networks: [WIDE] } });
    for (let second = 0; second < 70; second++) {
      const before = asked.length;
      for (let i = 0; i < 150; i++) {
        const machine = { mac: 0x0200_0001_0000 + i, address: WIDE.first + second * 150 + i };
        machines.splice(0, machines.length, machine);
        open({ ...ofHost(machine), port: 1024 + i });
      }
      expect(asked.length - before).toBeLessThanOrEqual(100);
      pass(1);
    }
    expect(asked.length).toBeGreaterThan(6000);
    expect(stack.sources.rememberedCount).toBeLessThanOrEqual(6100);
    pass(62);
    machines.push(HOST);
    open(ofHost());
    expect(stack.sources.rememberedCount).toBeLessThanOrEqual(6100);
  });
});
