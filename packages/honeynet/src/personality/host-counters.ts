/** What a personality remembers of its hosts: how their IP identifications count. */
import type { RandomStream } from '@wormwood/base';
import type { PacketClass } from '@wormwood/netstack';
import type { IdentificationMode, IdentificationTraits } from './personality.ts';
import { RecentTable } from './recent-table.ts';

interface Counters {
  open: number;
  closed: number;
  icmp: number;
}

/** Half of the hosts that are remembered; one that is forgotten begins anew. */
const SETS_MAX = 1 << 15;
const WORD = 1 << 16;
/** nmap calls larger steps random, and smaller ones than a thousand uneven ones regular. */
const RANDOM_STEP_MIN = 20_001;
const POSITIVE_STEP_MIN = 1001;
const POSITIVE_STEPS = 1000;
/** Counters of hosts that have just been started, far from their end and from each other. */
const FIRST_MIN = 0x0800;
const FIRSTS = 0x3000;
/** In both octets: where they are swapped the lower one counts. */
const APART = 0x4060;
const CLOSE = 64;

export class HostCounters {
  readonly #traits: IdentificationTraits;
  readonly #stream: RandomStream;
  readonly #hosts: RecentTable<Counters> = new RecentTable(SETS_MAX);

  /** `stream` draws where counters begin and how far they step: strangers must not know its seed. */
  constructor(traits: IdentificationTraits, stream: RandomStream) {
    this.#traits = traits;
    this.#stream = stream;
  }

  /** Returns the identification of a packet of a host: 16 bits. */
  next(kind: PacketClass, address: number): number {
    const { open, closed, icmp, icmpCounts } = this.#traits;
    const counters = this.#hosts.find(address, 0) ?? this.#begin(address);
    const group = groupOf(kind);
    if (group === 'open' || (group === 'closed' && closed.kind === open.kind))
      return written(open, (counters.open = this.#step(open, counters.open)));
    if (group === 'closed') return written(closed, (counters.closed = this.#step(closed, counters.closed)));
    if (icmpCounts === 'shared' && icmp.kind === open.kind)
      return written(icmp, (counters.open = this.#step(icmp, counters.open)));
    counters.icmp = this.#step(icmp, counters.icmp);
    // Whether two counters are one is seen by which of them is ahead.
    if (icmpCounts === 'shared' && counters.icmp >= counters.open) counters.icmp = this.#draw(FIRST_MIN / 2);
    if (icmpCounts === 'apart' && isClose(icmp, counters)) counters.icmp = (counters.open + APART) % WORD;
    return written(icmp, counters.icmp);
  }

  #begin(address: number): Counters {
    const first = (mode: IdentificationMode): number =>
      mode.kind === 'random'
        ? this.#draw(WORD)
        : mode.kind === 'positive'
          ? this.#draw(FIRST_MIN)
          : // The lower octet of a counter whose octets are swapped is far from its end, too.
            (FIRST_MIN + this.#draw(FIRSTS)) & ~0xc0;
    const open = first(this.#traits.open);
    const counters = { open, closed: first(this.#traits.closed), icmp: (open + APART) % WORD };
    if (this.#traits.icmpCounts === 'shared') counters.icmp = this.#draw(FIRST_MIN / 2);
    this.#hosts.add(address, 0, counters);
    return counters;
  }

  #step({ kind }: IdentificationMode, last: number): number {
    if (kind === 'random') return (last + RANDOM_STEP_MIN + this.#draw(WORD - 2 * RANDOM_STEP_MIN)) % WORD;
    if (kind !== 'positive') return (last + 1) % WORD;
    // A multiple of 256 could be a counter whose octets are swapped.
    const next = last + ((POSITIVE_STEP_MIN + this.#draw(POSITIVE_STEPS)) | 1);
    return next < WORD ? next : this.#draw(FIRST_MIN);
  }

  #draw(below: number): number {
    return Math.floor(this.#stream.nextDouble() * below);
  }
}

/** Whether a counter of ICMP is behind that of TCP, or hardly ahead, as it is seen. */
function isClose(mode: IdentificationMode, { icmp, open }: Counters): boolean {
  if (mode.kind !== 'broken') return icmp <= open + CLOSE;
  return (icmp & 0xff) <= (open & 0xff) + CLOSE / 4;
}

function groupOf(kind: PacketClass): 'open' | 'closed' | 'icmp' {
  if (kind === 'echo-reply' || kind === 'icmp-error') return 'icmp';
  return kind === 'reset' || kind === 'closed-syn' || kind === 'closed-ack' || kind === 'closed-null'
    ? 'closed'
    : 'open';
}

function written(mode: IdentificationMode, counter: number): number {
  switch (mode.kind) {
    case 'zero':
      return 0;
    case 'constant':
      return mode.value & 0xffff;
    case 'broken':
      return ((counter & 0xff) << 8) | (counter >>> 8);
    default:
      return counter;
  }
}
