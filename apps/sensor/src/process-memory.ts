/** How much memory the process takes beside what it uses. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimMemory } from './device/libc.ts';

/**
 * Lets the heap grow by half of what is in use before the collector runs, where V8 takes three times as much on a machine with
 * much memory: under a flood that is the larger part of the process.
 */
export function holdBackGarbage(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/**
 * Gives memory that reading a large configuration has left behind back to the system: runs the collector, which otherwise waits
 * for allocations that an idle sensor does not make.
 */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  trimMemory();
}
