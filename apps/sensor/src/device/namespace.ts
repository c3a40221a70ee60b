/** Opening devices in another network namespace: a socket belongs to the one in which it was made (setns(2)). */
import { closeSync, openSync } from 'node:fs';
import * as libc from './libc.ts';

const CLONE_NEWNET = 0x4000_0000;

/**
 * Calls `body`, which must not wait, in the namespace that `ip netns` calls `name`, and comes back. Throws the system's
 * error, `ENOENT` without such a namespace and `EPERM` without the right to enter.
 */
export function inNetworkNamespace<T>(name: string, body: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const there = openSync(`/run/netns/${name}`, 'r');
    try {
      if (libc.setns(there, CLONE_NEWNET) !== 0) throw libc.systemError(`network namespace ${name}`);
    } finally {
      closeSync(there);
    }
    return body();
  } finally {
    libc.setns(home, CLONE_NEWNET);
    closeSync(home);
  }
}
