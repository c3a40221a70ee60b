/** Says what a completed handshake proves about the address of its source. */
import { readMac } from '@wormwood/wire';
import type { SourceProof } from '../observer.ts';
import type { PacketContext } from './packet-context.ts';

const SOURCE_MAC = 6;

export class SourceProver {
  /** Returns the proof of the source whose handshake the packet at hand completes. */
  prove(packet: PacketContext): SourceProof {
    if (packet.ipStart === packet.linkStart)
      return { linkAddress: null, kind: 'none', forgeable: 'no-link-address' };
    const linkAddress = readMac(packet.bytes, packet.linkStart + SOURCE_MAC);
    return { linkAddress, kind: 'none', forgeable: 'unknown-router' };
  }
}
