/** What every package stands on: no word of the domain, no clock, no randomness but a seed's, no I/O. */

export { assert, unreachable } from './assert.ts';
export { type Clock, VirtualClock } from './clock.ts';
export { EventQueue } from './event-queue.ts';
export { RecentMap } from './recent-map.ts';

export { Fnv64 } from './random/fnv.ts';

// Randomness: named streams and what is drawn from them.
export { RandomStream } from './random/random-stream.ts';
export { parseSeed, type RandomStreams, randomStreams } from './random/random-streams.ts';
export { exponentialZiggurat } from './random/ziggurat.ts';
export { exponential, exponentialOutsideLayer, gamma, normal } from './random/distributions.ts';
export { poisson } from './random/poisson.ts';
export { binomial } from './random/binomial.ts';

// Mathematics that returns the same bits in every engine.
export { exp, expm1, log, log1p } from './math/portable-math.ts';

// Moments, identifiers, octets of texts, hashes.
export { civilTime } from './calendar/civil-time.ts';
export { formatMessageDate, formatTimestamp, readTimestamp } from './calendar/timestamp.ts';
export { drawUuid, emitUuid, formatUuid, uuidOfName, uuidOfTime } from './id/uuid.ts';
export { decodeBase64, emitBase64, encodeBase64 } from './text/base64.ts';
export { emitAgain, emitAscii, emitDecimal, emitDigits, emitHex, emitIpv4 } from './text/ascii-kernel.ts';
export { hexadecimal, utf8 } from './text/utf8.ts';
export { mixWord } from './hash/mix.ts';
export { sha1, SHA1_INITIAL, sha1Block, sha256 } from './hash/secure-hash.ts';
export { SipHash, siphashKeyOf } from './hash/siphash.ts';

// Growth among counts.
export { type Growth, SeriesTrend, WITHHELD } from './trend/series-trend.ts';

// What a person writes and reads.
export type { Parsed } from './units/parsed.ts';
export { formatDuration, parseDuration } from './units/duration.ts';
export { formatRate, parseRate } from './units/rate.ts';
export { formatCount, parseCount } from './units/count.ts';
export { formatPercent, parseFraction } from './units/fraction.ts';
export { formatRange } from './units/range.ts';
export { errorCode, systemReason } from './text/system-error.ts';
export { nearest } from './text/nearest.ts';

// What is wrong with a file that a person wrote.
export {
  type Diagnostic,
  diagnose,
  enumerated,
  printable,
  type Problem,
  quoted,
  type Span,
} from './text/diagnostic.ts';
export { renderDiagnostic } from './text/code-frame.ts';

// Addresses and sets of them.
export { AddressSet } from './address/address-set.ts';
export { type Cidr, cidrSize, formatCidr, formatIpv4, parseCidr, parseIpv4 } from './address/ipv4.ts';
