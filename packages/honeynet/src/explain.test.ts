// What is answered, by which rule, over which route: read off the configuration that the test writes.
import { describe, expect, it } from 'vitest';
import { explainAddress, type Explanation, type Question } from './explain.ts';
import { honeynetOf, ip } from './honeynet-test-support.ts';

const HONEYNET = honeynetOf(`
  create web
  set web default tcp action reset
  set web droprate in 10
  add web tcp port 7 open
  add web udp port 7 reset
  add web tcp port 80 open
  create default
  set default default tcp action block
  create near
  set near default udp action open
  dynamic choice
  add choice use web if tcp
  add choice use near if source ip = 192.0.2.0/24
  add choice otherwise use default
  bind 10.0.0.5 web
  bind 10.0.0.6 choice
  route entry 10.0.0.1 network 10.0.0.0/16
  route 10.0.0.1 link 10.0.0.0/24
  route 10.0.0.1 add net 10.0.1.0/24 10.0.1.1 latency 20ms loss 50
  route 10.0.1.1 link 10.0.1.0/24
  bind 10.0.1.9 web
`);

function explained(address: string, question: Partial<Question>): Explanation {
  return explainAddress(HONEYNET, {
    address: ip(address),
    protocol: 'tcp',
    port: 7,
    source: null,
    ...question,
  });
}
const answers = (address: string, question: Partial<Question>) =>
  explained(address, question).answer?.cases.map(({ action, isOwnRule }) => [action.kind, isOwnRule]);

describe('an address is explained', () => {
  it('by the rule of its port and protocol, or the default of the template', () => {
    expect(answers('10.0.0.5', {})).toEqual([['open', true]]);
    expect(answers('10.0.0.5', { protocol: 'udp' })).toEqual([['closed', true]]);
    expect(answers('10.0.0.5', { port: 8 })).toEqual([['closed', false]]);
    expect(answers('10.0.0.5', { protocol: 'icmp', port: null })).toEqual([['open', false]]);
    expect(answers('10.0.0.9', {})).toEqual([['filtered', false]]);
  });

  it('by the rules of a dynamic template that can hold', () => {
    expect(answers('10.0.0.6', { port: 80 })).toEqual([['open', true]]);
    const udp = { protocol: 'udp', port: 9 } as const;
    const [near, other] = [
      ['open', false],
      ['closed', false],
    ];
    // Nobody in particular asks: it depends.
    expect(answers('10.0.0.6', udp)).toEqual([near, other]);
    const asked = ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'];
    expect(asked.map((source) => answers('10.0.0.6', { ...udp, source: ip(source) }))).toEqual([
      [other],
      [near],
      [near],
      [other],
    ]);
  });

  it('with the routers on the way, the delay, and the share of packets that arrive', () => {
    const near = explained('10.0.0.5', {});
    expect(near.hops.map(({ router }) => router)).toEqual([ip('10.0.0.1')]);
    expect([near.delaySeconds, near.arrival]).toEqual([0, 0.9]);
    const far = explained('10.0.1.9', {});
    expect(far.hops.map(({ router }) => router)).toEqual([ip('10.0.0.1'), ip('10.0.1.1')]);
    expect(far.delaySeconds).toBeCloseTo(0.02, 12);
    expect(far.arrival).toBeCloseTo(0.45, 12);
  });
});
