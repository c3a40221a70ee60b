/**
 * Content filtering: from its start a signature drops the worm's probes on the covered fraction of paths, so the contact
 * rate becomes (1 − coverage) β; at full coverage nothing is infected any more.
 *
 * Source: Moore, Shannon, Voelker, Savage, "Internet Quarantine", INFOCOM 2003.
 */
import type { Effect } from './effect.ts';
import type { ContentFiltering } from '../outbreak/countermeasure.ts';

export function contentFiltering({ coverage }: ContentFiltering): Effect {
  return { passing: 1 - coverage };
}
