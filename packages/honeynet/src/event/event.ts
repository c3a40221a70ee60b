/**
 * Events: one flat object for each thing that happened, with names that stay (docs/sensor.md#files). Times are RFC 3339 in UTC
 * with microseconds, addresses are text, and undefined fields are not written.
 */
import type { AnswerLimit, ForgeableReason, Ipv6Contact, SourceProof } from '@wormwood/netstack';
import type { SynMarkName } from '@wormwood/wire';

/** Fields that every event has. */
export interface EventHead {
  readonly v: 1;
  /** UUIDv7 (RFC 9562 5.7): sorts by time. */
  readonly id: string;
  readonly ts: string;
  readonly sensor: string;
}

/** Fields of an event about packets of one flow. */
export interface FlowFields {
  /** Name of the template that answered, or null where nobody did. */
  readonly host: string | null;
  /** Of a connection: the `id` of its `flow.open`. */
  readonly session?: string;
  readonly src_ip: string;
  readonly src_port?: number;
  readonly dst_ip: string;
  readonly dst_port?: number;
  readonly proto: string;
  readonly community_id: string;
  /** VID of the frame's IEEE 802.1Q tag; absent without one. */
  readonly vlan?: number;
  /** Of the tag around it, where there are two. */
  readonly outer_vlan?: number;
}

interface VlanFields {
  readonly vlan?: number;
  readonly outer_vlan?: number;
}

/** Packets that are alike, beyond the first of a second, in that second (docs/sensor.md#floods). */
export interface FloodFields extends VlanFields {
  readonly event: 'probe.flood';
  /** What each of them would have been. */
  readonly of: 'probe.tcp' | 'probe.udp' | 'probe.icmp' | 'probe.other' | 'flow.open' | 'service.data';
  readonly host: string | null;
  readonly src_ip: string;
  /** Of the first of them; of TCP and UDP. */
  readonly src_port?: number;
  readonly dst_ip: string;
  readonly dst_port?: number;
  readonly proto: string;
  readonly tcp_flags?: string;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  readonly backscatter?: boolean;
  readonly packets: number;
  /** Of IP; of `service.data`, of payload. */
  readonly octets: number;
}

/** ARP requests of one source, with no pause of five seconds and for a minute at most. */
export interface ArpSweepFields extends VlanFields {
  readonly event: 'probe.arp';
  /** 0.0.0.0: somebody who looks whether an address is free. */
  readonly src_ip: string;
  readonly src_mac: string;
  readonly first_ip: string;
  readonly last_ip: string;
  readonly requests: number;
  /** How many addresses of ours were asked for. */
  readonly targets: number;
  readonly answered: number;
  readonly duration: number;
}

/** Answers that were due and that a limit kept back. */
export interface LimitedFields {
  readonly event: 'answer.limited';
  readonly limit: AnswerLimit;
  readonly proto: string;
  readonly src_ip: string;
  readonly dst_ip: string;
  readonly answers: number;
}

/** An IPv6 packet to an address of ours, or a question about one. */
export interface Ipv6Fields extends VlanFields {
  readonly event: 'probe.ipv6';
  readonly kind: Ipv6Contact['kind'];
  readonly src_ip: string;
  readonly src_mac: string;
  readonly dst_ip: string;
  readonly proto: string;
  readonly ip_length: number;
  readonly answered: boolean;
}

/** Another machine has an address of ours; it is left to it. */
export interface TakenFields extends VlanFields {
  readonly event: 'address.taken';
  readonly dst_ip: string;
  readonly src_mac: string;
}

/** What becomes of a host that asks for its address. */
export interface DhcpNews {
  readonly event: 'dhcp.lease' | 'dhcp.renewal' | 'dhcp.lost' | 'dhcp.conflict' | 'dhcp.silent';
  readonly host: string;
  /** Of the host. */
  readonly mac: string;
  readonly ip?: string;
  readonly server?: string;
  /** Until the lease ends; absent for one without end. */
  readonly seconds?: number;
}

/** The network interface of the sensor. */
export interface InterfaceNews {
  readonly event: 'interface.down' | 'interface.up' | 'interface.gone' | 'interface.mtu';
  readonly name: string;
  readonly mtu?: number;
}

/** An event as it is written and published; its kind is `event`, its sentence `message`. */
export type SensorEvent = EventHead & { readonly message: string } & (
    | (FlowFields & ProbeFields)
    | (FlowFields & FlowEventFields)
    | (FlowFields & ServiceFields)
    | FloodFields
    | ArpSweepFields
    | LimitedFields
    | Ipv6Fields
    | TakenFields
    | DhcpNews
    | InterfaceNews
    | { readonly event: 'sensor.start'; readonly version: string; readonly nets: readonly string[] }
    | { readonly event: 'sensor.reload'; readonly ok: boolean }
    | { readonly event: 'sensor.trouble' }
    | { readonly event: 'sensor.stop'; readonly frames: number; readonly dropped: number }
  );

type ProbeFields =
  | {
      readonly event: 'probe.tcp';
      /** Letters FSRPAUEC as packet logs write them. */
      readonly tcp_flags: string;
      readonly ip_length: number;
      /** What a SYN says of the program that made it; absent where that is nothing. */
      readonly marks?: readonly SynMarkName[];
      /** An answer to something that somebody else sent in the name of one of our addresses. */
      readonly backscatter: boolean;
    }
  | { readonly event: 'probe.udp'; readonly ip_length: number }
  | {
      readonly event: 'probe.icmp';
      readonly icmp_type: number;
      readonly icmp_code: number;
      readonly ip_length: number;
      readonly backscatter: boolean;
    }
  | { readonly event: 'probe.other'; readonly ip_length: number };

/** What a completed handshake proves about the address of its source. */
export interface SourceFields {
  /** Ethernet source of the initiator's frames, `aa:bb:cc:dd:ee:ff`; absent on a device without Ethernet. */
  readonly src_mac?: string;
  readonly source_proof: SourceProof['kind'];
  /** Why the address can be forged; only with `none`. */
  readonly forgeable?: ForgeableReason;
}

type FlowEventFields =
  /** `handshake` false: a conversation over UDP, which proves nothing. */
  | { readonly event: 'flow.open'; readonly handshake: false }
  | ({ readonly event: 'flow.open'; readonly handshake: true } & SourceFields)
  /** Follows a `flow.open` whose proof is pending, once. */
  | ({ readonly event: 'flow.proof' } & SourceFields)
  | {
      readonly event: 'flow.close';
      readonly received_bytes: number;
      readonly sent_bytes: number;
      readonly duration: number;
      readonly reason: 'done' | 'reset' | 'timeout';
    };

type ServiceFields =
  | {
      readonly event: 'service.data';
      readonly payload_sha256: string;
      readonly payload_length: number;
      /** The protocol whose usual first message it is; null for any other, left out where nobody looked. */
      readonly payload_greeting?: string | null;
    }
  | { readonly event: 'service.message'; readonly text: string }
  /** A script that was to serve did not start, or a proxy leads nowhere; `reason` says why. */
  | { readonly event: 'service.failed'; readonly reason: string };
