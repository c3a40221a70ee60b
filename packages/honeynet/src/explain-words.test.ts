/** What is said of an address, line by line. */
import { describe, expect, it } from 'vitest';
import { explainAddress } from './explain.ts';
import { explanationInWords } from './explain-words.ts';
import { honeynetOf, ip } from './honeynet-test-support.ts';
import type { Condition, Template, TransportProtocol } from './model.ts';

const CONFIG = `
  create web
  set web default tcp action reset
  add web tcp port 80 open
  add web tcp port 81 block
  add web tcp port 82 "scripts/web.sh"
  add web tcp port 83 proxy 192.0.2.7:8080
  add web tcp port 84 tarpit open
  add web udp port 53 "scripts/dns.sh"
  add web udp port 54 open
  set web default icmp action open
  create other
  set other default tcp action block
  dynamic choice
  add choice use web if source ip = 192.0.2.0/24
  add choice use web if time between 8:05am - 5:30pm
  add choice use web if tcp
  add choice otherwise use other
  bind 10.0.0.5 web
  bind 10.0.0.6 choice
  bind 10.0.1.0/24 other
  route entry 10.0.0.1 network 10.0.0.0/16
  route 10.0.0.1 link 10.0.0.0/24
  route 10.0.0.1 add net 10.0.1.0/24 10.0.1.1 latency 20ms loss 50 bandwidth 10Mbps
  route 10.0.1.1 link 10.0.1.0/24
`;

const wordsOf = (
  config: string,
  address: string,
  port: number,
  protocol: TransportProtocol = 'tcp',
): readonly string[] => {
  const question = { address: ip(address), protocol, port, source: null };
  return explanationInWords(explainAddress(honeynetOf(config), question), 'it', protocol);
};

const NEAR = ['  Route: 10.0.0.1.', '  0 s one way.'];

describe('an address of its own', () => {
  const own = ['it:', '  It has a binding of its own.', '  Template "web", no personality.'];
  const limits =
    '    No answer is longer than its datagram, and no source gets more than 10 a second; the rest is dropped and reported.';

  it.each<[TransportProtocol, number, string, boolean]>([
    ['tcp', 80, 'is open and accepts all data without a reply (by its own rule)', false],
    ['tcp', 9, 'is closed and says so with a reset or an ICMP error (by the default action)', false],
    ['tcp', 81, 'is filtered: no answer (by its own rule)', false],
    ['tcp', 82, 'is open and runs "scripts/web.sh" (by its own rule)', false],
    ['tcp', 83, 'is open and forwarded to 192.0.2.7:8080 (by its own rule)', false],
    [
      'tcp',
      84,
      'is open and accepts all data without a reply, as slowly as possible (by its own rule)',
      false,
    ],
    ['udp', 53, 'is open and runs "scripts/dns.sh" (by its own rule)', true],
    ['udp', 54, 'is open and accepts all data without a reply (by its own rule)', false],
    ['icmp', 0, 'answers echo requests (by the default action)', false],
  ])('%s %i', (protocol, port, words, isLimited) => {
    expect(wordsOf(CONFIG, '10.0.0.5', port, protocol)).toEqual([
      ...own,
      `    It ${words}.`,
      ...(isLimited ? [limits] : []),
      ...NEAR,
    ]);
  });
});

it('an address of a prefix names it, with the links on its way', () => {
  expect(wordsOf(CONFIG, '10.0.1.9', 80)).toEqual([
    'it:',
    '  It is bound as part of 10.0.1.0 to 10.0.1.255.',
    '  Template "other", no personality.',
    '    It is filtered: no answer (by the default action).',
    '  Route: 10.0.0.1 (20 ms, 50% loss, 10 Mb/s) → 10.0.1.1.',
    '  20 ms one way; 50% of the packets are lost on the way in.',
  ]);
});

it('a dynamic template says when each of its cases holds', () => {
  const lines = wordsOf(CONFIG, '10.0.0.6', 80).filter((line) => line.includes('emplate'));
  expect(lines).toEqual([
    '  For sources from 192.0.2.0 to 192.0.2.255: template "choice_0_web", no personality.',
    '  Between 08:05 and 17:30: template "choice_1_web", no personality.',
    '  For tcp: template "choice_2_web", no personality.',
  ]);
});

it('without a binding there is the default template, or nothing', () => {
  const unbound = 'create default\nset default default tcp action open\n';
  expect(wordsOf(unbound, '192.0.2.9', 80)).toEqual([
    'it:',
    '  No binding covers it: the default template answers, if the sensor answers for this address.',
    '  Template "default", no personality.',
    '    It is open and accepts all data without a reply (by the default action).',
    '  It is on the link of the sensor, with no router in between.',
  ]);
  expect(wordsOf('create web\nbind 10.0.0.5 web\n', '192.0.2.9', 80)).toEqual([
    'it: no answer; no binding covers the address and there is no default template.',
  ]);
});

it('losses of a template are those of the way in', () => {
  const lossy = 'create web\nset web droprate in 12.5\nbind 10.0.0.5 web\n';
  expect(wordsOf(lossy, '10.0.0.5', 80).at(-1)).toBe(
    '  It is on the link of the sensor, with no router in between; 12.5% of the packets are lost on the way in.',
  );
});

it('a personality that leaves something without an answer is named with it', () => {
  const honeynet = honeynetOf(CONFIG);
  const template: Template = { ...honeynet.templates.get('web')!, personality: 'Some system' };
  const silent = (protocol: TransportProtocol) => {
    const question = { address: ip('10.0.0.5'), protocol, port: 9, source: null };
    const { answer, ...rest } = explainAddress(honeynet, question);
    const cases = [{ ...answer!.cases[0]!, template, isPersonalitySilent: true }];
    return explanationInWords({ ...rest, answer: { ...answer!, cases } }, 'it', protocol).slice(2, 5);
  };
  expect(silent('tcp')[0]).toBe('  Template "web", personality "Some system".');
  expect((['tcp', 'udp', 'icmp'] as const).map((protocol) => silent(protocol)[2])).toEqual(
    ['SYNs to closed ports', 'datagrams to closed ports', 'pings'].map(
      (what) => `    But its personality leaves ${what} without an answer, so nothing comes back.`,
    ),
  );
});

it('conditions and obstacles have their words', () => {
  const honeynet = honeynetOf(CONFIG);
  const question = { address: ip('10.0.0.5'), protocol: 'tcp', port: 9, source: null } as const;
  const { answer, ...rest } = explainAddress(honeynet, question);
  const inCase = (condition: Condition) =>
    explanationInWords(
      { ...rest, answer: { ...answer!, cases: [{ ...answer!.cases[0]!, condition }] } },
      'it',
      'tcp',
    )[2];
  expect(inCase({ kind: 'otherwise' })).toBe('  Otherwise: template "10.0.0.5", no personality.');
  const blocked = (kind: string, router: number | null) =>
    explanationInWords({ ...rest, answer, obstacle: { kind, router } as never }, 'it', 'tcp').find((line) =>
      line.startsWith('  But '),
    );
  const router = ip('10.0.0.1');
  expect(blocked('nobody', null)).toBe('  But no host can have one of these addresses, so nothing answers.');
  expect(blocked('unreachable', router)).toBe(
    '  But the router 10.0.0.1 answers that the network is unreachable.',
  );
  expect(blocked('no-route', router)).toBe(
    '  But the way ends at 10.0.0.1, which has no route there: nothing answers.',
  );
  expect(blocked('back-in-tunnel', router)).toBe('  But the answer leaves through a tunnel of 10.0.0.1.');
  expect(explanationInWords({ ...rest, answer, obstacle: null }, 'it', 'tcp').join('')).not.toContain('But');
  expect(
    explanationInWords({ ...rest, answer, external: { interfaceName: 'eth9' } as never }, 'it', 'tcp'),
  ).toEqual(['it:', '  A real machine behind eth9 has the address and answers for itself.', ...NEAR]);
});
