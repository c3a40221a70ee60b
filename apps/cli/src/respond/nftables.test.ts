// The responder against the kernel's own firewall, in a network namespace of its own: a blocked host gets no answer.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nftablesSetup } from '@wormwood/defense';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, SCOPE, type World } from './respond-test-support.ts';
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

/** What nft prints, which has to succeed. */
function nft(...args: readonly string[]): string {
  const { code, stdout, stderr } = inRouter(['nft', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** A state whose actuator is the firewall of the router, and the command line in that namespace. */
function borderWorld(directory: string): {
  readonly world: World;
  readonly respond: (...args: readonly string[]) => ReturnType<typeof inRouter>;
} {
  const world = makeWorld(directory, BLOCKING);
  const { name, table, set } = OPTIONS;
  writeFileSync(
    join(world.state, 'respond.yaml'),
    `version: 1\nsensor: border\nactuators: [{kind: nftables, name: ${name}, table: ${table}, set: ${set}}]\n`,
  );
  return {
    world,
    respond: (...args) =>
      inRouter([process.execPath, program, 'respond', ...args, '--state', world.state, '--json']),
  };
}

/** Whether a ping from the infected host through the router to the server is answered. */
function isAnswered(): boolean {
  const ping = ['netns', 'exec', HOST, 'ping', '-c', '1', '-W', '1', '10.30.0.2'];
  return spawnSync('ip', ping).status === 0;
}

/** Gives the infected host's card another address, and makes the router forget the one before. */
function setLinkAddress(address: string): void {
  ip('-n', HOST, 'link', 'set', 'eth0', 'down');
  ip('-n', HOST, 'link', 'set', 'eth0', 'address', address);
  ip('-n', HOST, 'link', 'set', 'eth0', 'up');
  ip('-n', HOST, 'route', 'replace', 'default', 'via', '10.20.0.1');
  ip('-n', ROUTER, 'neigh', 'flush', 'dev', 'inside');
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

  it('is not answered from behind the firewall until the block is undone; without the set nothing is reported as done', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { world, respond } = borderWorld(directory);
      expect(isAnswered()).toBe(true);

      const tooEarly = respond('propose', world.writeVerdicts(['10.20.7.10']), '--act');
      expect(tooEarly.code).toBe(1);
      expect(tooEarly.stdout).toContain('response.fail');

      expect(inRouter(['nft', '-f', '-'], nftablesSetup(OPTIONS)).code).toBe(0);
      expect(respond('propose', world.writeVerdicts([INFECTED])).code).toBe(2);
      expect(isAnswered()).toBe(true);
      expect(respond('propose', world.writeVerdicts([INFECTED]), '--act').code).toBe(0);
      const { decisions } = JSON.parse(respond('list').stdout) as {
        decisions: { id: string; source: string }[];
      };
      const { id } = decisions.find(({ source }) => source === INFECTED) ?? { id: 'none' };
      expect(isAnswered()).toBe(false);

      expect(respond('undo', id, '--reason', 'a mistake').code).toBe(0);
      expect(isAnswered()).toBe(true);
      expect(respond('audit').code).toBe(0);
    });
  });

  it('is blocked again when somebody deletes the element or the whole table; what is not ours is left alone', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { world, respond } = borderWorld(directory);
      const again = (): void => {
        const { code, stdout, stderr } = respond('run', '--act', '--once');
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout.match(/response\.(lost|done)/g)).toEqual(['response.lost', 'response.done']);
        expect(isAnswered()).toBe(false);
      };
      inRouter(['nft', 'flush', 'ruleset']);
      expect(inRouter(['nft', '-f', '-'], nftablesSetup(OPTIONS)).code).toBe(0);
      expect(respond('propose', world.writeVerdicts([INFECTED]), '--act').code).toBe(0);
      nft('delete', 'element', 'inet', 'wormwood', 'infected', `{ ${INFECTED} }`);
      expect(isAnswered()).toBe(true);
      again();
      nft('flush', 'set', 'inet', 'wormwood', 'infected');
      again();
      nft('delete', 'table', 'inet', 'wormwood');
      expect(inRouter(['nft', '-f', '-'], nftablesSetup(OPTIONS)).code).toBe(0);
      again();

      const stray = '0193a4c0-0000-7000-8000-00000000000f';
      const element = `10.20.7.77 timeout 1h comment "${stray}"`;
      nft('add', 'element', 'inet', 'wormwood', 'infected', `{ ${element} }`);
      const run = respond('run', '--act', '--once');
      expect(run).toMatchObject({ code: 0, stdout: '' });
      expect(run.stderr.split(stray)).toHaveLength(2);
      expect(run.stderr).toContain('border-firewall has in force what no decision asks for');
      expect(nft('list', 'set', 'inet', 'wormwood', 'infected')).toContain(stray);
      expect(respond('audit').code).toBe(0);
    });
  });

  it('on the link is dropped by its link address; the next host with its IPv4 address is answered', async () => {
    await inTemporaryDirectory(async (directory) => {
      const { world, respond } = borderWorld(directory);
      inRouter(['nft', 'flush', 'ruleset']);
      expect(inRouter(['nft', '-f', '-'], nftablesSetup(OPTIONS)).code).toBe(0);
      setLinkAddress('02:00:00:00:00:09');
      expect(isAnswered()).toBe(true);
      const verdicts = world.writeVerdicts([INFECTED], { linkAddress: '02:00:00:00:00:09' });
      expect(respond('propose', verdicts, '--act').code).toBe(0);
      expect(isAnswered()).toBe(false);
      setLinkAddress('02:00:00:00:00:0a');
      expect(isAnswered()).toBe(true);
      setLinkAddress('02:00:00:00:00:09');
      expect(isAnswered()).toBe(false);
    });
  });
});
