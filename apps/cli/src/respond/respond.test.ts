// `wormwood respond` as an owner uses it: the built program, a state directory, a command of the owner.
import { chmodSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIp } from '@wormwood/wire';
import { type AuditFindings, checkAudit, readVerdicts } from '@wormwood/defense';
import { describe, expect, it } from 'vitest';
import { ResponseState } from '@wormwood/responder';
import { AUTOMATIC_SCOPE, logOf, makeWorld, SCOPE, type World } from './respond-test-support.ts';
import { inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';

interface Report {
  readonly ok: boolean;
  readonly mode: string;
  readonly paused: boolean;
  readonly events: readonly { readonly event: string; readonly message: string; readonly code?: string }[];
  readonly decisions: readonly { readonly id: string; readonly actuator: string; readonly status: string }[];
}

const INFECTED = '10.20.7.9';

function inWorld(body: (world: World) => Promise<void>, scope: string = SCOPE): () => Promise<void> {
  return () => inTemporaryDirectory((directory) => body(makeWorld(directory, scope)));
}

async function json(world: World, args: readonly string[]): Promise<Report> {
  const ended = await world.respond([...args, '--json']);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  return JSON.parse(ended.stdout) as Report;
}

/** The chain and the promises, verified as `respond audit` does, without the start of a process. */
async function auditOf(world: World): Promise<AuditFindings & { readonly ok: boolean }> {
  const { entries, reading } = await logOf(world.state);
  return { ok: reading.ok, ...checkAudit(entries) };
}

describe('verdicts', () => {
  it(
    'are answered in a dry run first; with --act what the scope allows in advance is done, the rest approved, then undone',
    inWorld(async (world) => {
      const file = world.writeVerdicts([INFECTED, '10.20.0.1', '10.21.0.1']);
      const dry = await world.respond(['propose', file]);
      expect(dry.code).toBe(0);
      expect(dry.stdout).toContain('Would apply for 10.20.7.9: list 10.20.7.9 in the feed perimeter');
      expect(dry.stdout).toContain('Nothing is done about 10.20.0.1: 10.20.0.1 is protected.');
      expect(dry.stdout).toContain('Nothing is done about 10.21.0.1: 10.21.0.1 is outside the scope.');
      expect(dry.stderr).toContain('This was a dry run');
      expect(await auditOf(world)).toMatchObject({ ok: true, applied: 0, open: [] });

      const earnest = await json(world, ['propose', file, '--act']);
      expect(earnest.decisions.map(({ actuator, status }) => [actuator, status])).toEqual([
        ['perimeter', 'active'],
        ['nac', 'proposed'],
      ]);
      expect(world.record()).toEqual([]);

      const id = earnest.decisions[1]?.id ?? '';
      const forgot = await world.respond(['approve', id]);
      expect([forgot.code, forgot.stdout]).toEqual([2, '']);
      expect(forgot.stderr).toContain('A decision waits to be carried out: add --act');
      expect((await world.respond(['approve', id.slice(0, 6), '--act', '--by', 'ada'])).code).toBe(0);
      expect(world.record()).toEqual([`apply ${id} ${INFECTED} quarantine`]);

      expect((await world.respond(['undo', id, '--reason', 'our own scanner'])).code).toBe(0);
      expect(world.record()).toEqual([
        `apply ${id} ${INFECTED} quarantine`,
        `release ${id} ${INFECTED} quarantine`,
      ]);
      const audit = await auditOf(world);
      expect(audit).toMatchObject({ ok: true, faults: [], applied: 2, released: 1 });
      expect(audit.open.map(({ source }) => formatIp(source))).toEqual([INFECTED]);
      const explained = await world.respond(['explain', INFECTED]);
      expect(explained.stdout).toContain(`${INFECTED} is inside the scope of Example University.`);
      expect(explained.stdout).toContain('ada approved the decision');
      expect(explained.stdout).toContain('our own scanner');
    }),
  );

  it.each<[string, string, (world: World) => void]>([
    ['is missing', 'missing', ({ state }) => unlinkSync(join(state, 'scope.yaml'))],
    ['is unsigned', 'unsigned', ({ state }) => unlinkSync(join(state, 'scope.yaml.sig'))],
    [
      'is signed by nobody who is trusted',
      'unsigned',
      ({ state }) => unlinkSync(join(state, 'trusted', 'owner.pub')),
    ],
    [
      'was changed after it was signed',
      'unsigned',
      ({ state }) => writeFileSync(join(state, 'scope.yaml'), SCOPE.replace('10.20.0.0/16', '10.0.0.0/8')),
    ],
    ['is signed and too wide', 'too-wide', (world) => world.writeScope(SCOPE.replace('65536', '65535'))],
    [
      'has expired',
      'expired',
      (world) => world.writeScope(SCOPE.replace(/expires: .*/, 'expires: 2026-01-01')),
    ],
    ['is no scope file', 'unreadable', (world) => world.writeScope('version: 1\n')],
  ])('lead to nothing when the scope %s', (_, code, spoil) =>
    inWorld(async (world) => {
      spoil(world);
      const verdicts = readVerdicts(readFileSync(world.writeVerdicts([INFECTED]), 'utf8'));
      if (!verdicts.ok) throw new Error(verdicts.reason);
      const state = new ResponseState(world.state);
      const { responder } = await state.open('act');
      verdicts.value.forEach((verdict) => responder.offer(verdict));
      await responder.step();
      expect(responder.ledger.live.size).toBe(0);
      await state.close();
      const { entries } = await logOf(world.state);
      expect(entries.filter(({ event }) => event === 'scope.refuse')).toMatchObject([{ code }]);
      expect(entries.filter(({ event }) => event === 'decision.none')).toMatchObject([{ code: 'no-scope' }]);
      expect(world.record()).toEqual([]);
      expect(await auditOf(world)).toMatchObject({ ok: true, applied: 0, open: [] });
    }, AUTOMATIC_SCOPE)(),
  );

  it(
    'on forged packets lead to nothing',
    inWorld(async (world) => {
      const file = world.writeVerdicts([INFECTED], { unforgeable: false });
      const report = await json(world, ['propose', file, '--act']);
      expect(report.decisions).toEqual([]);
      expect(report.events.at(-1)).toMatchObject({ event: 'decision.none', code: 'forgeable' });
      expect(world.record()).toEqual([]);
    }, AUTOMATIC_SCOPE),
  );

  it(
    'cannot steer a terminal with what an infected host sent',
    inWorld(async (world) => {
      const evidence = [{ detector: 'x', text: 'a\u001b[2J\u202eb', forgeable: false, figures: {} }];
      const printed = await world.respond(['propose', world.writeVerdicts([INFECTED], { evidence })]);
      expect(printed.stdout).toContain('tcp port 445: a\\u{1b}[2J\\u{202e}b');
      expect(printed.stdout).not.toContain('\u001b');
      expect(printed.stdout).not.toContain('\u202e');
    }),
  );

  it(
    'that are none are refused with the code for invalid files, and nothing is recorded',
    inWorld(async (world) => {
      const file = world.writeVerdicts([INFECTED], { evidence: 'trust me' });
      const refused = await world.respond(['propose', file, '--act']);
      expect([refused.code, refused.stdout]).toEqual([3, '']);
      expect(refused.stderr).toContain('its `evidence` is missing or of the wrong kind');
      expect((await logOf(world.state)).entries).toEqual([]);
    }),
  );
});

describe('files that anybody can write', () => {
  it.each(['.', 'respond.yaml', 'trusted', 'trusted/owner.pub'])(
    'such as %s keep everything from being done',
    (name) =>
      inWorld(async (world) => {
        chmodSync(join(world.state, name), 0o777);
        const work = new ResponseState(world.state).open('act');
        await expect(work).rejects.toMatchObject({
          kind: 'missingPermission',
          message: expect.stringContaining('can be written by everybody, so nothing is done.'),
        });
      })(),
  );
});

describe('the audit', () => {
  it(
    'finds a line that was changed, and nothing is done any more',
    inWorld(async (world) => {
      await world.respond(['propose', world.writeVerdicts([INFECTED]), '--act']);
      const log = join(world.state, 'audit.jsonl');
      const whole = await world.respond(['audit']);
      expect(whole.code).toBe(0);
      expect(whole.stdout).toMatch(/The chain of \d+ lines is whole/);
      expect(whole.stdout).toContain('Every promise was kept: 2 acts, 0 of them ended, 2 in force');
      writeFileSync(
        log,
        readFileSync(log, 'utf8').replace('"approval":"automatic"', '"approval":"required"'),
      );
      const changed = await world.respond(['audit']);
      expect(changed.code).toBe(1);
      expect(changed.stdout).toContain('of the audit log is not what was written there');
      const printed = JSON.parse((await world.respond(['audit', '--json'])).stdout) as unknown;
      expect(printed).toMatchObject({ ok: false, reason: expect.stringContaining('Line') });
      const refused = await world.respond(['propose', world.writeVerdicts(['10.20.7.10']), '--act']);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(world.record()).toHaveLength(1);
    }, AUTOMATIC_SCOPE),
  );

  it(
    'is whole when several work on one state at the same time',
    inWorld(async (world) => {
      await world.respond(['propose', world.writeVerdicts(['10.20.7.1']), '--act']);
      const file = world.writeVerdicts(Array.from({ length: 4 }, (_, index) => `10.20.7.${index + 2}`));
      const ended = await Promise.all([
        world.respond(['propose', file, '--act']),
        world.respond(['propose', file, '--act']),
        world.respond(['pause', '--reason', 'exam week']),
        world.respond(['list']),
      ]);
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']));
      expect(await auditOf(world)).toMatchObject({ ok: true, faults: [] });
      expect(new Set(world.record()).size).toBe(world.record().length);
    }, AUTOMATIC_SCOPE),
  );

  it('of a state that does not exist is the audit of an empty log', async () => {
    await inTemporaryDirectory(async (directory) => {
      const ended = await wormwood(['respond', 'audit', '--json', '--state', join(directory, 'none')]);
      expect(JSON.parse(ended.stdout)).toMatchObject({ ok: true, entries: 0 });
      const inFile = join(directory, 'file');
      writeFileSync(inFile, '');
      const refused = await wormwood(['respond', 'pause', '--reason', 'x', '--state', join(inFile, 'x')]);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain('cannot be made');
    });
  });
});
