// The emergency stop, while thirty commands of five seconds each wait for their turn: nothing is begun after it.
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditEntry, checkAudit } from '@wormwood/defense';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory } from '../spawn-test-support.ts';
import {
  logOf,
  makeWorld,
  SCOPE,
  type Started,
  until,
  verdictOn,
  type World,
} from './respond-test-support.ts';

const COMMAND_SECONDS = 5;
const HOSTS = 30;
const SCOPE_OF_COMMANDS = `${SCOPE.replace(/actions:[^]*/, '')}
actions:
  - {action: quarantine, actuator: nac, ttl: 1h, approval: automatic}
actionsPerMinute: 600
`;

function isBegin(entry: AuditEntry): boolean {
  return entry.event === 'response.begin' && entry.step === 'apply';
}

/** A service whose first command is at work, and 29 more wait. */
async function busy(world: World): Promise<Started> {
  const service = world.start(['run', '-', '--act']);
  for (let i = 0; i < HOSTS; i++) service.write(`${JSON.stringify(verdictOn(`10.20.7.${i + 2}`))}\n`);
  for (;;) {
    const { entries } = await logOf(world.state);
    if (entries.some(isBegin)) return service;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('while thirty slow commands wait', () => {
  it('a pause is recorded while the first is still at work, nothing is begun after it, and SIGTERM ends the service', () =>
    inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, SCOPE_OF_COMMANDS, COMMAND_SECONDS);
      const service = await busy(world);
      const startSeconds = performance.now() / 1000;
      expect((await world.respond(['pause', '--reason', 'stop', '--by', 'ada'])).code).toBe(0);
      console.log(
        `paused after ${(performance.now() / 1000 - startSeconds).toFixed(2)} s, the start of the program included`,
      );
      const atPause = (await logOf(world.state)).entries;
      expect(atPause.at(-1)).toMatchObject({ event: 'respond.pause' });
      // The first command was begun and is not done: nobody waited for it.
      expect(atPause.filter(isBegin)).toHaveLength(1);
      expect(atPause.some(({ event }) => event === 'response.done')).toBe(false);
      await until(() => world.record().length === 1);
      expect(await service.stop('SIGTERM')).toBe(0);
      const { entries } = await logOf(world.state);
      expect(entries.filter(isBegin)).toHaveLength(1);
      expect(entries.filter(({ event }) => event === 'response.done')).toHaveLength(1);
      expect(checkAudit(entries).faults).toEqual([]);
    }));

  it('a deleted scope voids all that wait, and what was begun is released', () =>
    inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, SCOPE_OF_COMMANDS, COMMAND_SECONDS);
      const service = await busy(world);
      unlinkSync(join(world.state, 'scope.yaml'));
      await service.printed(/release for 10\.20\.7\.\d+ is done/);
      expect(await service.stop('SIGTERM')).toBe(0);
      expect(world.record().map((line) => line.split(' ')[0])).toEqual(['apply', 'release']);
      const { entries } = await logOf(world.state);
      expect(entries.filter(isBegin)).toHaveLength(1);
      expect(entries.filter(({ event }) => event === 'decision.refuse')).toHaveLength(HOSTS - 1);
      expect(checkAudit(entries)).toMatchObject({ faults: [], open: [], applied: 1, released: 1 });
    }));
});
