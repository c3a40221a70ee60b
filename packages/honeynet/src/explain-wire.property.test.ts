/**
 * What `net explain` says is what the wire does: random honeynets, and packets from any side of their topology, are explained and
 * sent through the running stack in memory.
 */
import {
  AddressSet,
  formatIpv4,
  randomStreams,
  type RandomStream,
  siphashKeyOf,
  VirtualClock,
} from '@wormwood/base';
import { memoryLink, plainBehavior, type StackBehavior } from '@wormwood/netstack';
import { icmpv4, ipProtocol, ipv4, isMalformed, pseudoHeaderSum, readU16, tcp, udp } from '@wormwood/wire';
import { expect, it } from 'vitest';
import { explainAddress, type Question } from './explain.ts';
import { PersonalityCatalog } from './personality/catalog.ts';
import { indexFingerprints } from './personality/fingerprint.ts';
import { playedBehavior } from './personality/played-behavior.ts';
import { ip, ipv4Packet, readConfiguration } from './honeynet-test-support.ts';
import type { Honeynet, Template } from './model.ts';
import { honeynetAtWork } from './probe/honeynet-at-work.ts';

type Ipv4Question = Question<number> & { readonly source: number };

/** In the long form: WORMWOOD_LONG=100000. */
const RUNS = Number(process.env['WORMWOOD_LONG'] ?? 150);
const SEED = process.env['WORMWOOD_SEED'] ?? '20040812';
const QUESTIONS = 12;
/** Longer than any way, and than a source waits that gets no answer. */
const WAIT_SECONDS = 5;
const CLAIMED = AddressSet.fromRanges([{ first: ip('10.0.0.0'), last: ip('10.0.3.255') }]);

const ACTIONS = [
  'open',
  'reset',
  'block',
  '"true"',
  'internal "echo"',
  'internal "discard"',
  'proxy 192.0.2.200:9',
  'tarpit open',
];
const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
const PORTS = [7, 80];

/** Systems that leave something without an answer, and one that answers all. */
const catalog = new PersonalityCatalog([
  indexFingerprints(`Fingerprint No pings
IE(R=N)

Fingerprint No refusals
U1(R=N)
T5(R=N)

Fingerprint All answers
IE(R=Y%DFI=N%T=40%CD=S)
`),
]);
const PERSONALITIES = catalog.names;

type Pick = <T>(from: readonly T[]) => T;

/** A honeyd.conf: a few templates, bindings that overlap, and one to three routers that need not lead anywhere. */
function configuration(pick: Pick): string {
  const lines: string[] = [];
  const say = (...words: readonly (string | number)[]): void => void lines.push(words.join(' '));
  const address = (): string => `10.0.${pick([0, 1, 2, 3])}.${pick([0, 1, 5, 6, 7, 200, 255])}`;
  const network = (): string =>
    pick([
      '10.0.0.0/24',
      '10.0.1.0/24',
      '10.0.2.0/24',
      '10.0.0.0/22',
      '10.0.1.4/30',
      '192.0.2.0/24',
      '0.0.0.0/0',
    ]);
  const templates = ['a', 'b', 'c', 'default'];
  for (const name of templates) {
    if (name === 'default' && pick([true, false])) continue;
    say('create', name);
    for (const protocol of PROTOCOLS)
      if (pick([true, true, false])) say('set', name, 'default', protocol, 'action', pick(ACTIONS));
    for (const protocol of ['tcp', 'udp'] as const)
      for (const port of PORTS)
        if (pick([true, false])) say('add', name, protocol, 'port', port, pick(ACTIONS));
    if (pick([true, false])) say('set', name, 'personality', `"${pick(PERSONALITIES)}"`);
    if (pick([true, false, false, false])) say('set', name, 'spoof from', address());
  }
  say('dynamic d');
  for (let rules = pick([0, 1, 2]); rules > 0; rules--)
    say(
      'add d use',
      pick(['a', 'b', 'c']),
      'if',
      pick(['tcp', 'udp', 'icmp', 'source ip = 192.0.2.0/24', `source ip = ${address()}`]),
    );
  if (pick([true, false])) say('add d otherwise use', pick(['a', 'b']));
  for (let bindings = pick([1, 2, 3, 4]); bindings > 0; bindings--) {
    const what = pick([address, address, network, () => '10.0.0.4-10.0.0.7'])();
    if (!what.endsWith('/0')) say('bind', what, pick(['a', 'b', 'c', 'd']));
  }
  const routers = ['10.0.0.1', '10.0.1.1', '10.0.2.1'];
  for (let entries = pick([0, 1, 1]); entries > 0; entries--)
    say('route entry', pick(routers), pick(['', 'network 10.0.0.0/22', 'network 10.0.0.0/24']));
  for (let routes = pick([0, 2, 4, 6]); routes > 0; routes--) {
    const router = pick(routers);
    const kind = pick(['link', 'link', 'add', 'add', 'unreach']);
    if (kind === 'add')
      say('route', router, 'add net', network(), pick([...routers, '10.0.3.1']), pick(['', 'latency 20ms']));
    else say('route', router, kind, network());
  }
  return `${lines.join('\n')}\n`;
}

const SECRET = siphashKeyOf(randomStreams('1').stream('test/behavior'));

const BEHAVIORS = new Map(
  catalog.names.map((name) => [name, playedBehavior(catalog.find(name)!.personality, SECRET)]),
);
const PLAIN = plainBehavior(SECRET);

function behaviorOf({ personality }: Template): StackBehavior {
  return BEHAVIORS.get(personality ?? '') ?? PLAIN;
}

/** The honeynet at work, on a link of IP packets. */
function running(honeynet: Honeynet) {
  const clock = new VirtualClock(1000);
  const [far, near] = memoryLink({ medium: 'ip', slots: 64 });
  const { stack } = honeynetAtWork({
    honeynet,
    claimed: CLAIMED,
    device: near,
    clock,
    streams: randomStreams('1'),
    behaviorOf,
    linkAddressesOf: () => null,
    minuteOfDay: () => 0,
    linkAddress: 0,
  });
  /** What comes back to the source. */
  const send = (packet: Uint8Array): string => {
    far.transmitBuffer.set(packet, far.reserve());
    far.commit(packet.length);
    far.flush();
    const kinds: string[] = [];
    const source = ipv4.parse(packet);
    for (const until = clock.nowSeconds() + WAIT_SECONDS; clock.nowSeconds() < until; clock.advanceBy(0.1)) {
      stack.work(64);
      far.receive(({ bytes, start, end }) => {
        const reply = ipv4.parse(bytes.slice(start, end));
        if (isMalformed(reply) || isMalformed(source) || reply.destination !== source.source) return;
        if (isOfAnotherQuestion(reply, source)) return;
        kinds.push(kindOf(reply));
      }, 64);
    }
    return kinds[0] ?? 'silent';
  };
  return send;
}

/** Whether a segment goes to another port than the question came from: SYN/ACKs are repeated for a minute. */
function isOfAnotherQuestion(reply: ipv4.Repr, asked: ipv4.Repr): boolean {
  if (reply.protocol !== ipProtocol.tcp) return false;
  return asked.protocol !== ipProtocol.tcp || readU16(reply.payload, 2) !== readU16(asked.payload, 0);
}

function kindOf({ protocol, payload }: ipv4.Repr): string {
  if (protocol === ipProtocol.udp) return 'answered';
  if (protocol === ipProtocol.tcp) {
    const segment = tcp.parse(payload);
    return isMalformed(segment) ? 'damaged' : (segment.flags & tcp.flag.RST) !== 0 ? 'refused' : 'answered';
  }
  const message = icmpv4.parse(payload);
  if (isMalformed(message)) return 'damaged';
  if (message.kind === 'echoReply') return 'answered';
  if (message.kind === 'timeExceeded') return 'loop';
  if (message.kind !== 'destinationUnreachable') return message.kind;
  return message.code === icmpv4.unreachableCode.network ? 'unreachable' : 'refused';
}

function packetOf({ address, protocol, port }: Ipv4Question, source: number, sourcePort: number): Uint8Array {
  const sum = pseudoHeaderSum({ source, destination: address });
  if (protocol === 'icmp') {
    const echo = {
      kind: 'echoRequest',
      code: 0,
      identifier: 1,
      sequenceNumber: 1,
      payload: new Uint8Array(8),
    } as const;
    const out = new Uint8Array(icmpv4.length(echo));
    icmpv4.emit(echo, out);
    return ipv4Packet(source, address, ipProtocol.icmpv4, out);
  }
  if (protocol === 'udp') {
    const datagram = {
      sourcePort,
      destinationPort: port ?? 0,
      checksummed: true,
      payload: new Uint8Array(32),
    };
    const out = new Uint8Array(udp.length(datagram));
    udp.emit(datagram, out, 0, sum);
    return ipv4Packet(source, address, ipProtocol.udp, out);
  }
  const segment = {
    sourcePort,
    destinationPort: port ?? 0,
    sequenceNumber: 1,
    acknowledgmentNumber: 0,
    reserved: 0,
    flags: tcp.flag.SYN,
    window: 1024,
    urgentPointer: 0,
    options: [],
    payload: new Uint8Array(0),
  };
  const out = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, out, 0, sum);
  return ipv4Packet(source, address, ipProtocol.tcp, out);
}

/** What the explanation promises; null: it depends on what the packet does not say. */
function promised(honeynet: Honeynet, question: Ipv4Question): string | null {
  const { answer, obstacle, external } = explainAddress(honeynet, question, behaviorOf);
  if (external !== null) return null;
  if (obstacle !== null) {
    // A router answers, if its own answer finds the way back; a tunnel carries what comes out elsewhere.
    if (obstacle.kind === 'unreachable' || obstacle.kind === 'loop') return `${obstacle.kind} or silent`;
    return 'silent';
  }
  const [first, ...others] = answer?.cases ?? [];
  if (others.length > 0) return null;
  if (answer?.binding === null && !CLAIMED.contains(question.address)) return 'silent';
  return first === undefined ? 'silent' : first.outcome === 'taken' ? 'silent' : first.outcome;
}

function pickFrom(stream: RandomStream): Pick {
  return (from) => from[stream.nextBelow(from.length)]!;
}

it(`explain and the wire agree for ${RUNS} honeynets`, { timeout: 3_600_000 }, () => {
  const counts = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const pick = pickFrom(randomStreams(SEED).stream(`explain/${run}`));
    const text = configuration(pick);
    const { honeynet } = readConfiguration(text);
    const send = running(honeynet);
    for (let i = 0; i < QUESTIONS; i++) {
      const source = ip(
        pick(['192.0.2.9', '198.51.100.7', '10.0.0.200', '10.0.1.5', '10.0.2.99', '0.0.0.0', '224.0.0.1']),
      );
      const address = ip(
        pick([
          `10.0.${pick([0, 1, 2, 3])}.${pick([0, 1, 4, 5, 6, 7, 200, 255])}`,
          '192.0.2.77',
          '255.255.255.255',
        ]),
      );
      const protocol = pick(PROTOCOLS);
      const question: Ipv4Question = {
        address,
        protocol,
        port: protocol === 'icmp' ? null : pick([...PORTS, 9]),
        source,
      };
      const expected = promised(honeynet, question);
      if (expected === null) continue;
      const seen = send(packetOf(question, source, 2000 + i));
      const isKept = expected.split(' or ').includes(seen);
      if (!isKept)
        expect.fail(
          `${text}\n${formatIpv4(source)} -> ${formatIpv4(address)} ${protocol}/${question.port}: explained ${expected}, seen ${seen}; ` +
            `again: WORMWOOD_SEED=${SEED} WORMWOOD_LONG=${run + 1} npx vitest run packages/honeynet/src/explain-wire.property.test.ts`,
        );
      counts.set(seen, (counts.get(seen) ?? 0) + 1);
    }
  }
  // Every kind of answer is met.
  for (const kind of ['answered', 'refused', 'silent', 'unreachable'])
    expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(RUNS / 40);
});
