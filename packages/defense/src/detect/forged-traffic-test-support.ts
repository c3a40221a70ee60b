/**
 * A link with a sensor, two routers, owners of addresses and attackers, as the frames that a capture at the sensor shows:
 * honest handshakes mixed with forged ones from off the path, from the link, and from somewhere else altogether. It keeps
 * the truth beside it: which machine really completed which flow. No attacker sends with the link address of another.
 */
import type { RandomStream } from '@wormwood/base';
import { arp, type CaptureRecord, linkType, MAC_BROADCAST } from '@wormwood/wire';
import { arpFrame, directed, framed, type Link, segmentBetween } from '../observe/frame-test-support.ts';

export const SENSOR = 0x02_00_00_00_00_01;
export const ROUTERS = [0x02_00_00_00_00_02, 0x02_00_00_00_00_03] as const;
const ATTACKERS = [0x02_00_00_00_00_0a, 0x02_00_00_00_00_0b, 0x02_00_00_00_00_0c] as const;
const OWNERS = 0x02_10_00_00_00_00;
/** 256 honeypots; the sequence numbers of the first 64 count upwards. */
export const HONEYPOTS = 0x0a_09_08_00;
const HONEYPOTS_COUNT = 256;
const WEAK_COUNT = 64;
const SENSOR_ADDRESS = 0xac_10_00_01;
/** Addresses on the link and beyond the routers; every mixture has its own eight of each. */
const ON_LINK = 0xac_11_00_00;
const BEYOND = 0xc6_12_00_00;
/** A verdict takes three addresses; with eight no honest host is missed by chance. */
const FLOWS_ORDERLY = 8;
const FLOWS = 4;
/** All frames of a mixture lie within so many seconds. */
const MIXTURE_SECONDS = 20;
const ANSWER_AFTER = 0.002;

export type Campaign =
  | 'routed'
  | 'on-link'
  | 'squatter'
  | 'handover'
  | 'unfinished'
  | 'blind'
  | 'blind-weak'
  | 'claimed-beyond'
  | 'claimed-on-link'
  | 'two-machines'
  | 'leak'
  | 'written';

/** Those in which the holder of the address completes its handshakes itself. */
export const HONEST: readonly Campaign[] = ['routed', 'on-link', 'squatter'];
export const FORGED: readonly Campaign[] = [
  'handover',
  'unfinished',
  'blind',
  'blind-weak',
  'claimed-beyond',
  'claimed-on-link',
  'two-machines',
  'leak',
  'written',
];

interface Frame {
  readonly atSeconds: number;
  readonly record: CaptureRecord;
}

/** One flow as an attacker or an owner sees it. */
interface Attempt {
  readonly source: number;
  readonly honeypot: number;
  readonly port: number;
  readonly seq: number;
  readonly atSeconds: number;
}

export interface Mixture {
  /** In the order of their times. */
  readonly records: readonly CaptureRecord[];
  readonly campaigns: readonly { readonly kind: Campaign; readonly source: number }[];
}

export class ForgedTraffic {
  /** Flows completed by the machine that holds the address, and which machine: 0 beyond a router. */
  readonly truth: Map<string, number> = new Map();
  readonly #stream: RandomStream;
  readonly #counters: Uint32Array = new Uint32Array(WEAK_COUNT);
  #frames: Frame[] = [];
  #mixture = 0;
  #startSeconds = 1000;
  /** Who holds an address whose owner is away: one machine, or one and from the middle of the mixture on another. */
  #squatters: Map<number, readonly [number, number]> = new Map();
  #claimants: Map<number, readonly number[]> = new Map();
  #asked: Map<number, number> = new Map();
  /** A host beyond the routers that belongs to an attacker, who reads what it gets. */
  #sampler = 0;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** A mixture of the campaigns on one or a few addresses, at random times. */
  mix(kinds: readonly Campaign[], isOrderly: boolean): Mixture {
    this.#frames = [];
    this.#squatters = new Map();
    this.#claimants = new Map();
    this.#asked = new Map();
    this.#sampler = BEYOND + this.#mixture * 8 + 7;
    const isOneOwner = this.#chance(0.5);
    const owner = this.#below(3);
    const campaigns = kinds.map((kind, i) => {
      const number = isOneOwner ? owner : i % 3;
      const isHeld = kind === 'squatter' || kind === 'handover';
      const isOnLink =
        isHeld ||
        kind === 'on-link' ||
        kind === 'claimed-on-link' ||
        (kind !== 'routed' && kind !== 'claimed-beyond' && this.#chance(0.5));
      // A squatter takes an address whose owner is away.
      const offset = isHeld ? 4 + i : number;
      return { kind, source: (isOnLink ? ON_LINK : BEYOND) + this.#mixture * 8 + offset };
    });
    for (const { kind, source } of campaigns) {
      const machine = this.#attacker();
      if (kind === 'squatter') this.#squatters.set(source, [machine, machine]);
      if (kind === 'handover') this.#squatters.set(source, [ownerOf(source), machine]);
      if (kind === 'claimed-on-link' && this.#chance(0.6)) this.#claimants.set(source, [this.#attacker()]);
    }
    const flows = isOrderly ? FLOWS_ORDERLY : FLOWS;
    for (const { kind, source } of campaigns) this.#run(kind, source, flows);
    if (!isOrderly) this.#addNoise(campaigns.map(({ source }) => source));
    const frames = this.#frames.sort((a, b) => a.atSeconds - b.atSeconds);
    if (!isOrderly && this.#chance(0.2)) this.#swapSome(frames);
    this.#mixture++;
    this.#startSeconds += MIXTURE_SECONDS + 2;
    const end = arpFrame(
      this.#startSeconds,
      {
        operation: arp.operation.reply,
        senderMac: ROUTERS[0],
        senderAddress: 1,
        targetMac: SENSOR,
        targetAddress: 2,
      },
      { source: ROUTERS[0], destination: SENSOR },
    );
    return { records: [...frames.map(({ record }) => record), end], campaigns };
  }

  #run(kind: Campaign, source: number, count: number): void {
    const first = this.#below(HONEYPOTS_COUNT);
    for (let i = 0; i < count; i++) {
      const isWeak = kind === 'blind-weak';
      const host = isWeak
        ? this.#below(WEAK_COUNT)
        : WEAK_COUNT + ((first + 5 * i) % (HONEYPOTS_COUNT - WEAK_COUNT));
      const attempt: Attempt = {
        source,
        honeypot: HONEYPOTS + host,
        port: 1024 + this.#below(60_000),
        seq: this.#stream.nextUint32(),
        atSeconds: this.#startSeconds + 1 + (MIXTURE_SECONDS - 4) * this.#stream.nextDouble(),
      };
      this.#attempt(kind, attempt);
    }
  }

  #attempt(kind: Campaign, attempt: Attempt): void {
    const { source } = attempt;
    switch (kind) {
      case 'routed':
        return this.#handshake(attempt, ROUTERS[0], { mac: 0 });
      case 'on-link':
        return this.#handshake(attempt, ownerOf(source), { mac: ownerOf(source) });
      case 'squatter':
      case 'handover': {
        const squatter = this.#holder(source, attempt.atSeconds);
        return this.#handshake(attempt, squatter, { mac: squatter });
      }
      case 'unfinished':
        return this.#unfinished(attempt);
      case 'blind':
        return this.#blind(attempt);
      case 'blind-weak':
        return this.#blindWeak(attempt);
      case 'claimed-beyond':
      case 'claimed-on-link':
        return this.#handshake(attempt, this.#claimants.get(source)?.[0] ?? this.#attacker(), null);
      case 'two-machines':
        return this.#twoMachines(attempt);
      case 'leak':
        return this.#leak(attempt);
      case 'written':
        return this.#written(attempt);
      default:
        throw new Error(`no campaign ${String(kind)}`);
    }
  }

  /** A whole handshake of one machine; true when that holds the address. */
  #handshake(attempt: Attempt, mac: number, holder: { readonly mac: number } | null): void {
    const link = { source: mac, destination: SENSOR };
    const isn = this.#isn(attempt.honeypot);
    this.#syn(attempt, link);
    this.#answer(attempt, isn, mac, ANSWER_AFTER);
    this.#ack(attempt, isn, link, 0.02);
    if (this.#chance(0.3)) this.#ack(attempt, isn, link, 0.03, 'hello');
    if (holder !== null) this.truth.set(keyOf(attempt), holder.mac);
    this.#askFor(attempt.source, attempt.atSeconds + 0.02);
  }

  /** The owner begins and does not end, or acknowledges something else. */
  #unfinished(attempt: Attempt): void {
    const mac = liesOnLink(attempt.source) ? ownerOf(attempt.source) : ROUTERS[0];
    const link = { source: mac, destination: SENSOR };
    const isn = this.#isn(attempt.honeypot);
    this.#syn(attempt, link);
    if (this.#chance(0.7)) this.#answer(attempt, isn, mac, ANSWER_AFTER);
    if (this.#chance(0.5)) this.#ack(attempt, (isn + 1 + this.#below(1000)) >>> 0, link, 0.02);
    this.#askFor(attempt.source, attempt.atSeconds + 0.02);
  }

  /** Off the path: the answer goes to the owner, and the attacker guesses. */
  #blind(attempt: Attempt): void {
    const link = { source: this.#router(), destination: SENSOR };
    const isn = this.#isn(attempt.honeypot);
    this.#syn(attempt, link);
    this.#answer(attempt, isn, link.source, ANSWER_AFTER);
    const guesses = 1 + this.#below(6);
    for (let i = 0; i < guesses; i++) {
      const guess = this.#chance(0.5) ? this.#stream.nextUint32() : attempt.seq;
      this.#ack(attempt, guess === isn ? 0 : guess, link, 0.01 + 0.01 * i);
    }
    if (this.#chance(0.5)) this.#send(attempt, 'R', { seq: attempt.seq + 1, ack: 0, after: 0.005 }, link);
  }

  /** Off the path, against a counter: a host of its own reads it, then the attacker asks once or twice as another. */
  #blindWeak(attempt: Attempt): void {
    const link = { source: ROUTERS[0], destination: SENSOR };
    const sample = { ...attempt, source: this.#sampler, atSeconds: attempt.atSeconds - 0.5 };
    const counted = attempt.honeypot - HONEYPOTS;
    // The attempts on one counter come in any order of time: what counts is that each number is near the one before.
    this.#handshake({ ...sample, port: sample.port ^ 1 }, ROUTERS[0], { mac: 0 });
    const asked = this.#chance(0.5) ? 2 : 1;
    for (let i = 0; i < asked; i++) {
      const isn = this.#isn(HONEYPOTS + counted);
      const forged = { ...attempt, port: 1024 + this.#below(60_000), atSeconds: attempt.atSeconds + 0.1 * i };
      this.#syn(forged, link);
      this.#answer(forged, isn, link.source, ANSWER_AFTER);
      this.#ack(forged, isn, link, 0.02);
    }
  }

  /** Two machines help each other: one of them, or a colleague off the path, sends what the other learnt. */
  #twoMachines(attempt: Attempt): void {
    const isn = this.#isn(attempt.honeypot);
    const [one, other] = this.#chance(0.5)
      ? [this.#attacker(), this.#router()]
      : [this.#router(), this.#attacker()];
    this.#syn(attempt, { source: one, destination: SENSOR });
    this.#answer(attempt, isn, one, ANSWER_AFTER);
    this.#ack(attempt, isn, { source: other, destination: SENSOR }, 0.02);
    this.#askFor(attempt.source, attempt.atSeconds + 0.02);
  }

  /** The SYN comes over a router; a machine on the link makes the sensor tell it the number; the rest comes over the router. */
  #leak(attempt: Attempt): void {
    const isn = this.#isn(attempt.honeypot);
    const routed = { source: ROUTERS[0], destination: SENSOR };
    const spy = this.#attacker();
    const spied = { source: spy, destination: SENSOR };
    this.#syn(attempt, routed);
    this.#answer(attempt, isn, ROUTERS[0], ANSWER_AFTER);
    const challenge = { seq: isn + 1, ack: attempt.seq + 1, after: 0.006 };
    switch (this.#below(4)) {
      case 0:
        this.#send(attempt, 'S', { seq: attempt.seq, ack: 0, after: 0.005 }, spied);
        this.#answer(attempt, isn, spy, 0.006);
        break;
      case 1:
        this.#send(attempt, 'S', { seq: attempt.seq + 77, ack: 0, after: 0.005 }, spied);
        this.#send(attempt, 'A', challenge, { source: SENSOR, destination: spy });
        this.#send(attempt, 'S', { seq: attempt.seq, ack: 0, after: 0.007 }, routed);
        this.#answer(attempt, isn, ROUTERS[0], 0.008);
        break;
      case 2:
        // In pieces too small for their ports to be seen.
        this.#answer(attempt, isn, spy, 0.006);
        break;
      default:
        this.#send(attempt, 'A', challenge, { source: SENSOR, destination: spy });
    }
    this.#ack(attempt, isn, routed, 0.02);
  }

  /** One machine writes all three segments, or shows them without the frames that they came in. */
  #written(attempt: Attempt): void {
    const isn = this.#stream.nextUint32();
    const one = this.#chance(0.3) ? this.#router() : this.#attacker();
    const responder = this.#attacker();
    const link = { source: one, destination: responder };
    const from = this.#frames.length;
    this.#syn(attempt, link);
    this.#send(
      attempt,
      'SA',
      { seq: isn, ack: attempt.seq + 1, after: ANSWER_AFTER },
      { source: responder, destination: one },
    );
    this.#ack(attempt, isn, link, 0.02);
    const bare = this.#below(4);
    if (bare > 1) return;
    for (let i = from; i < this.#frames.length; i++) {
      const frame = this.#frames[i];
      if (frame === undefined) continue;
      const bytes = frame.record.bytes.subarray(14);
      const record = { ...frame.record, linkType: linkType.raw, bytes, originalLength: bytes.length };
      this.#frames[i] = { ...frame, record };
    }
  }

  /** Claims of the attackers on addresses, questions in the name of the sensor, and answers that nobody asked for. */
  #addNoise(sources: readonly number[]): void {
    const count = this.#below(4);
    for (let i = 0; i < count; i++) {
      const source = sources[this.#below(sources.length)] ?? 0;
      const mac = this.#attacker();
      const atSeconds = this.#startSeconds + MIXTURE_SECONDS * this.#stream.nextDouble();
      const link = { source: mac, destination: SENSOR, vlans: this.#chance(0.2) ? [1 + this.#below(4)] : [] };
      const spoken = { senderMac: mac, targetMac: 0, targetAddress: source };
      switch (this.#below(3)) {
        case 0:
          this.#arp(atSeconds, { ...spoken, operation: arp.operation.reply, senderAddress: source }, link);
          break;
        case 1:
          this.#arp(
            atSeconds,
            { ...spoken, operation: arp.operation.request, senderAddress: SENSOR_ADDRESS },
            link,
          );
          break;
        default:
          this.#arp(
            atSeconds,
            { ...spoken, operation: arp.operation.request, senderAddress: source, targetAddress: 1 },
            link,
          );
      }
    }
  }

  /** The sensor asks its link, within the second after a handshake, for sources that belong there. */
  #askFor(source: number, atSeconds: number): void {
    const asked = this.#asked.get(source) ?? -Infinity;
    if (!liesOnLink(source) || Math.abs(atSeconds - asked) < 0.9) return;
    const askedSeconds = atSeconds + 0.5 * this.#stream.nextDouble();
    this.#asked.set(source, askedSeconds);
    const question = {
      senderMac: SENSOR,
      senderAddress: SENSOR_ADDRESS,
      targetMac: 0,
      targetAddress: source,
    };
    this.#arp(
      askedSeconds,
      { ...question, operation: arp.operation.request },
      { source: SENSOR, destination: MAC_BROADCAST },
    );
    for (const mac of [this.#holder(source, askedSeconds), ...(this.#claimants.get(source) ?? [])]) {
      const answered = askedSeconds + 0.001 + 0.3 * this.#stream.nextDouble();
      const answer = {
        senderMac: mac,
        senderAddress: source,
        targetMac: SENSOR,
        targetAddress: SENSOR_ADDRESS,
      };
      this.#arp(
        answered,
        { ...answer, operation: arp.operation.reply },
        { source: mac, destination: SENSOR },
      );
    }
  }

  /** The machine that has the address at that time, and answers for it. */
  #holder(source: number, atSeconds: number): number {
    const [first, second] = this.#squatters.get(source) ?? [ownerOf(source), ownerOf(source)];
    return atSeconds < this.#startSeconds + MIXTURE_SECONDS / 2 ? first : second;
  }

  #syn(attempt: Attempt, link: Link): void {
    this.#send(attempt, 'S', { seq: attempt.seq, ack: 0, after: 0 }, link);
  }

  #answer(attempt: Attempt, isn: number, to: number, after: number): void {
    this.#send(attempt, 'SA', { seq: isn, ack: attempt.seq + 1, after }, { source: SENSOR, destination: to });
  }

  #ack(attempt: Attempt, isn: number, link: Link, after: number, text = ''): void {
    this.#send(attempt, 'A', { seq: attempt.seq + 1, ack: isn + 1, after }, link, text);
  }

  /** A segment of the initiator, or of the honeypot when it has sent the frame. */
  #send(
    { source, honeypot, port, atSeconds }: Attempt,
    flags: string,
    { seq, ack, after }: { readonly seq: number; readonly ack: number; readonly after: number },
    link: Link,
    text = '',
  ): void {
    const isAnswer = link.source === SENSOR || flags === 'SA';
    const [from, to] = isAnswer ? [honeypot, source] : [source, honeypot];
    const ports = isAnswer ? ([445, port] as const) : ([port, 445] as const);
    const at = atSeconds + after;
    const packet = segmentBetween(from, to, {
      atSeconds: at,
      flags,
      seq: seq >>> 0,
      ack: ack >>> 0,
      ports,
      text,
    });
    const frame = framed(packet, link);
    this.#frames.push({ atSeconds: at, record: directed(frame, link.source === SENSOR ? 'out' : 'in') });
  }

  #arp(atSeconds: number, message: Parameters<typeof arpFrame>[1], link: Link): void {
    const record = arpFrame(atSeconds, message, link);
    this.#frames.push({ atSeconds, record: directed(record, link.source === SENSOR ? 'out' : 'in') });
  }

  /** As a capture of several queues has them: within a millisecond. */
  #swapSome(frames: Frame[]): void {
    for (let i = 1; i < frames.length; i++) {
      const [before, after] = [frames[i - 1]!, frames[i]!];
      if (this.#below(8) > 0 || after.atSeconds - before.atSeconds > 0.001) continue;
      [frames[i - 1], frames[i]] = [after, before];
    }
  }

  #isn(honeypot: number): number {
    const host = honeypot - HONEYPOTS;
    if (host >= WEAK_COUNT) return this.#stream.nextUint32();
    const next = ((this.#counters[host] ?? 0) + 1 + this.#below(2 ** 16)) >>> 0;
    this.#counters[host] = next;
    return next;
  }

  #attacker(): number {
    return ATTACKERS[this.#below(ATTACKERS.length)] ?? 0;
  }

  #router(): number {
    return ROUTERS[this.#below(ROUTERS.length)] ?? 0;
  }

  #below(bound: number): number {
    return this.#stream.nextBelow(bound);
  }

  #chance(probability: number): boolean {
    return this.#stream.nextDouble() < probability;
  }
}

/** What identifies a flow in the truth. */
export function keyOf(flow: {
  readonly source: number;
  readonly honeypot: number;
  readonly port: number;
}): string {
  return `${flow.source} ${flow.port} ${flow.honeypot}`;
}

function liesOnLink(address: number): boolean {
  return address >= ON_LINK && address < BEYOND;
}

function ownerOf(address: number): number {
  return OWNERS + (address - ON_LINK);
}
