/** Plays a personality: answers the questions of the stack as that system does. */
import { RandomStream, SipHash } from '@wormwood/base';
import {
  type IcmpQueries,
  IdentificationCounters,
  raisedTypeOfService,
  type StackBehavior,
} from '@wormwood/netstack';
import { familyTraitsOf } from './family-traits.ts';
import { HostCounters } from './host-counters.ts';
import { type EchoTraits, type Personality, synAckIndex } from './personality.ts';
import { PairNumbers } from './pair-numbers.ts';
import { irregularSteps } from './sequence-search.ts';
import { changeQuote } from './unreachable.ts';

/** What the secret is hashed with, so that one answer says nothing about another. */
const purpose = { sequenceNumber: 1, timestamp: 2, uptime: 3, identification: 4, pairs: 5 } as const;

/** The most that is taken before a service reads: what a window without scaling shows. */
const RECEIVE_BYTES = 65_160;
/** What the headers of an ICMP error take. */
const ICMP_HEADERS_BYTES = 28;
const SECONDS_A_DAY = 86_400;
const UPTIME_DAYS = 20;
const WORD = 2 ** 32;
const NO_QUERIES: IcmpQueries = { timestamp: false, information: false, addressMask: null };
/** Of `random` timestamps: about as unpredictable as sequence numbers. */
const TIMESTAMP_DEVIATION = 0.3;

/**
 * Returns the behavior of a system. `secret` is a key of 16 octets that strangers must not know. The generators of the system
 * start from a keyed number for each pair of hosts, so a source that sees its own numbers grow learns nothing about another's.
 */
export function playedBehavior(personality: Personality, secret: Uint8Array): StackBehavior {
  const hash = new SipHash(secret);
  const { timeToLive, dontFragment, identification, sequence, timestamps, echo, unreachable, strays } =
    personality;
  const counters = new HostCounters(identification, streamUnder(hash, purpose.identification));
  const flows = new IdentificationCounters(streamUnder(hash, purpose.pairs));
  const sequenceNumbers =
    sequence.kind === 'stepped' ? new PairNumbers(hash, purpose.sequenceNumber, sequence) : null;
  const offsets = timestamps.isRandom
    ? new PairNumbers(hash, purpose.timestamp, irregularSteps(timestamps.ticksPerSecond, TIMESTAMP_DEVIATION))
    : null;
  const uptimeTicks = uptimeTicksUnder(hash, timestamps.ticksPerSecond);
  let lastSeconds = 0;
  let epochSeconds = Number.NaN;
  const { changes } = unreachable;
  const family = familyTraitsOf(personality);
  const [usual] = personality.synAcks;
  return {
    name: personality.name,
    timeToLive: (kind) => timeToLive[kind],
    dontFragment: (kind) => dontFragment[kind],
    // Data of a system whose SYN/ACKs have 0 counts as that of a current Linux does.
    identification: (kind, source, destination, ports) =>
      identification.open.kind === 'zero' && kind === 'established'
        ? flows.next(source, destination, ports)
        : counters.next(kind, source),
    spoofedSource: null,
    answersEcho: echo.answers,
    refusesDatagrams: unreachable.answers,
    echoTypeOfService: (requested) => (family.keepsEchoTypeOfService ? requested : 0),
    refusalTypeOfService: family.raisesPrecedence ? raisedTypeOfService : () => 0,
    icmpQueries: echo.answers ? family.queries : NO_QUERIES,
    echoDontFragment: (requested) => echoFlagOf(echo, requested),
    echoCode: (requested) => echoCodeOf(echo, requested),
    fragments: 'old',
    icmpQuoteBytes: unreachable.quoteBytes,
    icmpExcessBytes: ICMP_HEADERS_BYTES,
    icmpUnused: unreachable.unused,
    changeQuote: changes === null ? null : (bytes, start, end) => changeQuote(changes, bytes, start, end),
    initialSequenceNumber: ({ localAddress, remoteAddress }, nowSeconds) => {
      lastSeconds = nowSeconds;
      if (sequence.kind === 'zero') return 0;
      return sequenceNumbers === null
        ? hash.ofWords(purpose.sequenceNumber, localAddress, remoteAddress, 0)
        : sequenceNumbers.next(localAddress, remoteAddress, nowSeconds);
    },
    sequenceNumbers: sequence.kind === 'zero' ? 'weak' : 'keyed',
    timestampValue: (offset, nowSeconds) => {
      if (Number.isNaN(epochSeconds)) epochSeconds = nowSeconds;
      const ticks = timestamps.isRandom ? 1000 : timestamps.ticksPerSecond;
      return (Math.floor((nowSeconds - epochSeconds) * ticks) + offset) >>> 0;
    },
    timestampOffset: (localAddress, remoteAddress) => {
      if (offsets !== null) return offsets.next(localAddress, remoteAddress, lastSeconds);
      return uptimeTicks(localAddress);
    },
    tcp: {
      ...usual!,
      windowBytes: RECEIVE_BYTES,
      answersFinToListener: strays['listening-null'] !== null,
      shapes: { of: synAckIndex, list: personality.synAcks },
      strays,
      synAckRepeats: family.synAckRepeats,
    },
  };
}

/** Whoever asks, a host has been up for as long: what its clock stood at when the sensor began. */
function uptimeTicksUnder(hash: SipHash, ticksPerSecond: number): (localAddress: number) => number {
  // Packets to one host come together.
  let lastAddress = Number.NaN;
  let lastTicks = 0;
  return (localAddress) => {
    if (localAddress !== lastAddress) {
      const days = 1 + (hash.ofWords(purpose.uptime, localAddress, 0, 0) / WORD) * (UPTIME_DAYS - 1);
      lastAddress = localAddress;
      lastTicks = Math.floor(days * SECONDS_A_DAY * ticksPerSecond) % WORD;
    }
    return lastTicks;
  };
}

function echoFlagOf({ dontFragment }: EchoTraits, requested: boolean): boolean {
  if (dontFragment === 'never' || dontFragment === 'always') return dontFragment === 'always';
  return dontFragment === 'same' ? requested : !requested;
}

function echoCodeOf({ code }: EchoTraits, requested: number): number {
  if (code === 'other') return requested ^ 1;
  return code === 'same' ? requested : 0;
}

/** A stream that whoever does not know the key cannot repeat. */
function streamUnder(hash: SipHash, use: number): RandomStream {
  const state = new Uint32Array(4);
  for (let half = 0; half < 2; half++) {
    state[2 * half] = hash.ofWords(use, half, 0, 0);
    state[2 * half + 1] = hash.upper;
  }
  return new RandomStream(state);
}
