// Replies from another address of the honeynet, whatever layer they are of.
import { randomStreams, VirtualClock } from '@wormwood/base';
import { memoryLink, silentObserver, Stack } from '@wormwood/netstack';
import {
  icmpv4,
  ipProtocol,
  ipv4,
  isChecksumValid,
  isMalformed,
  pseudoHeaderSum,
  tcp,
  udp,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { findingsOf } from './config/findings.ts';
import { dispatcherOf, honeynetOf, ip, ipv4Packet } from './honeynet-test-support.ts';

const REMOTE = ip('192.0.2.9');
const ASKED = ip('10.3.0.5');

/** What comes back from 10.3.0.5 to a packet with this payload. */
function network(spoof: string) {
  const honeynet = honeynetOf(`
create a
set a default tcp action reset
set a default udp action reset
add a tcp port 80 open
add a udp port 7 internal "echo"
set a spoof ${spoof}
bind 10.3.0.5 a
bind 10.3.0.6 a
`);
  const hosts = dispatcherOf(honeynet, {
    services: { tcp: () => null, udp: (_action, { payload }, reply) => reply(payload) },
  });
  const streams = randomStreams('1');
  const [far, device] = memoryLink({ medium: 'ip' });
  const clock = new VirtualClock();
  const stack = new Stack({ device, hosts, clock, streams, observer: silentObserver, linkAddress: 0 });
  const ask = (protocol: number, payload: Uint8Array) => {
    const at = far.reserve();
    const packet = ipv4Packet(REMOTE, ASKED, protocol, payload);
    far.transmitBuffer.set(packet, at);
    far.commit(packet.length);
    far.flush();
    stack.work(10);
    const [answer] = (() => {
      const found: ReturnType<typeof ipv4.parse>[] = [];
      far.receive(({ bytes, start, end }) => void found.push(ipv4.parse(bytes.slice(start, end))), 10);
      return found;
    })();
    if (answer === undefined || isMalformed(answer)) throw new Error('no answer');
    return answer;
  };
  return { ask, honeynet };
}

const PSEUDO = pseudoHeaderSum({ source: REMOTE, destination: ASKED });

function echoRequest(): Uint8Array {
  const words = { kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 1 } as const;
  const message = { ...words, payload: new Uint8Array(8) };
  const octets = new Uint8Array(icmpv4.length(message));
  icmpv4.emit(message, octets);
  return octets;
}

function syn(destinationPort: number): Uint8Array {
  const segment = {
    sourcePort: 40_000,
    destinationPort,
    sequenceNumber: 1,
    acknowledgmentNumber: 0,
    reserved: 0,
    flags: tcp.flag.SYN,
    window: 1000,
    urgentPointer: 0,
    options: [],
    payload: new Uint8Array(0),
  };
  const octets = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, octets, 0, PSEUDO);
  return octets;
}

function datagram(destinationPort: number): Uint8Array {
  const words = { sourcePort: 40_000, destinationPort, checksummed: true };
  const repr = { ...words, payload: Uint8Array.of(1, 2, 3) };
  const octets = new Uint8Array(udp.length(repr));
  udp.emit(repr, octets, 0, PSEUDO);
  return octets;
}

describe('a template with "spoof from"', () => {
  it('answers in the name of another address of the honeynet, with checksums to match', () => {
    const { ask, honeynet } = network('from 10.3.0.6');
    const answers = [
      ask(ipProtocol.icmpv4, echoRequest()),
      ask(ipProtocol.tcp, syn(80)),
      ask(ipProtocol.tcp, syn(81)),
      ask(ipProtocol.udp, datagram(7)),
      ask(ipProtocol.udp, datagram(9)),
    ];
    for (const { source, destination, protocol, payload } of answers) {
      expect([source, destination]).toEqual([ip('10.3.0.6'), REMOTE]);
      const sum = pseudoHeaderSum({ source, destination });
      const { length } = payload;
      if (protocol === ipProtocol.tcp) expect(tcp.verifyChecksum(payload, 0, length, sum)).toBe(true);
      else if (protocol === ipProtocol.udp) expect(udp.verifyChecksum(payload, 0, sum)).toBe(true);
      else expect(isChecksumValid(payload, 0, length)).toBe(true);
    }
    expect(findingsOf(honeynet).map(({ message }) => message)).toEqual([]);
  });

  it("borrows no address that is not the honeynet's, and answers nobody but who asked", () => {
    const { ask, honeynet } = network('from 198.51.100.1 to 198.51.100.2');
    const { source, destination } = ask(ipProtocol.icmpv4, echoRequest());
    expect([source, destination]).toEqual([ASKED, REMOTE]);
    expect(findingsOf(honeynet).map(({ message }) => message)).toEqual([
      'Template "a": nothing is bound to 198.51.100.1, so replies come from the address that was asked.',
      'Template "a": replies go to who asked; "spoof to 198.51.100.2" is kept only.',
    ]);
  });
});
