/** What a configuration says that cannot work: each finding where it holds, and none a step beside it. */
import { describe, expect, it } from 'vitest';
import { honeynetOf } from '../honeynet-test-support.ts';
import { findingsOf } from './findings.ts';

const found = (config: string, code?: string): readonly string[] =>
  findingsOf(honeynetOf(config))
    .filter((finding) => code === undefined || finding.code === code)
    .map(({ message }) => message);
const codes = (config: string): readonly string[] => findingsOf(honeynetOf(config)).map(({ code }) => code);

const WEB = 'create web\nset web default tcp action open\n';

it('nothing is found in what works', () => {
  expect(codes(`${WEB}bind 10.0.0.5 web\n`)).toEqual([]);
  expect(codes('create default\nset default default tcp action open\n')).toEqual([]);
});

it('where nothing is bound and nothing is the default, nothing answers', () => {
  expect(found(WEB)).toEqual(['No address is bound and there is no default template, so nothing answers.']);
});

describe('an Ethernet address', () => {
  const own = `${WEB}set web ethernet "00:11:22:33:44:55"\n`;
  const message = (hosts: string) => [hosts].map((words) => expect.stringContaining(words) as string);

  it('of one host is its own; of two it is shared', () => {
    expect(found(`${own}bind 10.0.0.5 web\n`, 'shared-ethernet')).toEqual([]);
    expect(found(`${own}bind 10.0.0.5 web\nbind 10.0.0.6 web\n`, 'shared-ethernet')).toEqual(
      message('2 hosts have the Ethernet address "00:11:22:33:44:55": 10.0.0.5, 10.0.0.6.'),
    );
    expect(found(`${own}bind 10.0.0.4/31 web\n`, 'shared-ethernet')).toHaveLength(1);
  });

  it('of a network counts its hosts without the edges, which have none', () => {
    expect(found(`${own}bind 10.0.0.0/24 web\n`, 'shared-ethernet')).toEqual(message('254 hosts have'));
  });

  it('of many bindings names four of them', () => {
    const bound = (count: number) =>
      Array.from({ length: count }, (_, i) => `bind 10.0.0.${i + 1} web\n`).join('');
    expect(found(own + bound(4), 'shared-ethernet')).toEqual(message('10.0.0.3, 10.0.0.4.'));
    expect(found(own + bound(6), 'shared-ethernet')).toEqual(
      message('10.0.0.3, 10.0.0.4 and 2 more bindings.'),
    );
  });
});

it('the edges of a network answer nothing, unless they are bound by themselves', () => {
  const edges = (config: string) => found(WEB + config, 'network-edges');
  expect(edges('bind 10.0.0.0/24 web\n')).toEqual([
    '10.0.0.0 and 10.0.0.255 of the bound network answer nothing: no host has the first and the last address of a network.',
  ]);
  expect(edges('bind 10.0.0.0/24 web\nbind 10.0.0.0 web\n')).toEqual([
    expect.stringMatching(/^10\.0\.0\.255 of/),
  ]);
  expect(edges('bind 10.0.0.0/24 web\nbind 10.0.0.0 web\nbind 10.0.0.255 web\n')).toEqual([]);
  expect(edges('bind 10.0.0.5 web\n')).toEqual([]);
});

describe('an action', () => {
  const warned = (action: string) => codes(`${WEB}add web ${action}\nbind 10.0.0.5 web\n`);

  it.each<[string, readonly string[]]>([
    ['tcp port 80 proxy 192.0.2.1:80', []],
    ['tcp port 80 proxy $ipsrc:80', ['proxy-to-source']],
    ['tcp port 80 proxy 127.0.0.1:80', []],
    ['tcp port 80 proxy 0.0.0.1:80', ['proxy-to-nobody']],
    ['tcp port 80 proxy 223.255.255.255:80', []],
    ['tcp port 80 proxy 224.0.0.1:80', ['proxy-to-nobody']],
    ['tcp port 80 internal "no-such-service"', ['unknown-service']],
  ])('%s: %j', (action, expected) => {
    expect(warned(action)).toEqual(expected);
  });

  it('for ICMP runs nothing', () => {
    const icmp = (action: string) =>
      codes(`${WEB}set web default icmp action ${action}\nbind 10.0.0.5 web\n`);
    expect([icmp('open'), icmp('block'), icmp('reset'), icmp('"scripts/x.sh"')]).toEqual([
      [],
      [],
      [],
      ['icmp-service'],
    ]);
  });

  it('of a template that is bound twice is named once', () => {
    const config = `${WEB}add web tcp port 80 proxy $ipsrc:80\nbind 10.0.0.5 web\nbind 10.0.0.6 web\n`;
    expect(codes(config)).toEqual(['proxy-to-source']);
  });
});

it('user and limits are those of scripts', () => {
  const user = 'set web uid 100 gid 200\n';
  const script = 'add web tcp port 80 "scripts/x.sh"\n';
  expect(codes(`${WEB}${user}bind 10.0.0.5 web\n`)).toEqual(['user-without-effect']);
  expect(codes(`${WEB}${user}${script}bind 10.0.0.5 web\n`)).toEqual([]);
});
