// `net explain` as users and programs see it.
import { describe, expect, it } from 'vitest';
import { SOUND, withConfiguration } from './net-test-support.ts';
import { wormwood } from '../spawn-test-support.ts';

describe('net explain', () => {
  it('reports template, rule, port and route', () =>
    withConfiguration(SOUND, async (path) => {
      const ended = await wormwood(['net', 'explain', path, '10.1.0.9', '--port', '80']);
      expect(ended.stdout.trimEnd().split('\n')).toEqual([
        '10.1.0.9 tcp/80:',
        '  It is bound as part of 10.1.0.0 to 10.1.0.255.',
        '  Template "web", personality "Linux 2.4.20".',
        '    It is open and runs "sh web.sh $ipsrc" (by its own rule).',
        '  Route: 10.0.0.1 (15 ms, 2% loss) → 10.1.0.1.',
        '  15 ms one way; 2% of the packets are lost on the way in.',
      ]);
    }));

  it('reports each case of a dynamic template', () =>
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

  it('leaves out the cases that are not those of the source', () =>
    withConfiguration(
      'create a\ncreate b\ndynamic d\nadd d use a if icmp\nadd d use a if source ip = 192.0.2.0/24\nadd d otherwise use b\nbind 10.0.0.1 d\n',
      async (path) => {
        const templatesFor = async (...from: string[]): Promise<readonly string[]> => {
          const asked = ['net', 'explain', path, '10.0.0.1', '--port', '80', '--json', ...from];
          const { answers } = JSON.parse((await wormwood(asked)).stdout) as {
            answers: { cases: { template: string }[] }[];
          };
          return answers.flatMap(({ cases }) => cases.map(({ template }) => template));
        };
        expect(await templatesFor()).toEqual(['d_1_a', 'd_2_b']);
        expect(await templatesFor('--from', '192.0.2.7')).toEqual(['d_1_a']);
        expect(await templatesFor('--from', '198.51.100.7')).toEqual(['d_2_b']);
      },
    ));

  it('knows a real machine and the way to it', () =>
    withConfiguration(`${SOUND}bind 10.1.0.200 to eth0\n`, async (path) => {
      const { stdout } = await wormwood(['net', 'explain', path, '10.1.0.200', '--port', '80']);
      expect(stdout.trimEnd().split('\n')).toEqual([
        '10.1.0.200 tcp/80:',
        '  A real machine behind eth0 has the address and answers for itself.',
        '  Route: 10.0.0.1 (15 ms, 2% loss) → 10.1.0.1.',
        '  15 ms one way; 2% of the packets are lost on the way in.',
      ]);
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
