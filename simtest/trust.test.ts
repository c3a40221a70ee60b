// The whole chain against forgers: packets on a link, the sensor's events, the detector's verdicts, and whom the responder acts on.
import { expect, describe, it } from 'vitest';
import { FAR, LINK, type Machine, ROUTER_MAC, type Sending, TrustWorld } from './trust.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20260301';
const STEPS = process.env['WORMWOOD_ACCURACY'] === 'full' ? 100_000 : 3000;

const ATTACKER: Machine = { mac: 0x02_00_00_00_06_66, address: LINK.address + 666 };
const CONTACTS = 12;

function host(index: number): Machine {
  return { mac: 0x02_00_00_00_10_00 + index, address: LINK.address + 100 + index };
}

function farAddress(index: number): number {
  return FAR.address + 100 + index;
}

/** Scans, as `contact` has it, so many dark addresses that a verdict is due. */
function scan(made: TrustWorld, contact: (sending: Pick<Sending, 'destination' | 'port'>) => void): void {
  for (let i = 0; i < CONTACTS; i++) {
    contact({ destination: made.drawTarget(), port: 1024 + i });
    made.pass(1.25);
  }
}

/** A world with a host, the attacker, and nothing done yet. */
function world(): { readonly world: TrustWorld; readonly owner: Machine } {
  const made = new TrustWorld(SEED);
  const owner = host(0);
  made.machines.push(owner, ATTACKER);
  return { world: made, owner };
}

describe('a scanner', () => {
  it('on the link is acted on, with its link address', async () => {
    const { world: made, owner } = world();
    scan(made, (contact) => made.open({ ...contact, mac: owner.mac, source: owner.address }));
    expect(await made.acts()).toMatchObject([
      { source: owner.address, verdict: { linkAddress: '02:00:00:00:10:00' } },
    ]);
  });

  it('beyond the router is acted on, without one', async () => {
    const { world: made } = world();
    scan(made, (contact) => made.open({ ...contact, mac: ROUTER_MAC, source: farAddress(0) }));
    expect(await made.acts()).toMatchObject([{ source: farAddress(0), verdict: { linkAddress: null } }]);
  });
});

describe('a neighbor', () => {
  it.each([
    ['a host of the link', () => host(0).address],
    ['an address of nobody', () => LINK.address + 9999],
    ['a host far away', () => farAddress(0)],
  ])('that completes handshakes in the name of %s brings nothing upon it', async (_, owner) => {
    const { world: made } = world();
    scan(made, (contact) => made.open({ ...contact, mac: ATTACKER.mac, source: owner() }));
    expect(made.events.filter(({ event }) => event === 'flow.open')).toHaveLength(CONTACTS);
    expect(made.verdicts.length).toBeGreaterThan(0);
    expect(made.verdicts.filter(({ unforgeable }) => unforgeable)).toEqual([]);
    expect(await made.acts()).toEqual([]);
  });

  it('inherits nothing from a host that has just been proven', async () => {
    const { world: made, owner } = world();
    made.open({ mac: owner.mac, source: owner.address, destination: made.drawTarget(), port: 9 });
    made.pass(2);
    scan(made, (contact) => made.open({ ...contact, mac: ATTACKER.mac, source: owner.address }));
    expect(await made.acts()).toEqual([]);
  });

  it('that begins a handshake and ends it as another machine brings nothing upon that machine', async () => {
    const { world: made, owner } = world();
    scan(made, (contact) => made.open({ ...contact, mac: ATTACKER.mac, source: owner.address }, owner.mac));
    scan(made, (contact) => made.open({ ...contact, mac: ATTACKER.mac, source: farAddress(0) }, ROUTER_MAC));
    expect(await made.acts()).toEqual([]);
  });

  it('that answers ARP in the name of a host brings nothing upon it', async () => {
    const { world: made, owner } = world();
    made.machines.push({ ...ATTACKER, address: owner.address });
    scan(made, (contact) => made.open({ ...contact, mac: ATTACKER.mac, source: owner.address }));
    expect(await made.acts()).toEqual([]);
  });
});

describe('a stranger who receives no answers', () => {
  it('brings nothing upon anybody', async () => {
    const { world: made, owner } = world();
    for (const source of [owner.address, farAddress(0)])
      scan(made, (contact) => made.guess({ ...contact, mac: ROUTER_MAC, source }));
    expect(made.events.filter(({ event }) => event === 'flow.open')).toEqual([]);
    expect(await made.acts()).toEqual([]);
  });
});

describe('any mixture of all of them', () => {
  it(`acts on scanners alone: ${STEPS} contacts, seed ${SEED}`, { timeout: 600_000 }, async () => {
    const made = new TrustWorld(SEED);
    const { stream } = made;
    const HOSTS = 40;
    made.machines.push(ATTACKER, ...Array.from({ length: HOSTS }, (_, i) => host(i)));
    // Of the hosts on either side, those of even number scan.
    const drawn = (): number => stream.nextUint32() % HOSTS;
    const scanner = (): number => drawn() & ~1;
    const forgers: readonly ((sending: Pick<Sending, 'destination' | 'port'>) => void)[] = [
      (to) => made.open({ ...to, mac: host(scanner()).mac, source: 0 }),
      (to) => made.open({ ...to, mac: ATTACKER.mac, source: host(drawn()).address }),
      (to) => made.open({ ...to, mac: ATTACKER.mac, source: farAddress(drawn()) }),
      (to) => made.open({ ...to, mac: ATTACKER.mac, source: host(drawn()).address }, host(drawn()).mac),
      (to) => made.open({ ...to, mac: ATTACKER.mac, source: farAddress(drawn()) }, ROUTER_MAC),
      (to) => made.guess({ ...to, mac: ROUTER_MAC, source: farAddress(drawn()) }),
      (to) => made.guess({ ...to, mac: ATTACKER.mac, source: host(drawn()).address }),
    ];
    for (let step = 0; step < STEPS; step++) {
      const to = { destination: made.drawTarget(), port: 1024 + (step % 60_000) };
      const kind = stream.nextUint32() % 3;
      const i = scanner();
      if (kind === 0) made.open({ ...to, mac: host(i).mac, source: host(i).address });
      else if (kind === 1) made.open({ ...to, mac: ROUTER_MAC, source: farAddress(i) });
      else forgers[stream.nextUint32() % forgers.length]?.(to);
      if (stream.nextUint32() % 4 === 0) made.pass(stream.nextDouble());
      // oxlint-disable-next-line no-await-in-loop -- a verdict is acted on while it is fresh
      if (step % 500 === 0) await made.acts();
    }
    made.pass(2);
    const acted = (await made.acts()).map(({ source }) => source).toSorted((a, b) => a - b);
    const even = Array.from({ length: HOSTS / 2 }, (_, i) => 2 * i);
    const expected = [...even.map((i) => host(i).address), ...even.map(farAddress)];
    expect(acted).toEqual(expected.toSorted((a, b) => a - b));
  });
});
