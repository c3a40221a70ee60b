/**
 * Observations from the events of a sensor, one JSON object a line. Of its fields these are read:
 *
 * - `v` 1, `ts` in RFC 3339 and UTC, `event`, and for those below `src_ip`, `src_port`, `dst_ip`, `dst_port`, `proto`;
 * - `probe.tcp`, `probe.udp`, `probe.icmp`: a contact, or backscatter where `backscatter` is true; a TCP segment whose
 *   `tcp_flags` have an A is the rest of a flow that began elsewhere, a datagram of the shape of an answer is one;
 *   `marks`, a list of names, is what a SYN says of the program that made it;
 * - `probe.flood`: as many more of what its other fields say as its `packets`, within a second;
 * - `flow.open`: a handshake where `handshake` is true and it is TCP, otherwise a contact; what the handshake proves is in
 *   `source_proof` (`router`, `link`, `pending` or `none`), `src_mac`, and for `none` in `forgeable`;
 * - `flow.proof`: what a handshake proves whose `flow.open` said `pending`;
 * - `service.data`: a payload with its `payload_sha256` and `payload_length`, and `payload_greeting` where it is how programs
 *   of a protocol usually begin, which proves what the handshake of its
 *   `session` proves;
 * - `sensor.start`: the addresses that the sensor answers for, `nets`, as a list of prefixes.
 *
 * A handshake whose proof is missing or unknown proves nothing. Every other event says nothing about who is infected. A line
 * that cannot be read is a diagnostic with its place.
 */
import {
  type AddressSet,
  type Diagnostic,
  printable,
  quoted,
  readTimestamp,
  RecentMap,
} from '@wormwood/base';
import { type IpAddress, type IpPrefix, IpSet, parseIp, parseIpPrefix, parseMac } from '@wormwood/wire';
import { FORGEABLE_REASONS, type ForgeableReason, type Observation } from '../observation.ts';
import { isAnswerShape } from './answer-shape.ts';
import { isStationMac } from './capture-sensor.ts';
import { isOfLink } from './ipv6-packet.ts';
import type { Proof } from './link-owners.ts';
import { type ClockTrouble, SteadyClock, type Timed } from './steady-clock.ts';
import { markNamed } from './tool-marks.ts';
import { ipSetOf } from './watched-addresses.ts';

/** What a line says. */
export type EventReading =
  | { readonly kind: 'observations'; readonly observations: readonly Observation[] }
  /** The addresses that a sensor answers for from now on. */
  | { readonly kind: 'nets'; readonly nets: IpSet }
  /** An empty line, an event of another kind, or one of IPv6 where no address of it is dark. */
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly diagnostic: Diagnostic };

/** A line and its place. */
export interface EventLine {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A field that is missing or of the wrong kind. */
interface Fault {
  readonly fault: string;
  readonly help: string;
}

type Fields = Readonly<Record<string, unknown>>;

const VERSION = 1;
const LINE_LENGTH_MAX = 1_000_000;
const OTHER: EventReading = { kind: 'other' };
const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;

/** Events that say something about their source. */
const OBSERVED: ReadonlyMap<string, Observation['protocol'] | null> = new Map([
  ['probe.tcp', 'tcp'],
  ['probe.udp', 'udp'],
  ['probe.icmp', 'icmp'],
  ['probe.flood', null],
  ['flow.open', null],
  ['flow.proof', null],
  ['service.data', null],
]);

/** What the handshake of a session proves, and the payload that waits for it. */
interface Session {
  readonly proof: Proof;
  readonly payload: Observation | null;
}

const NO_PROOF: Proof = { linkAddress: null, forgeable: 'no-proof' };
const PENDING: Proof = { linkAddress: null, forgeable: 'proof-pending' };
/** Of contacts and of what comes without a handshake. */
const NOTHING_CLAIMED: Proof = { linkAddress: null, forgeable: null };
const REASONS: ReadonlyMap<unknown, ForgeableReason> = new Map(FORGEABLE_REASONS.map((each) => [each, each]));
/** Payloads of sessions that are older than so many others prove nothing. */
const SESSIONS_MAX = 65_536;
const SESSION_LENGTH_MAX = 64;

/** What one event says, and when the sensor says that it was. */
interface Stamped {
  readonly observations: readonly Observation[];
  readonly sensorSeconds: number;
}

/** Takes the events of one sensor in their order; addresses outside `dark` are not dark. */
export class EventObserver {
  readonly #dark: IpSet;
  readonly #sessionsMax: number;
  readonly #sessions: RecentMap<string, Session> = new RecentMap();
  readonly #clock: SteadyClock<Stamped> = new SteadyClock();

  /** `sessionsMax`: the sessions whose proof is remembered for their payloads, the latest ones. */
  constructor(dark: AddressSet | IpSet, sessionsMax: number = SESSIONS_MAX) {
    this.#dark = ipSetOf(dark);
    this.#sessionsMax = sessionsMax;
  }

  /** Reads one line. */
  read(given: EventLine): EventReading {
    if (given.text.trim() === '') return OTHER;
    const fields = given.text.length > LINE_LENGTH_MAX ? undefined : readObject(given.text);
    if (fields === undefined) {
      return malformed(given, {
        fault: 'This line is not a JSON object.',
        help: 'Each event is one, on a line of its own.',
      });
    }
    const read = this.#readEvent(fields);
    if ('fault' in read) return malformed(given, read);
    return read.kind === 'observations' ? this.#timed(read.observations) : read;
  }

  /** Returns what events say that were held back when the input ended. */
  end(): readonly Observation[] {
    return this.#clock.end().flatMap(retimed);
  }

  /** What was wrong with the time of the events. */
  trouble(): ClockTrouble {
    return this.#clock.trouble();
  }

  /** Events whose time leaps are held back until others confirm it. */
  #timed(observations: readonly Observation[]): EventReading {
    const sensorSeconds = observations[0]?.timeSeconds ?? 0;
    const seconds = this.#clock.accept(sensorSeconds);
    const item = { observations, sensorSeconds };
    if (seconds === sensorSeconds) return { kind: 'observations', observations };
    const released = Number.isNaN(seconds) ? this.#clock.hold(item, sensorSeconds) : [{ item, seconds }];
    return { kind: 'observations', observations: released.flatMap(retimed) };
  }

  #readEvent(fields: Fields): EventReading | Fault {
    const { v, event } = fields;
    if (v !== VERSION) return wrong('v', v, 'Events of version 1 are understood.');
    if (typeof event !== 'string')
      return wrong('event', event, 'It names the kind of event, such as probe.tcp.');
    if (event === 'sensor.start') return readNets(fields['nets']);
    if (!OBSERVED.has(event)) return OTHER;
    if (isIpv6(fields['src_ip']) && (this.#dark.ipv6.isEmpty || isAboutLink(event, fields))) return OTHER;
    const timeSeconds = typeof fields['ts'] === 'string' ? readTimestamp(fields['ts']) : undefined;
    if (timeSeconds === undefined) return wrong('ts', fields['ts'], 'Write 2026-03-01T12:00:00.000250Z.');
    const protocol = OBSERVED.get(event) ?? protocolNamed(fields['proto']);
    // A sensor reports floods of other protocols as well.
    if (protocol === undefined && event === 'probe.flood') return OTHER;
    if (protocol === undefined) return wrong('proto', fields['proto'], 'It is tcp, udp or icmp.');
    const ends = readEnds(fields, protocol);
    if ('fault' in ends) return ends;
    const seen = { timeSeconds, protocol, ...ends, dark: this.#dark.contains(ends.destination) };
    return this.#observe(event, fields, seen);
  }

  #observe(event: string, fields: Fields, seen: Seen): EventReading | Fault {
    const packets = event === 'probe.flood' ? fields['packets'] : 1;
    if (!isPacketCount(packets)) return wrong('packets', packets, 'It is a number of packets.');
    const flood = packets === 1 ? {} : { packets };
    const isAnswer = seen.protocol === 'udp' && isAnswerShape(seen.sourcePort, seen.destinationPort);
    if (isAnswer)
      return observed({ ...seen, ...NO_PAYLOAD, kind: 'backscatter', ...NOTHING_CLAIMED, ...flood });
    if (event === 'service.data') {
      const payload = readPayload(fields);
      if ('fault' in payload) return payload;
      return observed(
        this.#payload(fields['session'], { ...seen, ...payload, kind: 'payload', ...NOTHING_CLAIMED }),
      );
    }
    if (event === 'flow.proof' && seen.protocol !== 'tcp') return OTHER;
    const isOpened = event === 'flow.open' && fields['handshake'] === true && seen.protocol === 'tcp';
    if (isOpened || event === 'flow.proof') {
      const proof = readProof(fields, event);
      if ('fault' in proof) return proof;
      const handshake: Observation = { ...seen, ...NO_PAYLOAD, kind: 'handshake', ...proof };
      return observed(handshake, ...this.#prove(fields['session'], proof));
    }
    const marks = marksOf(fields['marks']);
    return observed({
      ...seen,
      ...NO_PAYLOAD,
      kind: contactKind(event, fields),
      ...NOTHING_CLAIMED,
      ...(marks === 0 ? {} : { marks }),
      ...flood,
    });
  }

  /** Remembers what the session proves; returns its payload, if that has waited for it. */
  #prove(session: unknown, proof: Proof): readonly Observation[] {
    if (!isSession(session)) return [];
    const { payload = null } = this.#sessions.get(session) ?? {};
    this.#sessions.set(session, { proof, payload: null });
    const oldest = this.#sessions.oldest();
    if (this.#sessions.size > this.#sessionsMax && oldest !== undefined) this.#sessions.delete(oldest.key);
    return payload === null || proof.forgeable === PENDING.forgeable ? [] : [{ ...payload, ...proof }];
  }

  /** The payload with what its session proves. */
  #payload(session: unknown, payload: Observation): Observation {
    if (payload.protocol !== 'tcp') return payload;
    const known = isSession(session) ? this.#sessions.get(session) : undefined;
    const { proof } = known ?? { proof: NO_PROOF };
    const found = { ...payload, ...proof };
    if (isSession(session) && known?.proof.forgeable === PENDING.forgeable && known.payload === null)
      this.#sessions.set(session, { proof, payload: found });
    return found;
  }
}

function retimed({ item, seconds }: Timed<Stamped>): readonly Observation[] {
  const { observations, sensorSeconds } = item;
  if (seconds === sensorSeconds) return observations;
  return observations.map((each) => Object.assign({}, each, { timeSeconds: seconds, sensorSeconds }));
}

function contactKind(event: string, fields: Fields): 'contact' | 'backscatter' | 'remainder' {
  if (event === 'flow.open') return 'contact';
  if (fields['backscatter'] === true) return 'backscatter';
  const flags = fields['tcp_flags'];
  const isProbe = event === 'probe.tcp' || event === 'probe.flood';
  return isProbe && typeof flags === 'string' && flags.includes('A') ? 'remainder' : 'contact';
}

/** The bits of the marks that are known; others, of a newer sensor, say nothing. */
function marksOf(names: unknown): number {
  if (!Array.isArray(names)) return 0;
  return (names as readonly unknown[]).reduce<number>((bits, name) => bits | markNamed(name), 0);
}

function protocolNamed(name: unknown): Observation['protocol'] | undefined {
  return PROTOCOLS.find((each) => each === (name === 'icmp6' ? 'icmp' : name));
}

function isPacketCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value < 2 ** 32;
}

/** What all observations of a line have in common. */
type Seen = Pick<Observation, 'timeSeconds' | 'protocol' | 'dark'> & Ends;

function observed(...observations: readonly Observation[]): EventReading {
  return { kind: 'observations', observations };
}

function isSession(session: unknown): session is string {
  return typeof session === 'string' && session.length <= SESSION_LENGTH_MAX;
}

/** What the handshake proves; a sensor that does not say, or says something new, has proven nothing. */
function readProof(fields: Fields, event: string): Proof | Fault {
  const { source_proof: proof, src_mac: mac, forgeable } = fields;
  switch (proof) {
    case 'router':
      return { linkAddress: null, forgeable: null };
    case 'link': {
      const linkAddress = typeof mac === 'string' ? parseMac(mac) : undefined;
      if (linkAddress?.ok !== true || !isStationMac(linkAddress.value))
        return wrong('src_mac', mac, 'Where `source_proof` is "link" it is the MAC address of the source.');
      return { linkAddress: linkAddress.value, forgeable: null };
    }
    case 'pending':
      return event === 'flow.proof' ? NO_PROOF : PENDING;
    case 'none':
      return { linkAddress: null, forgeable: REASONS.get(forgeable) ?? 'no-proof' };
    default:
      return NO_PROOF;
  }
}

type Ends = Pick<Observation, 'source' | 'destination' | 'sourcePort' | 'destinationPort'>;

function readEnds(fields: Fields, protocol: Observation['protocol']): Ends | Fault {
  const source = addressOf(fields['src_ip']);
  if (source === undefined) return wrong('src_ip', fields['src_ip'], 'It is an IP address.');
  const destination = addressOf(fields['dst_ip']);
  if (destination === undefined || typeof destination !== typeof source)
    return wrong('dst_ip', fields['dst_ip'], 'It is an IP address of the version that the source has.');
  if (protocol === 'icmp') return { source, destination, sourcePort: 0, destinationPort: 0 };
  const sourcePort = portOf(fields['src_port']);
  if (sourcePort === undefined) return wrong('src_port', fields['src_port'], 'It is a port from 0 to 65535.');
  const destinationPort = portOf(fields['dst_port']);
  if (destinationPort === undefined) {
    return wrong('dst_port', fields['dst_port'], 'It is a port from 0 to 65535.');
  }
  return { source, destination, sourcePort, destinationPort };
}

type Payload = Pick<Observation, 'payloadHash' | 'payloadLength' | 'greeting'>;

const NO_PAYLOAD: Payload = { payloadHash: null, payloadLength: 0 };

function readPayload({
  payload_sha256: payloadHash,
  payload_length: payloadLength,
  payload_greeting: greeting,
}: Fields): Payload | Fault {
  if (typeof payloadHash !== 'string' || !/^[0-9a-f]{64}$/.test(payloadHash)) {
    return wrong('payload_sha256', payloadHash, 'It is 64 hexadecimal digits.');
  }
  if (typeof payloadLength !== 'number' || !Number.isSafeInteger(payloadLength) || payloadLength < 0) {
    return wrong('payload_length', payloadLength, 'It is a number of octets.');
  }
  // An older sensor does not report whether a payload is a greeting: such a payload proves nothing.
  const known = greeting === undefined ? 'unknown' : greeting;
  return typeof known === 'string'
    ? { payloadHash, payloadLength, greeting: known }
    : { payloadHash, payloadLength };
}

function readNets(nets: unknown): EventReading | Fault {
  if (nets === undefined) return OTHER;
  const help = 'It is a list of prefixes such as ["10.1.0.0/16"].';
  if (!Array.isArray(nets)) return wrong('nets', nets, help);
  const prefixes: IpPrefix[] = [];
  for (const net of nets as readonly unknown[]) {
    const prefix = typeof net === 'string' ? parseIpPrefix(net) : undefined;
    if (prefix?.ok !== true) return wrong('nets', net, help);
    prefixes.push(prefix.value);
  }
  return { kind: 'nets', nets: IpSet.of(prefixes) };
}

function addressOf(value: unknown): IpAddress | undefined {
  const address = typeof value === 'string' ? parseIp(value) : undefined;
  return address?.ok === true ? address.value : undefined;
}

function portOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= 0 && value < 0x10000 ? value : undefined;
}

/** Whether an event of IPv6 is about a message that concerns the machines of the link alone. */
function isAboutLink(event: string, { icmp_type: type }: Fields): boolean {
  return (event === 'probe.icmp' || event === 'probe.flood') && typeof type === 'number' && isOfLink(type);
}

/** No address of IPv4 has a colon. */
function isIpv6(value: unknown): boolean {
  return typeof value === 'string' && value.includes(':');
}

function readObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    // The language reports malformed JSON by throwing; a damaged line is nothing unusual.
    return undefined;
  }
}

function wrong(name: string, value: unknown, help: string): Fault {
  return { fault: `The field \`${name}\` ${describe(value)}.`, help };
}

/** Lists and objects are not shown: they may be nested more deeply than anything can print. */
function describe(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (typeof value === 'string') return `is ${quoted(value)}`;
  const isScalar = value === null || typeof value === 'number' || typeof value === 'boolean';
  return isScalar ? `is ${value}` : 'is a list or an object';
}

function malformed({ file, line, text }: EventLine, { fault, help }: Fault): EventReading {
  const place = { file, line, column: 1, length: text.length, path: '' };
  const message = printable(fault);
  return { kind: 'malformed', diagnostic: { severity: 'error', code: 'event', ...place, message, help } };
}
