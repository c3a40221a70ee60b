import { type RandomStream, randomStreams, VirtualClock } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditFact } from '../audit/audit-fact.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { Fate, MemoryFile, Stop } from '../memory-file-test-support.ts';
import { failed } from '../outcome.ts';
import { NOON, SCOPE_FILE, scopeDocument, verdictOn } from '../respond-test-support.ts';
import { Machine } from '../responder-test-support.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import { MemoryCursor, Receiver } from './delivery-test-support.ts';
import { linesOf } from './line-source.ts';

const random = (): RandomStream => randomStreams('1').stream('respond/delivery/soc');

/** A log that grows, and a delivery that follows it. */
class House {
  readonly clock: VirtualClock = new VirtualClock(NOON);
  readonly file: MemoryFile = new MemoryFile();
  readonly cursor: MemoryCursor = new MemoryCursor();
  readonly receiver: Receiver = new Receiver();
  readonly written: string[] = [];
  #log: AuditLog | undefined;

  async write(count: number, by: string = 'ada'): Promise<void> {
    if (this.#log === undefined) {
      const opening = await AuditLog.open(this.file, 'sensor-1', () => {});
      if (!opening.ok) throw new Error(opening.reason);
      this.#log = opening.log;
    }
    for (let i = 0; i < count; i++) {
      const fact: AuditFact = { event: 'respond.resume', by };
      await this.#log.append([fact], { timeSeconds: this.clock.nowSeconds(), uptimeSeconds: 0 }, ({ id }) =>
        this.written.push(id),
      );
    }
    await this.#log.sync();
  }

  open(options: DeliveryOptions = {}): Promise<Delivery> {
    const source = linesOf(this.file, () => this.#log?.syncedOffset ?? 0);
    const { cursor, receiver, clock } = this;
    return Delivery.open({ source, cursor, transport: receiver, clock, random: random() }, options);
  }
}

async function drain(house: House, delivery: Delivery): Promise<void> {
  for (;;) {
    await delivery.step();
    const due = delivery.nextDueSeconds();
    if (due === undefined) return;
    house.clock.advanceTo(Math.max(due, house.clock.nowSeconds()));
  }
}

describe('a delivery', () => {
  it('carries each event once and in order, and sends nothing again after a restart', async () => {
    const house = new House();
    await house.write(5);
    await drain(house, await house.open());
    await house.write(3);
    await drain(house, await house.open());
    expect(house.receiver.taken).toEqual(house.written);
    expect(house.receiver.asked).toBe(8);
  });

  it('reports only what it is asked to report', async () => {
    const house = new House();
    await house.write(2, 'ada');
    await house.write(300, 'bob');
    await house.write(1, 'ada');
    const delivery = await house.open({ selects: ({ message }) => message.startsWith('ada') });
    await drain(house, delivery);
    expect(house.receiver.taken).toEqual([...house.written.slice(0, 2), house.written.at(-1)]);
  });

  it('comes back later and later, by half at random, and as late as the receiver says', async () => {
    const house = new House();
    await house.write(1);
    house.receiver.isDown = true;
    const delivery = await house.open();
    const pauses: number[] = [];
    for (let i = 0; i < 14; i++) {
      const before = house.clock.nowSeconds();
      await delivery.step();
      house.clock.advanceTo(delivery.nextDueSeconds()!);
      pauses.push(house.clock.nowSeconds() - before);
    }
    pauses.forEach((pause, i) => {
      const longest = Math.min(2 ** i, 300);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    });
    expect(new Set(pauses).size).toBe(pauses.length);
    expect(delivery.status).toMatchObject({ failures: 14, trouble: 'Connection refused.' });
    house.receiver.isDown = false;
    house.receiver.answers.push({ kind: 'failed', reason: 'Busy.', retryAfterSeconds: 900 });
    const before = house.clock.nowSeconds();
    await delivery.step();
    expect(delivery.nextDueSeconds()).toBe(before + 900);
    await drain(house, delivery);
    expect(delivery.status).toEqual({ delivered: 1, refused: 0, trouble: null, failures: 0 });
  });

  it('leaves out a message that the receiver will never take, and counts it', async () => {
    const house = new House();
    await house.write(3);
    house.receiver.answers.push('lost', { kind: 'refused', reason: 'Status 422.' });
    const delivery = await house.open();
    await drain(house, delivery);
    // The first was taken though its answer was lost; what was refused was that same message, sent again.
    expect(house.receiver.taken).toEqual(house.written);
    expect(delivery.status).toMatchObject({ delivered: 2, refused: 1 });
  });

  it('gathers a digest, and sends the same one again after a crash though there is more by then', async () => {
    const house = new House();
    await house.write(3);
    const delivery = await house.open({ digestSeconds: 60 });
    await delivery.step();
    expect(house.receiver.asked).toBe(0);
    expect(delivery.nextDueSeconds()).toBe(NOON + 60);
    house.clock.advanceTo(NOON + 60);
    house.receiver.answers.push('lost');
    await delivery.step();
    await house.write(4);
    const restarted = await house.open({ digestSeconds: 60 });
    await drain(house, restarted);
    expect(house.receiver.messages.map(({ events }) => events.length)).toEqual([3, 4]);
    expect(house.receiver.taken).toEqual(house.written);
  });

  it('gathers no more than a hundred', async () => {
    const house = new House();
    await house.write(250);
    await drain(house, await house.open({ digestSeconds: 60 }));
    expect(house.receiver.messages.map(({ events }) => events.length)).toEqual([100, 100, 50]);
  });

  it('goes on while the cursor cannot be written, and says so', async () => {
    const house = new House();
    await house.write(2);
    house.cursor.write = async () => failed('No space left on device.');
    const delivery = await house.open();
    await drain(house, delivery);
    expect(house.receiver.taken).toEqual(house.written);
    expect(delivery.status.trouble).toBe('No space left on device.');
  });

  it('begins again with a cursor that makes no sense, and the receiver drops what it had', async () => {
    const house = new House();
    await house.write(4);
    await drain(house, await house.open());
    house.cursor.text = '{"version":1,"after":-1';
    await drain(house, await house.open());
    expect(house.receiver.taken).toEqual(house.written);
  });

  it('reports nothing that a loss of power could take back', async () => {
    const house = new House();
    await house.write(1);
    await house.file.append('{"not":"synced"}\n');
    await drain(house, await house.open({ selects: () => true }));
    expect(house.receiver.taken).toEqual(house.written);
  });
});

describe('a receiver that is down for ten minutes', () => {
  it('gets everything once, in order; the sensor goes on as if nothing were', async () => {
    const machine = new Machine();
    machine.document = scopeDocument({
      ...SCOPE_FILE,
      actions: [SCOPE_FILE.actions[0]!],
      activeActionsMax: 1000,
    });
    const responder = await machine.start();
    const receiver = new Receiver();
    let linesHeld = 0;
    const lines = linesOf(machine.file, () => responder.syncedOffset);
    const delivery = await Delivery.open({
      source: {
        identity: () => lines.identity(),
        read: async (from, max) => {
          const read = await lines.read(from, max);
          linesHeld = Math.max(linesHeld, read.length);
          return read;
        },
      },
      cursor: new MemoryCursor(),
      transport: receiver,
      clock: machine.clock,
      random: random(),
    });
    const reactions: number[] = [];
    for (let second = 0; second < 1200; second += 8) {
      machine.clock.advanceTo(NOON + second);
      receiver.isDown = second >= 120 && second < 720;
      const source = `10.20.${100 + (second >> 8)}.${second & 255}`;
      responder.offer(verdictOn(source, { timeSeconds: NOON + second }));
      const acts = machine.acts.length;
      // Nobody waits for a message that is on its way.
      const sent = delivery.step();
      await responder.step();
      reactions.push(machine.acts.length - acts);
      await sent;
    }
    for (let due = delivery.nextDueSeconds(); due !== undefined; due = delivery.nextDueSeconds()) {
      machine.clock.advanceTo(due);
      await delivery.step();
    }
    await delivery.step();
    const written = (await machine.entries()).map(({ id }) => id);
    expect(receiver.taken).toEqual(written);
    expect(written.length).toBeGreaterThan(750);
    expect(reactions.every((acts) => acts === 1)).toBe(true);
    expect(linesHeld).toBeLessThanOrEqual(256);
  });

  it('gets a log that was begun anew from its beginning, however far it had come in the one before', async () => {
    const house = new House();
    await house.write(5);
    await (await house.open()).step();
    expect(house.receiver.taken).toHaveLength(5);
    const other = new House();
    other.file.name = '00000000-0000-7000-8000-000000000002';
    other.cursor.text = house.cursor.text;
    await other.write(2, 'bob');
    await (await other.open()).step();
    expect(other.receiver.taken).toEqual(other.written);
  });

  it('and never answers does not hold up the sensor', async () => {
    const machine = new Machine();
    const responder = await machine.start();
    const delivery = await Delivery.open({
      source: linesOf(machine.file, () => responder.syncedOffset),
      cursor: new MemoryCursor(),
      transport: { send: () => new Promise(() => {}) },
      clock: machine.clock,
      random: random(),
    });
    await responder.step();
    void delivery.step();
    responder.offer(verdictOn('10.20.7.9'));
    await responder.step();
    await delivery.step();
    expect(machine.acts).toHaveLength(1);
  });
});

describe('a delivery stopped at any operation', () => {
  const answer = fc.constantFrom('lost' as const, { kind: 'failed' as const, reason: 'x' });
  it('loses, doubles and exchanges nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.array(answer, { maxLength: 4 }),
        fc.constantFrom(0, 60),
        async (bursts, answers, digestSeconds) => {
          for (let stop = 0; ; stop++) {
            const house = new House();
            house.receiver.answers.push(...answers);
            const fate = new Fate(stop);
            house.cursor.fate = fate;
            house.receiver.fate = fate;
            let delivery: Delivery | undefined;
            for (const burst of [...bursts, 0]) {
              await house.write(burst);
              for (let tries = 0; tries < 2; tries++) {
                try {
                  delivery ??= await house.open({ digestSeconds });
                  // Some of it is reported later, when more has come.
                  if (burst % 2 === 0) await drain(house, delivery);
                  else await delivery.step();
                  break;
                } catch (error) {
                  if (!(error instanceof Stop)) throw error;
                  house.cursor.fate = new Fate();
                  house.receiver.fate = house.cursor.fate;
                  delivery = undefined;
                }
              }
            }
            expect(house.receiver.taken).toEqual(house.written);
            if (!fate.stopped) return;
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
