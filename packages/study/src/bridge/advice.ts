/**
 * How many honeypots end the outbreak. With a response of δ to its k-th contact, a host infects
 * R = (s S/Ω) (k Ω/(s h) + δ) others of the S susceptible hosts before it is immunized (docs/models.md#delay-wall). The advice
 * is for R = 1/2: then as many hosts again are infected as are now, and no more.
 */
import { quantile } from '../fit/forecast.ts';
import type { Honeynet } from './contact-fit.ts';
import type { PresentState } from './outlook.ts';

/** What would end the outbreak. */
export type Advice =
  | {
      readonly isPossible: true;
      /** Honeypots in all, and those that are to be added. */
      readonly honeypots: number;
      readonly more: number;
    }
  | {
      readonly isPossible: false;
      readonly reason: 'response' | 'space';
      readonly responseMaxSeconds: number;
    };

/** Others that an infected host infects, with the honeypots that are advised. */
export const REPRODUCTION_AIM = 0.5;
/** Of ten states that the contacts leave possible, the advice does for nine. */
const ASSURANCE = 0.9;

/** Returns the least number of honeypots that does, or why no number does. */
export function adviceFor(
  states: readonly PresentState[],
  { honeypots, addressSpaceSize }: Honeynet,
  { responseSeconds, contacts }: { readonly responseSeconds: number; readonly contacts: number },
): Advice {
  const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
  const susceptible = (state: PresentState): number => state.vulnerable - state.seen - state.unseen;
  const infectionsPerSecond = (state: PresentState): number =>
    (state.scanRatePerSecond * susceptible(state)) / addressSpaceSize;
  const needed = states.map((state) => {
    const left = REPRODUCTION_AIM - infectionsPerSecond(state) * responseSeconds;
    return left > 0 ? (contacts * susceptible(state)) / left : Infinity;
  });
  const total = Math.ceil(quantile(sorted(needed), ASSURANCE));
  const walls = states.map((state) => REPRODUCTION_AIM / infectionsPerSecond(state));
  const responseMaxSeconds = quantile(sorted(walls), 1 - ASSURANCE);
  if (!Number.isFinite(total)) return { isPossible: false, reason: 'response', responseMaxSeconds };
  const free = addressSpaceSize - quantile(sorted(states.map(({ vulnerable }) => vulnerable)), ASSURANCE);
  if (total > free) return { isPossible: false, reason: 'space', responseMaxSeconds };
  return { isPossible: true, honeypots: Math.max(total, honeypots), more: Math.max(0, total - honeypots) };
}
