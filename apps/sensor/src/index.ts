/** The daemon: real devices under the honeynet's stack. Start with `daemon.ts`; `sensor.ts` is its core. */
export type {
  SensorExplanation,
  SensorHosts,
  SensorStatus,
  SensorTop,
  SensorTopology,
} from './control/sensor-report.ts';
export { Daemon, type DaemonOptions } from './daemon.ts';
export { acknowledgmentOf, type ClientSegment, emitClientPacket, tcpPacket } from './demo/client-packets.ts';
export { DEMO_CONFIGURATION } from './demo/demo-honeynet.ts';
export { type LookAround, lookAround } from './demo/look-around.ts';
export { memoryDevices, MemorySensorDevice } from './device/memory-device.ts';
export { openDevice, parseDevice } from './device/open-device.ts';
export { hostSeed, linkAddresses } from './link/link-addresses.ts';
export { parseLinkNetwork, parseRouter } from './link/link-words.ts';
export { inNetworkNamespace } from './device/namespace.ts';
export { PacketRing } from './device/packet-ring.ts';
export { Waiter } from './device/waiter.ts';
export { findUser } from './privileges.ts';
export { SCRIPT_USER_DEFAULT } from './process/script-users.ts';
export { type FurtherCheck, type HoneynetReading, readHoneynet, readHoneynetApart } from './read-honeynet.ts';
export { systemClock } from './system-clock.ts';
export { readNmapData } from './nmap-data.ts';
export { type Personalities, personalitiesOf, readPersonalities } from './personalities.ts';
export { installedP0f, installedSynFingerprints, readSynFingerprints } from './syn-fingerprints.ts';
