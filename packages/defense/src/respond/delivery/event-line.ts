/** An event as messages need it: what every line of the sensor's event format has, be it of the audit log or another. */
import { readTimestamp } from '@wormwood/base';

export interface EventLine {
  readonly id: string;
  readonly ts: string;
  readonly timeSeconds: number;
  /** Dotted: `verdict.infected`. */
  readonly event: string;
  readonly sensor: string;
  /** A sentence of one line. */
  readonly message: string;
  /** The address it is about; empty if it is about none. */
  readonly source: string;
  /** Everything, as it was read. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Returns the event that stands in `line`, or undefined if it is none. */
export function readEventLine(line: string): EventLine | undefined {
  const fields = readObject(line);
  if (fields === undefined) return undefined;
  const { id, ts, event, sensor, message, src_ip: source } = fields;
  if (!isText(id) || !isText(ts) || !isText(event) || !isText(sensor) || !isText(message)) return undefined;
  const timeSeconds = readTimestamp(ts);
  if (timeSeconds === undefined) return undefined;
  return { id, ts, timeSeconds, event, sensor, message, source: isText(source) ? source : '', fields };
}

function readObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // Not every line of a file need be an event.
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
