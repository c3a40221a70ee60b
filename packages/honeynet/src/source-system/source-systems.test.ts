// What a source runs, from the frames of a device: with Ethernet and without, for as long as it is believed.
import { VirtualClock } from '@wormwood/base';
import { memoryLink } from '@wormwood/netstack';
import { ethernet, tcp, type tcpOption } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { ip, ipv4Packet } from '../honeynet-test-support.ts';
import { parseSynFingerprints } from './syn-fingerprints.ts';
import { SourceSystems } from './source-systems.ts';

const SOURCE = ip('192.0.2.7');
const FINGERPRINTS = parseSynFingerprints(
  'S4:64:0:44:M1460:Old:1::\nS4:64:0:44:M*:Any:MSS::\n*:64:0:40:.:Bare:::\n*:64:1:40:.:Whole:::\n',
);

/** Offset of the flags in an IPv4 header, and the flag DF (RFC 791). */
const [FLAGS_OFFSET, DF] = [6, 0x40];

function syn(options: readonly tcpOption.Repr[], window: number, flags: number = tcp.flag.SYN): Uint8Array {
  const ports = { sourcePort: 40_000, destinationPort: 80, sequenceNumber: 1, acknowledgmentNumber: 0 };
  const segment = {
    ...ports,
    reserved: 0,
    flags,
    window,
    urgentPointer: 0,
    options,
    payload: new Uint8Array(0),
  };
  const octets = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, octets, 0, 0);
  return ipv4Packet(SOURCE, ip('10.0.0.1'), 6, octets);
}

/** A device of either kind that shows packets to what is tested. */
function watched(medium: 'ip' | 'ethernet') {
  const clock = new VirtualClock(1000);
  const systems = new SourceSystems([FINGERPRINTS], clock);
  const [far, near] = memoryLink({ medium });
  const device = systems.watch(near);
  const see = (packet: Uint8Array, etherType = 0x0800): string | null => {
    const at = far.reserve();
    if (medium === 'ip') {
      far.transmitBuffer.set(packet, at);
      far.commit(packet.length);
    } else {
      const head = { destination: 1, source: 2, tags: [], etherType, payload: packet };
      far.commit(ethernet.emit(head, far.transmitBuffer, at) - at);
    }
    far.flush();
    device.receive(() => undefined, 10);
    return systems.systemOf(SOURCE);
  };
  return { clock, systems, see };
}

const MSS: tcpOption.Repr = { kind: 'mss', mssBytes: 1460 };

describe.each(['ip', 'ethernet'] as const)('the system of a source, on %s', (medium) => {
  it('is that of its last SYN, window and MSS among what identifies it', () => {
    const { see } = watched(medium);
    expect(see(syn([MSS], 5840))).toBe('Old 1');
    expect(see(syn([{ kind: 'mss', mssBytes: 1400 }], 5600))).toBe('Any MSS');
    expect(see(syn([MSS], 5841))).toBe(null);
    expect(see(syn([], 5840))).toBe('Bare');
    const whole = syn([], 5840);
    whole[FLAGS_OFFSET] = DF;
    expect(see(whole)).toBe('Whole');
    expect(see(syn([MSS], 5840))).toBe('Old 1');
  });

  it('is not changed by what begins no connection', () => {
    const { see } = watched(medium);
    see(syn([MSS], 5840));
    expect(see(syn([], 1, tcp.flag.SYN | tcp.flag.ACK))).toBe('Old 1');
    expect(see(syn([], 1, tcp.flag.ACK))).toBe('Old 1');
    expect(see(ipv4Packet(SOURCE, ip('10.0.0.1'), 17, new Uint8Array(8)))).toBe('Old 1');
    expect(see(syn([], 1).subarray(0, 39))).toBe('Old 1');
  });

  it('is believed for five minutes', () => {
    const { clock, systems, see } = watched(medium);
    see(syn([MSS], 5840));
    clock.advanceBy(300);
    expect(systems.systemOf(SOURCE)).toBe('Old 1');
    clock.advanceBy(0.001);
    expect(systems.systemOf(SOURCE)).toBe(null);
    expect(systems.systemOf(SOURCE + 1)).toBe(null);
  });
});

it('frames of another protocol say nothing', () => {
  expect(watched('ethernet').see(syn([MSS], 5840), 0x0806)).toBe(null);
});
