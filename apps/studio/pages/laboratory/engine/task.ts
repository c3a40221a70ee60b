/** What a worker of the page is asked, and what it answers. */
import type { ChunkRequest, EngineName, Outbreak, Run, RunChunk } from '@wormwood/epidemic';
import type { FieldChart } from '@wormwood/report';
import type {
  AlarmedSeries,
  Honeynet,
  MarginalValue,
  PlanFound,
  PlanRequest,
  Sighting,
} from '@wormwood/study';

/** Replicate 0 of an outbreak. */
export interface SingleTask {
  readonly kind: 'single';
  readonly engine: EngineName;
  readonly outbreak: Outbreak;
  readonly seed: string;
  readonly keepInfections: boolean;
}

/** The work that workers do. */
export type Task =
  | SingleTask
  | { readonly kind: 'chunk'; readonly request: ChunkRequest }
  | { readonly kind: 'plan'; readonly request: PlanRequest }
  | { readonly kind: 'sighting'; readonly alarmed: AlarmedSeries; readonly honeynet: Honeynet }
  | { readonly kind: 'map'; readonly outbreak: Outbreak; readonly along: 'start' | 'delay' };

/** What a plan found, and what a shorter delay and an earlier start are worth there. */
export interface Plan {
  readonly found: PlanFound;
  readonly marginal: readonly MarginalValue[];
}

/** A run with the addresses of its honeypots, a list for each group. */
export interface PlacedRun {
  readonly run: Run;
  readonly honeypotAddress: readonly Float64Array[];
  /** The hosts that were immunized, in the order of their immunization. */
  readonly immunized: Int32Array;
}

/** What each kind of task yields. */
export interface Yield {
  readonly single: PlacedRun;
  readonly chunk: RunChunk;
  readonly plan: Plan;
  /** A sentence where the contacts say nothing. */
  readonly sighting: Sighting | string;
  readonly map: FieldChart | null;
}

/** What a worker sends back. */
export type Answer =
  | { readonly ok: true; readonly value: Yield[keyof Yield] }
  | { readonly ok: false; readonly reason: string };
