/** Both clocks of this machine: the one of the wall, which somebody may set, and the time since the machine was started. */
import { readFileSync } from 'node:fs';
import type { ClockReading } from '@wormwood/defense';

const UPTIME = '/proc/uptime';
const BOOT = '/proc/sys/kernel/random/boot_id';

/** Returns the seconds since 1970-01-01 UTC by the machine's clock. */
export function nowSeconds(): number {
  return Date.now() / 1000;
}

/** Returns the seconds since the machine was started, sleep included, with hundredths. */
export function uptimeSeconds(): number {
  return Number(readFileSync(UPTIME, 'utf8').split(' ', 1)[0]);
}

export const machineClock: { read(): ClockReading } = {
  read: () => ({
    wallSeconds: nowSeconds(),
    uptimeSeconds: uptimeSeconds(),
    boot: readFileSync(BOOT, 'utf8').trim(),
  }),
};
