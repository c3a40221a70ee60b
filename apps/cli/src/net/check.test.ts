// `net check` and `net import` as users and programs see them.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SOUND, withConfiguration } from './net-test-support.ts';
import { inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';

describe('net check', () => {
  it('counts what is in order, overlapping bindings once', () =>
    withConfiguration(SOUND, async (path) => {
      const ended = await wormwood(['net', 'check', path, '--json']);
      expect(ended.code).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        ok: true,
        diagnostics: [{ severity: 'note', code: 'network-edges', line: 9, column: 6 }],
        templates: 2,
        bound: 254,
        ipv6Prefixes: [],
      });
      const whole = await wormwood(['net', 'check', path, '--edges']);
      expect([whole.code, whole.stderr]).toEqual([0, '']);
      expect(whole.stdout).toContain('2 templates, 256 addresses bound.');
    }));

  it('names the prefixes of IPv6 that are bound', () =>
    withConfiguration('create a\nbind 2001:db8:1::/64 a\n', async (path) => {
      const alone = await wormwood(['net', 'check', path]);
      expect(alone.stdout).toContain('1 template, 1 IPv6 prefix (2001:db8:1::/64) bound.');
    }));

  it('reports a mis-spelled keyword, an unknown template, a bad mask and a keyword as a name, all at once', () =>
    withConfiguration(
      'creat a\ncreate b\nbind 10.0.0.1 c\nbind 10.0.0.0/33 b\ncreate tcp\nset b default tcp action opn\n',
      async (path) => {
        const ended = await wormwood(['net', 'check', path, '--json']);
        expect(ended.code).toBe(3);
        const { ok, diagnostics } = JSON.parse(ended.stdout) as {
          ok: boolean;
          diagnostics: {
            severity: string;
            code: string;
            file: string;
            line: number;
            column: number;
            help: string;
          }[];
        };
        expect(ok).toBe(false);
        expect(diagnostics.map(({ line, column }) => [line, column])).toEqual([
          [1, 1],
          [3, 15],
          [4, 6],
          [5, 8],
          [6, 26],
        ]);
        expect(Object.keys(diagnostics[0]!)).toEqual([
          'severity',
          'code',
          'file',
          'line',
          'column',
          'message',
          'help',
        ]);
        expect(diagnostics[0]!.help).toContain('Did you mean "create"?');
        expect(ended.stderr.split('error:').length - 1).toBe(4);
        expect(ended.stderr).toContain('warning: "opn" is not an action and is taken for a command to run');
      },
    ));

  it('says what is read and has no effect', () =>
    withConfiguration(
      `${SOUND}add web subsystem "/usr/sbin/ftpd"\nset web spoof to 192.0.2.1\n`,
      async (path) => {
        const ended = await wormwood(['net', 'check', path, '--edges']);
        expect(ended.code).toBe(0);
        expect(ended.stderr.match(/note: .*/g)).toEqual([
          'note: Template "web": the subsystem "/usr/sbin/ftpd" is kept and not run. [subsystem-without-effect]',
          'note: Template "web": replies go to who asked; "spoof to 192.0.2.1" is kept only. [spoof-without-effect]',
        ]);
      },
    ));

  it('says in a sentence that there is no file', async () => {
    const ended = await wormwood(['net', 'check', '/nowhere/honeyd.conf']);
    expect([ended.code, ended.stdout]).toEqual([3, '']);
    expect(ended.stderr).toContain('/nowhere/honeyd.conf: no such file or directory');
  });
});

describe('net check --personalities', () => {
  it('names the known name that an unknown one is like', () =>
    inTemporaryDirectory(async (directory) => {
      const [database, path] = [join(directory, 'db'), join(directory, 'honeyd.conf')];
      writeFileSync(database, 'Fingerprint Linux 2.6.32\nFingerprint NetBSD 1.6\n');
      writeFileSync(path, 'create a\nset a personality "Linux Kernel 2.6.32"\nbind 10.0.0.1 a\n');
      const { code, stdout } = await wormwood(['net', 'check', path, '--personalities', database, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        diagnostics: [{ severity: 'warning', code: 'unknown-personality', line: 2, column: 20 }],
      });
    }));
});

describe('net check of a template that contradicts itself', () => {
  it('names the place, the text of the script, and what is silent', () =>
    inTemporaryDirectory(async (directory) => {
      const [database, path] = [join(directory, 'db'), join(directory, 'honeyd.conf')];
      chmodSync(directory, 0o755);
      writeFileSync(
        database,
        'Fingerprint Windows XP\nClass Microsoft | Windows | XP | general purpose\nIE(R=N)\n',
      );
      writeFileSync(join(directory, 'ssh.sh'), '#!/bin/sh\necho SSH-2.0-OpenSSH_8.4\n', { mode: 0o755 });
      writeFileSync(
        path,
        'create a\nset a personality "Windows XP"\nset a ethernet "cisco"\nadd a tcp port 22 "sh ssh.sh"\nbind 10.0.0.1 a\n',
      );
      const known = ['--personalities', database];
      const { code, stdout } = await wormwood(['net', 'check', path, '--json', ...known]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        diagnostics: [
          { severity: 'note', code: 'silent-personality', line: 2, column: 19 },
          { severity: 'warning', code: 'ethernet-contradicts-personality', line: 3 },
          { severity: 'warning', code: 'banner-contradicts-personality', line: 4 },
        ],
      });
      const explained = await wormwood(['net', 'explain', path, '10.0.0.1', '--proto', 'icmp', ...known]);
      expect(explained.stdout).toContain(
        'But its personality leaves pings without an answer, so nothing comes back.',
      );
    }));
});

describe('net import', () => {
  it('writes net.yaml, which checks and explains alike, and reports what is lost', () =>
    inTemporaryDirectory(async (directory) => {
      const old = join(directory, 'honeyd.conf');
      const own = join(directory, 'net.yaml');
      chmodSync(directory, 0o755);
      writeFileSync(join(directory, 'web.sh'), '#!/bin/sh\n', { mode: 0o755 });
      writeFileSync(old, `# ours\n${SOUND}add web subsystem "httpd -p" shared\noption honeycomb enable 1\n`);
      const imported = await wormwood(['net', 'import', old]);
      expect(imported.code).toBe(0);
      expect(imported.stderr.trimEnd().split('\n')).toEqual([
        'Comments are not carried over: 1.',
        'Template "web": the subsystem "httpd -p" is kept and not run.',
        'The options of plug-in "honeycomb" have no effect.',
      ]);
      writeFileSync(own, imported.stdout);
      const checked = await wormwood(['net', 'check', own, '--json']);
      expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, templates: 2, bound: 254 });
      const asked = ['10.1.0.7', '--port', '80', '--json'];
      const [first, second] = await Promise.all(
        [old, own].map((path) => wormwood(['net', 'explain', path, ...asked])),
      );
      expect(second?.stdout).toBe(first?.stdout);
    }));

  it('says where a net.yaml is wrong, and ends with 3', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'net.yaml');
      writeFileSync(path, 'version: 1\ntemplats: []\n');
      const { code, stderr } = await wormwood(['net', 'check', path]);
      expect(code).toBe(3);
      expect(stderr).toContain(':2:1');
      expect(stderr).toContain('Did you mean `templates`?');
    }));
});
