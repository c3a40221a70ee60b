/**
 * A client written from RFC 9293 in a tarpit, in virtual time and bad weather: it is never turned away, and what it wants
 * to say comes through whole at the rate of the tarpit.
 */
import { expect, it } from 'vitest';
import { randomStreams, siphashKeyOf, VirtualClock } from '@wormwood/base';
import {
  FaultInjector,
  type Faults,
  memoryLink,
  plainBehavior,
  silentObserver,
  Stack,
  type StackHost,
  type TcpConnection,
  type ReceivedFrame,
} from '@wormwood/netstack';
import { isMalformed, pseudoHeaderSum, tcp } from '@wormwood/wire';
import { readIpPacket } from './ip-packet.ts';
import { endsOf, octetsAt, type Plan, servers, servicePort } from './plan.ts';
import { TestClient } from './test-client.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20260101';
/** The tarpit opens its window by four octets each ten seconds. */
const OCTETS_PER_SECOND = 0.4;
const WINDOW_BYTES = 4;
/** What the client waits between two probes at most, and a round trip. */
const PROBE_SECONDS_MAX = 9;

const plan: Omit<Plan, 'address' | 'serverAddress'> = {
  startSeconds: 0,
  service: 'sink',
  port: 1024,
  serverPort: servicePort.sink,
  initialSequence: 0xffff_fff0,
  sendBytes: 240,
  sendKey: 77,
  answerBytes: 0,
  answerKey: 0,
  closesLast: false,
  ending: 'orderly',
  mssBytes: 1460,
  windowBytes: 65_535,
  readBytesPerSecond: Number.POSITIVE_INFINITY,
  scales: true,
  sack: true,
  timestamps: true,
};

/** Runs the client against a tarpit until it is gone; `seen` are the octets that came, each with its second. */
function stuckClient(faults: Faults, isIpv6: boolean) {
  const clock = new VirtualClock();
  const streams = randomStreams(SEED);
  const [farDevice, nearDevice] = memoryLink({ medium: 'ip', slots: 256 });
  const far = new FaultInjector({ device: farDevice, clock, stream: streams.stream('to-client') }, faults);
  const near = new FaultInjector({ device: nearDevice, clock, stream: streams.stream('to-stack') }, faults);
  const seen: { readonly octet: number; readonly seconds: number }[] = [];
  const accept = (connection: TcpConnection): ReturnType<StackHost['acceptTcp']> => ({
    data: (octets) => octets.forEach((octet) => seen.push({ octet, seconds: clock.nowSeconds() })),
    ended: () => connection.end(),
    writable: () => undefined,
    closed: () => undefined,
  });
  const host: StackHost = {
    behavior: plainBehavior(siphashKeyOf(streams.stream('secret'))),
    linkAddressAt: () => null,
    answersEcho: true,
    tcpPort: () => 'tarpit',
    udpPort: () => 'closed',
    acceptTcp: accept,
    receiveUdp: () => undefined,
  };
  const stack = new Stack({
    device: near,
    hosts: { find: (address) => (servers.includes(address) ? host : null) },
    clock,
    streams,
    linkAddress: 0,
    observer: silentObserver,
  });
  const complaints: string[] = [];
  const transmit = (packet: Uint8Array): void => {
    const at = farDevice.reserve();
    if (at < 0) return;
    farDevice.transmitBuffer.set(packet, at);
    farDevice.commit(packet.length);
    farDevice.flush();
  };
  const client = new TestClient(
    { ...plan, ...endsOf(0, isIpv6) },
    {
      now: () => clock.nowSeconds(),
      transmit,
      complain: (problem) => complaints.push(problem),
    },
  );
  const toClient = ({ bytes, start, end }: ReceivedFrame): void => {
    const packet = readIpPacket(bytes.slice(start, end));
    if (packet === null) return;
    const { payload } = packet;
    const segment = tcp.parse(payload);
    if (isMalformed(segment) || !tcp.verifyChecksum(payload, 0, payload.length, pseudoHeaderSum(packet)))
      return;
    client.receive(segment);
  };
  while (!client.isGone && clock.nowSeconds() < 10_000) {
    while (stack.work(64) + far.receive(toClient, 64) > 0);
    const next = Math.min(
      stack.nextTimerSeconds(),
      client.timerSeconds,
      near.nextReleaseSeconds() ?? Number.POSITIVE_INFINITY,
      far.nextReleaseSeconds() ?? Number.POSITIVE_INFINITY,
    );
    clock.advanceTo(Math.max(next, clock.nowSeconds() + 1e-4));
    if (client.timerSeconds <= clock.nowSeconds()) client.onTimer();
  }
  return { outcome: client.outcome, complaints, seen };
}

const badWeather = {
  loss: 0.05,
  duplication: 0.05,
  corruption: 0.02,
  reordering: 0.2,
  delaySecondsMax: 0.2,
};

it.each([
  ['in good weather', {}, false],
  ['in bad weather', badWeather, false],
  ['in bad weather, over IPv6', badWeather, true],
] as const)('a client stays and says all it has, slowly, %s', (_, faults, isIpv6) => {
  const { outcome, complaints, seen } = stuckClient(faults, isIpv6);
  expect(outcome).toBe('done');
  expect(complaints).toEqual([]);
  expect(seen.map(({ octet }) => octet)).toEqual([...octetsAt(plan.sendKey, 0, plan.sendBytes)]);
  // At any moment no more than the windows until then: the first two may stand at either end of ten seconds.
  seen.forEach(({ seconds }, index) =>
    expect(index + 1).toBeLessThanOrEqual(2 * WINDOW_BYTES + seconds * OCTETS_PER_SECOND),
  );
  const lastSeconds = seen.at(-1)?.seconds ?? 0;
  // And it is kept no longer than it takes: a lost probe costs another one.
  const probes = 'loss' in faults ? 20 : 2;
  expect(lastSeconds).toBeLessThan(plan.sendBytes / OCTETS_PER_SECOND + probes * PROBE_SECONDS_MAX);
});
