// `wormwood respond` on a full disk, which a small file system of its own plays.
import { spawnSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AUTOMATIC_SCOPE, makeWorld } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const program = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));

describe('a full disk', () => {
  it('is reported in a sentence; nothing is begun, what is in force can be ended, and all goes on when there is room', () =>
    inTemporaryDirectory(async (directory) => {
      if (spawnSync('unshare', ['-rm', 'true']).status !== 0) {
        expect(process.env['WORMWOOD_REQUIRE_ALL'], 'no user namespaces').toBeUndefined();
        console.log('not checked: no user namespaces to mount a small disk in');
        return;
      }
      const world = makeWorld(directory, `${AUTOMATIC_SCOPE}actionsPerMinute: 100\n`);
      const hosts = Array.from({ length: 9 }, (_, index) => `10.20.7.${index + 1}`);
      const first = join(directory, 'first.json');
      renameSync(world.writeVerdicts(['10.20.8.1']), first);
      const respond = `"${process.execPath}" "${program}" respond`;
      const script = `
        mount -t tmpfs -o size=1m none /mnt && cp -r '${world.state}' /mnt/state
        ${respond} propose '${first}' --act --state /mnt/state >/dev/null
        FIRST=$(${respond} list --json --state /mnt/state | sed 's/.*"id":"\\([0-9a-f-]*\\)","source":"10.20.8.1","linkAddress":null,"action":"quarantine".*/\\1/')
        dd if=/dev/zero of=/mnt/filler bs=4k 2>/dev/null; truncate -s -8k /mnt/filler
        ${respond} propose '${world.writeVerdicts(hosts)}' --act --state /mnt/state >/dev/null; echo "code $?"
        ${respond} pause --reason full --state /mnt/state >/dev/null; echo "code $?"
        ${respond} undo "$FIRST" --reason full --state /mnt/state >/dev/null; echo "code $?"
        ${respond} resume --state /mnt/state >/dev/null
        rm /mnt/filler
        ${respond} propose '${world.writeVerdicts(hosts)}' --act --state /mnt/state >/dev/null; echo "code $?"
        ${respond} audit --json --state /mnt/state`;
      const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' });
      expect(stderr).toBe(
        'wormwood: There is no room for the audit log, so nothing is begun: the disk is full.\n',
      );
      const [full, paused, undone, room, audit = ''] = stdout.split('\n');
      // What was reserved is enough to pause and to end what is in force.
      expect([full, paused, undone, room]).toEqual(['code 1', 'code 0', 'code 0', 'code 0']);
      // The feed and the command of the owner, for each host.
      expect(JSON.parse(audit)).toMatchObject({
        ok: true,
        faults: [],
        applied: 2 * (hosts.length + 1),
        released: 1,
      });
      expect(new Set(world.record()).size).toBe(hosts.length + 2);
      expect(world.record()).toHaveLength(hosts.length + 2);
    }));
});
