// Which packets of a host count together in the identification field, and which apart (RFC 7739): as the kernel's. Whoever gets
// packets of one kind does not learn how many of another kind are sent, or to which hosts.
import { describe, expect, it } from 'vitest';
import { ipProtocol } from '@wormwood/wire';
import { missingForNamespaces } from '../../apps/sensor/src/namespace-test-support.ts';
import { withBothHosts } from './both-hosts.ts';
import { type Case, icmp, open, tcp, udp, usual } from './case.ts';
import { type Answer, converse, type Conversation } from './conversation.ts';
import type { RawClient } from './raw-client.ts';
import { port } from './services.ts';

const CLIENTS = 12;
/**
 * Numbers of one counter are as near as this: the kernel moves the counter of a protocol by up to the ticks since it was used last,
 * a second at most here. Two that are drawn apart are as near in 3 of 100 cases.
 */
const NEAR = 1001;
/** Of twelve pairs that are drawn apart more than five are near once in a million runs. */
const FEW = 5;
const MANY = 9;
const missing = missingForNamespaces();

const echo = icmp({ type: 8, data: 8 });
const refused = udp({ destination: 4000, data: 8 });
const returned = udp({ destination: port.echo, data: 8 });
/** Connections to two ports from the same address, beside other packets. */
const first: Case = {
  name: 'packets of every kind',
  rfc: '7739',
  port: port.hello,
  steps: [
    echo,
    refused,
    returned,
    ...open(usual.plain),
    tcp('A', { data: 8 }),
    echo,
    returned,
    tcp('A', { data: 8 }),
  ],
};
const second: Case = {
  ...first,
  port: port.mute,
  steps: [...open(usual.plain), tcp('A', { data: 8 }), tcp('R')],
};

type Relation = (one: Talk, other: Talk) => readonly (number | undefined)[];

/** Identifications that a client got, by the kind of the packet. */
interface Talk {
  readonly echoes: readonly number[];
  readonly errors: readonly number[];
  readonly datagrams: readonly number[];
  readonly segments: readonly number[];
  readonly laterSegments: readonly number[];
}

/** Two identifications each; `other` is what another client got meanwhile. */
const relations: Readonly<Record<string, Relation>> = {
  'two echo replies': ({ echoes }) => [echoes[0], echoes[1]],
  'an echo reply and an ICMP error': ({ echoes, errors }) => [echoes[0], errors[0]],
  'two datagrams': ({ datagrams }) => [datagrams[0], datagrams[1]],
  'a datagram and an echo reply': ({ datagrams, echoes }) => [datagrams[0], echoes[0]],
  'two segments of a connection': ({ segments }) => [segments[0], segments[1]],
  'segments of two connections': ({ segments, laterSegments }) => [segments.at(-1), laterSegments[0]],
  'a segment and an echo reply': ({ segments, echoes }) => [segments[0], echoes[1]],
  'echo replies to two hosts': ({ echoes }, other) => [echoes[0], other.echoes[0]],
  'segments to two hosts': ({ segments }, other) => [segments[0], other.segments[0]],
};

function numbersOf(conversation: Conversation, wanted: (answer: Answer) => boolean): number[] {
  return conversation.answers.filter(wanted).map(({ ip }) => ip.identification);
}

function segmentsOf(conversation: Conversation, hostPort: number): number[] {
  return numbersOf(
    conversation,
    ({ content }) =>
      content.kind === 'tcp' &&
      content.segment.sourcePort === hostPort &&
      (content.segment.flags & 0x02) === 0,
  );
}

async function talkOf(client: RawClient, address: number, turn: number): Promise<Talk> {
  const before = await converse(first, client, address, turn);
  const after = await converse(second, client, address, turn);
  const ofMessages = (isError: boolean): number[] =>
    numbersOf(
      before,
      ({ ip, content }) =>
        ip.protocol === ipProtocol.icmpv4 &&
        content.kind === 'icmp' &&
        'quote' in content.message === isError,
    );
  return {
    echoes: ofMessages(false),
    errors: ofMessages(true),
    datagrams: numbersOf(before, ({ content }) => content.kind === 'udp'),
    segments: segmentsOf(before, port.hello),
    laterSegments: segmentsOf(after, port.mute),
  };
}

/** How each relation is at a host: `near` where one counter has both numbers, `far` where two have. */
async function relationsAt(client: RawClient, address: number): Promise<Record<string, string>> {
  const talks = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => talkOf(client, address, i)));
  return Object.fromEntries(
    Object.entries(relations).map(([name, relation]) => {
      const near = talks.filter((talk, i) => {
        const [one, other] = relation(talk, talks[(i + 1) % CLIENTS]!);
        if (one === undefined || other === undefined) throw new Error(`${name}: an answer is missing`);
        const ahead = (other - one) & 0xffff;
        return Math.min(ahead, 0x1_0000 - ahead) <= NEAR;
      }).length;
      return [name, near >= MANY ? 'near' : near <= FEW ? 'far' : `${near} of ${CLIENTS} near`];
    }),
  );
}

describe.skipIf(missing !== null)('identifications', () => {
  it('count together where the kernel’s do', async () => {
    const [kernel, virtual] = await withBothHosts(({ clients, address }) =>
      Promise.all(clients.map((client) => relationsAt(client, address))),
    );
    expect(kernel).toEqual({
      'two echo replies': 'near',
      'an echo reply and an ICMP error': 'near',
      'two datagrams': 'near',
      'a datagram and an echo reply': 'far',
      'two segments of a connection': 'near',
      'segments of two connections': 'far',
      'a segment and an echo reply': 'far',
      'echo replies to two hosts': 'far',
      'segments to two hosts': 'far',
    });
    expect(virtual).toEqual(kernel);
  });
});
