/** The octets of sessions, from the captures that `net up --capture DIR` writes: a pcapng file for each. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase64, systemReason } from '@wormwood/base';
import {
  CaptureReader,
  type CaptureRecord,
  formatIp,
  ipProtocol,
  ipv4,
  ipv6,
  isMalformed,
  tcp,
  udp,
} from '@wormwood/wire';
import type { SessionMessage, SessionTalk } from '../interface/answers.ts';
import { Refusal } from '../sentence.ts';

/** Who spoke with whom, as the event of the session says. */
export interface SessionEnds {
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly startSeconds: number;
}

const NAMES_MAX = 200_000;
const FILE_OCTETS_MAX = 4 << 20;
const TALK_OCTETS_MAX = 256 << 10;
const MESSAGES_MAX = 2000;
/** A file is named for its first packet, which is no later than the event of the connection. */
const EARLIER_SECONDS_MAX = 150;
const LINK_ETHERNET = 1;
const ETHERNET_HEADER_LENGTH = 14;
const VLAN_TAG_LENGTH = 4;
const VLAN_TYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8]);
const TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-/;

export class SessionCaptures {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Returns the file of a session; undefined where none was kept. Throws a `Refusal`. */
  file(ends: SessionEnds): Buffer | undefined {
    const { protocol, source, sourcePort, destination, destinationPort, startSeconds } = ends;
    const middle = `-${protocol}-${source}.${sourcePort}-${destination}.${destinationPort}-`;
    let names: readonly string[];
    try {
      names = readdirSync(this.#directory);
    } catch (error) {
      throw new Refusal(503, `The captures cannot be read: ${systemReason(error)}.`);
    }
    const candidates = names.slice(0, NAMES_MAX).flatMap((name) => {
      if (!name.includes(middle) || !name.endsWith('.pcapng')) return [];
      const began = timeOf(name);
      const isNear = began <= startSeconds + 1 && startSeconds - began <= EARLIER_SECONDS_MAX;
      return isNear ? [{ name, began }] : [];
    });
    const [latest] = candidates.toSorted((a, b) => b.began - a.began);
    if (latest === undefined) return undefined;
    const path = join(this.#directory, latest.name);
    try {
      if (statSync(path).size > FILE_OCTETS_MAX)
        throw new Refusal(503, 'The capture of this session is too long to show.');
      return readFileSync(path);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // It has given way to newer ones in between.
      return undefined;
    }
  }

  /** Returns what both sides said; undefined where no capture was kept. */
  talk(ends: SessionEnds): SessionTalk | undefined {
    const octets = this.file(ends);
    return octets === undefined ? undefined : talkOf(octets, ends);
  }
}

function timeOf(name: string): number {
  const found = TIME.exec(name);
  if (found === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = found.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) / 1000;
}

interface Said {
  readonly fromSource: boolean;
  readonly payload: Uint8Array;
  /** Of the first octet, where the protocol counts them. */
  readonly sequence: number | null;
}

/** Takes the payloads out of a capture; what TCP sent again is left out. */
function talkOf(capture: Uint8Array, ends: SessionEnds): SessionTalk {
  const reader = new CaptureReader();
  const messages: SessionMessage[] = [];
  const next = new Map<boolean, number>();
  let [start, kept, packets, isCut] = [Number.NaN, 0, 0, false];
  reader.visit(capture, (record) => {
    const said = saidIn(record, ends);
    if (said === undefined) return;
    packets++;
    const seconds = record.seconds + record.nanoseconds / 1e9;
    if (Number.isNaN(start)) start = seconds;
    const payload = fresh(said, next);
    if (payload.length === 0) return;
    if (messages.length >= MESSAGES_MAX || kept >= TALK_OCTETS_MAX) {
      isCut = true;
      return;
    }
    const shown = payload.subarray(0, TALK_OCTETS_MAX - kept);
    if (shown.length < payload.length) isCut = true;
    kept += shown.length;
    messages.push({
      seconds: seconds - start,
      from: said.fromSource ? 'source' : 'host',
      length: payload.length,
      octets: encodeBase64(shown),
    });
  });
  return { messages, packets, isCut };
}

/** The octets that were not said before (RFC 9293 3.10.7.4: what lies left of the next number is a duplicate). */
function fresh({ fromSource, payload, sequence }: Said, next: Map<boolean, number>): Uint8Array {
  if (sequence === null) return payload;
  const expected = next.get(fromSource);
  const repeated = expected === undefined ? 0 : (expected - sequence) | 0;
  const left = repeated > 0 ? payload.subarray(Math.min(repeated, payload.length)) : payload;
  if (payload.length > 0 && left.length > 0) next.set(fromSource, (sequence + payload.length) >>> 0);
  return left;
}

function saidIn({ bytes, linkType }: CaptureRecord, ends: SessionEnds): Said | undefined {
  const start = linkType === LINK_ETHERNET ? afterEthernet(bytes) : 0;
  const network = (bytes[start] ?? 0) >>> 4 === 6 ? ipv6 : ipv4;
  const ip = network.parse(bytes, start, bytes.length);
  if (isMalformed(ip)) return undefined;
  const fromSource = formatIp(ip.source) === ends.source;
  if (ip.protocol === ipProtocol.tcp) {
    const segment = tcp.parse(ip.payload, 0, ip.payload.length);
    if (isMalformed(segment)) return undefined;
    const isSyn = (segment.flags & tcp.flag.SYN) !== 0;
    return {
      fromSource,
      payload: segment.payload,
      sequence: (segment.sequenceNumber + (isSyn ? 1 : 0)) >>> 0,
    };
  }
  if (ip.protocol !== ipProtocol.udp) return undefined;
  const datagram = udp.parse(ip.payload, 0, ip.payload.length);
  return isMalformed(datagram) ? undefined : { fromSource, payload: datagram.payload, sequence: null };
}

function afterEthernet(bytes: Uint8Array): number {
  let at = ETHERNET_HEADER_LENGTH;
  while (VLAN_TYPES.has(((bytes[at - 2] ?? 0) << 8) | (bytes[at - 1] ?? 0))) at += VLAN_TAG_LENGTH;
  return at;
}
