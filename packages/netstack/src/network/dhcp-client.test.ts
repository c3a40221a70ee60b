/** The DHCP client against a server that follows a script; every message crosses as octets. */
import { randomStreams, VirtualClock } from '@wormwood/base';
import { dhcpv4, isMalformed, readU32 } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { DhcpClient, type DhcpLease } from './dhcp-client.ts';

const MAC = 0x02_00_00_00_00_07;
const SERVER = 0x0a00_0001;
const OFFERED = 0x0a00_0064;
const BROADCAST = 0xffff_ffff;
const { discover, offer, request, ack, nak, decline, release } = dhcpv4.messageType;

interface Sent {
  readonly at: number;
  readonly type: number | undefined;
  readonly message: dhcpv4.Repr;
  readonly source: number;
  readonly destination: number;
}

type Answer = Partial<dhcpv4.Repr> & {
  readonly type: number;
  readonly words?: Readonly<Record<number, number>>;
};

/** A client and what it sends; `script` says what the server answers to a message. */
function play(script: (sent: Sent) => Answer | null) {
  const clock = new VirtualClock(1000);
  const sent: Sent[] = [];
  const leases: (DhcpLease | null)[] = [];
  const answers: dhcpv4.Repr[] = [];
  const probes: { readonly at: number; readonly address: number }[] = [];
  /** Addresses that another machine has, which says so when it is asked. */
  const taken = new Set<number>();
  const client: DhcpClient = new DhcpClient({
    clock,
    stream: randomStreams('3').stream('test/dhcp'),
    linkAddress: MAC,
    leased: (lease) => void leases.push(lease),
    probe: (address) => {
      probes.push({ at: clock.nowSeconds(), address });
      if (taken.has(address)) client.conflict(address);
    },
    send: (message, source, destination) => {
      const copy = overTheWire(message);
      const event = {
        at: clock.nowSeconds(),
        type: dhcpv4.readMessageType(copy),
        message: copy,
        source,
        destination,
      };
      sent.push(event);
      const answer = script(event);
      if (answer !== null) answers.push(reply(copy, answer));
    },
  });
  /** Runs the client for so long, answers at once. */
  const run = (seconds: number): void => {
    const until = clock.nowSeconds() + seconds;
    for (;;) {
      for (let answer = answers.shift(); answer !== undefined; answer = answers.shift())
        client.receive(overTheWire(answer));
      const next = client.nextTimerSeconds();
      if (next > until) break;
      clock.advanceTo(next);
      client.work();
    }
    clock.advanceTo(until);
  };
  client.start();
  return { client, clock, sent, leases, probes, taken, run, types: () => sent.map(({ type }) => type) };
}

function overTheWire(message: dhcpv4.Repr): dhcpv4.Repr {
  const octets = new Uint8Array(dhcpv4.length(message));
  dhcpv4.emit(message, octets);
  const copy = dhcpv4.parse(octets);
  if (isMalformed(copy)) throw new Error(copy.reason);
  return copy;
}

function reply(asked: dhcpv4.Repr, { type, words = {}, ...changes }: Answer): dhcpv4.Repr {
  const numbers = { [dhcpv4.optionCode.serverIdentifier]: SERVER, ...words };
  return {
    ...asked,
    operation: 2,
    yourAddress: type === nak ? 0 : OFFERED,
    options: [
      dhcpv4.octetsOption(dhcpv4.optionCode.messageType, [type]),
      ...Object.entries(numbers).map(([code, value]) => dhcpv4.wordsOption(Number(code), [value])),
    ],
    ...changes,
  };
}

const lasting = (seconds: number, more: Readonly<Record<number, number>> = {}) => ({
  [dhcpv4.optionCode.leaseTime]: seconds,
  [dhcpv4.optionCode.subnetMask]: 0xffff_ff00,
  [dhcpv4.optionCode.router]: SERVER,
  ...more,
});

/** Offers and grants everything. */
const generous =
  (seconds: number) =>
  ({ type }: Sent): Answer | null =>
    type === discover ? { type: offer } : type === request ? { type: ack, words: lasting(seconds) } : null;

const wordOf = (message: dhcpv4.Repr, code: number): number | undefined => {
  const data = dhcpv4.findOption(message, code);
  return data === undefined ? undefined : readU32(data, 0);
};

describe('coming to an address', () => {
  it('waits one to ten seconds, discovers, requests, and is bound', () => {
    const { client, sent, leases, run, types } = play(generous(3600));
    run(20);
    expect(types()).toEqual([discover, request]);
    expect(sent[0]?.at).toBeGreaterThanOrEqual(1001);
    expect(sent[0]?.at).toBeLessThanOrEqual(1010);
    expect(sent.map(({ source, destination }) => [source, destination])).toEqual([
      [0, BROADCAST],
      [0, BROADCAST],
    ]);
    // RFC 2131 table 5: a request after an offer names the address and the server, and has no ciaddr.
    const { message } = sent[1]!;
    expect(wordOf(message, dhcpv4.optionCode.requestedAddress)).toBe(OFFERED);
    expect(wordOf(message, dhcpv4.optionCode.serverIdentifier)).toBe(SERVER);
    expect(message).toMatchObject({ clientAddress: 0, clientMac: MAC, broadcast: true });
    expect(message.transactionId).toBe(sent[0]!.message.transactionId);
    expect(message.secondsElapsed).toBe(sent[0]!.message.secondsElapsed);
    expect(client.state).toBe('bound');
    expect(leases).toEqual([
      {
        address: OFFERED,
        server: SERVER,
        subnetMask: 0xffff_ff00,
        router: SERVER,
        expiresSeconds: sent[1]!.at + 3600,
      },
    ]);
  });

  it('asks again after 4, 8, 16, 32, 64 and 64 s, each moved by up to a second, and says how long it has tried', () => {
    const { sent, run } = play(() => null);
    run(300);
    const gaps = sent.slice(1).map(({ at }, i) => at - sent[i]!.at);
    [4, 8, 16, 32, 64, 64].forEach((expected, i) =>
      expect(Math.abs(gaps[i]! - expected)).toBeLessThanOrEqual(1),
    );
    expect(new Set(gaps.map((gap) => gap % 1)).size).toBeGreaterThan(3);
    expect(sent[2]!.message.secondsElapsed).toBe(Math.floor(sent[2]!.at - sent[0]!.at));
  });

  it('begins anew after four requests without an answer', () => {
    const { run, types } = play(({ type }) => (type === discover ? { type: offer } : null));
    run(100);
    expect(types().slice(0, 6)).toEqual([discover, request, request, request, request, discover]);
  });

  it('begins anew after a NAK, but not for one of another server', () => {
    const other = { [dhcpv4.optionCode.serverIdentifier]: SERVER + 1 };
    const foreign = play(({ type }) => (type === discover ? { type: offer } : { type: nak, words: other }));
    foreign.run(12);
    expect(foreign.client.state).toBe('requesting');
    const own = play(({ type }) => (type === discover ? { type: offer } : { type: nak }));
    own.run(40);
    expect(own.types().slice(0, 4)).toEqual([discover, request, discover, request]);
    expect(own.leases).toEqual([]);
  });

  it.each([
    ['another transaction', { transactionId: 1 }],
    ['another host', { clientMac: MAC + 1 }],
    ['a request', { operation: 1 }],
    ['no address', { yourAddress: 0 }],
    ['no server', { options: [dhcpv4.octetsOption(dhcpv4.optionCode.messageType, [offer])] }],
  ])('takes no offer of %s', (_, changes) => {
    const { client, run } = play(({ type }) => (type === discover ? { type: offer, ...changes } : null));
    run(12);
    expect(client.state).toBe('selecting');
  });
});

describe('keeping an address (RFC 2131 4.4.5)', () => {
  it('prolongs the lease at half of it, from its address to the server alone', () => {
    const { client, sent, leases, probes, run } = play(generous(1000));
    run(600);
    // Nobody is asked again for what it has already.
    expect(probes).toHaveLength(2);
    const renewal = sent[2]!;
    expect(renewal.at - sent[1]!.at).toBeCloseTo(500, 6);
    expect(renewal).toMatchObject({ type: request, source: OFFERED, destination: SERVER });
    expect(renewal.message).toMatchObject({ clientAddress: OFFERED, broadcast: false });
    expect(wordOf(renewal.message, dhcpv4.optionCode.requestedAddress)).toBeUndefined();
    expect(wordOf(renewal.message, dhcpv4.optionCode.serverIdentifier)).toBeUndefined();
    expect(client.state).toBe('bound');
    expect(leases.map((lease) => Math.round(lease!.expiresSeconds - sent[1]!.at))).toEqual([1000, 1500]);
  });

  it('asks everybody at seven eighths, and gives the address up at the end', () => {
    let grants = 1;
    const { sent, leases, run, client } = play((event) =>
      event.type === discover || grants-- > 0 ? generous(8000)(event) : null,
    );
    run(8050);
    const from = sent[1]!.at;
    const prolonging = sent.slice(2).filter(({ at }) => at - from < 8000);
    const renewing = prolonging.filter(({ destination }) => destination === SERVER);
    const rebinding = prolonging.filter(({ destination }) => destination === BROADCAST);
    // T1 = 4000 and T2 = 7000: half of what is left each time, no less than a minute.
    expect(renewing.map(({ at }) => Math.round(at - from)).slice(0, 4)).toEqual([4000, 5500, 6250, 6625]);
    expect(rebinding.map(({ at }) => Math.round(at - from)).slice(0, 3)).toEqual([7000, 7500, 7750]);
    const gaps = prolonging.slice(1).map(({ at }, i) => at - prolonging[i]!.at);
    expect(Math.min(...gaps.slice(0, -1))).toBeGreaterThan(20);
    expect(leases).toHaveLength(2);
    expect(leases[1]).toBeNull();
    expect(client.state).not.toBe('bound');
    expect(sent.some(({ type, at }) => type === discover && at - from >= 8000)).toBe(true);
  });

  it('takes the times of the server where it says them, and an endless lease for endless', () => {
    const times = { [dhcpv4.optionCode.renewalTime]: 100, [dhcpv4.optionCode.rebindingTime]: 200 };
    const { sent, run } = play(({ type }) =>
      type === discover ? { type: offer } : { type: ack, words: lasting(1000, times) },
    );
    run(150);
    expect(sent[2]!.at - sent[1]!.at).toBeCloseTo(100, 6);
    const endless = play(generous(0xffff_ffff));
    endless.run(20);
    expect(endless.client.nextTimerSeconds()).toBe(Number.POSITIVE_INFINITY);
    expect(endless.client.lease?.expiresSeconds).toBe(Number.POSITIVE_INFINITY);
  });

  it('loses the address at once when the server refuses it', () => {
    let requests = 0;
    const { leases, run, types } = play((event) =>
      event.type === request && ++requests === 2 ? { type: nak } : generous(1000)(event),
    );
    run(530);
    expect(leases.map((lease) => lease?.address ?? null)).toEqual([OFFERED, null, OFFERED]);
    expect(types()).toEqual([discover, request, request, discover, request]);
  });
});

describe('giving an address back', () => {
  it('asks twice by ARP before it takes one, and declines one that somebody has without ever having had it', () => {
    const free = play(generous(1000));
    free.run(20);
    const from = free.sent[1]!.at;
    expect(free.probes.map(({ at, address }) => [Number((at - from).toFixed(6)), address])).toEqual([
      [0, OFFERED],
      [0.5, OFFERED],
    ]);
    const { leases, run, types, taken, client } = play(generous(1000));
    taken.add(OFFERED);
    run(12);
    expect(types().slice(0, 3)).toEqual([discover, request, decline]);
    expect([leases, client.lease]).toEqual([[], null]);
    taken.clear();
    run(30);
    expect(leases).toHaveLength(1);
  });

  it('declines one that another machine has, and looks for another after ten seconds', () => {
    const { client, sent, leases, run, types, clock } = play(generous(1000));
    run(20);
    const at = clock.nowSeconds();
    expect(client.conflict(OFFERED + 1)).toBe(false);
    expect(client.conflict(OFFERED)).toBe(true);
    expect(sent[2]).toMatchObject({ type: decline, source: 0, destination: BROADCAST });
    expect(wordOf(sent[2]!.message, dhcpv4.optionCode.requestedAddress)).toBe(OFFERED);
    expect(wordOf(sent[2]!.message, dhcpv4.optionCode.serverIdentifier)).toBe(SERVER);
    expect(leases[1]).toBeNull();
    run(15);
    expect(types()).toEqual([discover, request, decline, discover, request]);
    expect(sent[3]!.at - at).toBeCloseTo(10, 9);
    expect(sent[3]!.message.transactionId).not.toBe(sent[0]!.message.transactionId);
  });

  it('releases its lease and stops', () => {
    const { client, sent, leases, run } = play(generous(1000));
    run(20);
    client.release();
    expect(sent[2]).toMatchObject({ type: release, source: OFFERED, destination: SERVER });
    expect([leases[1], client.state, client.nextTimerSeconds()]).toEqual([
      null,
      'stopped',
      Number.POSITIVE_INFINITY,
    ]);
  });
});
