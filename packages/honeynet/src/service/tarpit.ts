/** A port as slow as it can be: its answers leave octet by octet, one a second, and so keep whoever waits for them. */
import type { TcpConnection } from '@wormwood/netstack';

/** Calls back after so many seconds; returns what cancels it. */
export type Schedule = (seconds: number, callback: () => void) => () => void;

const SECONDS_PER_OCTET = 1;

/**
 * Returns the connection as its service should see it: it takes one octet, and the next a second later, when `writable`
 * is called.
 */
export function tarpit(connection: TcpConnection, schedule: Schedule, writable: () => void): TcpConnection {
  let isWaiting = false;
  return {
    localAddress: connection.localAddress,
    localPort: connection.localPort,
    remoteAddress: connection.remoteAddress,
    remotePort: connection.remotePort,
    write(octets) {
      if (isWaiting || octets.length === 0) return 0;
      const taken = connection.write(octets.subarray(0, 1));
      if (taken === 0) return 0;
      isWaiting = true;
      schedule(SECONDS_PER_OCTET, () => {
        isWaiting = false;
        writable();
      });
      return taken;
    },
    end: () => connection.end(),
    abort: () => connection.abort(),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    claim: (bytes) => connection.claim(bytes),
  };
}
