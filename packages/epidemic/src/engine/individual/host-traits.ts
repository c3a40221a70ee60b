/** Which host has which throttle, kill-switch and watch: drawn once, for each host and countermeasure independently. */
import type { RandomStream } from '@wormwood/base';
import { type HostMeasures, type Trait } from '../../dynamics/host-measures.ts';

/** Bit masks by host; undefined where no countermeasure is of the kind. */
export interface HostTraits {
  readonly throttled: Uint8Array | undefined;
  readonly killed: Uint8Array | undefined;
  readonly watched: Uint8Array | undefined;
}

export function drawTraits(
  { throttles, killSwitches, watches }: HostMeasures,
  hosts: number,
  stream: RandomStream,
): HostTraits {
  return {
    throttled: drawMasks(throttles, hosts, stream),
    killed: drawMasks(killSwitches, hosts, stream),
    watched: drawMasks(watches, hosts, stream),
  };
}

function drawMasks(traits: readonly Trait[], hosts: number, stream: RandomStream): Uint8Array | undefined {
  if (traits.length === 0) return undefined;
  const masks = new Uint8Array(hosts);
  for (const [row, { coverage }] of traits.entries()) {
    if (coverage >= 1) for (let host = 0; host < hosts; host++) masks[host]! |= 1 << row;
    else {
      for (let host = 0; host < hosts; host++) {
        if (stream.nextDouble() < coverage) masks[host]! |= 1 << row;
      }
    }
  }
  return masks;
}
