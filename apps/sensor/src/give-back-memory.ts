/** Memory that reading a large configuration has left behind, given back to the system at once. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimMemory } from './device/libc.ts';

/** Runs the collector, which otherwise waits for allocations that an idle sensor does not make. */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  trimMemory();
}
