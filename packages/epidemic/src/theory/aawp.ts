/**
 * The analytical active worm propagation model (Chen, Gao, Kwiat, INFOCOM 2003, equation 1): discrete ticks, in each of
 * which infected hosts scan, then die or are patched. For comparison with work that uses it: it counts a host that is hit
 * twice within a tick once, and lets nobody scan in the tick of his infection, so it is late against the mean field, the
 * more the longer the tick.
 */
import { assert, expm1, log1p } from '@wormwood/base';

export interface AawpOutbreak {
  readonly addressSpaceSize: number;
  readonly vulnerable: number;
  /** Hosts infected before the first tick. */
  readonly infected: number;
  /** Probes that an infected host sends in a tick. */
  readonly scansPerTick: number;
  /** Fractions of the hosts that die, and that are patched, in a tick. */
  readonly deathRatePerTick: number;
  readonly patchingRatePerTick: number;
}

/** Returns the number of infected hosts, not rounded, after 0, 1, …, `ticks` ticks. */
export function aawpInfected(outbreak: AawpOutbreak, ticks: number): Float64Array {
  const { addressSpaceSize, vulnerable, infected, scansPerTick } = outbreak;
  const { deathRatePerTick: death, patchingRatePerTick: patching } = outbreak;
  assert(ticks >= 0 && Math.floor(ticks) === ticks, 'ticks are a whole number');
  const count = new Float64Array(ticks + 1);
  const logMiss = log1p(-1 / addressSpaceSize);
  let now = infected;
  let unpatched = vulnerable;
  count[0] = now;
  for (let tick = 1; tick <= ticks; tick++) {
    // 1 − (1 − 1/Ω)^(s n), without losing the digits of a small result.
    const hit = -expm1(scansPerTick * now * logMiss);
    now = (1 - death - patching) * now + (unpatched - now) * hit;
    unpatched *= 1 - patching;
    count[tick] = now;
  }
  return count;
}
