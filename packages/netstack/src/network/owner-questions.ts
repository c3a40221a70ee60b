/**
 * Asks who has an address, by ARP or by neighbor discovery, and waits for all answers: one machine, several, or none. A question
 * looks as a host's (RFC 826, RFC 4861 7.2.2): it comes from an address of ours and its Ethernet address, once, to everybody.
 */
import {
  arp,
  ethernet,
  etherType,
  type IpAddress,
  MAC_BROADCAST,
  readMac,
  readU16,
  readU32,
  writeMac,
  writeU16,
} from '@wormwood/wire';
import type { LinkDevice } from '../link/device.ts';
import { solicit } from './ndp-output.ts';
import type { PacketContext } from './packet-context.ts';
import { vlanOf } from './vlan.ts';

/** The link address of the one machine that answered, or that none or several did. */
export type OwnerVerdict = number | 'silent' | 'conflict';

/** An address in a VLAN. */
export interface Subject {
  readonly address: IpAddress;
  /** As `vlanOf` numbers it. */
  readonly vlan: number;
}

export interface Question extends Subject {
  /** The tags of the VLAN as they stand in a frame. */
  readonly tags: Uint8Array;
  /** Who asks. An address of 0 is a probe (RFC 5227 2.1.1), which moves no cache. */
  readonly askerAddress: IpAddress;
  readonly askerLinkAddress: number;
}

interface OpenQuestion {
  readonly askerAddress: IpAddress;
  readonly endsSeconds: number;
  /** The first link address that claimed the address. */
  claimant: number | null;
  hasConflict: boolean;
  /** Whether a claim was a reply to the question, and not only something that the machine said meanwhile. */
  isAnswered: boolean;
  readonly listeners: Listener[];
}

/** Who waits for the answers to a question. */
export interface Listener {
  /** The link address that says it has the address; null: whoever has it. */
  readonly linkAddress: number | null;
  settle(verdict: OwnerVerdict, nowSeconds: number): void;
}

/** How long answers are collected: a host answers within milliseconds, one that sleeps on a radio link within a beacon or two. */
const ANSWER_SECONDS = 1;
/** Those who wait for the answers to one question. */
const LISTENERS_MAX = 64;

export class OwnerQuestions {
  readonly #device: LinkDevice;
  /** Oldest first, so the first one ends first. */
  readonly #open: Map<string, OpenQuestion> = new Map();

  constructor(device: LinkDevice) {
    this.#device = device;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether the question is open. */
  isOpen(subject: Subject): boolean {
    return this.#open.has(subjectKey(subject));
  }

  /**
   * Asks, unless the same question is open, and calls `listener` once the answers are in. Returns false where too many listen,
   * or the device has no room: then `listener` is not called. A machine that has answered meanwhile always finds
   * room: a listener with another link address, which the answer can no longer confirm, is refused at once and evicted.
   */
  ask(question: Question, nowSeconds: number, listener: Listener): boolean {
    const key = subjectKey(question);
    const open = this.#open.get(key);
    if (open !== undefined) {
      if (open.listeners.length === LISTENERS_MAX && !makeRoom(open, listener, nowSeconds)) return false;
      open.listeners.push(listener);
      return true;
    }
    if (!this.#send(question)) return false;
    this.#open.set(key, {
      askerAddress: question.askerAddress,
      endsSeconds: nowSeconds + ANSWER_SECONDS,
      claimant: null,
      hasConflict: false,
      isAnswered: false,
      listeners: [listener],
    });
    return true;
  }

  /** Takes a claim; `isReply`: to a question that came from `target`. */
  note({ address, vlan, linkAddresses, isReply, target }: AddressClaim): void {
    const open = this.#open.get(subjectKey({ address, vlan }));
    if (open === undefined) return;
    for (const linkAddress of linkAddresses) {
      open.claimant ??= linkAddress;
      if (open.claimant !== linkAddress) open.hasConflict = true;
    }
    if (isReply && target === open.askerAddress) open.isAnswered = true;
  }

  /** Ends the questions whose time is over. */
  runTimers(nowSeconds: number): void {
    if (this.#open.size === 0) return;
    for (const [key, open] of this.#open) {
      if (open.endsSeconds > nowSeconds) return;
      this.#open.delete(key);
      for (const listener of open.listeners) listener.settle(verdictOf(open), nowSeconds);
    }
  }

  /** When `runTimers` has something to do, in seconds of the clock; infinite when no question is open. */
  nextTimerSeconds(): number {
    if (this.#open.size === 0) return Number.POSITIVE_INFINITY;
    for (const { endsSeconds } of this.#open.values()) return endsSeconds;
    return Number.POSITIVE_INFINITY;
  }

  #send({ address, tags, askerAddress, askerLinkAddress }: Question): boolean {
    if (typeof address === 'bigint' && typeof askerAddress === 'bigint')
      return solicit(this.#device, { address, tags, askerAddress, askerLinkAddress });
    if (typeof address === 'bigint' || typeof askerAddress === 'bigint') return false;
    const frame = this.#device.reserve();
    if (frame < 0) return false;
    const out = this.#device.transmitBuffer;
    const arpStart = frame + ethernet.HEADER_LENGTH + tags.length;
    writeMac(out, frame, MAC_BROADCAST);
    writeMac(out, frame + ethernet.field.source, askerLinkAddress);
    out.set(tags, frame + ethernet.field.etherType);
    writeU16(out, arpStart - 2, etherType.arp);
    arp.emit(
      {
        operation: arp.operation.request,
        senderMac: askerLinkAddress,
        senderAddress: askerAddress,
        targetMac: 0,
        targetAddress: address,
      },
      out,
      arpStart,
    );
    this.#device.commit(arpStart + arp.LENGTH - frame);
    return true;
  }
}

/** Lets one go whose link address is not the one that answered, in favor of one whose it is. */
function makeRoom(open: OpenQuestion, { linkAddress }: Listener, nowSeconds: number): boolean {
  if (linkAddress === null || linkAddress !== open.claimant) return false;
  const other = open.listeners.findIndex((each) => each.linkAddress !== linkAddress);
  if (other < 0) return false;
  const [gone] = open.listeners.splice(other, 1);
  gone!.settle(verdictOf(open), nowSeconds);
  return true;
}

function verdictOf({ claimant, hasConflict, isAnswered }: OpenQuestion): OwnerVerdict {
  if (hasConflict) return 'conflict';
  return isAnswered && claimant !== null ? claimant : 'silent';
}

/** Says of an address in which VLAN it is asked for, as the key of a Map. */
export function subjectKey({ address, vlan }: Subject): string {
  return `${vlan} ${address}`;
}

/** What a message claims: that its sender has an address. */
export interface AddressClaim extends Subject {
  /** The sender that the message names, and the one of its frame: they should be one. */
  readonly linkAddresses: readonly [number, number];
  readonly isReply: boolean;
  readonly target: IpAddress;
}

/** Returns the claim of the ARP packet at hand, whole and beginning at `arpStart`; null for a probe, which claims nothing. */
export function claimOf({ bytes, linkStart }: PacketContext, arpStart: number): AddressClaim | null {
  const address = readU32(bytes, arpStart + arp.field.senderAddress);
  if (address === 0) return null;
  return {
    address,
    vlan: vlanOf(bytes, linkStart, arpStart),
    linkAddresses: [
      readMac(bytes, arpStart + arp.field.senderMac),
      readMac(bytes, linkStart + ethernet.field.source),
    ],
    isReply: readU16(bytes, arpStart + arp.field.operation) === arp.operation.reply,
    target: readU32(bytes, arpStart + arp.field.targetAddress),
  };
}
