/**
 * A worm that patches, as a model only: Wormwood sends none and never will. Such worms act on machines without the consent
 * of their owners, and Welchia's own scanning was an outage of its own; the model shows what they would and would not do.
 *
 *     S' = −β S I/N − β2 S P/N    I' = β S I/N [− β2 I P/N]    P' = β2 S P/N [+ β2 I P/N]
 *
 * With equal rates and susceptible hosts only, I : P never changes, so I0/(I0 + P0) of all hosts end infected.
 *
 * Source: Nicol, Liljenstam, "Models of active worm defenses", 2004; Castaneda et al., WORM 2004;
 * docs/models.md#counter-worms.
 */
import type { Effect } from './effect.ts';
import type { CounterWorm } from '../outbreak/countermeasure.ts';

export function counterWorm({ hosts, scanRatePerSecond, entersInfected }: CounterWorm): Effect {
  return { counterWorm: { hosts, scanRatePerSecond, entersInfected } };
}
