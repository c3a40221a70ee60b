export { PacketRing, type PacketRingOptions, type RingStatistics } from './device/packet-ring.ts';
export { pollLater } from './device/libc.ts';
