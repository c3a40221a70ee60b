// `net check` and `net explain` as users and programs see them.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, wormwood } from './spawn-test-support.ts';

const SOUND = `create web
set web personality "Linux 2.4.20"
set web default tcp action closed
add web tcp port 80 "sh web.sh $ipsrc"
add web udp port 53 proxy 10.9.9.9:53
dynamic both
add both use web if time between 8:00am - 5:30pm
add both otherwise use web
bind 10.1.0.0/24 web
bind 10.1.0.7 both
route entry 10.0.0.1 network 10.0.0.0/8
route 10.0.0.1 add net 10.1.0.0/24 10.1.0.1 latency 15ms loss 2
route 10.1.0.1 link 10.1.0.0/24
`;

function withConfiguration(text: string, body: (path: string) => Promise<void>): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'honeyd.conf');
    writeFileSync(path, text);
    await body(path);
  });
}

describe('net check', () => {
  it('counts what is in order, overlapping bindings once', () =>
    withConfiguration(SOUND, async (path) => {
      const ended = await wormwood(['net', 'check', path, '--json']);
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(JSON.parse(ended.stdout)).toEqual({ ok: true, diagnostics: [], templates: 2, bound: 256 });
      expect((await wormwood(['net', 'check', path])).stdout).toContain('2 templates, 256 addresses bound.');
    }));

  it('tells a mis-spelled keyword, an unknown template, a bad mask and a keyword as a name, all at once', () =>
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
        expect(ended.stderr).toContain('warning: "opn" is no action and is taken for a command to run');
      },
    ));

  it('says in a sentence that there is no file', async () => {
    const ended = await wormwood(['net', 'check', '/nowhere/honeyd.conf']);
    expect([ended.code, ended.stdout]).toEqual([3, '']);
    expect(ended.stderr).toContain('/nowhere/honeyd.conf: no such file or directory');
  });
});

describe('net import', () => {
  it('writes net.yaml, which checks and explains alike, and tells what is lost', () =>
    inTemporaryDirectory(async (directory) => {
      const old = join(directory, 'honeyd.conf');
      const own = join(directory, 'net.yaml');
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
      expect(JSON.parse(checked.stdout)).toEqual({ ok: true, diagnostics: [], templates: 2, bound: 256 });
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

describe('net explain', () => {
  it('tells template, rule, port and route', () =>
    withConfiguration(SOUND, async (path) => {
      const ended = await wormwood(['net', 'explain', path, '10.1.0.9', '--port', '80']);
      expect(ended.stdout.trimEnd().split('\n')).toEqual([
        '10.1.0.9 tcp/80:',
        '  It is bound with 10.1.0.0 to 10.1.0.255.',
        '  Template "web", personality "Linux 2.4.20".',
        '    It is open and runs "sh web.sh $ipsrc" (by a rule of its own).',
        '  Over 10.0.0.1 (15 ms, 2% loss) → 10.1.0.1.',
        '  15 ms one way; 2% of the packets are lost on the way in.',
      ]);
    }));

  it('tells each case of a dynamic template', () =>
    withConfiguration(SOUND, async (path) => {
      const { stdout } = await wormwood([
        'net',
        'explain',
        path,
        '10.1.0.7',
        '--port',
        '53',
        '--proto',
        'udp',
      ]);
      expect(stdout).toContain('Between 08:00 and 17:30: template "both_0_web"');
      expect(stdout).toContain('Otherwise: template "both_1_web"');
      expect(stdout).toContain('is open and forwarded to 10.9.9.9:53');
    }));

  it('says that nobody answers', () =>
    withConfiguration(SOUND, async (path) => {
      const { stdout } = await wormwood(['net', 'explain', path, '192.0.2.1', '--json']);
      const { answers } = JSON.parse(stdout) as { answers: { protocol: string; answers: boolean }[] };
      expect(answers.map(({ protocol, answers: any }) => [protocol, any])).toEqual([
        ['tcp', false],
        ['udp', false],
        ['icmp', false],
      ]);
    }));
});
