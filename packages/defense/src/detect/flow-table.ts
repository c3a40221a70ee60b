/**
 * The flows that a capture shows, as far as it takes to tell a first contact from the rest, an answer from backscatter,
 * and a completed handshake from a forged one. The table never grows beyond its limit: the flow begun first gives way.
 */
import { RecentMap } from '@wormwood/base';
import type { ForgeableReason, Observation } from '../observation.ts';
import type { Judgment } from './link-owners.ts';

/** What is known of a flow; it belongs to the host that began it. */
export interface Flow {
  /** Sequence number of the SYN; 0 where there is none. */
  readonly initialSequence: number;
  /** Link addresses between which the first packet went; null where the link has none. */
  readonly initiatorMac: number | null;
  readonly responderMac: number | null;
  readonly vlan: number;
  /** Sequence number of the SYN/ACK; null until there is one. */
  answerSequence: number | null;
  /** Two SYN/ACKs that differ: one of them is forged. */
  isContradictory: boolean;
  /** Why the handshake will prove nothing; null while nothing speaks against it. */
  doubt: ForgeableReason | null;
  /** Third segments that acknowledged something else than the second. */
  wrongGuesses: number;
  /** What the completed handshake is worth; null before. */
  judgment: Judgment | null;
  hasPayload: boolean;
}

/** What a flow begins with. */
export type FirstPacket = Pick<Flow, 'initialSequence' | 'initiatorMac' | 'responderMac' | 'vlan'>;

/** Both ends of a packet. */
export interface FlowEnds {
  readonly protocol: Observation['protocol'];
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export class FlowTable {
  readonly #flows: RecentMap<string, Flow> = new RecentMap();
  readonly #flowsMax: number;

  constructor(flowsMax: number) {
    this.#flowsMax = flowsMax;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** The flow that the source of the packet began. */
  begunBySource(ends: FlowEnds): Flow | undefined {
    return this.#flows.get(forwardKey(ends));
  }

  /** The flow that the destination of the packet began, so that the packet is an answer. */
  begunByDestination(ends: FlowEnds): Flow | undefined {
    return this.#flows.get(backwardKey(ends));
  }

  /** Begins a flow, instead of an earlier one between the same ends. */
  begin(ends: FlowEnds, first: FirstPacket): Flow {
    const key = forwardKey(ends);
    const flow: Flow = {
      ...first,
      answerSequence: null,
      isContradictory: false,
      doubt: null,
      wrongGuesses: 0,
      judgment: null,
      hasPayload: false,
    };
    this.#flows.set(key, flow);
    const oldest = this.#flows.oldest();
    if (this.#flows.size > this.#flowsMax && oldest !== undefined) this.#flows.delete(oldest.key);
    return flow;
  }
}

function forwardKey({ protocol, source, destination, sourcePort, destinationPort }: FlowEnds): string {
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}

function backwardKey({ protocol, source, destination, sourcePort, destinationPort }: FlowEnds): string {
  return `${protocol} ${destination} ${destinationPort} ${source} ${sourcePort}`;
}
