// A drop rate loses packets that were received, and nothing else: a connection lives on while the sensor sends and waits.
import { randomStreams, VirtualClock } from '@wormwood/base';
import { memoryLink, silentObserver, Stack } from '@wormwood/netstack';
import { icmpv4, ipv4, isMalformed, pseudoHeaderSum, tcp } from '@wormwood/wire';
import { expect, it } from 'vitest';
import { dispatcherOf, honeynetOf, ip, ipv4Packet } from './honeynet-test-support.ts';

const [LOCAL, REMOTE, TCP, ICMP] = [ip('10.3.0.1'), ip('192.0.2.1'), 6, 1];
const ANSWER_BYTES = 3000;

function lossyStack(percent: number) {
  const clock = new VirtualClock(1_700_000_000);
  const [far, device] = memoryLink({ medium: 'ip', slots: 4096 });
  const closed: string[] = [];
  const received: number[] = [];
  const honeynet = honeynetOf(
    `create a\nset a droprate in ${percent}\nset a default icmp action open\nadd a tcp port 80 open\nbind 10.3.0.1 a\n`,
  );
  const hosts = dispatcherOf(honeynet, {
    services: {
      tcp: (_, connection) => ({
        data: (octets) => {
          received.push(...octets);
          connection.write(new Uint8Array(ANSWER_BYTES));
        },
        ended: () => connection.end(),
        writable: () => undefined,
        closed: () => undefined,
      }),
      udp: () => undefined,
    },
  });
  const observer = {
    ...silentObserver,
    flowClose: (_: unknown, __: number, ___: number, reason: string) => void closed.push(reason),
  };
  const stack = new Stack({ device, hosts, clock, streams: randomStreams('5'), observer, linkAddress: 0 });
  const exchange = (protocol: number, payload: Uint8Array): Uint8Array[] => {
    const packet = ipv4Packet(REMOTE, LOCAL, protocol, payload);
    far.transmitBuffer.set(packet, far.reserve());
    far.commit(packet.length);
    far.flush();
    stack.work(1000);
    return take();
  };
  const take = (): Uint8Array[] => {
    const answers: Uint8Array[] = [];
    far.receive(({ bytes, start, end }) => {
      const answer = ipv4.parse(bytes.slice(start, end));
      if (!isMalformed(answer)) answers.push(answer.payload);
    }, 4096);
    return answers;
  };
  const wait = (seconds: number): Uint8Array[] => {
    clock.advanceBy(seconds);
    stack.work(1000);
    return take();
  };
  return { exchange, wait, closed, received };
}

/** A client that sends again what is not acknowledged. */
function client(sourcePort: number, { exchange, wait }: ReturnType<typeof lossyStack>) {
  let [sequenceNumber, acknowledgmentNumber] = [1000, 0];
  const take = (answers: readonly Uint8Array[]): tcp.Repr[] =>
    answers.map((octets) => {
      const segment = tcp.parse(octets);
      if (isMalformed(segment)) throw new Error(segment.reason);
      expect(segment.flags & tcp.flag.RST).toBe(0);
      if ((segment.flags & tcp.flag.SYN) !== 0) acknowledgmentNumber = segment.sequenceNumber + 1;
      else if (segment.sequenceNumber === acknowledgmentNumber)
        acknowledgmentNumber += segment.payload.length;
      return segment;
    });
  const send = (flags: number, payload: Uint8Array = new Uint8Array(0)): tcp.Repr[] => {
    const words = { sourcePort, destinationPort: 80, sequenceNumber, acknowledgmentNumber, flags, payload };
    const segment = { ...words, reserved: 0, window: 65_535, urgentPointer: 0, options: [] };
    const octets = new Uint8Array(tcp.length(segment));
    tcp.emit(segment, octets, 0, pseudoHeaderSum({ source: REMOTE, destination: LOCAL }));
    return take(exchange(TCP, octets));
  };
  const open = (): void => {
    for (let i = 0; i < 40; i++) {
      if (acknowledgmentNumber !== 0) break;
      send(tcp.flag.SYN);
    }
    sequenceNumber++;
  };
  /** Sends an octet until it is acknowledged, and takes the answer to it; returns how much of that came in order. */
  const ask = (): number => {
    const begun = acknowledgmentNumber;
    for (let i = 0; i < 40; i++) {
      const answers = send(tcp.flag.ACK, Uint8Array.of(i));
      if (answers.some((answer) => answer.acknowledgmentNumber === sequenceNumber + 1)) break;
    }
    sequenceNumber++;
    for (let i = 0; i < 40; i++) {
      if (acknowledgmentNumber - begun >= ANSWER_BYTES) break;
      send(tcp.flag.ACK);
      take(wait(0.5));
    }
    // The last acknowledgment gets lost like any other packet.
    for (let i = 0; i < 40; i++) send(tcp.flag.ACK);
    return acknowledgmentNumber - begun;
  };
  return { open, ask };
}

it('a connection to a host that loses half of its packets is never reset, and carries all octets', () => {
  const stack = lossyStack(50);
  for (let port = 40_000; port < 40_030; port++) {
    const { open, ask } = client(port, stack);
    open();
    expect([ask(), ask()]).toEqual([ANSWER_BYTES, ANSWER_BYTES]);
  }
  expect(stack.received).toHaveLength(60);
  // Nothing is due for 300 seconds of silence: looks at living connections lose nothing.
  for (let i = 0; i < 200; i++) stack.wait(0.5);
  expect(stack.closed).toEqual([]);
});

it('the packets that are received are lost at the stated rate', () => {
  const { exchange } = lossyStack(30);
  const echo = new Uint8Array(16);
  icmpv4.emit(
    { kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 2, payload: echo.slice(8) },
    echo,
  );
  const packets = 10_000;
  let answered = 0;
  for (let i = 0; i < packets; i++) answered += exchange(ICMP, echo).length;
  // Four standard errors of a binomial fraction.
  expect(Math.abs(answered / packets - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / packets));
});
