/**
 * Ctrl-C and SIGTERM during a run. The first signal sets a flag in shared memory; the workers check it between the steps of
 * a run, end the run and return what they have. The second signal ends the program at once.
 */
import { EXIT } from './exit-code.ts';

export interface Interrupt {
  /** One word, shared with workers; nonzero once the run is to end. */
  readonly flag: Int32Array;
  readonly signal: AbortSignal;
  interrupted(): boolean;
  /** Restores Node's handling of the signals. */
  release(): void;
}

/** Takes over the signals; `announce` is called at the first one. */
export function catchInterrupt(announce: () => void): Interrupt {
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const controller = new AbortController();
  const onSignal = (): void => {
    if (Atomics.load(flag, 0) !== 0) {
      // eslint-disable-next-line unicorn/no-process-exit -- the second signal asks for exactly that
      process.exit(EXIT.interrupted);
    }
    Atomics.store(flag, 0, 1);
    announce();
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    flag,
    signal: controller.signal,
    interrupted: () => Atomics.load(flag, 0) !== 0,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
