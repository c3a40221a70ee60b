// Clocks that are set while acts are in force: nothing freezes, nothing runs on, and the log alone proves it.
import { describe, expect, it } from 'vitest';
import { checkAudit } from './audit/audit-check.ts';
import { NOON, SCOPE_FILE, scopeDocument, verdictOn } from './respond-test-support.ts';
import type { Responder } from './responder.ts';
import { Machine, runUntil } from './responder-test-support.ts';

const DAYS = 40 * 86_400;
const FILE = { ...SCOPE_FILE, actions: [SCOPE_FILE.actions[0]!] };

async function started(): Promise<{ machine: Machine; responder: Responder }> {
  const machine = new Machine();
  machine.document = scopeDocument(FILE);
  return { machine, responder: await machine.start() };
}

/** Offers a verdict of this moment, as a detector on this machine dates it. */
function offerNow(machine: Machine, responder: Responder, source: string): void {
  const timeSeconds = machine.clock.nowSeconds() + machine.skewSeconds;
  responder.offer(
    verdictOn(source, { id: `${source} ${timeSeconds}`, timeSeconds, sinceSeconds: timeSeconds - 20 }),
  );
}

/** Steps every minute of real time, as `run` does, until so many seconds have passed. */
async function live(machine: Machine, responder: Responder, seconds: number): Promise<void> {
  const end = machine.clock.nowSeconds() + seconds;
  while (machine.clock.nowSeconds() < end) {
    expect(await responder.step()).toEqual({ ok: true });
    machine.clock.advanceBy(60);
  }
  await responder.step();
}

describe('a clock that is set', () => {
  it('40 days back lets an act end after the seconds that it had left, and the next begin at once', async () => {
    const { machine, responder } = await started();
    offerNow(machine, responder, '10.20.7.1');
    await live(machine, responder, 1800);
    machine.skewSeconds = -DAYS;
    offerNow(machine, responder, '10.20.7.2');
    await live(machine, responder, 7200);
    expect(machine.acts.map(({ step, timeSeconds }) => [step, timeSeconds - NOON])).toEqual([
      ['apply', 0],
      ['apply', 1800],
      ['release', 3600],
      ['release', 5400],
    ]);
    expect(checkAudit(await machine.entries())).toEqual({ faults: [], open: [], applied: 2, released: 2 });
  });

  it('40 days forward ends everything at once; set right again, all goes on', async () => {
    const { machine, responder } = await started();
    offerNow(machine, responder, '10.20.7.1');
    await live(machine, responder, 600);
    machine.skewSeconds = DAYS;
    await live(machine, responder, 600);
    expect(machine.firewall.inForce.size).toBe(0);
    // The scope has expired by that clock: nothing is begun.
    offerNow(machine, responder, '10.20.7.2');
    await live(machine, responder, 600);
    expect(machine.acts).toHaveLength(2);
    machine.skewSeconds = 0;
    offerNow(machine, responder, '10.20.7.3');
    await live(machine, responder, 7200);
    expect(machine.acts.map(({ step, timeSeconds }) => [step, timeSeconds - NOON])).toEqual([
      ['apply', 0],
      ['release', 600],
      ['apply', 1800],
      ['release', 5400],
    ]);
    expect(checkAudit(await machine.entries())).toEqual({ faults: [], open: [], applied: 2, released: 2 });
  });

  it('back does not revive a scope that has expired', async () => {
    const { machine } = await started();
    machine.document = scopeDocument({ ...FILE, expiresSeconds: NOON + 600 });
    const responder = await machine.start();
    offerNow(machine, responder, '10.20.7.1');
    await live(machine, responder, 1200);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    machine.skewSeconds = -DAYS;
    offerNow(machine, responder, '10.20.7.2');
    await live(machine, responder, 600);
    expect(machine.acts).toHaveLength(2);
    expect(responder.scope).toMatchObject({ ok: false, code: 'expired' });
    expect(checkAudit(await machine.entries()).faults).toEqual([]);
  });

  it('back while the machine was off ends what is in force, since nobody knows for how long it was off', async () => {
    const { machine, responder } = await started();
    offerNow(machine, responder, '10.20.7.1');
    await responder.step();
    machine.clock.advanceBy(300);
    machine.skewSeconds = -DAYS;
    machine.boot = 'boot-2';
    machine.bootSeconds = machine.clock.nowSeconds() - 20;
    machine.restart();
    await runUntil(machine, await machine.start(), NOON + 300);
    expect(machine.acts.map(({ step, timeSeconds }) => [step, timeSeconds - NOON])).toEqual([
      ['apply', 0],
      ['release', 300],
    ]);
    expect(checkAudit(await machine.entries())).toEqual({ faults: [], open: [], applied: 1, released: 1 });
  });

  it('back does not let a feed list a host for longer, before any step has noticed', async () => {
    const { machine, responder } = await started();
    offerNow(machine, responder, '10.20.7.1');
    await responder.step();
    machine.skewSeconds = -DAYS;
    machine.clock.advanceBy(3599);
    expect(responder.feed('border-firewall').inForce).toHaveLength(1);
    machine.clock.advanceBy(2);
    expect(responder.feed('border-firewall').inForce).toEqual([]);
  });
});
