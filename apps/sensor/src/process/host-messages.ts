/** What a sensor and the process that starts its scripts say to each other. */
import type { ProgramEnd, ProgramStart } from './program-start.ts';

/** The user that scripts run as, and the users that templates may name. */
export interface HostUsers {
  readonly userId: number;
  readonly groupId: number;
  readonly allowed: readonly number[];
  readonly allowedGroups: readonly number[];
}

export type ToHost =
  | { readonly kind: 'start'; readonly id: number; readonly start: ProgramStart }
  | { readonly kind: 'kill'; readonly id: number };

/** A socket comes with `stdio`, which is standard input and output in one, and with `stderr`. */
export type FromHost =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stdio' | 'stderr'; readonly id: number }
  | { readonly kind: 'end'; readonly id: number; readonly end: ProgramEnd };
