/**
 * Whether a datagram looks like an answer: from the port of a service to a port that is none. Whoever asks in somebody's
 * name (reflection), or has just given up the address, makes services answer to addresses that never asked. Captures and
 * events are classified by the same two ports.
 */

/** Services beyond the ports of the system, as far as reflectors and clients use them. */
const SERVICES: ReadonlySet<number> = new Set([
  1194, 1434, 1701, 1812, 1813, 1900, 2049, 2123, 2152, 3283, 3389, 3478, 3702, 4500, 5060, 5093, 5351, 5353,
  5683, 6881, 10_001, 11_211, 17_185, 19_132, 20_800, 27_015, 27_016, 30_718, 32_414, 33_848, 37_810, 47_808,
  51_820,
]);
const SYSTEM_PORTS_END = 1024;
/** Whoever floods a web server by way of others names these as its own. */
const FORGED: ReadonlySet<number> = new Set([80, 443]);

/** Returns whether a datagram between these ports is an answer. */
export function isAnswerShape(sourcePort: number, destinationPort: number): boolean {
  return isService(sourcePort) && (!isService(destinationPort) || FORGED.has(destinationPort));
}

function isService(port: number): boolean {
  return port < SYSTEM_PORTS_END ? port > 0 : SERVICES.has(port);
}
