/**
 * What is seen of the link itself, and answers that a limit kept back, as events: one for an ARP sweep, whatever its size,
 * and one a few seconds later for what a limit kept back after the first answer.
 */
import { formatIpv4 } from '@wormwood/base';
import type { AddressOwner, AnswerLimit, ArpContact, Ipv6Contact } from '@wormwood/netstack';
import { formatIp, formatIpProtocol, formatIpv6, formatMac, type IpAddress } from '@wormwood/wire';
import type { ArpSweepFields, Ipv6Fields, LimitedFields, TakenFields } from './event.ts';
import { Gathering } from './gathering.ts';

export type LinkEvent = (ArpSweepFields | LimitedFields) & { readonly message: string };

interface Sweep {
  readonly first: ArpContact;
  readonly beganSeconds: number;
  lastSeconds: number;
  lowest: number;
  highest: number;
  requests: number;
  answered: number;
  /** Distinct addresses, as far as they are counted. */
  readonly targets: Set<number>;
}

interface Limited {
  readonly limit: AnswerLimit;
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  answers: number;
}

/** A scanner that asks more slowly makes several sweeps. */
const SWEEP_IDLE_SECONDS = 5;
const SWEEP_LONGEST_SECONDS = 60;
const OPEN_MAX = 4096;
const TARGETS_MAX = 65_536;
const LIMITED_IDLE_SECONDS = 5;
const LIMITED_LONGEST_SECONDS = 60;

export class LinkContacts {
  readonly #emit: (event: LinkEvent) => void;
  readonly #sweeps: Gathering<Sweep>;
  readonly #limited: Gathering<Limited>;

  constructor(emit: (event: LinkEvent) => void) {
    this.#emit = emit;
    this.#sweeps = new Gathering({
      idleSeconds: SWEEP_IDLE_SECONDS,
      longestSeconds: SWEEP_LONGEST_SECONDS,
      openMax: OPEN_MAX,
      report: (sweep) => this.#reportSweep(sweep),
    });
    this.#limited = new Gathering({
      idleSeconds: LIMITED_IDLE_SECONDS,
      longestSeconds: LIMITED_LONGEST_SECONDS,
      openMax: OPEN_MAX,
      report: (limited) => this.#reportLimited(limited),
    });
  }

  arpRequest(contact: ArpContact, nowSeconds: number): void {
    const { source, linkAddress, target, vlan, isAnswered } = contact;
    const sweep = this.#sweeps.take(`${linkAddress} ${source} ${vlan}`, nowSeconds, (): Sweep => ({
      first: contact,
      beganSeconds: nowSeconds,
      lastSeconds: nowSeconds,
      lowest: target,
      highest: target,
      requests: 0,
      answered: 0,
      targets: new Set(),
    }));
    sweep.lastSeconds = nowSeconds;
    sweep.lowest = Math.min(sweep.lowest, target);
    sweep.highest = Math.max(sweep.highest, target);
    sweep.requests++;
    if (isAnswered) sweep.answered++;
    if (sweep.targets.size < TARGETS_MAX) sweep.targets.add(target);
  }

  /** The first answer that a limit keeps back is reported at once, the others together. */
  answerLimited(
    answer: {
      readonly limit: AnswerLimit;
      readonly protocol: number;
      readonly source: IpAddress;
      readonly destination: IpAddress;
    },
    nowSeconds: number,
  ): void {
    let isFirst = false;
    const key = `${answer.limit} ${answer.protocol} ${answer.source} ${answer.destination}`;
    const limited = this.#limited.take(key, nowSeconds, () => {
      isFirst = true;
      return { ...answer, answers: 0 };
    });
    if (isFirst) this.#reportLimited({ ...answer, answers: 1 });
    else limited.answers++;
  }

  /** Reports what is over by `nowSeconds`; all of it at an infinite time. */
  end(nowSeconds: number): void {
    this.#sweeps.end(nowSeconds);
    this.#limited.end(nowSeconds);
  }

  #reportSweep(sweep: Sweep): void {
    const { source, linkAddress, vlan } = sweep.first;
    const who = `${formatIpv4(source)} (${formatMac(linkAddress)})`;
    const [first, last] = [formatIpv4(sweep.lowest), formatIpv4(sweep.highest)];
    const where = first === last ? first : `${sweep.targets.size} addresses from ${first} to ${last}`;
    this.#emit({
      event: 'probe.arp',
      ...vlanFields(vlan),
      src_ip: formatIpv4(source),
      src_mac: formatMac(linkAddress),
      first_ip: first,
      last_ip: last,
      requests: sweep.requests,
      targets: sweep.targets.size,
      answered: sweep.answered,
      duration: Number((sweep.lastSeconds - sweep.beganSeconds).toFixed(6)),
      message: `ARP from ${who} for ${where}`,
    });
  }

  #reportLimited({ limit, protocol, source, destination, answers }: Limited): void {
    if (answers === 0) return;
    this.#emit({
      event: 'answer.limited',
      limit,
      proto: formatIpProtocol(protocol),
      src_ip: formatIp(source),
      dst_ip: formatIp(destination),
      answers,
      message: `${answers} answers from ${formatIp(destination)} to ${formatIp(source)} kept back by ${limit}`,
    });
  }
}

/** An IPv6 packet, or a question about an address. */
export function ipv6Event(contact: Ipv6Contact): Ipv6Fields & { readonly message: string } {
  const [from, to] = [formatIpv6(contact.source), formatIpv6(contact.destination)];
  return {
    event: 'probe.ipv6',
    kind: contact.kind,
    ...vlanFields(contact.vlan),
    src_ip: from,
    src_mac: formatMac(contact.linkAddress),
    dst_ip: to,
    proto: formatIpProtocol(contact.protocol),
    ip_length: contact.lengthBytes,
    answered: contact.isAnswered,
    message: `IPv6 ${contact.kind} from ${from} to ${to}`,
  };
}

/** Another machine has an address of ours. */
export function takenEvent({
  address,
  linkAddress,
  vlan,
}: AddressOwner): TakenFields & { readonly message: string } {
  const [owner, ip] = [formatMac(linkAddress), formatIp(address)];
  return {
    event: 'address.taken',
    ...vlanFields(vlan),
    dst_ip: ip,
    src_mac: owner,
    message: `${owner} has ${ip}; it is left to that machine`,
  };
}

const VID_SPAN = 0x1000;

/** The VLAN of a frame as fields of an event: the tag nearest to the packet, and the one around it where there are two. */
export function vlanFields(vlan: number): { readonly vlan?: number; readonly outer_vlan?: number } {
  if (vlan === 0) return {};
  const outer = Math.floor(vlan / (2 * VID_SPAN)) % VID_SPAN;
  return { vlan: vlan % VID_SPAN, ...(outer === 0 ? {} : { outer_vlan: outer }) };
}
