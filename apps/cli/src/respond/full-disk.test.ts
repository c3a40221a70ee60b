// `wormwood respond` on a full disk, which a small file system of its own plays.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AUTOMATIC_SCOPE, makeWorld } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const program = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));

describe('a full disk', () => {
  it('is told in a sentence; nothing is done that is not recorded, and all goes on when there is room', () =>
    inTemporaryDirectory(async (directory) => {
      if (spawnSync('unshare', ['-rm', 'true']).status !== 0) {
        expect(process.env['WORMWOOD_REQUIRE_ALL'], 'no user namespaces').toBeUndefined();
        console.log('not checked: no user namespaces to mount a small disk in');
        return;
      }
      const world = makeWorld(directory, `${AUTOMATIC_SCOPE}actionsPerMinute: 100\n`);
      const hosts = Array.from({ length: 9 }, (_, index) => `10.20.7.${index + 1}`);
      const respond = `"${process.execPath}" "${program}" respond`;
      const script = `
        mount -t tmpfs -o size=128k none /mnt && cp -r '${world.state}' /mnt/state
        ${respond} list --state /mnt/state >/dev/null
        dd if=/dev/zero of=/mnt/filler bs=4k 2>/dev/null; truncate -s -8k /mnt/filler
        ${respond} propose '${world.writeVerdicts(hosts)}' --act --state /mnt/state >/dev/null; echo "code $?"
        rm /mnt/filler
        ${respond} propose '${world.writeVerdicts(hosts)}' --act --state /mnt/state >/dev/null; echo "code $?"
        ${respond} audit --json --state /mnt/state`;
      const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' });
      expect(stderr).toMatch(
        /^wormwood: The audit log cannot be [a-z]+, so nothing is done: the disk is full\.\n$/,
      );
      const [full, room, audit = ''] = stdout.split('\n');
      expect([full, room]).toEqual(['code 1', 'code 0']);
      // The feed and the command of the owner, for each host.
      expect(JSON.parse(audit)).toMatchObject({ ok: true, faults: [], applied: 2 * hosts.length });
      expect(new Set(world.record()).size).toBe(hosts.length);
      expect(world.record()).toHaveLength(hosts.length);
    }));
});
