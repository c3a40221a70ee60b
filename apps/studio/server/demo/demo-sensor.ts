/** The sensor of the demonstration, in a process of its own: a link in memory, and what comes over it. */
import { randomBytes } from 'node:crypto';
import { randomStreams } from '@wormwood/base';
import { parseHoneydConfiguration } from '@wormwood/honeynet';
import { memoryLink } from '@wormwood/netstack';
import { Daemon, DEMO_CONFIGURATION, hostSeed, MemorySensorDevice, systemClock } from '@wormwood/sensor';
import { DemoTraffic } from './demo-traffic.ts';
import { LINK_NETWORK, ROUTER_MAC, SENSOR_MAC } from './demo-link.ts';

const MEMORY_OCTETS = 64 << 20;
const STEP_MS = 20;
const SLOTS = 4096;

/** Many addresses that answer like the desktops: what an outbreak outside is seen by. */
const EMPTY_DESKS = 'route 10.3.0.1 link 10.3.16.0/20\nbind 10.3.16.0/20 desktop\n';

const feeds = JSON.parse(process.argv[2] ?? '{}') as {
  readonly events: string;
  readonly control: string;
  readonly capture: string;
};
const streams = randomStreams(randomBytes(8).readBigUInt64LE().toString());
const { honeynet } = parseHoneydConfiguration({
  text: `${DEMO_CONFIGURATION}\n${EMPTY_DESKS}`,
  file: 'demo',
  readInclude: () => ({ ok: false, reason: 'there are no files' }),
});
if (honeynet === null) throw new Error('the honeynet of the demonstration can be read');
const [near, far] = memoryLink({ medium: 'ethernet', slots: SLOTS });
const daemon = await Daemon.start({
  version: 'demo',
  name: 'demo',
  honeynet,
  directory: '/',
  nets: [],
  ipv6: [],
  link: { networks: [LINK_NETWORK], routers: [{ linkAddress: ROUTER_MAC, vlan: 0 }] },
  askFirst: false,
  memoryBytes: MEMORY_OCTETS,
  fingerprints: null,
  streams,
  hostStreams: randomStreams(hostSeed()),
  outputs: { events: feeds.events, packetLog: null, serviceLog: null },
  captures: feeds.capture,
  pcap: null,
  control: { socketPath: feeds.control, metricsPort: null },
  opened: {
    device: new MemorySensorDevice(near),
    clock: systemClock,
    linkAddress: SENSOR_MAC,
    interfaceName: null,
  },
  user: null,
  scriptUser: null,
  onTrouble: (sentence) => process.stderr.write(`${sentence}\n`),
});
const traffic = new DemoTraffic(far, daemon.addresses(), streams.stream('demo'));
const timer = setInterval(() => {
  traffic.step(performance.now() / 1000);
  daemon.sensor.wake();
}, STEP_MS);
// Whoever started it has ended.
process.on('disconnect', () => daemon.close());
process.on('SIGTERM', () => daemon.close());
process.on('SIGINT', () => undefined);
await daemon.run();
clearInterval(timer);
process.exit(0);
