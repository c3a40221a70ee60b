// What `wormwood respond` reports to others, and the owner's side of the permission: the built program.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeWorld, SCOPE, type World } from './respond-test-support.ts';
import { inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';

const INFECTED = '10.20.7.9';

function inWorld(body: (world: World) => Promise<void>): () => Promise<void> {
  return () => inTemporaryDirectory((directory) => body(makeWorld(directory)));
}

describe('the feed', () => {
  it(
    'gives readers with a key what is in force, as of now, and ends well',
    inWorld(async (world) => {
      const feed = world.start(['feed', '--port', '0', '--json']);
      const { url, key } = JSON.parse((await feed.printed(/\{.*\}/))[0]) as { url: string; key: string };
      const headers = { 'X-Api-Key': readFileSync(key, 'utf8').trim() };
      const addresses = async (): Promise<readonly string[]> => {
        const text = await (await fetch(url, { headers })).text();
        return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      };
      expect(statSync(key).mode & 0o777).toBe(0o600);
      expect((await fetch(url)).status).toBe(401);
      expect(await addresses()).toEqual([]);
      await world.respond(['propose', world.writeVerdicts([INFECTED, '10.20.7.10']), '--act']);
      expect(await addresses()).toEqual([INFECTED, '10.20.7.10']);
      const json = (await (await fetch(url.replace('.txt', '.json'), { headers })).json()) as {
        entries: unknown[];
      };
      expect(json.entries).toHaveLength(2);
      unlinkSync(join(world.state, 'scope.yaml'));
      expect(await addresses()).toEqual([]);
      writeFileSync(join(world.state, 'audit.jsonl'), '{}\n');
      expect((await fetch(url, { headers })).status).toBe(503);
      expect(await feed.stop('SIGINT')).toBe(0);
    }),
  );
});

describe('what is reported to others', () => {
  it(
    'is a STIX bundle or a MISP event, and one of them must be chosen',
    inWorld(async (world) => {
      await world.respond(['propose', world.writeVerdicts([INFECTED])]);
      const stix = await world.respond(['export', '--stix']);
      expect(JSON.parse(stix.stdout)).toMatchObject({ type: 'bundle', objects: expect.any(Array) });
      const misp = await world.respond(['export', '--misp']);
      expect(JSON.parse(misp.stdout)).toMatchObject({ Event: { Attribute: [{ value: INFECTED }] } });
      expect((await world.respond(['export'])).code).toBe(2);
      expect((await world.respond(['export', '--stix', '--misp'])).code).toBe(2);
    }),
  );
});

describe('a scope file', () => {
  it('is checked with every mistake at its place, and signed only in order', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const scope = async (...args: string[]): ReturnType<typeof wormwood> =>
        wormwood(['respond', 'scope', ...args], { cwd });
      writeFileSync(
        join(cwd, 'scope.yaml'),
        SCOPE.replace('action: block', 'action: shoot').replace('1h', '1'),
      );
      expect((await scope('keygen', 'owner')).code).toBe(0);
      expect(statSync(join(cwd, 'owner.key')).mode & 0o777).toBe(0o600);
      expect((await scope('keygen', 'owner')).stderr).toContain('it exists already');
      for (const command of [['check'], ['sign', '--key', 'owner.key']]) {
        const refused = await scope(...command, 'scope.yaml', '--json');
        expect(refused.code).toBe(3);
        expect(refused.stderr).toContain('scope.yaml:10:14');
        const { diagnostics } = JSON.parse(refused.stdout) as { diagnostics: { path: string }[] };
        expect(diagnostics.map(({ path }) => path)).toEqual(['actions.0.action', 'actions.0.ttl']);
      }
      writeFileSync(join(cwd, 'scope.yaml'), SCOPE);
      expect((await scope('check', 'scope.yaml', '--trust', 'owner.pub')).code).toBe(1);
      expect((await scope('sign', 'scope.yaml', '--key', 'owner.pub')).code).toBe(3);
      expect((await scope('sign', 'scope.yaml', '--key', 'owner.key')).code).toBe(0);
      const checked = await scope('check', 'scope.yaml', '--trust', 'owner.pub');
      expect(checked.code).toBe(0);
      expect(checked.stdout).toContain('10.20.0.0/16: 65536 addresses, 257 of them protected');
      expect(checked.stdout).toContain('It is signed by owner.');
      await scope('keygen', 'other');
      expect((await scope('check', 'scope.yaml', '--trust', 'other.pub')).code).toBe(1);
    });
  });

  it('has a signature that openssl makes and verifies too', async () => {
    if (spawnSync('openssl', ['version']).status !== 0) {
      expect(process.env['WORMWOOD_REQUIRE_ALL'], 'openssl is not installed').toBeUndefined();
      console.log('signatures are not compared with openssl, which is not installed');
      return;
    }
    await inTemporaryDirectory(async (cwd) => {
      const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd });
      writeFileSync(join(cwd, 'scope.yaml'), SCOPE);
      openssl('genpkey', '-algorithm', 'ed25519', '-out', 'owner.key');
      openssl('pkey', '-in', 'owner.key', '-pubout', '-out', 'owner.pub');
      await wormwood(['respond', 'scope', 'sign', 'scope.yaml', '--key', 'owner.key'], { cwd });
      const signature = Buffer.from(readFileSync(join(cwd, 'scope.yaml.sig'), 'utf8'), 'base64');
      writeFileSync(join(cwd, 'raw'), signature);
      const verified = ['pkeyutl', '-verify', '-pubin', '-inkey', 'owner.pub', '-rawin', '-in', 'scope.yaml'];
      expect(openssl(...verified, '-sigfile', 'raw').toString()).toContain('Verified Successfully');
    });
  });
});
