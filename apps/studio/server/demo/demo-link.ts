/** The link of the demonstration: Ethernet in memory, with the sensor at one end and a router at the other. */
import type { MemoryDevice } from '@wormwood/netstack';

/** Locally administered addresses, of nobody. */
export const SENSOR_MAC = 0x02_00_00_00_00_01;
export const ROUTER_MAC = 0x02_00_00_00_00_fe;

/** Nobody is on it but the sensor and the router. */
export const LINK_NETWORK = { first: 0x0a02_0000, last: 0x0a02_00ff, vlan: 0 } as const;

const HEADER_LENGTH = 14;
const TYPE_IPV4 = 0x0800;

/** Passes each IPv4 packet that the sensor sent on; requests of other protocols are left unanswered. */
export function receivePackets(
  far: MemoryDevice,
  visit: (bytes: Uint8Array, start: number, end: number) => void,
): void {
  far.receive(({ bytes, start, end }) => {
    const isIpv4 = (((bytes[start + 12] ?? 0) << 8) | (bytes[start + 13] ?? 0)) === TYPE_IPV4;
    if (isIpv4) visit(bytes, start + HEADER_LENGTH, end);
  }, 4096);
}

/** Sends a packet as the router would; `write` puts it at an offset and returns its end. */
export function sendPacket(far: MemoryDevice, write: (bytes: Uint8Array, at: number) => number): void {
  const at = far.reserve();
  if (at < 0) return;
  const bytes = far.transmitBuffer;
  writeMac(bytes, at, SENSOR_MAC);
  writeMac(bytes, at + 6, ROUTER_MAC);
  bytes[at + 12] = TYPE_IPV4 >> 8;
  bytes[at + 13] = TYPE_IPV4 & 0xff;
  far.commit(write(bytes, at + HEADER_LENGTH) - at);
}

function writeMac(bytes: Uint8Array, at: number, mac: number): void {
  for (let i = 0; i < 6; i++) bytes[at + i] = Math.floor(mac / 2 ** (8 * (5 - i))) & 0xff;
}
