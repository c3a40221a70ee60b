/** The behavior of virtual hosts without a personality. */
import { RandomStream, SipHash } from '@wormwood/base';
import type { StackBehavior } from './behavior.ts';
import { IdentificationCounters } from './network/identification.ts';

/** What the secret is hashed with, so that one answer says nothing about another. */
const purpose = { sequenceNumber: 1, timestampOffset: 2, identification: 3 } as const;

/**
 * The choices of a current Linux, for virtual hosts without a personality. `secret` is a key of 16 octets: from the system's
 * generator wherever strangers send packets, because whoever knows it forges handshakes.
 */
export function plainBehavior(secret: Uint8Array): StackBehavior {
  const hash = new SipHash(secret);
  const identifications = new IdentificationCounters(streamUnder(hash, purpose.identification));
  return {
    name: 'plain',
    timeToLive: () => 64,
    dontFragment: (kind) => kind !== 'echo-reply' && kind !== 'icmp-error',
    // RFC 6864 4.1: with DF and no fragments the field means nothing; Linux sends 0 with SYN/ACK and RST.
    identification: (kind, source, destination) =>
      kind === 'syn-ack' || kind === 'reset' ? 0 : identifications.next(source, destination),
    spoofedSource: null,
    answersEcho: true,
    refusesDatagrams: true,
    echoTypeOfService: (requested) => requested,
    echoDontFragment: () => false,
    echoCode: (requested) => requested,
    fragments: 'discard',
    icmpQuoteBytes: 548,
    icmpExcessBytes: 0,
    icmpUnused: 0,
    changeQuote: null,
    // RFC 6528 3: a clock of 4 µs plus a keyed hash of the flow.
    initialSequenceNumber: ({ localAddress, localPort, remoteAddress, remotePort }, nowSeconds) =>
      (Math.floor(nowSeconds * 250_000) +
        hash.ofWords(
          purpose.sequenceNumber,
          localAddress,
          remoteAddress,
          ((remotePort << 16) | localPort) >>> 0,
        )) >>>
      0,
    sequenceNumbers: 'keyed',
    timestampValue: (offset, nowSeconds) => (Math.floor(nowSeconds * 1000) + offset) >>> 0,
    // As in Linux: one host's clock tells nothing about that of another, nor to another.
    timestampOffset: (localAddress, remoteAddress) =>
      hash.ofWords(purpose.timestampOffset, localAddress, remoteAddress, 0),
    tcp: {
      windowBytes: 65_160,
      windowScale: 7,
      mssBytes: 1460,
      sack: true,
      timestamps: true,
      optionOrder: ['mss', 'sack', 'timestamps', 'nop', 'scale'],
      oddities: null,
      shapes: null,
      strays: null,
      synAckRepeats: 5,
      answersFinToListener: false,
    },
  };
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
