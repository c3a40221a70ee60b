/** The options that commands of `wormwood respond` share. */
import type { ResponseMode } from '@wormwood/defense';
import type { PrintOptions } from '../command-options.ts';

export interface RespondOptions extends PrintOptions {
  readonly state: string;
}

export interface RespondActOptions extends RespondOptions {
  readonly act?: true;
}

export interface RespondPersonOptions extends RespondOptions {
  readonly by: string;
}

export interface RespondReasonOptions extends RespondPersonOptions {
  readonly reason: string;
}

export function modeOf({ act }: RespondActOptions): ResponseMode {
  return act === true ? 'act' : 'dryRun';
}
