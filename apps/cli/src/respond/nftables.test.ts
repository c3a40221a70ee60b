// The responder against the kernel's own firewall, in a network namespace of its own: a blocked host gets no answer.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nftablesSetup } from '@wormwood/defense';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, SCOPE } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

const program = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));
const ROUTER = `wwrsr${process.pid}`;
const HOST = `wwrsh${process.pid}`;
const SERVER = `wwrss${process.pid}`;
const INFECTED = '10.20.7.9';
const OPTIONS = { name: 'border-firewall', table: 'wormwood', set: 'infected' };
const BLOCKING = `${SCOPE.replace(/actions:[^]*/, '')}
actions:
  - {action: block, actuator: border-firewall, ttl: 1h, approval: automatic}
`;

function reasonNotToRun(): string | undefined {
  if (spawnSync('nft', ['--version']).status !== 0) return 'nft is not installed';
  if (spawnSync('ping', ['-V']).status !== 0) return 'ping is not installed';
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'no right to make namespaces';
}

const reason = reasonNotToRun();
if (reason !== undefined) {
  if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.log(`the responder against the kernel is not tested: ${reason}`);
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args);
}

function inRouter(
  args: readonly string[],
  input = '',
): { code: number | null; stdout: string; stderr: string } {
  const all = ['netns', 'exec', ROUTER, ...args];
  const { status, stdout, stderr } = spawnSync('ip', all, { input, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** Whether a ping from the infected host through the router to the server is answered. */
function isHeard(): boolean {
  const ping = ['netns', 'exec', HOST, 'ping', '-c', '1', '-W', '1', '10.30.0.2'];
  return spawnSync('ip', ping).status === 0;
}

/** The infected host, the router that is the owner's firewall, and a server behind it. */
function makeNetwork(): void {
  for (const each of [ROUTER, HOST, SERVER]) ip('netns', 'add', each);
  const links = [
    [HOST, 'inside', '10.20.0.1/16', `${INFECTED}/16`],
    [SERVER, 'outside', '10.30.0.1/24', '10.30.0.2/24'],
  ] as const;
  for (const [name, link, near, far] of links) {
    ip('-n', ROUTER, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('-n', ROUTER, 'addr', 'add', near, 'dev', link);
    ip('-n', ROUTER, 'link', 'set', link, 'up');
    ip('-n', name, 'addr', 'add', far, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    ip('-n', name, 'route', 'add', 'default', 'via', near.replace(/\/.*/, ''));
  }
  expect(inRouter(['sysctl', '-qw', 'net.ipv4.ip_forward=1']).code).toBe(0);
}

describe.skipIf(reason !== undefined)('a blocked host', () => {
  beforeAll(makeNetwork);
  afterAll(() => {
    for (const each of [ROUTER, HOST, SERVER]) spawnSync('ip', ['netns', 'del', each]);
  });

  it('is not heard behind the firewall until the block is undone; without the set nothing is said to be done', async () => {
    await inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, BLOCKING);
      const { name, table, set } = OPTIONS;
      writeFileSync(
        join(world.state, 'respond.yaml'),
        `version: 1\nsensor: border\nactuators: [{kind: nftables, name: ${name}, table: ${table}, set: ${set}}]\n`,
      );
      const respond = (...args: readonly string[]): ReturnType<typeof inRouter> =>
        inRouter([process.execPath, program, 'respond', ...args, '--state', world.state, '--json']);
      expect(isHeard()).toBe(true);

      const tooEarly = respond('propose', world.writeVerdicts(['10.20.7.10']), '--act');
      expect(tooEarly.code).toBe(1);
      expect(tooEarly.stdout).toContain('response.fail');

      expect(inRouter(['nft', '-f', '-'], nftablesSetup(OPTIONS)).code).toBe(0);
      expect(respond('propose', world.writeVerdicts([INFECTED])).code).toBe(2);
      expect(isHeard()).toBe(true);
      expect(respond('propose', world.writeVerdicts([INFECTED]), '--act').code).toBe(0);
      const { decisions } = JSON.parse(respond('list').stdout) as {
        decisions: { id: string; source: string }[];
      };
      const { id } = decisions.find(({ source }) => source === INFECTED) ?? { id: 'none' };
      expect(isHeard()).toBe(false);

      expect(respond('undo', id, '--reason', 'a mistake').code).toBe(0);
      expect(isHeard()).toBe(true);
      expect(respond('audit').code).toBe(0);
    });
  });
});
