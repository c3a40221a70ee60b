/**
 * SYNs of systems that are newer than the files that are installed, in the notation of p0f 3. Only Linux is measured, at a
 * kernel 6.18; the others follow what is known of these systems, and none of them was at hand.
 *
 * - Linux: since 4.20 the window is 64 KiB in whole segments, and its shift follows the largest receive buffer.
 * - Android: the same with as large a window as fits, and the shift 8 or 9.
 * - Windows: TTL 128, no timestamps, the shift 8; a window of 44 segments, before of 65,535 octets.
 * - macOS and iOS: no identification with DF (RFC 6864), the shift 5 or 6, and one octet behind the end of the options.
 * - FreeBSD: the options in the same order as before 11, without an identification (RFC 6864).
 * - OpenBSD 6 and 7: the shift 6, without an identification or with one.
 */
import { parseP0f } from './p0f.ts';
import type { SynFingerprints } from './syn-fingerprints.ts';

const TEXT = `
[tcp:request]
label = s:unix:Linux:4.20 and newer
sig   = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*44,10:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*44,8:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*44,9:mss,sok,ts,nop,ws:df,id+:0
label = s:unix:Linux:Android
sig   = *:64:0:*:65535,8:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:65535,9:mss,sok,ts,nop,ws:df,id+:0
label = s:win:Windows:10 or 11
sig   = *:128:0:*:mss*44,8:mss,nop,ws,nop,nop,sok:df,id+:0
sig   = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df,id+:0
label = s:unix:Mac OS X:10.14 or newer, or iOS
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
sig   = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
sig   = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0
label = s:unix:FreeBSD:11 and newer
sig   = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df:0
label = s:unix:OpenBSD:6 or 7
sig   = *:64:0:*:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts:df,id+:0
sig   = *:64:0:*:16384,6:mss,nop,nop,sok,nop,ws,nop,nop,ts:df:0
`;

const { requests, strangeLines } = parseP0f(TEXT);

/** The database of them. */
export const OWN_SYNS: SynFingerprints = { format: 'p0f', signatures: requests, strangeLines };
