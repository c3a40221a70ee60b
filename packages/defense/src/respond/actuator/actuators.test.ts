import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ActionRequest } from '../action.ts';
import { address } from '../respond-test-support.ts';
import type { Command, CommandResult, CommandRunner } from './command-runner.ts';
import { feedActuator } from './feed-actuator.ts';
import { nftablesActuator, nftablesSetup } from './nftables.ts';
import { ownerCommandActuator } from './owner-command.ts';

const KEY = '2ed6657d-e927-568b-95e1-2665a8aea6a2';
const OTHER_KEY = '2ed6657d-e927-568b-95e1-2665a8aea6a3';
const REQUEST: ActionRequest = {
  key: KEY,
  action: 'block',
  source: address('10.20.7.9'),
  linkAddress: null,
  secondsLeft: 60.2,
};
/** 2001:db8:20::9 */
const IPV6_HOST = (0x2001_0db8_0020n << 80n) + 9n;
const OPTIONS = { name: 'border-firewall', table: 'wormwood', set: 'infected' };

/** Remembers what was run and answers with the results in turn. */
function scripted(...results: readonly CommandResult[]): CommandRunner & { readonly commands: Command[] } {
  const waiting = [...results];
  const commands: Command[] = [];
  return {
    commands,
    run: async (command) => {
      commands.push(command);
      return waiting.shift() ?? { kind: 'notRun', reason: 'nothing was expected' };
    },
  };
}

const exited = (code: number, output = '', errorOutput = ''): CommandResult => ({
  kind: 'exited',
  code,
  output,
  errorOutput,
});
const element = (comment: string): CommandResult =>
  exited(
    0,
    `table inet wormwood {\n\tset infected {\n\t\tcomment "ours"\n\t\telements = { 10.20.7.9 timeout 1m expires 59s ${comment} }\n\t}\n}\n`,
  );

describe('the nftables actuator', () => {
  it('adds an element with its timeout and key, unless the set holds it', async () => {
    const runner = scripted(exited(1), exited(0), exited(0));
    expect(await nftablesActuator(runner, OPTIONS).apply(REQUEST)).toEqual({ ok: true });
    expect(runner.commands.at(-1)).toEqual({
      program: '/usr/sbin/nft',
      arguments: ['-f', '-'],
      input: `add element inet wormwood infected { 10.20.7.9 timeout 61s comment "${KEY}" }\n`,
      timeoutSeconds: 30,
    });
    const again = scripted(element(`comment "${KEY}"`));
    expect(await nftablesActuator(again, OPTIONS).apply(REQUEST)).toEqual({ ok: true });
    expect(again.commands).toHaveLength(1);
  });

  it('leaves alone what somebody else put there', async () => {
    for (const comment of ['', 'comment "of the owner"', `comment "${OTHER_KEY}"`]) {
      const runner = scripted(element(comment), element(comment), element(comment));
      const actuator = nftablesActuator(runner, OPTIONS);
      expect(await actuator.isActive(REQUEST)).toEqual({ ok: true, active: false });
      expect((await actuator.apply(REQUEST)).ok).toBe(false);
      expect(await actuator.release(REQUEST)).toEqual({ ok: true });
      expect(runner.commands.every(({ input }) => input === '')).toBe(true);
    }
  });

  it('says what nft says when there is no such set or no nft', async () => {
    const noSet = scripted(exited(1), exited(1, '', 'Error: No such file or directory\nlist set'));
    expect(await nftablesActuator(noSet, OPTIONS).isActive(REQUEST)).toEqual({
      ok: false,
      reason: 'It ended with code 1: Error: No such file or directory list set',
    });
    const noNft = scripted({ kind: 'notRun', reason: 'There is no /usr/sbin/nft.' });
    expect(await nftablesActuator(noNft, OPTIONS).apply(REQUEST)).toEqual({
      ok: false,
      reason: 'There is no /usr/sbin/nft.',
    });
  });

  it('takes no name that could be more than a name', () => {
    for (const set of ['', 'a b', 'x;', 'x}', '-x', '$(x)', 'é']) {
      expect(() => nftablesActuator(scripted(), { ...OPTIONS, set })).toThrow('is not a name');
    }
    const actuator = nftablesActuator(scripted(), OPTIONS);
    expect(() => actuator.describe('apply', { ...REQUEST, key: 'x" }; flush ruleset' })).toThrow('UUID');
  });
});

/** Why there is no kernel to try it on; undefined if there is. */
function namespaceOrReason(): string | undefined {
  if (spawnSync('/usr/sbin/nft', ['--version']).status !== 0) return 'nft is not installed';
  if (spawnSync('unshare', ['--net', '/usr/sbin/nft', 'list', 'ruleset']).status !== 0)
    return 'no right to make namespaces';
  return undefined;
}

const reason = namespaceOrReason();
if (reason !== undefined) {
  if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.log(`the actuator against the kernel is not tested: ${reason}`);
}

describe.skipIf(reason !== undefined)('the nftables actuator against the kernel', () => {
  it.each([
    ['beyond a router', REQUEST],
    ['on the link', { ...REQUEST, linkAddress: '00:16:3e:00:00:09' }],
    ['of IPv6', { ...REQUEST, source: IPV6_HOST }],
    ['of IPv6 on the link', { ...REQUEST, source: IPV6_HOST, linkAddress: '00:16:3e:00:00:09' }],
    ['as a network of IPv6', { ...REQUEST, source: IPV6_HOST - 9n, network: true }],
  ])(
    'blocks a host %s, finds it in force, releases it, and finds it gone',
    async (_, request: ActionRequest) => {
      const namespace = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 60']);
      await once(namespace.stdout, 'data');
      onTestFinished(() => void namespace.kill());
      const nft = (args: readonly string[], input: string): CommandResult => {
        const entering = [`--net=/proc/${namespace.pid}/ns/net`, '/usr/sbin/nft', ...args];
        const { status, stdout, stderr } = spawnSync('nsenter', entering, { input, encoding: 'utf8' });
        return exited(status ?? -1, stdout, stderr);
      };
      expect(nft(['-f', '-'], nftablesSetup(OPTIONS))).toMatchObject({ code: 0 });
      const kernel: CommandRunner = { run: async (command) => nft(command.arguments, command.input) };
      const actuator = nftablesActuator(kernel, OPTIONS);
      expect(await actuator.isActive(request)).toEqual({ ok: true, active: false });
      expect(await actuator.release(request)).toEqual({ ok: true });
      expect(await actuator.apply(request)).toEqual({ ok: true });
      expect(await actuator.apply(request)).toEqual({ ok: true });
      expect(await actuator.isActive(request)).toEqual({ ok: true, active: true });
      expect(await actuator.isActive({ ...request, key: OTHER_KEY })).toEqual({ ok: true, active: false });
      expect((await actuator.apply({ ...request, key: OTHER_KEY })).ok).toBe(false);
      const other = typeof request.source === 'number' ? address('10.20.7.8') : IPV6_HOST + (1n << 64n);
      expect(await actuator.isActive({ ...request, source: other })).toEqual({
        ok: true,
        active: false,
      });
      expect(await actuator.release({ ...request, key: OTHER_KEY })).toEqual({ ok: true });
      expect(await actuator.isActive(request)).toEqual({ ok: true, active: true });
      expect(await actuator.keysInForce?.()).toEqual({ ok: true, keys: new Set([KEY]) });
      expect(await actuator.release(request)).toEqual({ ok: true });
      expect(await actuator.isActive(request)).toEqual({ ok: true, active: false });
      expect(await actuator.keysInForce?.()).toEqual({ ok: true, keys: new Set() });
      nft(['flush', 'ruleset'], '');
      expect(await actuator.keysInForce?.()).toMatchObject({ ok: false });
      const elsewhere = nftablesActuator(kernel, { ...OPTIONS, set: 'nowhere' });
      expect((await elsewhere.isActive(request)).ok).toBe(false);
      expect((await elsewhere.apply(request)).ok).toBe(false);
    },
  );
});

describe.skipIf(reason !== undefined)('sets of IPv6', () => {
  it('are not needed for IPv4; without them an act fails in the words of nft', async () => {
    const namespace = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 60']);
    await once(namespace.stdout, 'data');
    onTestFinished(() => void namespace.kill());
    const nft = (args: readonly string[], input: string): CommandResult => {
      const entering = [`--net=/proc/${namespace.pid}/ns/net`, '/usr/sbin/nft', ...args];
      const { status, stdout, stderr } = spawnSync('nsenter', entering, { input, encoding: 'utf8' });
      return exited(status ?? -1, stdout, stderr);
    };
    const kernel: CommandRunner = { run: async (command) => nft(command.arguments, command.input) };
    const options = { ...OPTIONS, family: 'ip' } as const;
    expect(nft(['-f', '-'], nftablesSetup(options))).toMatchObject({ code: 0 });
    const actuator = nftablesActuator(kernel, options);
    expect(await actuator.apply(REQUEST)).toEqual({ ok: true });
    expect(await actuator.keysInForce?.()).toEqual({ ok: true, keys: new Set([KEY]) });
    const refused = await actuator.apply({ ...REQUEST, source: IPV6_HOST });
    expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('No such file') });
  });
});

describe('a command of the owner', () => {
  const options = { name: 'nac', program: '/opt/nac', arguments: ['--site', 'a b'] };

  it('is called with a list of arguments, never through a shell', async () => {
    const runner = scripted(exited(0), exited(0), exited(1), exited(0));
    const actuator = ownerCommandActuator(runner, options);
    expect(await actuator.apply(REQUEST)).toEqual({ ok: true });
    expect(await actuator.isActive(REQUEST)).toEqual({ ok: true, active: true });
    expect(await actuator.isActive(REQUEST)).toEqual({ ok: true, active: false });
    expect(await actuator.release(REQUEST)).toEqual({ ok: true });
    expect(runner.commands.map((each) => each.arguments)).toEqual(
      ['apply', 'status', 'status', 'release'].map((step) => [
        '--site',
        'a b',
        step,
        KEY,
        '10.20.7.9',
        'block',
        '61',
        '-',
      ]),
    );
    expect(runner.commands.every(({ program }) => program === '/opt/nac')).toBe(true);
  });

  it('gets the link address of a host on the link, and nothing that is none', async () => {
    const runner = scripted(exited(0));
    const actuator = ownerCommandActuator(runner, options);
    await actuator.apply({ ...REQUEST, linkAddress: '00:16:3e:00:00:09' });
    expect(runner.commands[0]?.arguments.at(-1)).toBe('00:16:3e:00:00:09');
    const network = scripted(exited(0));
    await ownerCommandActuator(network, options).apply({ ...REQUEST, source: IPV6_HOST - 9n, network: true });
    expect(network.commands[0]?.arguments[4]).toBe('2001:db8:20::/64');
    await expect(actuator.apply({ ...REQUEST, linkAddress: '$(reboot)' })).rejects.toThrow(
      'is not a link address',
    );
  });

  it('gets its own arguments as they are written, whatever looks like a placeholder', async () => {
    const written = ['$constructor', '${key}', '{address}', '$KEY', '`id`', '__proto__', '%s'];
    const runner = scripted(exited(0));
    await ownerCommandActuator(runner, { ...options, arguments: written }).apply(REQUEST);
    expect(runner.commands[0]?.arguments.slice(0, written.length)).toEqual(written);
  });

  it('that fails in another way says nothing about what is in force', async () => {
    const runner = scripted(exited(2, '', 'database down'), {
      kind: 'timedOut',
      reason: 'It took longer than 30 s.',
    });
    const actuator = ownerCommandActuator(runner, options);
    expect(await actuator.isActive(REQUEST)).toEqual({
      ok: false,
      reason: 'It ended with code 2: database down',
    });
    expect(await actuator.isActive(REQUEST)).toEqual({ ok: false, reason: 'It took longer than 30 s.' });
    expect(() => ownerCommandActuator(runner, { ...options, program: 'nac' })).toThrow('absolute');
  });
});

describe('the feed actuator', () => {
  it('says what it lists and strikes', () => {
    const actuator = feedActuator('campus-feed');
    expect(actuator.describe('apply', REQUEST)).toBe('list 10.20.7.9 in the feed campus-feed');
    expect(actuator.describe('release', REQUEST)).toBe('strike 10.20.7.9 in the feed campus-feed');
  });
});
