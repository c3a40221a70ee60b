/** Several observers as one. */
import type { StackObserver } from '@wormwood/netstack';
import type { IpAddress } from '@wormwood/wire';

/** Passes every report to every observer, in their order; `answersFor` keeps back packets that concern nobody here. */
export function observerList(
  observers: readonly StackObserver[],
  answersFor: (destination: IpAddress, source: IpAddress, protocol: number) => boolean,
): StackObserver {
  return {
    tcpProbe: (flow, flags, lengthBytes, opens) => {
      for (const observer of observers) observer.tcpProbe(flow, flags, lengthBytes, opens);
    },
    udpProbe: (flow, lengthBytes) => {
      for (const observer of observers) observer.udpProbe(flow, lengthBytes);
    },
    udpReceived: (flow, lengthBytes, payloadBytes) => {
      for (const observer of observers) observer.udpReceived(flow, lengthBytes, payloadBytes);
    },
    udpSent: (flow, payloadBytes) => {
      for (const observer of observers) observer.udpSent(flow, payloadBytes);
    },
    icmp: (source, destination, type, code, lengthBytes) => {
      for (const observer of observers) observer.icmp(source, destination, type, code, lengthBytes);
    },
    flowOpen: (flow, proof) => {
      for (const observer of observers) observer.flowOpen(flow, proof);
    },
    flowProof: (flow, proof) => {
      for (const observer of observers) observer.flowProof(flow, proof);
    },
    flowClose: (flow, receivedBytes, sentBytes, reason) => {
      for (const observer of observers) observer.flowClose(flow, receivedBytes, sentBytes, reason);
    },
    other: (source, destination, protocol, lengthBytes) => {
      if (!answersFor(destination, source, protocol)) return;
      for (const observer of observers) observer.other(source, destination, protocol, lengthBytes);
    },
    arpRequest: (contact) => {
      for (const observer of observers) observer.arpRequest(contact);
    },
    ipv6: (contact) => {
      for (const observer of observers) observer.ipv6(contact);
    },
    answerLimited: (...parts) => {
      for (const observer of observers) observer.answerLimited(...parts);
    },
    addressTaken: (owner) => {
      for (const observer of observers) observer.addressTaken(owner);
    },
  };
}
