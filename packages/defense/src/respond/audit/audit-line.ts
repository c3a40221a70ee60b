/** Facts as lines and lines as facts: the event format of the sensor, in which the audit log is written. */
import { formatTimestamp, type Parsed, printable, readTimestamp, uuidOfTime } from '@wormwood/base';
import {
  formatIp,
  formatIpPrefix,
  type IpAddress,
  type IpPrefix,
  parseIp,
  parseIpPrefix,
} from '@wormwood/wire';
import { ACTION_KINDS } from '../action.ts';
import type { AllowedAction } from '../scope-file.ts';
import { type AuditEntry, type AuditFact, FIELD_KINDS, type FieldKind } from './audit-fact.ts';
import { sentenceOf } from './sentence.ts';

/** Where a fact stands. */
export interface Place {
  readonly sequence: number;
  readonly timeSeconds: number;
  readonly uptimeSeconds: number;
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
  const id = identifierOfEntry(place);
  const written = printableFact(fact);
  return { ...written, ...place, id, message: sentenceOf(written) };
}

/** Returns the identifier that an entry at this place has. */
export function identifierOfEntry({ timeSeconds, sequence, previous, sensor }: Omit<Place, 'more'>): string {
  return uuidOfTime(timeSeconds, `${sequence} ${previous} ${sensor}`);
}

/** What came from strangers may hold characters that steer a terminal, here or wherever the log is read. */
function printableFact(fact: AuditFact): AuditFact {
  const fields = Object.entries(fact).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? printable(value) : value,
  ]);
  return Object.fromEntries(fields) as AuditFact;
}

/** Returns the line of `entry`, without its end. */
export function lineOf(entry: AuditEntry): string {
  const values = entry as unknown as Readonly<Record<string, FieldValue>>;
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
    uptime: entry.uptimeSeconds,
    ...fields,
    message: entry.message,
    more: entry.more,
    previous: entry.previous,
  });
}

/** Reads a line, or says why it is none of the audit log. */
export function readLine(line: string): Parsed<AuditEntry> {
  const written = readObject(line);
  if (written === undefined) return refuse('It is not a JSON object.');
  if (written['v'] !== VERSION) return refuse(`Its version is not ${VERSION}.`);
  const event = written['event'];
  const fields = typeof event === 'string' ? FIELDS.get(event) : undefined;
  if (fields === undefined) return refuse('Its event is unknown.');
  const entry: Record<string, unknown> = { event };
  const complete = event === 'verdict.infected' ? { ...OLD_VERDICT, ...written } : written;
  for (const { name, inLine, kind } of fields)
    if (complete[inLine] !== undefined || !OPTIONAL.has(name))
      entry[name] = readValue(kind, complete[inLine]);
  entry['timeSeconds'] = readValue('time', written['ts']);
  entry['more'] = readValue('flag', written['more']);
  entry['sequence'] = readValue('number', written['sequence']);
  entry['uptimeSeconds'] = readValue('number', written['uptime']);
  for (const name of ['id', 'sensor', 'message', 'previous']) entry[name] = readValue('text', written[name]);
  const missing = Object.keys(entry).find((name) => entry[name] === undefined);
  if (missing !== undefined) return refuse(`Its \`${missing}\` is missing or of the wrong kind.`);
  return { ok: true, value: entry as unknown as AuditEntry };
}

/** Fields that a line may lack. */
const OPTIONAL: ReadonlySet<string> = new Set(['network']);

/** What stands in a line of a log from before verdicts had kinds. */
const OLD_VERDICT: Readonly<Record<string, unknown>> = {
  kind: 'infected',
  known: '',
  contact_rate_per_second: 0,
};

function nameInLine(name: string, kind: FieldKind): string {
  // A timestamp names its own unit.
  const bare = kind === 'time' ? name.replace(/Seconds$/, '') : name;
  return COMMON_NAMES[name] ?? bare.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type FieldValue = string | IpAddress | boolean | readonly IpPrefix[] | readonly AllowedAction[];

function valueInLine(kind: FieldKind, value: FieldValue | undefined): unknown {
  if (kind === 'prefixes') return (value as readonly IpPrefix[]).map(formatIpPrefix);
  if (kind === 'actions') return (value as readonly AllowedAction[]).map(actionInLine);
  if (kind === 'address') return formatIp(value as IpAddress);
  return kind === 'time' && typeof value === 'number' ? formatTimestamp(value) : value;
}

function actionInLine({ action, actuator, ttlSeconds, approval, kind, ipv6 }: AllowedAction): object {
  const more = { ...(kind === undefined ? {} : { kind }), ...(ipv6 === undefined ? {} : { ipv6 }) };
  return { action, actuator, ttl_seconds: ttlSeconds, approval, ...more };
}

/** Returns undefined for what is not of this kind. JSON writes a number that is none as null. */
function readValue(kind: FieldKind, value: unknown): FieldValue | undefined {
  if (kind === 'prefixes') return readList(value, readPrefix);
  if (kind === 'actions') return readList(value, readAction);
  if (kind === 'number') return typeof value === 'number' ? value : value === null ? Number.NaN : undefined;
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (kind === 'time') return readTimestamp(value);
  if (typeof kind === 'object') return kind.includes(value) ? value : undefined;
  if (kind === 'text') return value;
  const address = parseIp(value);
  return address.ok ? address.value : undefined;
}

function readList<T>(value: unknown, read: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function readPrefix(value: unknown): IpPrefix | undefined {
  const prefix = typeof value === 'string' ? parseIpPrefix(value) : undefined;
  return prefix?.ok === true ? prefix.value : undefined;
}

function readAction(value: unknown): AllowedAction | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const action = ACTION_KINDS.find((each) => each === fields['action']);
  const { actuator, approval } = fields;
  const ttlSeconds = fields['ttl_seconds'];
  if (action === undefined || typeof actuator !== 'string' || typeof ttlSeconds !== 'number')
    return undefined;
  if (approval !== 'required' && approval !== 'automatic') return undefined;
  const { kind, ipv6 } = fields;
  const isAboutIpv6 = ipv6 === 'address' || ipv6 === 'network';
  const of: AllowedAction = { action, actuator, ttlSeconds, approval, ...(isAboutIpv6 ? { ipv6 } : {}) };
  return kind === 'scanning' || kind === 'infected' ? { ...of, kind } : of;
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
