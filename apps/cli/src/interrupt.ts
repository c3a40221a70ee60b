/**
 * Ctrl-C and SIGTERM during a run. The first sets a flag in shared memory, which the workers read between two steps of
 * a run, so that they end it and hand over what they have; the second ends the program at once.
 */
import { EXIT } from './exit-code.ts';

export interface Interrupt {
  /** One word, shared with workers: not 0 once the run shall end. */
  readonly flag: Int32Array;
  readonly signal: AbortSignal;
  interrupted(): boolean;
  /** Gives the signals back to Node. */
  release(): void;
}

/** Takes over the signals; `announce` is called at the first one. */
export function catchInterrupt(announce: () => void): Interrupt {
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const controller = new AbortController();
  const onSignal = (): void => {
    if (Atomics.load(flag, 0) !== 0) {
      // eslint-disable-next-line unicorn/no-process-exit -- the second signal asks for exactly this
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
