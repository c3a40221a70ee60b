/** Differences from the kernel that are right: which cases, and why a host of another system answers so, or an RFC wants it. */

interface Accepted {
  /** Cases by their whole name, or by a prefix that ends in a star. */
  readonly cases: readonly string[];
  readonly reason: string;
}

const accepted: readonly Accepted[] = [
  {
    cases: ['listening port: SEC'],
    reason:
      'RFC 3168 6.1.1: a host may offer ECN or not. We do not echo what routers mark, so we must not offer it; Windows clients do not either.',
  },
  {
    cases: ['the newest block first*'],
    reason:
      'RFC 2018 3: a block is contiguous and isolated. Linux reports two blocks that touch as two when a segment closes the gap between them; ours are one.',
  },
  {
    cases: ['FIN is repeated with new octets in front of it'],
    reason:
      'RFC 9293 3.10.7.4: in CLOSE-WAIT text is ignored. Linux resets a connection on which anything new follows a FIN.',
  },
  {
    cases: ['a reader that never reads closes the window'],
    reason:
      'RFC 9293 3.8.6.2.2 and 3.8.6.3: how much is buffered, and which acknowledgments are delayed, is for the system to choose. Both windows close, and never move back.',
  },
  {
    cases: ['UDP to closed ports, twelve at once'],
    reason:
      'RFC 1812 4.3.2.8: how many errors a second are sent is for the system to choose. Linux sends six and then one a second; we send as many as a scan can use.',
  },
  {
    cases: ['path MTU: the next connection knows it'],
    reason:
      'RFC 9293 3.8.6: the first window is a multiple of the MSS in Linux, here that of an Ethernet in any case.',
  },
  {
    cases: [
      'UDP to port 0',
      'UDP to a closed port',
      'UDP to a closed port, a type of service',
      'UDP to a closed port, nmap’s',
      'UDP to closed ports, twelve at once',
      'SCTP',
      'fragments: a datagram to a closed port',
      'fragments: the second is missing',
      'IP option, *: a length *',
      'IP option, *: a pointer of 1',
    ],
    reason:
      'RFC 792 asks for the header and eight octets of a quote. A plain host quotes no more than makes the error as long as the packet, so that a forged source is sent no more than came in its name.',
  },
  {
    cases: ['timestamp that is too short'],
    reason:
      'RFC 792: a timestamp message has twenty octets. Linux answers shorter ones with times that nobody sent; we drop them.',
  },
  {
    cases: ['UDP-Lite'],
    reason: 'RFC 3828 is optional; a host without it says so (RFC 1122 3.2.2.1), as Windows and BSD do.',
  },
  {
    cases: [
      'IP option, *: record route',
      'IP option, *: a full record of the route',
      'IP option, *: timestamps',
    ],
    reason:
      'RFC 1122 3.2.2.6 asks for these options in an echo reply with SHOULD, and 4.2.3.8 for none in a SYN/ACK. They are left out: packets with them hardly cross any network (RFC 7126 4.6, 4.7).',
  },
];

/** The reason why a case may differ; null where there is none. */
export function reasonOf(name: string): string | null {
  return accepted.find(({ cases }) => cases.some((words) => matches(words, name)))?.reason ?? null;
}

/** Whether a name is the words, where a star stands for any text. */
function matches(words: string, name: string): boolean {
  const parts = words.split('*');
  if (parts.length === 1) return words === name;
  let at = 0;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0 || (at === 0 && part !== '' && found !== 0 && part === parts[0])) return false;
    at = found + part.length;
  }
  return parts.at(-1) === '' || name.endsWith(parts.at(-1)!);
}
