/** The machine's time as a clock of the packages: seconds since 1970 that never run backwards. */
import type { Clock } from '@wormwood/base';

/** The monotonic clock, set once by the wall clock when the process began. */
export const systemClock: Clock = {
  nowSeconds: () => (performance.timeOrigin + performance.now()) / 1000,
};
