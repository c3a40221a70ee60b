/** UDP for virtual hosts (RFC 768): hands datagrams to services and refuses those to closed ports. */
import {
  ipProtocol,
  pseudoHeaderSum,
  readPseudoHeaderSumIpv4,
  readPseudoHeaderSumIpv6,
  readU16,
  udp,
  writeU16,
} from '@wormwood/wire';
import type { Flow } from '../behavior.ts';
import type { AddressNames } from '../network/address-names.ts';
import type { Icmp } from '../network/icmp.ts';
import type { Icmpv6 } from '../network/icmpv6.ts';
import { type IpOutput, LINK_HEADER_LENGTH_MAX } from '../network/ip-output.ts';
import type { PacketContext } from '../network/packet-context.ts';
import type { StackObserver } from '../observer.ts';

export interface UdpComponents {
  readonly output: IpOutput;
  readonly names: AddressNames;
  readonly icmp: Icmp;
  readonly icmpv6: Icmpv6;
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
    const { names, icmp, icmpv6 } = this.#components;
    const { isIpv6 } = packet;
    // RFC 8200 8.1: without a checksum it is dropped.
    if (isIpv6 && readU16(bytes, transportStart + udp.field.checksum) === 0) return;
    const pseudoSum = isIpv6
      ? readPseudoHeaderSumIpv6(bytes, packet.ipStart)
      : readPseudoHeaderSumIpv4(bytes, packet.ipStart);
    if (!packet.checksumsVerified && !udp.verifyChecksum(bytes, transportStart, pseudoSum)) return;
    const localPort = readU16(bytes, transportStart + udp.field.destinationPort);
    const remotePort = readU16(bytes, transportStart + udp.field.sourcePort);
    const flow: Flow = {
      localAddress: names.addressOf(packet.destination),
      localPort,
      remoteAddress: names.addressOf(packet.source),
      remotePort,
    };
    const state = host.udpPort(localPort);
    if (state !== 'open') {
      this.#components.observer.udpProbe(flow, end - packet.ipStart);
      if (state === 'closed') (isIpv6 ? icmpv6 : icmp).sendPortUnreachable(packet);
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
    const { output, observer, names } = this.#components;
    const { host, nowSeconds } = packet;
    const saved = new Uint8Array(LINK_HEADER_LENGTH_MAX);
    const linkLength = output.saveLinkHeader(packet, saved, 0);
    let left = allowance;
    return (payload) => {
      if (host === null) return;
      if (payload.length > left) {
        observer.answerLimited('udp-answer-length', ipProtocol.udp, flow.remoteAddress, flow.localAddress);
        return;
      }
      left -= payload.length;
      const { behavior } = host;
      // Later than the packet: its names may be others' by now.
      const [source, destination] = [names.hold(flow.localAddress), names.hold(flow.remoteAddress)];
      const head = {
        source,
        destination,
        protocol: ipProtocol.udp,
        typeOfService: 0,
        kind: 'udp',
        dontFragment: behavior.dontFragment('udp'),
        behavior,
      } as const;
      const length = udp.HEADER_LENGTH + payload.length;
      const isSent = length <= output.roomTo(destination, nowSeconds);
      if (!isSent) {
        const message = new Uint8Array(length);
        const { localAddress, remoteAddress } = flow;
        const sum = pseudoHeaderSum({ source: localAddress, destination: remoteAddress });
        writeDatagram(message, 0, flow, payload, sum);
        output.sendInPieces(
          { saved, linkLength, mtuBytes: output.mtuTo(destination, nowSeconds) },
          head,
          message,
        );
      }
      const at = isSent ? output.beginSaved(saved, 0, linkLength, head) : -1;
      if (at >= 0) {
        writeDatagram(output.bytes, at, flow, payload, output.pseudoHeaderSum());
        output.finish(at + length);
      }
      names.release(source);
      names.release(destination);
      if (isSent && at < 0) return;
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
