/** A fingerprint of a run's trajectory, to see at a glance whether two machines or two versions drew the same run. */
import type { Run } from '../engine/engine.ts';

/** Returns 16 hexadecimal digits: FNV-1a, 64 bits, over the trajectory's doubles, least significant octet first. */
export function trajectoryHash(run: Pick<Run, 'trajectory'>): string {
  const { time, susceptible, infected, immunized, everInfected } = run.trajectory;
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  const octets = new DataView(new ArrayBuffer(8));
  for (const series of [time, susceptible, infected, immunized, ...(everInfected ? [everInfected] : [])]) {
    for (const value of series) {
      octets.setFloat64(0, value, true);
      for (let i = 0; i < 8; i++) {
        low = (low ^ octets.getUint8(i)) >>> 0;
        // The prime is 2^40 + 0x1b3; products of a word and 0x1b3 are exact in a double.
        const product = low * 0x1b3;
        high = (Math.imul(high, 0x1b3) + Math.floor(product / 4294967296) + (low << 8)) >>> 0;
        low = product >>> 0;
      }
    }
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
