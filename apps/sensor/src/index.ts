/** The daemon: real devices under the honeynet's stack. */
export { PacketRing, type PacketRingOptions } from './device/packet-ring.ts';
export { Sensor, type SensorComponents, type SensorCounts } from './sensor.ts';
export { systemClock } from './system-clock.ts';
export type { SensorDevice } from './device/sensor-device.ts';
