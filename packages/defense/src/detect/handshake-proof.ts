/**
 * What a handshake in a capture proves about the address of its source. One machine can write all three segments, so the
 * answer must come from the sensor and go back to where the SYN came from. And whoever shares the link can claim any
 * address there, so the frames of the source must come from a known router or from the owner of the address.
 */
import type { Parsed } from '@wormwood/base';
import { type ArpRepr, etherType, type PcapngOption, pcapngOptionCode, type VlanTag } from '@wormwood/wire';
import type { ForgeableReason, Observation } from '../observation.ts';
import { type CaptureSensor, sensorOfSection } from './capture-sensor.ts';
import type { Flow } from './flow-table.ts';
import { type Judgment, LinkOwners } from './link-owners.ts';
import { SequenceGuess } from './sequence-guess.ts';

/** The link header of a frame. */
export interface FrameEnds {
  /** Null where the link is no Ethernet. */
  readonly sourceMac: number | null;
  readonly destinationMac: number | null;
  /** Of the tags together; NaN, which equals nothing, for more tags than a service network has. */
  readonly vlan: number;
  /** The tags that say whether the frame entered or left the machine that wrote the capture. */
  readonly direction: Direction;
}

export type Direction = 'in' | 'out' | 'unknown';

const TAGS_MAX = 2;

export class HandshakeProof {
  readonly #given: CaptureSensor;
  readonly #owners: LinkOwners = new LinkOwners();
  readonly #guess: SequenceGuess = new SequenceGuess();
  #sectionOptions: readonly PcapngOption[] | null = null;
  #sensor: CaptureSensor;
  #fault: string | null = null;

  constructor(given: CaptureSensor) {
    this.#given = given;
    this.#sensor = given;
  }

  /** Why the latest head that a sensor seems to have written names no machines; null when there is none such. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Takes in the options of the section that the next packet stands in; they are looked at when they change. */
  enterSection(options: readonly PcapngOption[]): void {
    if (options === this.#sectionOptions) return;
    this.#sectionOptions = options;
    const named: Parsed<CaptureSensor> | null = sensorOfSection(options);
    if (named?.ok === false) this.#fault = named.reason;
    this.#sensor = named?.ok === true ? union(this.#given, named.value) : this.#given;
  }

  /** Takes in the time of a frame; returns the observations of handshakes that waited for their proof. */
  advance(timeSeconds: number): readonly Observation[] {
    return this.#owners.advance(timeSeconds);
  }

  observeArp(arp: ArpRepr, { sourceMac: mac, vlan, direction }: FrameEnds): void {
    if (mac === null) return;
    const isSensor = this.#isSensor(mac, direction) && this.#sensor.sensorMacs.has(arp.senderMac);
    this.#owners.observeArp(arp, { mac, vlan }, isSensor);
  }

  /** Notes on the flow what speaks against the SYN/ACK, which comes from `responder`. */
  observeAnswer(
    flow: Flow,
    sequence: number,
    frame: FrameEnds & { readonly responder: number; readonly initiator: number },
  ): void {
    const { sourceMac, destinationMac, vlan, direction } = frame;
    // An answer must come from the machine to which the SYN went, not from the one that sent a forged SYN.
    if (flow.responderMac !== sourceMac || flow.vlan !== vlan) flow.isContradictory = true;
    if (flow.answerSequence !== null) return;
    const isGuessable = this.#guess.observe(frame.responder, frame.initiator, sequence);
    if (sourceMac === null) flow.doubt ??= 'no-link-address';
    else if (!this.#isSensor(sourceMac, direction)) flow.doubt ??= 'unknown-sensor';
    else if (!this.#isSameEnd(flow.initiatorMac, destinationMac)) flow.doubt ??= 'address-changed';
    else if (isGuessable) flow.doubt ??= 'weak-sequence-numbers';
  }

  /** Judges the handshake that the frame completes. */
  judge(flow: Flow, handshake: Observation, { sourceMac: mac, vlan, direction }: FrameEnds): Judgment {
    if (!this.#isSameEnd(flow.initiatorMac, mac) || flow.vlan !== vlan) flow.doubt ??= 'address-changed';
    if (mac === null) return judgment('no-link-address');
    if (flow.doubt !== null) return judgment(flow.doubt);
    if (direction === 'out') return judgment('unknown-router');
    if (this.#sensor.routerMacs.has(mac)) return judgment(null);
    const from = { mac, vlan };
    const forgeable = this.#owners.judge(handshake.source, from);
    if (forgeable === null) return { linkAddress: mac, forgeable, waiting: null };
    if (forgeable !== 'proof-pending') return judgment(forgeable);
    const pending = { ...handshake, linkAddress: null, forgeable };
    return { linkAddress: null, forgeable, waiting: this.#owners.wait(pending, from) };
  }

  /** A frame that entered the sensor is not its own, whatever its source address. */
  #isSensor(mac: number, direction: Direction): boolean {
    return direction !== 'in' && this.#sensor.sensorMacs.has(mac);
  }

  /** One machine, or two routers of the link, over which the two ways may differ. */
  #isSameEnd(one: number | null, other: number | null): boolean {
    if (one === other) return true;
    const { routerMacs } = this.#sensor;
    return one !== null && other !== null && routerMacs.has(one) && routerMacs.has(other);
  }
}

/** One number for the tags of a frame; priority tags, which name no network, count as none. */
export function vlanOf(tags: readonly VlanTag[]): number {
  if (tags.length > TAGS_MAX) return Number.NaN;
  let number = 0;
  for (const { vlan, tagType } of tags) {
    number = number * 0x2000 + vlan + (tagType === etherType.vlanService ? 0x1000 : 0);
  }
  return number;
}

/** What the options of a packet say (pcapng §4.3.1): the low two bits of a word whose byte order is the section's. */
export function directionOf(options: readonly PcapngOption[]): Direction {
  for (const { code, data } of options) {
    if (code !== pcapngOptionCode.packetFlags || data.length !== 4) continue;
    const bits = (data[0] ?? 0) & 3 || (data[3] ?? 0) & 3;
    return bits === 1 ? 'in' : bits === 2 ? 'out' : 'unknown';
  }
  return 'unknown';
}

function judgment(forgeable: ForgeableReason | null): Judgment {
  return { linkAddress: null, forgeable, waiting: null };
}

function union(one: CaptureSensor, other: CaptureSensor): CaptureSensor {
  return {
    sensorMacs: new Set([...one.sensorMacs, ...other.sensorMacs]),
    routerMacs: new Set([...one.routerMacs, ...other.routerMacs]),
  };
}
