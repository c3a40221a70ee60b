import { pcapng } from '@wormwood/wire';

/** Returns the block of a packet of so many zero octets, as a capture holds it. */
export function packetBlock(length: number): Uint8Array {
  const block: pcapng.Repr = {
    kind: 'enhancedPacket',
    interfaceIndex: 0,
    timestamp: 0n,
    originalLength: length,
    bytes: new Uint8Array(length),
    options: [],
  };
  const octets = new Uint8Array(pcapng.length(block));
  pcapng.emit(block, octets, 0, 'little');
  return octets;
}
