/**
 * Sequential scanning with Blaster's start rule: a host begins at the first address of a random network of 256, or,
 * with a certain probability, near its own: at its own network or, when that is not among the lowest of its /16, up
 * to 19 below it. From there it counts up and wraps around at the end of the space. Blaster's twenty probes at a time
 * are taken one after the other, at the rate of all together.
 *
 * Source: docs/models.md#sequential-scanning; Bailey, Cooke, Jahanian, Watson, Nazario, "The Blaster worm: then and
 * now", IEEE S&P 3(4), 2005.
 */
import type { RandomStream } from '@wormwood/base';
import { plainTrack, type WalkedScan } from './scan.ts';
import type { ScanSpace } from './scan-space.ts';
import type { SequentialScan } from '../outbreak/scan-strategy.ts';

const NETWORK_SIZE = 256;
const NETWORKS_OF_16 = 256;
const NEAR_NETWORKS = 20;

export function sequential({ nearProbability }: SequentialScan, space: ScanSpace): WalkedScan {
  const { firstAddress, addressSpaceSize: size } = space;
  const track = plainTrack(firstAddress, size);
  const networks = Math.max(1, Math.floor(size / NETWORK_SIZE));
  const nearStart = (address: number, stream: RandomStream): number => {
    const network = Math.floor(address / NETWORK_SIZE);
    const below = network % NETWORKS_OF_16 > NEAR_NETWORKS ? stream.nextBelow(NEAR_NETWORKS) : 0;
    return Math.max(0, (network - below) * NETWORK_SIZE - firstAddress);
  };
  return {
    kind: 'walked',
    track,
    noticesInfected: false,
    begin: (walks, { host, place }, stream) => {
      const isNear = place >= 0 && stream.nextDouble() < nearProbability;
      const start = isNear
        ? nearStart(firstAddress + place, stream)
        : stream.nextBelow(networks) * NETWORK_SIZE;
      walks.goRound(host, start, size);
    },
    succeeded: () => undefined,
    metInfected: () => undefined,
    finishedRange: () => undefined,
  };
}
