/**
 * Who owns an address on the sensor's link, as far as a capture shows: the one machine that answered when the sensor asked
 * for it by ARP, or by neighbor discovery for one of IPv6. Handshakes wait here for the end of that exchange, since the
 * sensor asks when it sees them; then each is handed back with what it proves. The tables never grow beyond their limits:
 * what is evicted stays without proof.
 */
import { arp, type IpAddress } from '@wormwood/wire';
import type { ForgeableReason, Observation } from '../observation.ts';
import { isStationMac } from './capture-sensor.ts';

/** How long the sensor takes to ask, and how long the owners have to answer. */
const ASKING_SECONDS = 1;
const ANSWERING_SECONDS = 1;
/** An answer holds so long, unless another machine claims the address. */
const ANSWER_HOLDS_SECONDS = 60;
const ADDRESSES_MAX = 16_384;
const WAITING_MAX = 65_536;

/** Where a frame came from. The tags of a virtual network are part of it: each is a link of its own. */
export interface LinkEnd {
  readonly mac: number;
  readonly vlan: number;
}

/** What a frame of ARP or of neighbor discovery says of addresses. */
export interface LinkMessage {
  /** Whose owner is asked for; null where nobody is. */
  readonly asked: IpAddress | null;
  /** Which address the sender says is its own; null where it says of none. */
  readonly claimed: IpAddress | null;
  /** The sender that the message names. */
  readonly senderMac: number;
  readonly isReply: boolean;
}

/** Returns what an ARP packet says. */
export function linkMessageOf(message: arp.Repr): LinkMessage {
  const { operation, senderMac, senderAddress, targetAddress } = message;
  const isQuestion = operation === arp.operation.request && senderAddress !== targetAddress;
  return {
    asked: isQuestion ? targetAddress : null,
    claimed: senderAddress,
    senderMac,
    isReply: operation === arp.operation.reply,
  };
}

/** A handshake whose proof is to come, and the payload that followed it. */
export interface WaitingHandshake {
  readonly from: LinkEnd;
  readonly handshake: Observation;
  payload: Observation | null;
  /** What it proves; null while that is open. */
  proof: Proof | null;
}

/** What a handshake proves about its source. */
export type Proof = Pick<Observation, 'linkAddress' | 'forgeable'>;

/** What a completed handshake is worth; `waiting` while that is open. */
export interface Judgment extends Proof {
  readonly waiting: WaitingHandshake | null;
}

/** What the sensor's last question for an address came to. */
interface Question {
  /** −Infinity before the first one. */
  askedSeconds: number;
  isOpen: boolean;
  /** The machine that first claimed the address in any message; null while none has. */
  claimant: number | null;
  /** The claimant answered the sensor. */
  isAnswered: boolean;
  /** Another machine claims the address, too. */
  isDisputed: boolean;
  /** Completed since the question, or within the time that the sensor takes to ask. */
  readonly waiting: Set<WaitingHandshake>;
}

/** Something that is over at that time. */
type Deadline =
  | { readonly atSeconds: number; readonly question: Question; readonly waiting: null }
  | { readonly atSeconds: number; readonly question: Question; readonly waiting: WaitingHandshake };

export class LinkOwners {
  readonly #questions: Map<string, Question> = new Map();
  /** Both spans are equally long, so that the deadlines come in the order in which they were set. */
  readonly #deadlines: Deadline[] = [];
  #nextDeadline = 0;
  #waiting = 0;
  /** The time of the latest frame: captures may be slightly out of order. */
  #nowSeconds = -Infinity;

  /** Takes the time of a frame in; returns the handshakes that are settled by then, in the order of their completion. */
  advance(timeSeconds: number): readonly Observation[] {
    if (timeSeconds > this.#nowSeconds) this.#nowSeconds = timeSeconds;
    const first = this.#deadlines[this.#nextDeadline];
    if (first === undefined || first.atSeconds >= this.#nowSeconds) return NOTHING;
    return this.#settleDue();
  }

  /** Takes a message in that `from` sent; `isSensor` when that is the sensor itself. */
  observe({ asked, claimed, senderMac, isReply }: LinkMessage, from: LinkEnd, isSensor: boolean): void {
    if (isSensor && asked !== null) {
      this.#ask(keyOf(asked, from.vlan));
      return;
    }
    if (claimed === null) return;
    const question = this.#questions.get(keyOf(claimed, from.vlan));
    if (question === undefined || question.askedSeconds === -Infinity) return;
    if (question.isOpen) question.claimant ??= from.mac;
    else if (question.claimant === null) return;
    // Whoever names another sender than itself speaks for somebody else.
    const isOwn = senderMac === from.mac && isStationMac(from.mac);
    if (question.claimant !== from.mac || !isOwn) question.isDisputed = true;
    else if (question.isOpen && isReply) question.isAnswered = true;
  }

  /** Why the handshake that just completed proves nothing yet, or at all; null when its source owns the address. */
  judge(source: IpAddress, from: LinkEnd): ForgeableReason | null {
    const question = this.#questions.get(keyOf(source, from.vlan));
    if (question === undefined || question.isOpen || !this.#holds(question)) return 'proof-pending';
    return reasonOf(question, source, from);
  }

  /** Lets a handshake wait that `judge` called pending; returns null where there is no room. */
  wait(handshake: Observation, from: LinkEnd): WaitingHandshake | null {
    if (this.#waiting >= WAITING_MAX) return null;
    this.#waiting++;
    const key = keyOf(handshake.source, from.vlan);
    const question = this.#questions.get(key) ?? this.#begin(key);
    const waiting: WaitingHandshake = { from, handshake, payload: null, proof: null };
    question.waiting.add(waiting);
    if (!question.isOpen)
      this.#deadlines.push({ atSeconds: this.#nowSeconds + ASKING_SECONDS, question, waiting });
    return waiting;
  }

  #ask(key: string): void {
    const known = this.#questions.get(key);
    // The sensor repeats its question while nobody answers; the answers to all of that belong together.
    if (known?.isOpen === true) return;
    const question = known ?? this.#begin(key);
    this.#questions.delete(key);
    this.#questions.set(key, question);
    question.askedSeconds = this.#nowSeconds;
    question.isOpen = true;
    question.claimant = null;
    question.isAnswered = false;
    question.isDisputed = false;
    this.#deadlines.push({ atSeconds: this.#nowSeconds + ANSWERING_SECONDS, question, waiting: null });
  }

  #begin(key: string): Question {
    const question: Question = {
      askedSeconds: -Infinity,
      isOpen: false,
      claimant: null,
      isAnswered: false,
      isDisputed: false,
      waiting: new Set(),
    };
    this.#questions.set(key, question);
    const [oldest] = this.#questions.keys();
    if (this.#questions.size > ADDRESSES_MAX && oldest !== undefined) this.#questions.delete(oldest);
    return question;
  }

  #settleDue(): readonly Observation[] {
    const settled: Observation[] = [];
    for (;;) {
      const due = this.#deadlines[this.#nextDeadline];
      if (due === undefined || due.atSeconds >= this.#nowSeconds) break;
      this.#nextDeadline++;
      const { question, waiting } = due;
      if (waiting === null) {
        question.isOpen = false;
        for (const each of question.waiting)
          settled.push(...this.#settle(each, reasonOf(question, each.handshake.source, each.from)));
        question.waiting.clear();
      } else if (waiting.proof === null && !question.isOpen) {
        // The sensor asks for no address beyond its link.
        question.waiting.delete(waiting);
        settled.push(...this.#settle(waiting, 'unknown-router'));
      }
    }
    // Once the larger part is over, the rest moves to the front: each entry moves once on average.
    if (this.#nextDeadline > this.#deadlines.length / 2) {
      this.#deadlines.splice(0, this.#nextDeadline);
      this.#nextDeadline = 0;
    }
    return settled;
  }

  #settle(waiting: WaitingHandshake, forgeable: ForgeableReason | null): readonly Observation[] {
    const proof = { linkAddress: forgeable === null ? waiting.from.mac : null, forgeable };
    waiting.proof = proof;
    this.#waiting--;
    const handshake: Observation = { ...waiting.handshake, ...proof };
    return waiting.payload === null ? [handshake] : [handshake, { ...waiting.payload, ...proof }];
  }

  #holds({ askedSeconds }: Question): boolean {
    return this.#nowSeconds - askedSeconds <= ANSWER_HOLDS_SECONDS;
  }
}

const NOTHING: readonly Observation[] = [];

/** What speaks against an owner, by the protocol that asks for it. */
const ARP_REASONS = { disputed: 'arp-conflict', silent: 'arp-silent', other: 'arp-mismatch' } as const;
const NDP_REASONS = { disputed: 'ndp-conflict', silent: 'ndp-silent', other: 'ndp-mismatch' } as const;

function reasonOf(
  { claimant, isAnswered, isDisputed }: Question,
  source: IpAddress,
  from: LinkEnd,
): ForgeableReason | null {
  const { disputed, silent, other } = typeof source === 'number' ? ARP_REASONS : NDP_REASONS;
  if (isDisputed) return disputed;
  if (!isAnswered) return silent;
  return claimant === from.mac ? null : other;
}

function keyOf(address: IpAddress, vlan: number): string {
  return `${address} ${vlan}`;
}
