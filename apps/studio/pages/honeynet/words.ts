/** Times, numbers and strangers' texts as the pages of the honeynet write them. */
import { formatCount, printable } from '@wormwood/base';
import { formatIp, parseIp } from '@wormwood/wire';

const SHOWN_LENGTH_MAX = 400;
const DIGITS = 3;

/** Returns a stranger's text with everything visible that could steer a reader: controls, and marks of direction. */
export function strange(value: unknown): string {
  if (value === undefined || value === null) return '–';
  const text = printable(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

/** `16:20:57`, in UTC as the events have it. */
export function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

/** `2026-11-30 16:20:57 UTC` */
export function moment(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `12 s ago`, `now` */
export function ago(seconds: number, nowMs: number): string {
  const past = Math.max(0, nowMs / 1000 - seconds);
  return past < 2 ? 'now' : `${roughly(past)} ago`;
}

/** A duration to one unit: `12 s`, `3 min`, `5 h`, `4 d`. */
export function roughly(seconds: number): string {
  const [size, unit] =
    seconds < 90 ? [1, 's'] : seconds < 5400 ? [60, 'min'] : seconds < 172_800 ? [3600, 'h'] : [86_400, 'd'];
  return `${Math.round(seconds / size)} ${unit}`;
}

/** A text with its times as people write them: `2026-11-30 16:20:57 UTC`, and days alone where it is midnight. */
export function plainTime(value: unknown): string {
  return strange(value)
    .replaceAll(/(\d{4}-\d\d-\d\d)T00:00:00Z/g, '$1')
    .replaceAll(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$1 $2 UTC');
}

export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Three significant digits, with separators from a thousand on. */
export function figure(value: number): string {
  return value >= 100 ? formatCount(Math.round(value)) : String(Number(value.toPrecision(DIGITS)));
}

/** The address, of either version, where it is one that can stand in a link; in the one form in which it is known. */
export function addressIn(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const address = parseIp(value);
  return address.ok ? formatIp(address.value) : null;
}

/** The identifier of a session, where it is one. */
export function sessionIn(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? value
    : null;
}
