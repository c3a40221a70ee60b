/** A user-space network stack over `wire`: start with `link/device.ts`, where frames come and go. */

export type { FrameReceiver, LinkDevice } from './link/device.ts';
export {
  type FaultCounts,
  FaultInjector,
  type FaultInjectorComponents,
  type Faults,
} from './link/fault-injector.ts';
export { type Capture, type CapturedFrame, CaptureReplay, readCapture } from './link/capture-replay.ts';
export { captureTap, type CaptureTapComponents } from './link/capture-tap.ts';
export { captureHead } from './link/capture-blocks.ts';
export { flowOfFrame } from './link/frame-flow.ts';
export { sessionTap } from './link/session-tap.ts';
export { TappedDevice } from './link/tapped-device.ts';
export { decapsulate, encapsulate, GRE_OVERHEAD_BYTES, GreDevice, type GreTunnel } from './link/gre.ts';
export { type MemoryDevice, memoryLink, type MemoryLinkOptions } from './link/memory-link.ts';

// The stack, what it asks and what it tells.
export {
  type Flow,
  type PacketClass,
  plainBehavior,
  type StackBehavior,
  type TcpBehavior,
} from './behavior.ts';
export type {
  HostDirectory,
  PortState,
  StackHost,
  TcpConnection,
  TcpPortState,
  TcpService,
  UdpDatagram,
} from './host.ts';
export {
  DhcpClient,
  type DhcpClientComponents,
  type DhcpLease,
  type DhcpState,
} from './network/dhcp-client.ts';
export type { Ipv6Directory } from './network/ndp-responder.ts';
export type { OverlapPolicy } from './network/reassembly.ts';
export { type ForgeableReason, silentObserver, type SourceProof, type StackObserver } from './observer.ts';
export { Stack, type StackComponents, type StackOptions } from './stack.ts';
export type { ConnectionStatus, TcpLimits } from './transport/tcp/tcp.ts';
