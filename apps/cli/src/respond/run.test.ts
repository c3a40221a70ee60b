// `wormwood respond run`: the service, and a pause of everything. The built program on real files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkAudit, type AuditFindings } from '@wormwood/defense';
import { describe, expect, it } from 'vitest';
import { generateKeys } from '@wormwood/responder';
import {
  AUTOMATIC_SCOPE,
  logOf,
  makeWorld,
  SCOPE,
  until,
  verdictOn,
  type World,
} from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const INFECTED = '10.20.7.9';

function inWorld(body: (world: World) => Promise<void>, scope: string = SCOPE): () => Promise<void> {
  return () => inTemporaryDirectory((directory) => body(makeWorld(directory, scope)));
}

/** The chain and the promises, verified as `respond audit` does, without the start of a process. */
async function auditOf(world: World): Promise<AuditFindings & { readonly ok: boolean }> {
  const { entries, reading } = await logOf(world.state);
  return { ok: reading.ok, ...checkAudit(entries) };
}

describe('a pause', () => {
  it(
    'keeps everything from being begun until `resume`, and `run` then carries out what waits',
    inWorld(async (world) => {
      await world.respond(['pause', '--reason', 'exam week', '--by', 'ada']);
      await world.respond(['propose', world.writeVerdicts([INFECTED]), '--act']);
      await world.respond(['run', '--act', '--once']);
      expect(world.record()).toEqual([]);
      expect((await world.respond(['list'])).stdout).toContain('All actions are paused.');
      await world.respond(['resume']);
      expect(world.record()).toEqual([]);
      const run = await world.respond(['run', '--act', '--once']);
      expect(run.stdout).toContain('apply for 10.20.7.9');
      expect(world.record()).toHaveLength(1);
      expect(await auditOf(world)).toMatchObject({ ok: true, applied: 2 });
    }, AUTOMATIC_SCOPE),
  );
});

describe('the service', () => {
  it(
    'answers verdicts as they come, leaves out what is none, and lets people in between',
    inWorld(async (world) => {
      const service = world.start(['run', '-', '--act']);
      service.write(`${JSON.stringify(verdictOn(INFECTED))}\n{"id": 7}\n\n`);
      await service.printed(/apply for 10\.20\.7\.9 is done/);
      expect((await world.respond(['pause', '--reason', 'exam week'])).code).toBe(0);
      service.write(`${JSON.stringify(verdictOn('10.20.7.10'))}\n`);
      await service.printed(/scope approved the decision about 10\.20\.7\.10/);
      expect((await world.respond(['resume'])).code).toBe(0);
      await service.printed(/apply for 10\.20\.7\.10 is done/);
      expect(await service.stop('SIGINT')).toBe(0);
      expect(await auditOf(world)).toMatchObject({ ok: true, faults: [], applied: 2 });
    }),
  );

  it(
    'ends what is over, and what no trusted key allows any more',
    inWorld(
      async (world) => {
        await world.respond(['propose', world.writeVerdicts(['10.20.7.9', '10.20.7.10']), '--act']);
        expect(world.record()).toHaveLength(2);
        const running = world.start(['run', '--act']);
        await until(() => world.record().length === 4);
        expect(world.record().map((line) => line.split(' ')[0])).toEqual([
          'apply',
          'apply',
          'release',
          'release',
        ]);
        // The feed's acts last an hour; once the key that signed is not trusted any more, they end now.
        writeFileSync(join(world.state, 'trusted', 'owner.pub'), generateKeys().publicKey);
        await running.printed(/strike 10\.20\.7\.10/);
        await running.printed(/release for 10\.20\.7\.10 is done/);
        expect(await running.stop('SIGTERM')).toBe(0);
        const audit = await auditOf(world);
        expect(audit).toMatchObject({ ok: true, faults: [], applied: 4, released: 4, open: [] });
      },
      AUTOMATIC_SCOPE.replaceAll('ttl: 2h', 'ttl: 2s'),
    ),
  );

  it(
    'survives a mistake in its files, and answers afterwards what came meanwhile',
    inWorld(async (world) => {
      const path = join(world.state, 'respond.yaml');
      const service = world.start(['run', '-', '--act', '--json']);
      await service.printed(/respond\.start/);
      const good = readFileSync(path, 'utf8');
      writeFileSync(path, good.replace('kind: feed', 'kind: fed'));
      service.write(`${JSON.stringify(verdictOn(INFECTED))}\n`);
      await service.warned(/"fed" is not a kind that this version knows/);
      writeFileSync(path, good);
      await service.printed(/"response\.done"/);
      expect(await service.stop('SIGTERM')).toBe(0);
      expect(await auditOf(world)).toMatchObject({ ok: true, faults: [], applied: 1 });
    }),
  );
});
