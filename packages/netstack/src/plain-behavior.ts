/** The behavior of virtual hosts without a personality. */
import { RandomStream, SipHash } from '@wormwood/base';
import { ipProtocol, type tcpOption } from '@wormwood/wire';
import type { PacketClass, StackBehavior, SynAckShape, TcpOptionName } from './behavior.ts';
import { IdentificationCounters } from './network/identification.ts';
import { PairMemo } from './pair-memo.ts';

/** Bits of the TOS octet that an error keeps (RFC 1349 3), and the precedence that it gets. */
const TOS_MASK = 0x1e;
const INTERNETWORK_CONTROL = 0xc0;

/** Returns the TOS with which Linux refuses: a reset in kind, and an error raised to internetwork control (RFC 1812 4.3.2.5). */
export function raisedTypeOfService(kind: 'reset' | 'icmp-error', requested: number): number {
  return kind === 'reset' ? requested : (requested & TOS_MASK) | INTERNETWORK_CONTROL;
}

/** What a SYN offers, a bit each: the number of the SYN/ACK's shape. */
const offers = { timestamps: 1, sack: 2, scale: 4 } as const;
const usual = { windowScale: 7, mssBytes: 1460, sack: true, timestamps: true, oddities: null } as const;

/** Linux fills each option up to words by itself, and its first window is a multiple of what a segment carries. */
const shapes: readonly SynAckShape[] = Array.from({ length: 8 }, (_, bits) => {
  const hasTimestamps = (bits & offers.timestamps) !== 0;
  const hasSack = (bits & offers.sack) !== 0;
  const middle: readonly TcpOptionName[] = hasTimestamps
    ? [...(hasSack ? (['sack'] as const) : (['nop', 'nop'] as const)), 'timestamps']
    : hasSack
      ? ['nop', 'nop', 'sack']
      : [];
  const scale: readonly TcpOptionName[] = (bits & offers.scale) === 0 ? [] : ['nop', 'scale'];
  return {
    ...usual,
    windowBytes: hasTimestamps ? 45 * 1448 : 44 * 1460,
    optionOrder: ['mss', ...middle, ...scale],
  };
});

function shapeOf({ hasTimestamps, sackPermitted, windowScale }: tcpOption.Scan): number {
  return (
    (hasTimestamps ? offers.timestamps : 0) |
    (sackPermitted ? offers.sack : 0) |
    (windowScale >= 0 ? offers.scale : 0)
  );
}

/** What the secret is hashed with, so that one answer says nothing about another. */
const purpose = { sequenceNumber: 1, timestampOffset: 2, identification: 3 } as const;

/**
 * The choices of a current Linux, for virtual hosts without a personality. `secret` is a key of 16 octets: from the system's
 * generator wherever strangers send packets, because whoever knows it forges handshakes.
 */
export function plainBehavior(secret: Uint8Array): StackBehavior {
  const hash = new SipHash(secret);
  const offsets = new PairMemo((localAddress, remoteAddress) =>
    hash.ofWords(purpose.timestampOffset, localAddress, remoteAddress, 0),
  );
  const identifications = new IdentificationCounters(streamUnder(hash, purpose.identification));
  return {
    name: 'plain',
    timeToLive: () => 64,
    dontFragment: (kind) => kind !== 'echo-reply' && kind !== 'icmp-error',
    // RFC 6864 4.1: with DF and no fragments the field means nothing; Linux sends 0 with SYN/ACK and RST.
    identification: (kind, source, destination, ports) =>
      kind === 'syn-ack' || kind === 'reset'
        ? 0
        : identifications.next(source, destination, countsWith(kind, ports)),
    spoofedSource: null,
    answersEcho: true,
    refusesDatagrams: true,
    echoTypeOfService: (requested) => requested,
    refusalTypeOfService: raisedTypeOfService,
    icmpQueries: { timestamp: true, information: false, addressMask: null },
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
    // As in Linux: one host's clock reveals nothing about that of another.
    timestampOffset: (localAddress, remoteAddress) => offsets.of(localAddress, remoteAddress),
    tcp: {
      windowBytes: 65_160,
      windowScale: 7,
      mssBytes: 1460,
      sack: true,
      timestamps: true,
      optionOrder: ['mss', 'sack', 'timestamps', 'nop', 'scale'],
      oddities: null,
      shapes: { of: shapeOf, list: shapes },
      strays: null,
      synAckRepeats: 5,
      answersFinToListener: false,
    },
  };
}

/** In Linux the packets of a protocol to an address count together, and those of a connection by themselves. */
function countsWith(kind: PacketClass, ports: number): number {
  if (kind === 'echo-reply' || kind === 'icmp-error') return ipProtocol.icmpv4;
  return kind === 'udp' ? ipProtocol.udp : ports;
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
