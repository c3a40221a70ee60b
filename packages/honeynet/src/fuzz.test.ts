// Damaged frames into the virtual network above the stack: routers, tunnels, real machines, and whoever looks at SYNs.
// `WORMWOOD_FUZZ_FRAMES=10000000` for the long run.
import { type RandomStream, randomStreams, VirtualClock } from '@wormwood/base';
import { type LinkDevice, memoryLink, silentObserver, Stack } from '@wormwood/netstack';
import {
  arp,
  ethernet,
  etherType,
  gre,
  ipProtocol,
  ipv4,
  pseudoHeaderSum,
  readMac,
  tcp,
  type tcpOption,
  udp,
} from '@wormwood/wire';
import { expect, it } from 'vitest';
import { dispatcherOf, honeynetOf, ipv4Packet } from './honeynet-test-support.ts';
import { parseSynFingerprints } from './source-system/syn-fingerprints.ts';
import { SourceSystems } from './source-system/source-systems.ts';
import { ExternalHosts } from './topology/external-hosts.ts';
import { Topology } from './topology/topology.ts';
import { TopologyDevice } from './topology/topology-device.ts';

const FRAMES = Number(process.env['WORMWOOD_FUZZ_FRAMES'] ?? 200_000);
const SEED = process.env['WORMWOOD_SEED'] ?? '20040812';
const SENSOR_MAC = 0x02_00_00_00_00_01;
const CLIENT_MAC = 0x02_00_00_00_00_02;
const MACHINE_MAC = 0x02_00_00_00_00_09;
const CLIENT = 0xc000_0209;
const ROUTER = 0x0a03_0001;
const VIRTUAL = 0x0a04_0005;
const MACHINE = 0x0a04_0009;
const FAR_END = 0xc000_0263;

const CONFIGURATION = `
create host
set host default tcp action reset
add host tcp port 80 open
dynamic linux
add linux use host if source os = "linux"
add linux otherwise use host
bind 10.3.0.1 host
bind 10.4.0.1 host
bind 10.4.0.5 linux
bind 10.4.0.9 to eth0
route entry 10.3.0.1
route 10.3.0.1 add net 10.4.0.0/16 10.4.0.1 latency 1ms loss 1 bandwidth 100Mbps drop between 5ms-9ms
route 10.4.0.1 link 10.4.0.0/16
route 10.3.0.1 unreach 10.7.0.0/16
route 10.3.0.1 add net 10.8.0.0/16 tunnel 10.3.0.1 192.0.2.99
`;

function syn(source: number, destination: number, ttl = 64): Uint8Array {
  const options: tcpOption.Repr[] = [
    { kind: 'mss', mssBytes: 1460 },
    { kind: 'sackPermitted' },
    { kind: 'timestamps', value: 5, echo: 0 },
    { kind: 'noOperation' },
    { kind: 'windowScale', shift: 7 },
  ];
  const head = {
    sourcePort: 40_000,
    destinationPort: 80,
    sequenceNumber: 1,
    acknowledgmentNumber: 0,
    reserved: 0,
  };
  const rest = { flags: tcp.flag.SYN, window: 64_240, urgentPointer: 0, options, payload: new Uint8Array(0) };
  const segment = new Uint8Array(40);
  tcp.emit({ ...head, ...rest }, segment, 0, pseudoHeaderSum({ source, destination }));
  return ipv4Packet(source, destination, ipProtocol.tcp, segment, ttl);
}

function datagram(source: number, destination: number): Uint8Array {
  const octets = new Uint8Array(8 + 16);
  const repr = { sourcePort: 9, destinationPort: 9, checksummed: true, payload: new Uint8Array(16) };
  udp.emit(repr, octets, 0, pseudoHeaderSum({ source, destination }));
  return ipv4Packet(source, destination, ipProtocol.udp, octets);
}

function frame(from: number, type: number, payload: Uint8Array): Uint8Array {
  const octets = new Uint8Array(Math.max(60, 14 + payload.length));
  ethernet.emit({ destination: SENSOR_MAC, source: from, tags: [], etherType: type, payload }, octets);
  return octets;
}

function seeds(): readonly Uint8Array[] {
  const message = new Uint8Array(28);
  const words = {
    senderMac: MACHINE_MAC,
    senderAddress: MACHINE,
    targetMac: SENSOR_MAC,
    targetAddress: ROUTER,
  };
  arp.emit({ operation: 2, ...words }, message);
  const inner = syn(FAR_END, VIRTUAL);
  const tunneled = new Uint8Array(4 + inner.length);
  gre.emit({ protocolType: etherType.ipv4, checksummed: false, payload: inner }, tunneled);
  return [
    frame(MACHINE_MAC, etherType.arp, message),
    ...[
      syn(CLIENT, VIRTUAL),
      syn(CLIENT, MACHINE),
      syn(CLIENT, MACHINE, 1),
      syn(CLIENT, 0x0a07_0001),
      syn(CLIENT, 0x0a08_0001),
      datagram(CLIENT, MACHINE),
      ipv4Packet(FAR_END, ROUTER, ipProtocol.gre, tunneled),
    ].map((octets) => frame(CLIENT_MAC, etherType.ipv4, octets)),
    ...[syn(MACHINE, CLIENT), syn(MACHINE, VIRTUAL), datagram(MACHINE, 0xc633_6401)].map((octets) =>
      frame(MACHINE_MAC, etherType.ipv4, octets),
    ),
  ];
}

/** Damages octets in place, most often where headers are. */
function damage(bytes: Uint8Array, stream: RandomStream): void {
  for (let times = stream.nextBelow(4); times > 0; times--) {
    const span = stream.nextBelow(4) === 0 ? bytes.length : Math.min(bytes.length, 54);
    const at = stream.nextBelow(span);
    if (stream.nextBelow(2) === 0) bytes[at]! ^= 1 << stream.nextBelow(8);
    else bytes[at] = stream.nextBelow(256);
  }
}

/** Every second frame as if its sender had left its checksum to hardware. */
function careless(device: LinkDevice): LinkDevice {
  let count = 0;
  return {
    medium: device.medium,
    mtuBytes: device.mtuBytes,
    transmitBuffer: device.transmitBuffer,
    receive: (receiver, budget) =>
      device.receive((received) => receiver({ ...received, checksumsVerified: count++ % 2 === 0 }), budget),
    reserve: () => device.reserve(),
    commit: (length) => device.commit(length),
    flush: () => device.flush(),
  };
}

it(
  `${FRAMES} damaged frames through the virtual network: nothing throws, nothing grows`,
  { timeout: 60_000 + FRAMES / 10 },
  () => {
    const honeynet = honeynetOf(CONFIGURATION);
    const streams = randomStreams(SEED);
    const stream = streams.stream('fuzz');
    const clock = new VirtualClock(1.7e9);
    const [far, near] = memoryLink({ medium: 'ethernet', slots: 1024 });
    const systems = new SourceSystems([parseSynFingerprints('*:64:1:60:M*,S,T,N,W*:Linux:::')], clock);
    const link = systems.watch(careless(near));
    const device = new TopologyDevice({
      device: link,
      topology: new Topology(honeynet.topology),
      externals: new ExternalHosts({
        device: link,
        clock,
        linkAddress: SENSOR_MAC,
        addresses: new Set([MACHINE]),
      }),
      clock,
      stream: streams.stream('topology'),
    });
    const hosts = dispatcherOf(honeynet, { sourceSystem: (source) => systems.systemOf(source) });
    const stack = new Stack({
      device,
      hosts,
      clock,
      streams,
      observer: silentObserver,
      linkAddress: SENSOR_MAC,
    });
    const sources = seeds();
    const reached = { client: 0, machine: 0, nobody: 0 };
    const BATCH = 100;
    for (let sent = 0; sent < FRAMES; sent += BATCH) {
      for (let i = 0; i < BATCH; i++) {
        const seed = sources[stream.nextBelow(sources.length)]!;
        const at = far.reserve();
        far.transmitBuffer.set(seed, at);
        damage(far.transmitBuffer.subarray(at, at + seed.length), stream);
        if (stream.nextBelow(2) === 0) ipv4.fillChecksum(far.transmitBuffer, at + 14);
        far.commit(stream.nextBelow(10) === 0 ? stream.nextBelow(seed.length + 1) : seed.length);
      }
      far.flush();
      stack.work(BATCH);
      clock.advanceBy(0.005);
      stack.work(1000);
      far.receive(({ bytes, start }) => {
        const to = readMac(bytes, start);
        reached[to === CLIENT_MAC ? 'client' : to === MACHINE_MAC ? 'machine' : 'nobody']++;
      }, 1e6);
      expect(device.heldCount).toBeLessThan(10_000);
    }
    // Damage is mild enough for all ways to be walked.
    expect(reached.client).toBeGreaterThan(FRAMES / 100);
    expect(reached.machine).toBeGreaterThan(FRAMES / 100);
  },
);
