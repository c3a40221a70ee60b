/**
 * What no fingerprint of nmap says of a system: which of ICMP's questions it answers beside echo, the TOS of what it refuses, and
 * how often it repeats a SYN/ACK. It is known by family, from these sources:
 *
 * - Linux, *BSD, Solaris, Digital UNIX, HP-UX 11, SCO, Mac OS, Windows up to XP: the signatures that Arkin and Yarochkin verified
 *   for Xprobe2 (8 September 2002); Windows 2003 has the stack of XP.
 * - Windows since Vista, macOS since 10.5: their firewall, or net.inet.icmp.timestamp, passes echo requests alone.
 * - Cisco IOS: `ip mask-reply` and `ip information-reply` are off unless they are configured; timestamps are answered.
 * - FreeBSD since: icmp(4), net.inet.icmp.tstamprepl is on and maskrepl off.
 * - SYN/ACKs: tcp_synack_retries of Linux, TcpMaxConnectResponseRetransmissions of Windows, and the SYN cache of BSD.
 *
 * Of all others, most of them small devices, only echo is known to be answered.
 */
import type { IcmpQueries } from '@wormwood/netstack';

/** What is known by family. */
export interface FamilyTraits {
  readonly queries: IcmpQueries;
  /** Whether an ICMP error has the precedence of internetwork control (RFC 1812 4.3.2.5), and a reset the TOS of its segment. */
  readonly raisesPrecedence: boolean;
  /** Whether an echo reply has the TOS of its request (RFC 1122 3.2.2.6). */
  readonly keepsEchoTypeOfService: boolean;
  readonly synAckRepeats: number;
}

/** What hosts say their mask is: that of a network as it is given to an office. */
const MASK = 0xffff_ff00;
const NONE: IcmpQueries = { timestamp: false, information: false, addressMask: null };
const TIMESTAMP: IcmpQueries = { ...NONE, timestamp: true };
const MASKED: IcmpQueries = { ...NONE, addressMask: MASK };
const USUAL: FamilyTraits = {
  queries: NONE,
  raisesPrecedence: false,
  keepsEchoTypeOfService: true,
  synAckRepeats: 3,
};

/** By what the class of a fingerprint, or without one its name, begins with or has in it; the first that fits counts. */
const FAMILIES: readonly (readonly [system: RegExp, traits: Partial<FamilyTraits>])[] = [
  [/\bAndroid\b|\bLinux\b/, { queries: TIMESTAMP, raisesPrecedence: true, synAckRepeats: 5 }],
  [/\bWindows\b.*\b9[58]\b/, { queries: { ...TIMESTAMP, addressMask: MASK }, synAckRepeats: 2 }],
  [/\bWindows\b.*\bMe\b/i, { queries: TIMESTAMP, synAckRepeats: 2 }],
  [
    /\bWindows\b.*\b(?:2000|XP|2003)\b/,
    { queries: TIMESTAMP, keepsEchoTypeOfService: false, synAckRepeats: 2 },
  ],
  [/\bWindows\b/, { synAckRepeats: 2 }],
  [/\bFreeBSD\b|\bNetBSD\b|\bOpenBSD\b|\bBSD\/OS\b|\bSCO\b/, { queries: TIMESTAMP }],
  [/\bMac OS X\b.*\b10\.[0-4]\b/, { queries: TIMESTAMP }],
  [/\bMac OS (?!X).*\b[89]\.(?:X\b|\d)/, { queries: MASKED }],
  [/\bSolaris\b|\bSunOS\b/, { queries: { ...TIMESTAMP, addressMask: MASK } }],
  [/\bHP-UX\b/, { queries: MASKED }],
  [/\bDigital UNIX\b|\bTru64\b|\bOSF\/1\b/, { queries: { ...TIMESTAMP, information: true } }],
  [/\bCisco\b.*\bIOS\b/, { queries: TIMESTAMP }],
];

/** Returns what is known of the system with this name and these classes. */
export function familyTraitsOf({
  name,
  classes,
}: {
  readonly name: string;
  readonly classes: readonly string[];
}): FamilyTraits {
  const known = classes[0] ?? name;
  return { ...USUAL, ...FAMILIES.find(([system]) => system.test(known))?.[1] };
}
