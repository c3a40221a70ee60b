/**
 * Says what a completed handshake proves about the address of its source. An answer goes back to the sender of the frame that
 * it answers, so whoever shares the link can complete a handshake in any name. What counts is where the frames came from: for a
 * source off the link a known router; for one on the link the one machine that answers ARP, or neighbor discovery, for it.
 */
import { type RandomStreams, RecentMap } from '@wormwood/base';
import { arp, ethernet, type IpAddress, isIpv6LinkLocal, MAC_ADDRESS_LENGTH, readMac } from '@wormwood/wire';
import type { Flow } from '../behavior.ts';
import type { HostDirectory } from '../host.ts';
import type { LinkDevice } from '../link/device.ts';
import type { ForgeableReason, SourceProof, StackObserver } from '../observer.ts';
import type { AddressNames } from './address-names.ts';
import {
  type AddressClaim,
  claimOf,
  OwnerQuestions,
  type OwnerVerdict,
  type Question,
  subjectKey,
} from './owner-questions.ts';
import { type Asker, KnownRouters, type RouterName, type RouterStatus } from './known-routers.ts';
import type { PacketContext } from './packet-context.ts';
import { QuestionBudget } from './question-budget.ts';
import { copyTags, vlanOf } from './vlan.ts';

/** Addresses whose hosts share the link. */
export interface LinkNetwork {
  readonly first: number;
  readonly last: number;
  /** 0 without a tag. */
  readonly vlan: number;
}

/** What is known of the link. Without networks and routers no source is proven. */
export interface LinkOptions {
  /** @default none */
  readonly networks?: readonly LinkNetwork[];
  /** @default none */
  readonly routers?: readonly RouterName[];
  /** Returns from which address of ours a router is asked for; 0: as a probe (RFC 5227 2.1.1). @default 0 */
  readonly askFrom?: (routerAddress: number, vlan: number) => number;
  /** Called when another link address is a router's from now on, or none is. */
  readonly routersChanged?: () => void;
}

export interface SourceProverComponents {
  readonly device: LinkDevice;
  readonly hosts: HostDirectory;
  readonly observer: StackObserver;
  readonly streams: RandomStreams;
  readonly linkAddress: number;
  readonly names: AddressNames;
}

/** What the answers have proven: who has an address. */
interface Binding {
  readonly linkAddress: number;
  readonly untilSeconds: number;
}

/**
 * How long an answer counts for further handshakes from the same link address, so that with the second in which answers are
 * awaited it is a minute (RFC 1122 2.3.2.1). As questions are few a second, it bounds the bindings that are remembered: none is
 * ever driven out by others.
 */
const BINDING_SECONDS = 59;
const NO_PROTOCOL = -1;
const NETWORK_SHIFT = 64n;
const ARP_REASONS = { silent: 'arp-silent', conflict: 'arp-conflict', mismatch: 'arp-mismatch' } as const;
const NDP_REASONS = { silent: 'ndp-silent', conflict: 'ndp-conflict', mismatch: 'ndp-mismatch' } as const;

export class SourceProver {
  readonly #components: SourceProverComponents;
  readonly #questions: OwnerQuestions;
  readonly #budget: QuestionBudget;
  readonly #routers: KnownRouters;
  /** Those that expire first stand first. */
  readonly #bindings: RecentMap<string, Binding> = new RecentMap();
  #networks: readonly LinkNetwork[] = [];

  constructor(components: SourceProverComponents, options: LinkOptions = {}) {
    this.#components = components;
    const { askFrom = () => 0, routersChanged = () => undefined } = options;
    this.#questions = new OwnerQuestions(components.device);
    this.#budget = new QuestionBudget(components.streams.stream('netstack/source-prover'));
    this.#routers = new KnownRouters({
      questions: this.#questions,
      askerFor: (address, vlan) => this.#askerFor(askFrom(address, vlan), address),
      changed: routersChanged,
    });
    this.replace(options);
  }

  /** The routers of the link and how they are known. */
  routers(): readonly RouterStatus[] {
    return this.#routers.status();
  }

  /** Bindings and questions that are remembered now. */
  get rememberedCount(): number {
    return this.#bindings.size + this.#questions.size;
  }

  /** Takes other networks and routers from now on. */
  replace({ networks = [], routers = [] }: Pick<LinkOptions, 'networks' | 'routers'>): void {
    this.#networks = networks;
    this.#routers.replace(this.#components.device.medium === 'ethernet' ? routers : []);
  }

  /**
   * Returns the proof of the source whose handshake the packet at hand completes; `doubt` is why its segments prove nothing, or
   * null. After a pending proof the observer gets the final one for the same `flow`.
   */
  prove(packet: PacketContext, flow: Flow, doubt: ForgeableReason | null): SourceProof {
    const { bytes, linkStart, ipStart, source } = packet;
    const hasLinkAddress = ipStart > linkStart && !packet.isCarried;
    const linkAddress = hasLinkAddress ? readMac(bytes, linkStart + ethernet.field.source) : null;
    if (doubt !== null) return none(linkAddress, doubt);
    if (linkAddress === null) return none(null, 'no-link-address');
    const vlan = vlanOf(bytes, linkStart, ipStart);
    if (packet.isIpv6 ? this.#isIpv6Neighbour(packet) : this.#isOnLink(source, vlan))
      return this.#proveOnLink(packet, flow, linkAddress, vlan);
    if (!this.#routers.isRouter(linkAddress, vlan)) return none(linkAddress, 'unknown-router');
    return { linkAddress, kind: 'router', forgeable: null };
  }

  /** Takes the ARP packet at hand, whose octets begin at `arpStart`. */
  receiveArp(packet: PacketContext, arpStart: number): void {
    if (this.rememberedCount === 0 && this.#routers.size === 0) return;
    if (arp.check(packet.bytes, arpStart, packet.end) !== undefined) return;
    const claim = claimOf(packet, arpStart);
    if (claim === null) return;
    this.note(claim);
    this.#routers.note(claim, packet.nowSeconds);
  }

  /** Takes what a message of ARP or of neighbor discovery claims. */
  note(claim: AddressClaim): void {
    if (this.rememberedCount === 0) return;
    this.#questions.note(claim);
    const key = subjectKey(claim);
    const binding = this.#bindings.get(key);
    if (binding !== undefined && claim.linkAddresses.some((address) => address !== binding.linkAddress))
      this.#bindings.delete(key);
  }

  /** Ends questions whose time is over, and asks for routers that it is time for. */
  runTimers(nowSeconds: number): void {
    this.#questions.runTimers(nowSeconds);
    this.#routers.runTimers(nowSeconds);
  }

  /** When `runTimers` has something to do, in seconds of the clock; infinite when nothing is open. */
  nextTimerSeconds(): number {
    return Math.min(this.#questions.nextTimerSeconds(), this.#routers.nextTimerSeconds());
  }

  #isOnLink(source: number, vlan: number): boolean {
    for (const network of this.#networks)
      if (network.vlan === vlan && source >= network.first && source <= network.last) return true;
    return false;
  }

  /** Whether the source is on the link by its address: link-local, or of the network of the host that it contacted. */
  #isIpv6Neighbour({ source, destination }: PacketContext): boolean {
    const { names } = this.#components;
    const [from, to] = [names.addressOf(source), names.addressOf(destination)];
    if (typeof from === 'number' || typeof to === 'number') return false;
    return isIpv6LinkLocal(from) || from >> NETWORK_SHIFT === to >> NETWORK_SHIFT;
  }

  #proveOnLink(packet: PacketContext, flow: Flow, linkAddress: number, vlan: number): SourceProof {
    const { names } = this.#components;
    const { bytes, linkStart, ipStart, source, destination, nowSeconds } = packet;
    const address = names.addressOf(source);
    const subject = { address, vlan };
    const key = subjectKey(subject);
    const binding = this.#bindings.get(key);
    if (binding !== undefined) {
      if (binding.linkAddress === linkAddress && nowSeconds < binding.untilSeconds)
        return { linkAddress, kind: 'link', forgeable: null };
      this.#bindings.delete(key);
    }
    const question: Question = {
      ...subject,
      tags: copyTags(bytes, linkStart, ipStart),
      askerAddress: names.addressOf(destination),
      askerLinkAddress: packet.answersFrom,
    };
    const mayAsk = this.#questions.isOpen(subject) || this.#budget.take(linkAddress, nowSeconds);
    const isAsked =
      mayAsk &&
      this.#questions.ask(question, nowSeconds, {
        linkAddress,
        settle: (verdict, now) => this.#settle(question, flow, linkAddress, verdict, now),
      });
    return isAsked
      ? { linkAddress, kind: 'pending', forgeable: null }
      : none(linkAddress, reasonsOf(address).silent);
  }

  #settle(
    subject: Question,
    flow: Flow,
    linkAddress: number,
    verdict: OwnerVerdict,
    nowSeconds: number,
  ): void {
    const reason = this.#faultOf(subject, linkAddress, verdict);
    if (reason === null) this.#bind(subjectKey(subject), linkAddress, nowSeconds);
    const proof =
      reason === null ? ({ linkAddress, kind: 'link', forgeable: null } as const) : none(linkAddress, reason);
    this.#components.observer.flowProof(flow, proof);
  }

  /** Why the answers do not prove that `linkAddress` has the address; null where they do. */
  #faultOf({ address, vlan }: Question, linkAddress: number, verdict: OwnerVerdict): ForgeableReason | null {
    const { silent, conflict, mismatch } = reasonsOf(address);
    if (verdict === 'silent') return silent;
    if (verdict === 'conflict') return conflict;
    // A router that answers for others (RFC 1027) is not the machine that has the address.
    const isProxy =
      this.#routers.isRouter(linkAddress, vlan) && !this.#routers.isRouterAddress(address, vlan);
    return verdict === linkAddress && !isProxy ? null : mismatch;
  }

  #bind(key: string, linkAddress: number, nowSeconds: number): void {
    const bindings = this.#bindings;
    for (let oldest = bindings.oldest(); oldest !== undefined; oldest = bindings.oldest()) {
      if (oldest.value.untilSeconds > nowSeconds) break;
      bindings.delete(oldest.key);
    }
    bindings.set(key, { linkAddress, untilSeconds: nowSeconds + BINDING_SECONDS });
  }

  #askerFor(askerAddress: number, routerAddress: number): Asker {
    const host = this.#components.hosts.find(askerAddress, routerAddress, NO_PROTOCOL);
    return {
      askerAddress,
      askerLinkAddress: host?.linkAddressAt(askerAddress) ?? this.#components.linkAddress,
    };
  }
}

/** What speaks against an owner, by the protocol that asks for it. */
function reasonsOf(address: IpAddress): typeof ARP_REASONS | typeof NDP_REASONS {
  return typeof address === 'number' ? ARP_REASONS : NDP_REASONS;
}

function none(linkAddress: number | null, forgeable: ForgeableReason): SourceProof {
  return { linkAddress, kind: 'none', forgeable };
}

/**
 * Returns whether a packet came from where an earlier one did, whose answers carry the link header in [start, start + length) of
 * `saved`: from the same link address and VLAN, or from a device without either.
 */
export function isFromSameSource(
  packet: PacketContext,
  saved: Uint8Array,
  start: number,
  length: number,
): boolean {
  const { bytes, linkStart, ipStart } = packet;
  if (length === 0 || ipStart === linkStart) return length === ipStart - linkStart;
  const source = linkStart + ethernet.field.source;
  for (let i = 0; i < MAC_ADDRESS_LENGTH; i++) if (bytes[source + i] !== saved[start + i]) return false;
  const isUntagged = length === ethernet.HEADER_LENGTH && ipStart - linkStart === ethernet.HEADER_LENGTH;
  return isUntagged || vlanOf(bytes, linkStart, ipStart) === vlanOf(saved, start, start + length);
}
