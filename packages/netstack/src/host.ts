/** What the stack learns about the addresses that it answers for. The honeynet implements it; tests fake it. */
import type { IpAddress } from '@wormwood/wire';
import type { StackBehavior } from './behavior.ts';

/** `filtered` ports swallow packets, `closed` ones refuse them, `open` ones answer. */
export type PortState = 'open' | 'closed' | 'filtered';
/** A `tarpit` is open, and takes a few octets at a time: whoever sends stays. */
export type TcpPortState = PortState | 'tarpit';

/** A host as the stack sees it: its behavior, its ports, its services. It may answer at many addresses. */
export interface StackHost {
  readonly behavior: StackBehavior;
  /** Returns the Ethernet address of the host at one of its addresses; null: the stack's own. */
  linkAddressAt(address: IpAddress): number | null;
  /** Whether echo requests are answered. */
  readonly answersEcho: boolean;
  /**
   * Returns whether a packet to the host gets lost before it arrives. Called once for each IP packet that was received, and for
   * nothing else. @default none gets lost
   */
  losesPacket?(): boolean;
  tcpPort(port: number): TcpPortState;
  udpPort(port: number): PortState;
  /** Called for each connection when its handshake is complete; null: data is acknowledged and thrown away. */
  acceptTcp(connection: TcpConnection): TcpService | null;
  /** Called for each datagram to an open port; `reply` may be called any number of times, then or later. */
  receiveUdp(datagram: UdpDatagram, reply: (payload: Uint8Array) => void): void;
}

/** Knows which host answers at an address. */
export interface HostDirectory {
  /**
   * Returns who answers at `address` when `source` asks by an IP protocol, or null. Called for every packet, and for a connection
   * that lives when it sends or its timer runs: constant or logarithmic time, no allocation, nothing drawn.
   */
  find(address: IpAddress, source: IpAddress, protocol: number): StackHost | null;
  /** Returns whether frames to this Ethernet address are for us, whatever host they carry a packet to. @default none are */
  forwards?(linkAddress: number): boolean;
}

/** A datagram as a service sees it. */
export interface UdpDatagram {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** A view that is only valid during the call. */
  readonly payload: Uint8Array;
}

/** A connection as a service sees it. */
export interface TcpConnection {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** Queues octets and returns how many were taken; when fewer than offered, `TcpService.writable` follows. */
  write(octets: Uint8Array): number;
  /** Sends FIN after what is queued. */
  end(): void;
  /** Sends RST and forgets the connection. */
  abort(): void;
  /** While paused, what arrives fills the receive window and is not delivered. */
  pause(): void;
  resume(): void;
  /**
   * Whoever serves the connection keeps so many octets more for it, or fewer where `bytes` is negative: until it is over they
   * count as its memory.
   */
  claim(bytes: number): void;
}

/** What a service learns about its connection. */
export interface TcpService {
  /** Octets in order; the view is only valid during the call. */
  data(octets: Uint8Array): void;
  /** The remote side has sent FIN. */
  ended(): void;
  /** There is room to write again. */
  writable(): void;
  /** The connection is over and `TcpConnection` is dead. */
  closed(reason: 'done' | 'reset' | 'timeout'): void;
}
