import { IpSet } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { checkAudit } from './audit/audit-check.ts';
import type { AuditEntry } from './audit/audit-fact.ts';
import { WAITING_MAX } from './plan.ts';
import {
  address,
  cidr,
  forgedVerdictOn,
  NOON,
  SCOPE_FILE,
  scopeDocument,
  verdictOn,
} from './respond-test-support.ts';
import { Responder } from './responder.ts';
import { Machine, runUntil } from './responder-test-support.ts';
import type { ScopeFile } from './scope-file.ts';

const INFECTED = '10.20.7.9';
const BLOCK_ONLY: ScopeFile = { ...SCOPE_FILE, actions: [SCOPE_FILE.actions[0]!] };

async function started(file: ScopeFile = BLOCK_ONLY): Promise<{ machine: Machine; responder: Responder }> {
  const machine = new Machine();
  machine.document = scopeDocument(file);
  return { machine, responder: await machine.start() };
}

async function entriesOf<Event extends AuditEntry['event']>(
  machine: Machine,
  event: Event,
): Promise<readonly Extract<AuditEntry, { event: Event }>[]> {
  return (await machine.entries()).filter(
    (entry): entry is Extract<AuditEntry, { event: Event }> => entry.event === event,
  );
}

describe('a verdict that nobody can forge, inside the scope', () => {
  it('leads to the pre-approved action, which ends in time, every step in the log', async () => {
    const { machine, responder } = await started();
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 7200);
    expect(machine.acts.map(({ step, source, timeSeconds }) => [step, source, timeSeconds - NOON])).toEqual([
      ['apply', address(INFECTED), 0],
      ['release', address(INFECTED), 3600],
    ]);
    expect(await machine.events()).toEqual([
      'clock.boot',
      'respond.start',
      'scope.load',
      'verdict.infected',
      'decision.add',
      'decision.approve',
      'response.begin',
      'response.done',
      'decision.expire',
      'response.begin',
      'response.done',
    ]);
  });

  it('waits for a person where the scope asks for one, and lapses if nobody comes', async () => {
    const { machine, responder } = await started({ ...SCOPE_FILE, actions: [SCOPE_FILE.actions[1]!] });
    responder.offer(verdictOn(INFECTED));
    responder.offer(verdictOn('10.20.7.10'));
    await runUntil(machine, responder, NOON + 60);
    expect(machine.acts).toEqual([]);
    const [first] = [...responder.ledger.live.keys()];
    expect(await responder.approve(first!, ' ')).toMatchObject({ ok: false });
    expect(await responder.approve('none', 'ada')).toMatchObject({ ok: false });
    expect(await responder.approve(first!, 'ada')).toEqual({ ok: true });
    expect(await responder.approve(first!, 'ada')).toMatchObject({ ok: false });
    await runUntil(machine, responder, NOON + 86_400);
    expect(machine.acts.map(({ step, source }) => [step, source])).toEqual([
      ['apply', address(INFECTED)],
      ['release', address(INFECTED)],
    ]);
    expect(await entriesOf(machine, 'decision.lapse')).toMatchObject([{ source: address('10.20.7.10') }]);
  });

  it('is answered once, and a host once for each action', async () => {
    const { machine, responder } = await started();
    responder.offer(verdictOn(INFECTED));
    responder.offer(verdictOn(INFECTED));
    responder.offer(verdictOn(INFECTED, { id: 'another' }));
    await runUntil(machine, responder, NOON + 60);
    expect(machine.acts).toHaveLength(1);
    expect(await entriesOf(machine, 'verdict.infected')).toHaveLength(2);
    expect(await entriesOf(machine, 'decision.none')).toMatchObject([
      { verdict: 'another', code: 'decided' },
    ]);
  });
});

describe('nothing is done', () => {
  it('on a flood of forged SYNs, whatever address it names; and the log stays small', async () => {
    const { machine, responder } = await started();
    const sources = [INFECTED, '10.20.0.1', '10.20.53.7', '198.51.100.4', '127.0.0.1'];
    for (let i = 0; i < 5000; i++) {
      const source = sources[i] ?? `10.20.${i >> 8}.${i & 255}`;
      responder.offer(forgedVerdictOn(source, { id: `forged-${i}` }));
      if (i % 500 === 0) await responder.step();
    }
    await runUntil(machine, responder, NOON + 120);
    expect(machine.acts).toEqual([]);
    expect((await machine.events()).filter((event) => event.startsWith('response'))).toEqual([]);
    const infected = await entriesOf(machine, 'verdict.infected');
    const suppressed = await entriesOf(machine, 'verdict.suppress');
    expect(infected.length).toBeLessThan(100);
    expect(infected.length + suppressed.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
    expect(suppressed.every(({ count, forgeable }) => count === forgeable)).toBe(true);
  });

  it('to keep the flood from hiding a real infection', async () => {
    const { machine, responder } = await started();
    for (let i = 0; i < 900; i++)
      responder.offer(forgedVerdictOn(`10.20.9.${i % 250}`, { id: `forged-${i}` }));
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    expect(machine.acts.map(({ source }) => source)).toEqual([address(INFECTED)]);
  });

  it.each<[string, Partial<ScopeFile> | null]>([
    ['missing', null],
    ['expired', { expiresSeconds: NOON }],
    ['too-wide', { addressesMax: 100 }],
    ['unsigned', {}],
  ])('with a scope file that is %s', async (code, change) => {
    const machine = new Machine();
    const document = scopeDocument({ ...BLOCK_ONLY, ...change });
    if (change === null) machine.document = { octets: null, signature: null };
    else machine.document = code === 'unsigned' ? { ...document, signature: 'none' } : document;
    const responder = await machine.start();
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 7200);
    expect(machine.acts).toEqual([]);
    expect(await entriesOf(machine, 'scope.refuse')).toMatchObject([{ code }]);
    expect(await entriesOf(machine, 'decision.none')).toMatchObject([{ code: 'no-scope' }]);
  });

  it('about a protected host or one outside the scope, though its verdict is reported', async () => {
    const { machine } = await started();
    const own = IpSet.of([cidr(`${INFECTED}/32`)]);
    const responder = await machine.start({ ownAddresses: own });
    for (const source of ['10.20.0.1', '10.20.53.9', '10.21.0.1', INFECTED])
      responder.offer(verdictOn(source));
    await runUntil(machine, responder, NOON + 60);
    expect(machine.acts).toEqual([]);
    expect((await entriesOf(machine, 'decision.none')).map(({ code }) => code)).toEqual([
      'protected',
      'protected',
      'outside-scope',
      'protected',
    ]);
    expect(await entriesOf(machine, 'verdict.infected')).toHaveLength(4);
  });

  it('in a dry run, which is the default and says what would be done', async () => {
    const machine = new Machine();
    machine.document = scopeDocument(BLOCK_ONLY);
    const { auditFile, clock, scope, actuators } = machine.components();
    const opening = await Responder.open({ auditFile, clock, scope, actuators }, { sensor: 'sensor-1' });
    if (!opening.ok) throw new Error(opening.reason);
    const dry = opening.responder;
    expect(dry.mode).toBe('dryRun');
    dry.offer(verdictOn(INFECTED));
    await runUntil(machine, dry, NOON + 7200);
    expect(machine.acts).toEqual([]);
    expect(
      (await entriesOf(machine, 'response.begin')).map(({ step, dryRun, command }) => [
        step,
        dryRun,
        command,
      ]),
    ).toEqual([
      ['apply', true, 'apply 10.20.7.9 - with border-firewall'],
      ['release', true, 'release 10.20.7.9 - with border-firewall'],
    ]);
  });

  it('in a dry run about an action that was begun for real and refused', async () => {
    const { machine, responder } = await started();
    machine.firewall.troubles.push('refuse');
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    expect([...responder.ledger.live.values()]).toMatchObject([{ status: 'applying' }]);
    await runUntil(machine, await machine.start({ mode: 'dryRun' }), NOON + 7200);
    expect(machine.acts.filter(({ step }) => step === 'apply')).toEqual([]);
    expect(checkAudit(await machine.entries())).toMatchObject({ faults: [], open: [] });
  });

  it('by a dry run to keep the same verdict from being acted upon', async () => {
    const { machine } = await started(SCOPE_FILE);
    const dry = await machine.start({ mode: 'dryRun' });
    dry.offer(verdictOn(INFECTED));
    await dry.step();
    const earnest = await machine.start({ mode: 'act' });
    earnest.offer(verdictOn(INFECTED));
    await earnest.step();
    expect(machine.acts).toMatchObject([{ step: 'apply', source: address(INFECTED) }]);
    expect([...earnest.ledger.live.values()].map(({ status, dryRun }) => [status, dryRun])).toEqual([
      ['active', false],
      ['proposed', false],
    ]);
  });

  it('in a dry run about what was decided for real, and the other way round', async () => {
    const { machine, responder } = await started({ ...BLOCK_ONLY, actionsPerMinute: 1 });
    responder.offer(verdictOn(INFECTED));
    responder.offer(verdictOn('10.20.7.10'));
    await responder.step();
    expect(machine.acts).toHaveLength(1);
    const dry = await machine.start({ mode: 'dryRun' });
    machine.clock.advanceBy(120);
    await dry.step();
    expect(await entriesOf(machine, 'decision.refuse')).toMatchObject([{ code: 'dry-run' }]);
    // What is in force stays known, and ends in time.
    dry.offer(verdictOn('10.20.7.11'));
    await runUntil(machine, dry, NOON + 3600);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    const earnest = await machine.start({ mode: 'act' });
    await earnest.step();
    earnest.offer(verdictOn('10.20.7.11', { id: 'again', timeSeconds: NOON + 3600 }));
    await earnest.step();
    expect(machine.acts.at(-1)).toMatchObject({ step: 'apply', source: address('10.20.7.11') });
  });
});

describe('limits', () => {
  it('never let more acts begin in any 60 seconds than the scope says, restarts included', async () => {
    const { machine, responder } = await started({ ...BLOCK_ONLY, actionsPerMinute: 3 });
    for (let i = 0; i < 20; i++) responder.offer(verdictOn(`10.20.8.${i}`));
    await runUntil(machine, responder, NOON + 130);
    machine.restart();
    await runUntil(machine, await machine.start(), NOON + 500);
    const times = machine.acts.map(({ timeSeconds }) => timeSeconds);
    expect(times).toHaveLength(20);
    for (const time of times) {
      expect(times.filter((each) => each >= time && each < time + 60).length).toBeLessThanOrEqual(3);
    }
    expect(times.at(-1)).toBe(NOON + 360);
  });

  it('never let more acts be in force than the scope says', async () => {
    const { machine, responder } = await started({ ...BLOCK_ONLY, activeActionsMax: 2 });
    for (let i = 0; i < 5; i++) responder.offer(verdictOn(`10.20.8.${i}`));
    await runUntil(machine, responder, NOON + 60);
    expect(machine.firewall.inForce.size).toBe(2);
    const [first] = [...responder.ledger.live.values()];
    expect((await responder.undo(first!.id, 'ada', 'a mistake')).ok).toBe(true);
    await runUntil(machine, responder, NOON + 120);
    expect(machine.firewall.inForce.size).toBe(2);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'apply', 'release', 'apply']);
  });

  it('keep decisions that wait in bounds', async () => {
    const { responder } = await started({ ...SCOPE_FILE, actions: [SCOPE_FILE.actions[1]!] });
    for (let i = 0; i < WAITING_MAX + 200; i++) {
      responder.offer(verdictOn(`10.20.${100 + (i >> 8)}.${i & 255}`));
      if (i % 500 === 499) await responder.step();
    }
    await responder.step();
    expect(responder.ledger.live.size).toBe(WAITING_MAX);
  });
});

describe('a person', () => {
  it('undoes an action, and the next one on that host waits for a person', async () => {
    const { machine, responder } = await started();
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    const [decision] = [...responder.ledger.live.keys()];
    expect((await responder.undo(decision!, 'ada', 'a scanner of ours')).ok).toBe(true);
    expect(await responder.undo(decision!, 'ada', 'again')).toMatchObject({ ok: false });
    await responder.step();
    expect(machine.firewall.inForce.size).toBe(0);
    responder.offer(verdictOn(INFECTED, { id: 'later' }));
    await runUntil(machine, responder, NOON + 600);
    expect(machine.acts).toHaveLength(2);
    expect([...responder.ledger.live.values()]).toMatchObject([{ verdict: 'later', status: 'proposed' }]);
  });

  it('has what was undone ended alone: nothing that waits is begun with it', async () => {
    const { machine, responder } = await started({ ...BLOCK_ONLY, activeActionsMax: 1 });
    for (const source of [INFECTED, '10.20.7.10']) responder.offer(verdictOn(source));
    await responder.step();
    const [inForce, waiting] = [...responder.ledger.live.values()];
    expect([inForce?.status, waiting?.status]).toEqual(['active', 'approved']);
    await responder.undo(inForce!.id, 'ada', 'a scanner of ours');
    expect(await responder.release()).toEqual({ ok: true });
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    expect([...responder.ledger.live.values()]).toEqual([waiting]);
  });

  it('pauses all actions at once; what is in force still ends', async () => {
    const { machine, responder } = await started();
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    await responder.pause('ada', 'exams');
    responder.offer(verdictOn('10.20.7.10'));
    const restarted = await machine.start();
    restarted.offer(verdictOn('10.20.7.10'));
    await runUntil(machine, restarted, NOON + 3600);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    restarted.offer(verdictOn('10.20.7.12', { timeSeconds: NOON + 3600 }));
    await restarted.resume('ada');
    await restarted.step();
    expect(machine.acts.at(-1)).toMatchObject({ step: 'apply', source: address('10.20.7.12') });
  });

  it('pauses in the middle of a step', async () => {
    const { machine, responder } = await started();
    for (let i = 0; i < 5; i++) responder.offer(verdictOn(`10.20.8.${i}`));
    const apply = machine.firewall.apply.bind(machine.firewall);
    let paused: Promise<unknown> | undefined;
    machine.firewall.apply = (request) => {
      paused ??= responder.pause('ada', 'too fast');
      return apply(request);
    };
    await responder.step();
    await paused;
    expect(machine.acts).toHaveLength(1);
  });
});

describe('an answer given to a person', () => {
  it('survives a loss of power', async () => {
    const { machine, responder } = await started({ ...SCOPE_FILE, actions: [SCOPE_FILE.actions[1]!] });
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    const [decision] = [...responder.ledger.live.keys()];
    const statusAfterLoss = async (): Promise<unknown> => {
      machine.restart('lost');
      const { ledger } = await machine.start();
      return [ledger.paused, ledger.live.get(decision!)?.status, ledger.ended.get(decision!)?.ending];
    };
    expect(await responder.approve(decision!, 'ada')).toEqual({ ok: true });
    expect(await statusAfterLoss()).toEqual([false, 'approved', undefined]);
    const second = await machine.start();
    expect(await second.pause('ada', 'exams')).toEqual({ ok: true });
    expect(await second.undo(decision!, 'ada', 'a mistake')).toEqual({ ok: true });
    expect(await statusAfterLoss()).toEqual([true, undefined, 'undone']);
  });
});

describe('an action in force ends at once', () => {
  it('when its host becomes protected, leaves the scope, or the scope file is deleted', async () => {
    const changes: readonly (readonly [string, ScopeFile | null])[] = [
      ['protected', { ...BLOCK_ONLY, protectedPrefixes: [cidr(`${INFECTED}/32`)] }],
      ['outside-scope', { ...BLOCK_ONLY, prefixes: [cidr('10.20.128.0/17')] }],
      ['action-not-allowed', { ...BLOCK_ONLY, actions: [SCOPE_FILE.actions[1]!] }],
      ['no-scope', null],
    ];
    for (const [code, file] of changes) {
      const { machine, responder } = await started();
      responder.offer(verdictOn(INFECTED));
      await responder.step();
      expect(responder.feed('border-firewall').inForce).toHaveLength(1);
      machine.document = file === null ? { octets: null, signature: null } : scopeDocument(file);
      await responder.step();
      expect(machine.firewall.inForce.size).toBe(0);
      expect(responder.feed('border-firewall').inForce).toEqual([]);
      expect(await entriesOf(machine, 'decision.undo')).toMatchObject([{ by: 'wormwood', code }]);
    }
  });

  it('when the scope expires, however long its own time is', async () => {
    const { machine, responder } = await started({ ...BLOCK_ONLY, expiresSeconds: NOON + 600 });
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 3000);
    expect(machine.acts.map(({ step, timeSeconds }) => [step, timeSeconds - NOON])).toEqual([
      ['apply', 0],
      ['release', 600],
    ]);
  });
});

describe('an actuator in trouble', () => {
  it('that does it and reports failure has done it once', async () => {
    const { machine, responder } = await started();
    machine.firewall.troubles.push('silent', 'silent');
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 7200);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    expect((await entriesOf(machine, 'response.done')).map(({ found }) => found)).toEqual([true, true]);
  });

  it('that refuses again and again is given up, with nothing in force', async () => {
    const { machine, responder } = await started();
    machine.firewall.troubles.push('refuse', 'refuse', 'refuse', 'refuse');
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 7200);
    expect(machine.acts).toEqual([]);
    expect((await entriesOf(machine, 'response.fail')).map(({ final }) => final)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([...responder.ledger.ended.values()]).toMatchObject([{ ending: 'failed' }]);
  });

  it('that is not there, or cannot do it, is not tried', async () => {
    const { machine, responder } = await started({
      ...SCOPE_FILE,
      actions: [{ ...SCOPE_FILE.actions[0]!, actuator: 'unknown' }],
    });
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 60);
    expect(await entriesOf(machine, 'response.fail')).toMatchObject([{ final: true }]);
    expect(await entriesOf(machine, 'response.begin')).toEqual([]);
  });

  it('that cannot be reached is asked to release until it does', async () => {
    const { machine, responder } = await started();
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    machine.firewall.unreachable = true;
    await runUntil(machine, responder, NOON + 9000);
    machine.firewall.unreachable = false;
    await runUntil(machine, responder, NOON + 9400);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    expect(responder.ledger.live.size).toBe(0);
  });
});

describe('the log comes first', () => {
  it('on a full disk nothing is done, and all goes on when there is room and it is opened again', async () => {
    const { machine, responder } = await started();
    await responder.step();
    machine.file.full = true;
    responder.offer(verdictOn(INFECTED));
    expect(await responder.step()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('No space left'),
    });
    expect(await responder.pause('ada', 'x')).toMatchObject({ ok: false });
    expect(responder.nextDueSeconds()).toBeUndefined();
    expect(machine.acts).toEqual([]);
    machine.file.full = false;
    const reopened = await machine.start();
    reopened.offer(verdictOn(INFECTED));
    await reopened.step();
    expect(machine.acts).toHaveLength(1);
  });

  it('is not opened when somebody changed it', async () => {
    const { machine, responder } = await started();
    responder.offer(verdictOn(INFECTED));
    await responder.step();
    machine.file.text = machine.file.text.replace('"approval":"automatic"', '"approval":"required"');
    await expect(machine.start()).rejects.toThrow('is not what was written there');
  });
});
