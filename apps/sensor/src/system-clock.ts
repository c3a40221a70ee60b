/** The machine's time as a clock of the packages: seconds since 1970 that never run backwards. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '@wormwood/base';

const { timeOrigin } = performance;

/** The monotonic clock, set once by the wall clock when the process began. */
export const systemClock: Clock = {
  // Every packet asks; the global of the same name is a getter that costs more than the reading.
  nowSeconds: () => (timeOrigin + performance.now()) / 1000,
};

/** Local time, as YYYY-MM-DD. */
export function today(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
