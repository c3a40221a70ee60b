// Killed with SIGKILL at any moment, a responder that is started again neither loses nor doubles an act.
import { readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatIpv4, randomStreams } from '@wormwood/base';
import { type AuditEntry, checkAudit } from '@wormwood/defense';
import { describe, expect, it } from 'vitest';
import { logOf, makeWorld, SCOPE, until } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const KILLS = Number(process.env['WORMWOOD_KILLS'] ?? '10');
const SEED = process.env['WORMWOOD_SEED'] ?? String(Date.now() % 1_000_000);
/** Of one act: long enough that kills hit it before, in the middle and after. */
const COMMAND_SECONDS = 0.04;
/** Longer than a start, half of it before it acts. */
const SLOW_COMMAND_SECONDS = 3;
const HOSTS_A_START = 3;
/** The rate is no limit here. */
const QUICK_SCOPE = `${SCOPE.replace(/actions:[^]*/, '')}
actions:
  - {action: quarantine, actuator: nac, ttl: 1h, approval: automatic}
actionsPerMinute: 600
activeActionsMax: 1000
`;

type Done = Extract<AuditEntry, { event: 'response.done' }>;

function textOf(path: string): string {
  return sizeOf(path) === 0 ? '' : readFileSync(path, 'utf8');
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

describe('a responder', () => {
  it(`that is killed ${KILLS} times (WORMWOOD_SEED=${SEED}) does every act once and ends it once`, async () => {
    const random = randomStreams(SEED).stream('respond/kill');
    await inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, QUICK_SCOPE, COMMAND_SECONDS);
      const log = join(world.state, 'audit.jsonl');
      const startAndKill = async (args: readonly string[]): Promise<void> => {
        const before = sizeOf(log);
        const responder = world.start(args);
        while (sizeOf(log) === before && responder.process.exitCode === null) await delay(1);
        await delay(random.nextDouble() * 1000 * (HOSTS_A_START + 2) * COMMAND_SECONDS);
        await responder.stop('SIGKILL');
      };
      const hosts: string[] = [];
      const beginnings = Math.ceil(KILLS / 2);
      for (let kill = 0; kill < beginnings; kill++) {
        // Verdicts that were answered are answered no second time, so that each start may be told all of them.
        for (let i = 0; i < HOSTS_A_START; i++) hosts.push(`10.20.${kill}.${i + 2}`);
        await startAndKill(['propose', world.writeVerdicts(hosts), '--act']);
      }
      expect((await world.respond(['propose', world.writeVerdicts(hosts), '--act'])).code).toBe(0);
      unlinkSync(join(world.state, 'scope.yaml'));
      for (let kill = beginnings; kill < KILLS; kill++) await startAndKill(['run', '--act', '--once']);
      expect((await world.respond(['run', '--act', '--once'])).code).toBe(0);

      const { entries, reading } = await logOf(world.state);
      expect(reading).toMatchObject({ ok: true, torn: false });
      expect(checkAudit(entries)).toEqual({
        faults: [],
        open: [],
        applied: hosts.length,
        released: hosts.length,
      });
      // What the log says is what was really done: each act once, each end once, none for another host.
      const done = entries.filter((entry): entry is Done => entry.event === 'response.done');
      const told = done.map(({ step, key, source }) => `${step} ${key} ${formatIpv4(source)} quarantine`);
      expect(world.record().toSorted()).toEqual(told.toSorted());
      expect(new Set(told).size).toBe(2 * hosts.length);
      const interrupted = done.filter(({ found }) => found).length;
      console.log(`${KILLS} kills; ${interrupted} of ${done.length} steps were found done after one`);
    });
  });

  it('that is killed while its command is at work is not followed by another before that has ended', async () => {
    await inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, QUICK_SCOPE, SLOW_COMMAND_SECONDS);
      const file = world.writeVerdicts(['10.20.7.9']);
      const responder = world.start(['propose', file, '--act']);
      await until(() => /response\.begin/.test(textOf(join(world.state, 'audit.jsonl'))));
      await delay(100);
      await responder.stop('SIGKILL');
      // The command has not acted yet, so that whoever asked now would hear that nothing is in force, and begin again.
      expect(world.record()).toEqual([]);
      expect((await world.respond(['propose', file, '--act'])).code).toBe(0);
      expect(world.record()).toHaveLength(1);
      const { entries } = await logOf(world.state);
      expect(entries.at(-1)).toMatchObject({ event: 'response.done', found: true });
    });
  });
});
