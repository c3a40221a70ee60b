/** A decision: one action about one host, from proposal to end. */
import { type ActionKind, type ActionRequest, type Target, targetOf } from './action.ts';

/**
 * proposed → approved → applying → active → releasing → ended. From `applying` on, an act may be in force, and the
 * decision ends only when the actuator has released it or says that nothing is there.
 */
export type DecisionStatus = 'proposed' | 'approved' | 'applying' | 'active' | 'releasing' | 'ended';

export interface Decision extends Target {
  /** Also the key of its act. */
  readonly id: string;
  readonly verdict: string;
  /** When the detector gave the verdict. */
  readonly judgedSeconds: number;
  /** Link address of a host on the sensor's link; null for one beyond a router. */
  readonly linkAddress: string | null;
  readonly action: ActionKind;
  readonly actuator: string;
  readonly ttlSeconds: number;
  readonly approval: 'required' | 'automatic';
  readonly dryRun: boolean;
  readonly status: DecisionStatus;
  readonly proposedSeconds: number;
  /** When it is of no use any more if it was not carried out. */
  readonly lapsesSeconds: number;
  /** Who said yes; `scope` for the owner's approval in advance. Null while nobody did. */
  readonly approvedBy: string | null;
  /** When its act ends; null before it is begun. */
  readonly expiresSeconds: number | null;
  /** Failed attempts at the present step. */
  readonly failures: number;
  /** The present step is not tried before. */
  readonly retrySeconds: number;
  /** Why it ends or ended: `expired`, `undone`, `lapsed`, `failed`, or the code of a refusal. Null while it lives on. */
  readonly ending: string | null;
  /** Sequence number of the last entry of the audit log that changed it. */
  readonly sequence: number;
}

/** Returns what an actuator is asked to do about the decision. */
export function requestOf(decision: Decision, secondsLeft: number): ActionRequest {
  const { id, action, linkAddress } = decision;
  return { key: id, action, ...targetOf(decision), linkAddress, secondsLeft };
}
