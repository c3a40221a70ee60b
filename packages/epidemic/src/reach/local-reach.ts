/**
 * Local preference where the networks of hosts are drawn at random, or hosts lie anywhere: all hosts are in one cell,
 * and each has the expected number of others around it (pair-shares.ts). At the start the rate of infections is then
 * the mean of that of single hosts over all placements, exactly. Later the mean field is ahead of them: it spreads
 * the infected evenly over all networks, while in fact the hosts around an infected one are infected first, and its
 * later probes to them have no effect. With Code Red II's preference, 18 hosts in each of 278 networks and 100 of all
 * infected at the start, the engine `hosts` takes 22 % longer to half of them and 29 % longer to nine tenths. Where
 * each network holds many hosts, some of them infected from the start, both agree to 0.5 % of the hosts; and so they
 * do without local preference. That large networks hold different numbers of small ones, being drawn, slows the end:
 * by 1.3 % of the hosts for 40 of 64 places taken in eight large networks.
 *
 * Of the honeypots, a dark block lies in networks without hosts, so that only probes to anywhere meet it, unless the
 * whole space is one network. Those spread over populated /16s lie around every host: all of their own /16, and of
 * the others as many as hosts lie there.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { pairShare, populatedBlocks, type RandomPlacement } from './pair-shares.ts';
import type { Reach } from './cells.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';
import type { LocalPreferenceScan } from '../outbreak/scan-strategy.ts';

const SLASH16 = 2 ** 16;

export function localReach(outbreak: Outbreak, { levels }: LocalPreferenceScan): Reach {
  const { addressSpaceSize, population, honeypots } = outbreak;
  const { placement, vulnerable } = population;
  const random: RandomPlacement = {
    addressSpaceSize,
    levels: placement?.kind === 'clustered' ? placement.levels : [],
  };
  const anywhere = 1 - levels.reduce((sum, { probability }) => sum + probability, 0);
  let onto = anywhere / addressSpaceSize;
  const met = honeypots.map(({ count }) => (anywhere * count) / addressSpaceSize);
  for (const { networkSize, probability } of levels) {
    const size = Math.min(networkSize, addressSpaceSize);
    onto += (probability * pairShare(random, size)) / size;
    for (const [index, group] of honeypots.entries()) {
      met[index]! += (probability * honeypotsAround(group, { random, size, vulnerable })) / size;
    }
  }
  return {
    hosts: Float64Array.of(vulnerable),
    onto: Float64Array.of(onto),
    met: met.map((one) => Float64Array.of(one)),
  };
}

/** Honeypots in a host's own network of `size` addresses. */
function honeypotsAround(
  { placement, count }: Honeypots,
  { random, size, vulnerable }: { random: RandomPlacement; size: number; vulnerable: number },
): number {
  const space = random.addressSpaceSize;
  if (placement === 'block') return size >= space ? count : 0;
  const free = (own: number): number => own - vulnerable * pairShare(random, own);
  if (placement === 'scattered') return space > vulnerable ? (count * free(size)) / free(space) : 0;
  const network = Math.min(SLASH16, space);
  const inOwn = count / populatedBlocks(random, network, vulnerable);
  if (size <= network) return (inOwn * free(size)) / free(network);
  const own = pairShare(random, network);
  const others = own < 1 ? (pairShare(random, size) - own) / (1 - own) : 0;
  return inOwn + (count - inOwn) * others;
}
