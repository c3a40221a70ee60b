/**
 * How infected hosts find what they probe, the part in which `hosts` and `probes` differ: one computes when the next
 * probe reaches something without drawing the misses, the other draws every probe. Both report to `follow.ts` what
 * was reached, and it decides what follows.
 *
 * Scanning has a clock of its own, in seconds at the full scan rate: where all hosts scan more slowly, it runs more
 * slowly.
 */
import type { RandomStream } from '@wormwood/base';

/** A probe that may have reached something. */
export interface Hit {
  sender: number;
  /** A host; or N + the group of the honeypot; or −1 for nothing. */
  target: number;
}

/** What a sender learns from its probe. */
export type Outcome = 'nothing' | 'infected' | 'was-infected';

export interface Scanning {
  /** Probes a second of the scanning clock that may reach something and come at random. */
  rate(): number;
  /** When, on the scanning clock, the next probe comes whose time is set; Infinity for none. */
  nextSeconds(): number;
  /** Draws one of those that come at random. */
  draw(hit: Hit, stream: RandomStream): void;
  /** Takes the one whose time has come. */
  take(hit: Hit): void;
  /**
   * A probe that was drawn or taken had this outcome; an infected target has been reported by `infect`. Returns
   * whether the sender gives up scanning.
   */
  settle(hit: Hit, outcome: Outcome, stream: RandomStream): boolean;
  /** A host has become susceptible again. */
  restore(host: number): void;
  /** A host is no longer susceptible, for a reason other than infection. */
  withdraw(host: number): void;
  /** A susceptible host becomes infected; −1 is the infector of those infected at the start. */
  infect(host: number, infector: number, stream: RandomStream): void;
  /** An infected host begins to scan at `seconds` of the scanning clock. */
  start(host: number, seconds: number, stream: RandomStream): void;
  /** A host stops scanning, or changes its rate; when it starts again, it continues from its place. */
  stop(host: number, seconds: number, stream: RandomStream): void;
  /** A group of honeypots begins to listen. */
  listen(group: number, seconds: number, stream: RandomStream): void;
}
