/** A user-space network stack over `wire`: start with `link/device.ts`, where frames come and go. */

export { type FrameReceiver, type LinkDevice, type ReceivedFrame, ReusedFrame } from './link/device.ts';
export { type FaultCounts, FaultInjector, type Faults } from './link/fault-injector.ts';
export { readCapture } from './link/capture-replay.ts';
export { captureTap } from './link/capture-tap.ts';
export { captureHead } from './link/capture-blocks.ts';
export { sessionTap } from './link/session-tap.ts';
export { TappedDevice } from './link/tapped-device.ts';
export { decapsulate, encapsulate, GRE_OVERHEAD_BYTES } from './link/gre.ts';
export { type MemoryDevice, memoryLink } from './link/memory-link.ts';

// The stack, what it asks and what it reports.
export type {
  Flow,
  IcmpQueries,
  PacketClass,
  StackBehavior,
  StrayAnswer,
  StraySegment,
  SynAckOddities,
  SynAckShape,
  SynHead,
  TcpOptionName,
} from './behavior.ts';
export { plainBehavior, raisedTypeOfService } from './plain-behavior.ts';
export type {
  HostDirectory,
  PortState,
  StackHost,
  TcpConnection,
  TcpPortState,
  TcpService,
  UdpDatagram,
} from './host.ts';
export { IdentificationCounters } from './network/identification.ts';
export { DhcpClient, type DhcpLease } from './network/dhcp-client.ts';
export type { RouterName, RouterStatus } from './network/known-routers.ts';
export { ReplyLimiter, type ReplyRates } from './network/reply-limiter.ts';
export { AddressNames } from './network/address-names.ts';
export type { LinkNetwork, LinkOptions } from './network/source-prover.ts';
export {
  type AddressOwner,
  type AnswerLimit,
  type ArpContact,
  type ForgeableReason,
  type Ipv6Contact,
  silentObserver,
  type SourceProof,
  type StackObserver,
} from './observer.ts';
export { Stack, type StackOptions } from './stack.ts';
