/**
 * What may change of a vulnerable host, as models of counts tell hosts apart: its stage, and how far each clock that runs for
 * it has come. A clock of n stages passes them one after the other.
 */

export type Stage = 'susceptible' | 'latent' | 'scanning' | 'immunized';

export interface HostState {
  readonly stage: Stage;
  /** Of a host that is not infected, whether it was. */
  readonly wasInfected: boolean;
  /** Whether a host that is past its latency sleeps. */
  readonly isAsleep: boolean;
  /** Stages passed of the time to the first probe, of a latent host. */
  readonly latency: number;
  /** For each detector the effective contacts, then the stages of its clock that have passed. */
  readonly detected: readonly number[];
  /** For each blocker the stages passed of its clock; blocked once all are. */
  readonly blocked: readonly number[];
  /** For each watch, 0 at large, then the stages of an isolation from 1. */
  readonly isolated: readonly number[];
}

export function isInfected({ stage }: HostState): boolean {
  return stage === 'latent' || stage === 'scanning';
}

/** Whether any watch isolates the host: then it sends nothing, and no probe reaches it. */
export function isIsolated({ isolated }: HostState): boolean {
  return isolated.some((passed) => passed > 0);
}

/** Returns the vector with another element at a row. */
export function withRow(of: readonly number[], row: number, value: number): readonly number[] {
  return of.map((element, at) => (at === row ? value : element));
}
