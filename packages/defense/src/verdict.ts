/** The judgment that a host is infected, with what it rests on and how often such a judgment is wrong. */

import type { ForgeableReason } from './observation.ts';

export interface Verdict {
  /** Stable for the same source and detector state; decisions and audit refer to it. */
  readonly id: string;
  readonly source: number;
  readonly timeSeconds: number;
  /** First observation that counts towards it: since when the host is infected at the latest. */
  readonly sinceSeconds: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly port: number;
  /** Payload hash shared with other sources, when content took part; null otherwise. */
  readonly signature: string | null;
  /** Probes a second over the whole space, estimated from the monitored fraction, with a 95 % interval. */
  readonly scanRatePerSecond: { readonly estimate: number; readonly low: number; readonly high: number };
  /** Probability that an innocent host gets this verdict, as the detector was set up. */
  readonly falsePositiveRate: number;
  /** Probability that an infected host does not get it. */
  readonly missRate: number;
  /** True when only evidence counted that nobody can forge (completed handshakes); nothing acts on other verdicts. */
  readonly unforgeable: boolean;
  /** MAC address, such as `02:00:5e:10:00:01`, from which every proven handshake came; null for a source beyond a router. */
  readonly linkAddress: string | null;
  /** Why handshakes of the source did not count; empty when all did. */
  readonly forgeableReasons: readonly ForgeableReason[];
  /** What the owner should rule out first, such as an innocent relay; null when nothing hints at it. */
  readonly caution: string | null;
  readonly evidence: readonly Evidence[];
}

/** One reason, in words that a person reads and figures that a program checks. */
export interface Evidence {
  readonly detector: string;
  readonly text: string;
  readonly forgeable: boolean;
  readonly figures: Readonly<Record<string, number>>;
}
