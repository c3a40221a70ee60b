import { describe, expect, it } from 'vitest';
import { forgedVerdictOn, NOON, SCOPE_FILE, scopeDocument, verdictOn } from '../respond-test-support.ts';
import { Machine, runUntil } from '../responder-test-support.ts';
import { checkAudit } from './audit-check.ts';
import type { AuditEntry } from './audit-fact.ts';

/** A whole life: blocked and quarantined, approved, paused, undone, expired. */
async function lived(): Promise<readonly AuditEntry[]> {
  const machine = new Machine();
  machine.document = scopeDocument({ ...SCOPE_FILE, actionsPerMinute: 2 });
  const responder = await machine.start();
  responder.offer(verdictOn('10.20.7.1'));
  responder.offer(forgedVerdictOn('10.20.7.2'));
  await responder.step();
  const waiting = [...responder.ledger.live.values()].find(({ status }) => status === 'proposed');
  await responder.approve(waiting!.id, 'ada');
  await responder.step();
  await responder.pause('ada', 'x');
  await responder.undo(waiting!.id, 'ada', 'x');
  await responder.step();
  await responder.resume('ada');
  await runUntil(machine, responder, NOON + 7200);
  return machine.entries();
}

describe('the checker of the audit log', () => {
  it('finds nothing wrong in a whole life, and counts what was done', async () => {
    expect(checkAudit(await lived())).toEqual({ faults: [], open: [], applied: 2, released: 2 });
  });

  it('names the acts whose end is not recorded', async () => {
    const entries = await lived();
    const first = entries.findIndex(({ event }) => event === 'response.done');
    expect(checkAudit(entries.slice(0, first)).open).toMatchObject([{ expiresSeconds: NOON + 3600 }]);
  });

  type Change = (entry: AuditEntry) => AuditEntry | readonly AuditEntry[];
  const without =
    (event: string): Change =>
    (entry) =>
      entry.event === event ? [] : entry;
  const altered =
    (event: string, fields: object): Change =>
    (entry) =>
      entry.event === event ? ({ ...entry, ...fields } as AuditEntry) : entry;

  it.each<[string, string, Change]>([
    [
      'acts on what can be forged',
      'The verdict could be forged.',
      altered('verdict.infected', { unforgeable: false }),
    ],
    ['acts on datagrams', 'The verdict could be forged.', altered('verdict.infected', { protocol: 'udp' })],
    ['acts without approval', 'Nobody approved.', without('decision.approve')],
    [
      'approves for a person',
      'The scope asks a person to approve.',
      altered('decision.approve', { by: 'scope' }),
    ],
    ['acts without a scope', 'No scope was in force.', without('scope.load')],
    ['acts in an expired scope', 'The scope had expired.', altered('scope.load', { expiresSeconds: NOON })],
    ['acts in a dry run', 'It was a dry run.', altered('respond.start', { mode: 'dryRun' })],
    ['acts too often', 'Too many acts in a minute.', altered('scope.load', { actionsPerMinute: 1 })],
    ['acts for longer than decided', 'It does not end in time.', altered('decision.add', { ttlSeconds: 60 })],
    [
      'acts on another host',
      'There was no such verdict about this host.',
      altered('decision.add', { source: 1 }),
    ],
    ['ends without beginning', 'It was never begun.', without('response.begin')],
    [
      'does it twice',
      'It was in force already.',
      (entry) => (entry.event === 'response.begin' ? [entry, { ...entry, step: 'apply' }] : entry),
    ],
    [
      'acts during a pause',
      'Actions were paused.',
      (entry) =>
        entry.event === 'respond.start'
          ? [entry, { ...entry, event: 'respond.pause', by: 'ada', reason: 'x' }]
          : entry,
    ],
  ])('sees a log that %s', async (_, message, change) => {
    const { faults } = checkAudit((await lived()).flatMap((entry) => change(entry)));
    expect(faults.map((fault) => fault.message)).toContain(message);
  });
});
