/**
 * What a handshake in a capture proves about the address of its source. One machine can write all three segments, so the
 * answer must come from the sensor and go back to where the SYN came from. And whoever shares the link can claim any
 * address there, so the frames of the source must come from a known router or from the owner of the address.
 */
import type { Parsed } from '@wormwood/base';
import { type IpAddress, IpSet, isIpv6LinkLocal, pcapngOption } from '@wormwood/wire';
import type { ForgeableReason, Observation } from '../observation.ts';
import { type CaptureSensor, sensorOfSection } from './capture-sensor.ts';
import type { Flow } from './flow-table.ts';
import { type Judgment, type LinkMessage, LinkOwners } from './link-owners.ts';
import { SequenceGuess } from './sequence-guess.ts';

/** The link header of a frame. */
export interface FrameEnds {
  /** Null where the link is not Ethernet. */
  readonly sourceMac: number | null;
  readonly destinationMac: number | null;
  /** Of the tags together; NaN, which equals nothing, for more tags than a service network has. */
  readonly vlan: number;
  /** The tags that say whether the frame entered or left the machine that wrote the capture. */
  readonly direction: Direction;
}

export type Direction = 'in' | 'out' | 'unknown';

export class HandshakeProof {
  readonly #given: CaptureSensor;
  readonly #owners: LinkOwners = new LinkOwners();
  readonly #guess: SequenceGuess = new SequenceGuess();
  #sectionOptions: readonly pcapngOption.Repr[] | null = null;
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
  enterSection(options: readonly pcapngOption.Repr[]): void {
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

  /** Takes in a message of ARP or of neighbor discovery. */
  observeLink(message: LinkMessage, { sourceMac: mac, vlan, direction }: FrameEnds): void {
    if (mac === null) return;
    const isSensor = this.#isSensor(mac, direction) && this.#sensor.sensorMacs.has(message.senderMac);
    this.#owners.observe(message, { mac, vlan }, isSensor);
  }

  /** Whether the machine passes frames on to the owners of their addresses, so that it gains nothing by receiving them. */
  isRouter(mac: number | null, vlan: number): boolean {
    const { routerMacs, untaggedRouterMacs } = this.#sensor;
    if (mac === null) return false;
    return routerMacs.has(mac) || (vlan === 0 && untaggedRouterMacs?.has(mac) === true);
  }

  /**
   * Whether a frame of the initiator is a copy from elsewhere on its way, as in a capture of both sides of a router: the flow is
   * one with the sensor, and the sensor does not receive this frame.
   */
  isElsewhere(flow: Flow, { destinationMac }: FrameEnds): boolean {
    return this.#isWithSensor(flow) && !this.#isOneOfSensor(destinationMac);
  }

  /** The same of a frame of the responder, which the sensor has not sent. */
  isAnswerElsewhere(flow: Flow, { sourceMac }: FrameEnds): boolean {
    return this.#isWithSensor(flow) && !this.#isOneOfSensor(sourceMac);
  }

  /** Whether the sensor receives this first frame of the flow, and did not receive the one that was noted. */
  isNearer(flow: Flow, { destinationMac }: FrameEnds): boolean {
    return flow.answerSequence === null && !this.#isWithSensor(flow) && this.#isOneOfSensor(destinationMac);
  }

  /**
   * Notes on a flow without a whole handshake that a frame in the name of its initiator comes from another machine: the
   * sensor answers to the machine that sends, so that a repeated SYN, or anything that calls for an acknowledgment, would
   * tell that machine the sequence number.
   */
  observeInitiator(flow: Flow, { sourceMac, vlan }: FrameEnds): void {
    if (!this.#isSameEnd(flow.initiatorMac, sourceMac, vlan) || flow.vlan !== vlan)
      flow.doubt ??= 'address-changed';
  }

  /** Notes on such a flow that a frame of the responder, which shows its sequence number, goes to another machine. */
  observeResponder(flow: Flow, { destinationMac, vlan }: FrameEnds): void {
    if (!this.#isSameEnd(flow.initiatorMac, destinationMac, vlan) || flow.vlan !== vlan)
      flow.doubt ??= 'address-changed';
  }

  /** Notes on the flow what speaks against the SYN/ACK of that host. */
  observeAnswer(
    flow: Flow,
    frame: FrameEnds,
    { responder, sequence }: { readonly responder: IpAddress; readonly sequence: number },
  ): void {
    const { sourceMac, vlan, direction } = frame;
    // An answer must come from the machine to which the SYN went, not from the one that sent a forged SYN.
    if (flow.responderMac !== sourceMac || flow.vlan !== vlan) flow.isContradictory = true;
    if (sourceMac === null) flow.doubt ??= 'no-link-address';
    else if (!this.#isSensor(sourceMac, direction)) flow.doubt ??= 'unknown-sensor';
    else this.observeResponder(flow, frame);
    if (flow.answerSequence === null && this.#guess.observe(responder, sequence))
      flow.doubt ??= 'weak-sequence-numbers';
  }

  /** Judges the handshake that the frame completes. */
  judge(flow: Flow, handshake: Observation, { sourceMac: mac, vlan, direction }: FrameEnds): Judgment {
    if (mac === null) return judgment('no-link-address');
    if (flow.doubt !== null) return judgment(flow.doubt);
    if (direction === 'out') return judgment('unknown-router');
    if (this.isRouter(mac, vlan) && !this.#isOnLink(handshake.source, vlan)) return judgment(null);
    const from = { mac, vlan };
    const forgeable = this.#owners.judge(handshake.source, from);
    if (forgeable === null) return { linkAddress: mac, forgeable, waiting: null };
    if (forgeable !== 'proof-pending') return judgment(forgeable);
    const pending = { ...handshake, linkAddress: null, forgeable };
    return { linkAddress: null, forgeable, waiting: this.#owners.wait(pending, from) };
  }

  #isWithSensor(flow: Flow): boolean {
    return this.#isOneOfSensor(flow.responderMac);
  }

  #isOneOfSensor(mac: number | null): boolean {
    return mac !== null && this.#sensor.sensorMacs.has(mac);
  }

  #isOnLink(source: IpAddress, vlan: number): boolean {
    if (typeof source === 'bigint' && isIpv6LinkLocal(source)) return true;
    return vlan === 0 && this.#sensor.linkNets?.contains(source) === true;
  }

  /** A frame that entered the sensor is not its own, whatever its source address. */
  #isSensor(mac: number, direction: Direction): boolean {
    return direction !== 'in' && this.#sensor.sensorMacs.has(mac);
  }

  /** One machine, or two routers of the link, over which the two ways may differ. */
  #isSameEnd(one: number | null, other: number | null, vlan: number): boolean {
    return one === other || (this.isRouter(one, vlan) && this.isRouter(other, vlan));
  }
}

/** What the options of a packet say (pcapng §4.3.1): the low two bits of a word whose byte order is the section's. */
export function directionOf(options: readonly pcapngOption.Repr[]): Direction {
  for (const { code, data } of options) {
    if (code !== pcapngOption.code.packetFlags || data.length !== 4) continue;
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
    untaggedRouterMacs: new Set([...(one.untaggedRouterMacs ?? []), ...(other.untaggedRouterMacs ?? [])]),
    linkNets: (one.linkNets ?? IpSet.empty).union(other.linkNets ?? IpSet.empty),
  };
}
