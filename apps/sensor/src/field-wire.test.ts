// Small configurations as people run them: what is explained, and what comes over the wire in memory.
import { randomStreams, VirtualClock } from '@wormwood/base';
import {
  explainAddress,
  explanationInWords,
  HoneynetServices,
  type ProcessSpawner,
  type Question,
} from '@wormwood/honeynet';
import { formatIp, icmpv4, ipProtocol, ipv4, isMalformed, pseudoHeaderSum, tcp, udp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { memoryDevices } from './device/memory-device.ts';
import { Sensor } from './sensor.ts';
import { componentsOf, honeynetOf } from './sensor-test-support.ts';

const ip = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** A configuration at work, whose scripts answer as `output` says. */
function running(configuration: string, output = '') {
  const clock = new VirtualClock(1000);
  const { device, remote } = memoryDevices();
  const limited: string[] = [];
  const spawner: ProcessSpawner = {
    spawn: (_, listener) => ({
      write: () => {
        listener.output(new TextEncoder().encode(output));
        return true;
      },
      endInput() {},
      pauseOutput() {},
      resumeOutput() {},
      kill() {},
    }),
  };
  const services = new HoneynetServices({
    spawner,
    connector: { connect: () => null, sendDatagram() {} },
    clock,
    stream: randomStreams('1').stream('test/services'),
    schedule: () => () => undefined,
    sourceSystem: () => null,
    today: () => '2026-11-30',
    onMessage: () => undefined,
    onLimited: ({ localAddress, localPort }, limit) =>
      void limited.push(`${limit} ${formatIp(localAddress)}:${localPort}`),
  });
  const sensor = new Sensor(componentsOf(configuration, { device, clock, services }));
  /** What comes back of a packet: the kinds of the answers. */
  const ask = (source: string, destination: string, protocol: number, payload: Uint8Array): string[] => {
    const repr: ipv4.Repr = {
      typeOfService: 0,
      identification: 1,
      reservedFlag: false,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: 64,
      protocol,
      source: ip(source),
      destination: ip(destination),
      options: [],
      payload,
    };
    const at = remote.reserve();
    remote.commit(ipv4.emit(repr, remote.transmitBuffer, at) ?? 20 + payload.length);
    remote.flush();
    for (let turn = 0; turn < 3; turn++) {
      sensor.work();
      clock.advanceBy(0.01);
    }
    const answers: string[] = [];
    remote.receive(({ bytes, start, end }) => {
      const packet = ipv4.parse(bytes.slice(start, end));
      if (isMalformed(packet)) throw new Error(packet.reason);
      answers.push(kindOf(packet));
    }, 100);
    return answers;
  };
  return { ask, limited };
}

function kindOf({ protocol, payload }: ipv4.Repr): string {
  if (protocol === ipProtocol.tcp) {
    const flags = payload[tcp.field.flags]!;
    return (flags & tcp.flag.RST) === 0 ? 'SYN/ACK' : 'reset';
  }
  if (protocol === ipProtocol.udp) return `${payload.length - udp.HEADER_LENGTH} octets`;
  return payload[0] === icmpv4.messageType.echoReply ? 'echo reply' : `ICMP ${payload[0]}`;
}

function syn(source: string, destination: string, port: number): Uint8Array {
  const segment: tcp.Repr = {
    sourcePort: 40_000,
    destinationPort: port,
    sequenceNumber: 1,
    acknowledgmentNumber: 0,
    reserved: 0,
    flags: tcp.flag.SYN,
    window: 65_535,
    urgentPointer: 0,
    options: [],
    payload: new Uint8Array(0),
  };
  const out = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, out, 0, pseudoHeaderSum({ source: ip(source), destination: ip(destination) }));
  return out;
}

function echoRequest(): Uint8Array {
  const message: icmpv4.Repr = {
    kind: 'echoRequest',
    code: 0,
    identifier: 1,
    sequenceNumber: 1,
    payload: new Uint8Array(8),
  };
  const out = new Uint8Array(icmpv4.length(message));
  icmpv4.emit(message, out);
  return out;
}

function datagram(source: string, destination: string, port: number, octets: number): Uint8Array {
  const repr: udp.Repr = {
    sourcePort: 40_000,
    destinationPort: port,
    checksummed: true,
    payload: new Uint8Array(octets),
  };
  const out = new Uint8Array(udp.HEADER_LENGTH + octets);
  udp.emit(repr, out, 0, pseudoHeaderSum({ source: ip(source), destination: ip(destination) }));
  return out;
}

function explained(
  configuration: string,
  question: Omit<Question, 'address' | 'source'> & { address: string; source: string },
): string {
  const { address, source, protocol } = question;
  const asked = { ...question, address: ip(address), source: ip(source) };
  return explanationInWords(explainAddress(honeynetOf(configuration), asked), address, protocol).join('\n');
}

describe('explain and the wire', () => {
  it.each(['10.9.0.77', '192.0.2.5'])('agree where a link covers its visitors: %s', (source) => {
    const text = `route entry 10.9.0.1
route 10.9.0.1 link 10.9.0.0/24
create pot
set pot default icmp action open
add pot tcp port 22 open
bind 10.9.0.5 pot
`;
    const host = '10.9.0.5';
    const { ask } = running(text);
    expect(explained(text, { address: host, source, protocol: 'icmp', port: null })).toContain(
      'answers echo requests',
    );
    expect(ask(source, host, ipProtocol.icmpv4, echoRequest())).toEqual(['echo reply']);
    expect(explained(text, { address: host, source, protocol: 'tcp', port: 22 })).toContain('It is open');
    expect(ask(source, host, ipProtocol.tcp, syn(source, host, 22))).toEqual(['SYN/ACK']);
  });

  it('agree where words are taken for commands, ICMP included', () => {
    const text = `create sensor
set sensor default tcp action allow
set sensor default icmp action allow
bind 10.9.0.2 sensor
`;
    const [host, source] = ['10.9.0.2', '192.0.2.5'];
    const { ask } = running(text);
    expect(explained(text, { address: host, source, protocol: 'tcp', port: 9 })).toContain('runs "allow"');
    expect(ask(source, host, ipProtocol.tcp, syn(source, host, 9))).toEqual(['SYN/ACK']);
    expect(explained(text, { address: host, source, protocol: 'icmp', port: null })).toContain(
      'answers echo requests',
    );
    expect(ask(source, host, ipProtocol.icmpv4, echoRequest())).toEqual(['echo reply']);
  });

  it('name the limit of an answer that is longer than its question', () => {
    const text =
      'create p\nset p default tcp action reset\nadd p udp port 161 "scripts/snmp.sh"\nbind 10.9.0.5 p\n';
    const [host, source] = ['10.9.0.5', '192.0.2.5'];
    const { ask, limited } = running(text, 'longer than the question');
    expect(explained(text, { address: host, source, protocol: 'udp', port: 161 })).toContain(
      'No answer is longer than its datagram',
    );
    expect(ask(source, host, ipProtocol.udp, datagram(source, host, 161, 4))).toEqual([]);
    expect(limited).toEqual(['udp-answer-length 10.9.0.5:161']);
    expect(ask(source, host, ipProtocol.udp, datagram(source, host, 161, 40))).toEqual(['24 octets']);
  });
});
