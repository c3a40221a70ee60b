/**
 * Events: one flat object for each thing that happened, with names that stay (docs/sensor.md#files). Times are RFC 3339 in UTC
 * with microseconds, addresses are text, and undefined fields are not written.
 */
import type { ForgeableReason, SourceProof } from '@wormwood/netstack';

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
}

export type SensorEvent = EventHead & { readonly message: string } & (
    | (FlowFields & ProbeFields)
    | (FlowFields & FlowEventFields)
    | (FlowFields & ServiceFields)
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
  | { readonly event: 'service.data'; readonly payload_sha256: string; readonly payload_length: number }
  | { readonly event: 'service.message'; readonly text: string };
