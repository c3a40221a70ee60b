/** Facts as lines and lines as facts: the event format of the sensor, in which the audit log is written. */
import {
  formatIpv4,
  formatTimestamp,
  type Parsed,
  parseIpv4,
  readTimestamp,
  uuidOfTime,
} from '@wormwood/base';
import { type AuditEntry, type AuditFact, FIELD_KINDS, type FieldKind } from './audit-fact.ts';
import { sentenceOf } from './sentence.ts';

/** Where a fact stands. */
export interface Place {
  readonly sequence: number;
  readonly timeSeconds: number;
  readonly sensor: string;
  readonly previous: string;
  /** Whether more facts of the same moment follow that hold only together with this one. */
  readonly more: boolean;
}

/** Names that the event format has for things which every event may have. */
const COMMON_NAMES: Readonly<Record<string, string>> = {
  source: 'src_ip',
  port: 'dst_port',
  protocol: 'proto',
};
const VERSION = 1;

interface Field {
  readonly name: string;
  readonly inLine: string;
  readonly kind: FieldKind;
}

const FIELDS: ReadonlyMap<string, readonly Field[]> = new Map(
  Object.entries(FIELD_KINDS).map(([event, kinds]) => [
    event,
    Object.entries<FieldKind>(kinds).map(([name, kind]) => ({ name, inLine: nameInLine(name, kind), kind })),
  ]),
);

/** Returns the entry of `fact` at this place. */
export function entryOf(fact: AuditFact, place: Place): AuditEntry {
  const id = uuidOfTime(place.timeSeconds, `${place.sequence} ${place.previous} ${place.sensor}`);
  return { ...fact, ...place, id, message: sentenceOf(fact) };
}

/** Returns the line of `entry`, without its end. */
export function lineOf(entry: AuditEntry): string {
  const values = entry as unknown as Readonly<Record<string, string | number | boolean>>;
  const fields: Record<string, unknown> = {};
  for (const { name, inLine, kind } of FIELDS.get(entry.event) ?? []) {
    fields[inLine] = valueInLine(kind, values[name]);
  }
  return JSON.stringify({
    v: VERSION,
    id: entry.id,
    ts: formatTimestamp(entry.timeSeconds),
    event: entry.event,
    sensor: entry.sensor,
    sequence: entry.sequence,
    ...fields,
    message: entry.message,
    more: entry.more,
    previous: entry.previous,
  });
}

/** Reads a line, or says why it is none of the audit log. */
export function readLine(line: string): Parsed<AuditEntry> {
  const written = readObject(line);
  if (written === undefined) return refuse('It is no JSON object.');
  if (written['v'] !== VERSION) return refuse(`Its version is not ${VERSION}.`);
  const event = written['event'];
  const fields = typeof event === 'string' ? FIELDS.get(event) : undefined;
  if (fields === undefined) return refuse('Its event is unknown.');
  const entry: Record<string, unknown> = { event };
  for (const { name, inLine, kind } of fields) entry[name] = readValue(kind, written[inLine]);
  entry['timeSeconds'] = readValue('time', written['ts']);
  entry['more'] = readValue('flag', written['more']);
  entry['sequence'] = readValue('number', written['sequence']);
  for (const name of ['id', 'sensor', 'message', 'previous']) entry[name] = readValue('text', written[name]);
  const missing = Object.keys(entry).find((name) => entry[name] === undefined);
  if (missing !== undefined) return refuse(`Its \`${missing}\` is missing or of the wrong kind.`);
  return { ok: true, value: entry as unknown as AuditEntry };
}

function nameInLine(name: string, kind: FieldKind): string {
  // A timestamp names its own unit.
  const bare = kind === 'time' ? name.replace(/Seconds$/, '') : name;
  return COMMON_NAMES[name] ?? bare.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function valueInLine(kind: FieldKind, value: string | number | boolean | undefined): unknown {
  if (typeof value !== 'number') return value;
  if (kind === 'time') return formatTimestamp(value);
  return kind === 'address' ? formatIpv4(value) : value;
}

/** Returns undefined for what is not of this kind. JSON writes a number that is none as null. */
function readValue(kind: FieldKind, value: unknown): string | number | boolean | undefined {
  if (kind === 'number') return typeof value === 'number' ? value : value === null ? Number.NaN : undefined;
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (kind === 'time') return readTimestamp(value);
  if (typeof kind === 'object') return kind.includes(value) ? value : undefined;
  if (kind === 'text') return value;
  const address = parseIpv4(value);
  return address.ok ? address.value : undefined;
}

function readObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // The language reports malformed JSON by throwing; here it is a line like any other.
    return undefined;
  }
}

function refuse(reason: string): Parsed<never> {
  return { ok: false, reason };
}
