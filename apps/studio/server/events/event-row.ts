/** A line of events as the index keeps it: the fields that are filtered and counted, and nothing that is text of a stranger. */
import { readTimestamp } from '@wormwood/base';
import { type IpAddress, parseIp } from '@wormwood/wire';

/** Protocols by number, as IP has them; 0: another one or none. */
export const PROTOCOL_NUMBERS: ReadonlyMap<unknown, number> = new Map<string, number>([
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
]);

/** What an event says, in numbers. */
export interface EventRow {
  /** Microseconds since 1970. */
  readonly microseconds: number;
  readonly kind: string;
  /** Null where there is none. */
  readonly source: IpAddress | null;
  readonly destination: IpAddress | null;
  readonly protocol: number;
  readonly port: number | null;
  /** Key of the session's identifier; null outside of sessions. */
  readonly session: number | null;
  /** The template that answered. */
  readonly host: string | null;
  /** Packets that are contacts: one, or those that a flood counts, or none. */
  readonly contacts: number;
  readonly isHandshake: boolean;
}

const KIND_LENGTH_MAX = 64;
const HOST_LENGTH_MAX = 64;
const ADDRESSES_MAX = 100_000;
const PORT_MAX = 65_535;
const SECOND_LENGTH = 'YYYY-MM-DDTHH:MM:SS'.length;
const MICROSECONDS = 1e6;

/** Reads lines; it remembers the last second and addresses, which repeat. */
export class EventRowReader {
  readonly #addresses: Map<string, IpAddress | null> = new Map();
  #second = '';
  #secondMicroseconds = 0;

  /** Returns the row of a line, or undefined where the line is not an event. */
  read(text: string): EventRow | undefined {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // The language reports malformed JSON by throwing.
      return undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const event = value as Readonly<Record<string, unknown>>;
    const { ts, event: kind, host } = event;
    if (typeof ts !== 'string' || typeof kind !== 'string' || kind.length > KIND_LENGTH_MAX) return undefined;
    const microseconds = this.#microsecondsOf(ts);
    if (microseconds === undefined) return undefined;
    return {
      microseconds,
      kind,
      source: this.#addressOf(event['src_ip']),
      destination: this.#addressOf(event['dst_ip']),
      protocol: PROTOCOL_NUMBERS.get(event['proto']) ?? 0,
      port: portOf(event['dst_port']),
      session: sessionKey(event['session']),
      host: typeof host === 'string' && host.length <= HOST_LENGTH_MAX ? host : null,
      contacts: contactsOf(kind, event),
      isHandshake: kind === 'flow.open' && event['handshake'] === true,
    };
  }

  #microsecondsOf(ts: string): number | undefined {
    const second = ts.slice(0, SECOND_LENGTH);
    if (second === this.#second && ts.charCodeAt(SECOND_LENGTH) === 0x2e && ts.endsWith('Z')) {
      const digits = ts.slice(SECOND_LENGTH + 1, -1);
      const fraction = Number(digits);
      if (digits.length === 6 && fraction >= 0) return this.#secondMicroseconds + fraction;
    }
    const seconds = readTimestamp(ts);
    if (seconds === undefined) return undefined;
    this.#second = second;
    this.#secondMicroseconds = Math.floor(seconds) * MICROSECONDS;
    return Math.round(seconds * MICROSECONDS);
  }

  #addressOf(text: unknown): IpAddress | null {
    if (typeof text !== 'string') return null;
    const known = this.#addresses.get(text);
    if (known !== undefined) return known;
    const parsed = parseIp(text);
    const address = parsed.ok ? parsed.value : null;
    if (this.#addresses.size >= ADDRESSES_MAX) this.#addresses.clear();
    this.#addresses.set(text, address);
    return address;
  }
}

const PROBES: ReadonlySet<unknown> = new Set(['probe.tcp', 'probe.udp', 'probe.icmp']);
/** No flood of one second has more. */
const PACKETS_MAX = 1e9;

function contactsOf(kind: string, event: Readonly<Record<string, unknown>>): number {
  if (kind === 'flow.open') return event['handshake'] === false ? 1 : 0;
  if (event['backscatter'] === true) return 0;
  if (PROBES.has(kind)) return 1;
  const { packets } = event;
  const isFlood = kind === 'probe.flood' && PROBES.has(event['of']) && Number.isInteger(packets);
  return isFlood ? Math.max(0, Math.min(PACKETS_MAX, Number(packets))) : 0;
}

function portOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= PORT_MAX
    ? value
    : null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns 52 of the random bits of a UUID, by which its session is looked up; null for what is none. */
export function sessionKey(value: unknown): number | null {
  if (typeof value !== 'string' || !UUID.test(value)) return null;
  return Number.parseInt(value.slice(22, 23) + value.slice(24), 16);
}
