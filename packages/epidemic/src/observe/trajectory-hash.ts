/** A fingerprint of a run's trajectory, to see at a glance whether two machines or two versions drew the same run. */
import { Fnv64 } from '@wormwood/base';
import type { Run } from '../engine/engine.ts';

/** Returns 16 hexadecimal digits: FNV-1a, 64 bits, over the trajectory's doubles, least significant octet first. */
export function trajectoryHash(run: Pick<Run, 'trajectory'>): string {
  const { time, susceptible, infected, immunized, everInfected } = run.trajectory;
  const hash = new Fnv64();
  const octets = new DataView(new ArrayBuffer(8));
  for (const series of [time, susceptible, infected, immunized, ...(everInfected ? [everInfected] : [])]) {
    for (const value of series) {
      octets.setFloat64(0, value, true);
      for (let i = 0; i < 8; i++) hash.absorb(octets.getUint8(i));
    }
  }
  return hash.high.toString(16).padStart(8, '0') + hash.low.toString(16).padStart(8, '0');
}
