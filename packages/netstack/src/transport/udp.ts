/** UDP for virtual hosts (RFC 768): hands datagrams to services and refuses those to closed ports. */
import {
  ipProtocol,
  ipv4,
  pseudoHeaderSum,
  readPseudoHeaderSumIpv4,
  readU16,
  udp,
  writeU16,
} from '@wormwood/wire';
import type { Flow } from '../behavior.ts';
import type { Icmp } from '../network/icmp.ts';
import { type Ipv4Output, LINK_HEADER_LENGTH_MAX } from '../network/ipv4-output.ts';
import type { PacketContext } from '../network/packet-context.ts';
import type { StackObserver } from '../observer.ts';

export interface UdpComponents {
  readonly output: Ipv4Output;
  readonly icmp: Icmp;
  readonly observer: StackObserver;
}

export class Udp {
  readonly #components: UdpComponents;

  constructor(components: UdpComponents) {
    this.#components = components;
  }

  receive(packet: PacketContext): void {
    const { bytes, transportStart, end, host } = packet;
    if (host === null || udp.check(bytes, transportStart, end) !== undefined) return;
    const pseudoSum = readPseudoHeaderSumIpv4(bytes, packet.ipStart);
    if (!packet.checksumsVerified && !udp.verifyChecksum(bytes, transportStart, pseudoSum)) return;
    const localPort = readU16(bytes, transportStart + udp.field.destinationPort);
    const remotePort = readU16(bytes, transportStart + udp.field.sourcePort);
    const flow = { localAddress: packet.destination, localPort, remoteAddress: packet.source, remotePort };
    const state = host.udpPort(localPort);
    if (state !== 'open') {
      this.#components.observer.udpProbe(flow, end - packet.ipStart);
      if (state === 'closed') this.#components.icmp.sendPortUnreachable(packet);
      return;
    }
    const payloadEnd = transportStart + readU16(bytes, transportStart + udp.field.length);
    const payload = bytes.subarray(transportStart + udp.HEADER_LENGTH, payloadEnd);
    this.#components.observer.udpReceived(flow, end - packet.ipStart, payload.length);
    host.receiveUdp({ ...flow, payload }, this.#replier(packet, flow, payload.length));
  }

  /**
   * Makes the function that answers a datagram. All answers together are never longer than what was asked, so that a
   * forged source address makes no reflector of us.
   */
  #replier(packet: PacketContext, flow: Flow, allowance: number): (payload: Uint8Array) => void {
    const { output, observer } = this.#components;
    const { host, source, destination } = packet;
    const saved = new Uint8Array(LINK_HEADER_LENGTH_MAX);
    const linkLength = output.saveLinkHeader(packet, saved, 0);
    let left = allowance;
    return (payload) => {
      if (host === null) return;
      if (payload.length > left) {
        observer.answerLimited('udp-answer-length', ipProtocol.udp, source, destination);
        return;
      }
      left -= payload.length;
      const { behavior } = host;
      const head = {
        source: destination,
        destination: source,
        protocol: ipProtocol.udp,
        typeOfService: 0,
        kind: 'udp',
        dontFragment: behavior.dontFragment('udp'),
        behavior,
      } as const;
      const length = udp.HEADER_LENGTH + payload.length;
      const mtuBytes = output.mtuTo(source, packet.nowSeconds);
      if (length > mtuBytes - ipv4.HEADER_LENGTH) {
        const message = new Uint8Array(length);
        const { localAddress, remoteAddress } = flow;
        const sum = pseudoHeaderSum({ source: localAddress, destination: remoteAddress });
        writeDatagram(message, 0, flow, payload, sum);
        output.sendInPieces({ saved, linkLength, mtuBytes }, head, message);
      } else {
        const at = output.beginSaved(saved, 0, linkLength, head);
        if (at < 0) return;
        writeDatagram(output.bytes, at, flow, payload, readPseudoHeaderSumIpv4(output.bytes, output.ipStart));
        output.finish(at + length);
      }
      observer.udpSent(flow, payload.length);
    };
  }
}

function writeDatagram(out: Uint8Array, at: number, flow: Flow, payload: Uint8Array, sum: number): void {
  writeU16(out, at + udp.field.sourcePort, flow.localPort);
  writeU16(out, at + udp.field.destinationPort, flow.remotePort);
  writeU16(out, at + udp.field.length, udp.HEADER_LENGTH + payload.length);
  out.set(payload, at + udp.HEADER_LENGTH);
  udp.fillChecksum(out, at, sum);
}
