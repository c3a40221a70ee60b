/** Pieces of the lines of frequent events, as they stand in the file. */
import type { StackObserver } from '@wormwood/netstack';
import { SYN_MARK_NAMES, synMarkNames } from '@wormwood/wire';
import { formatTcpLetters } from '../log/tcp-letters.ts';
import { octetsOf } from './event-line.ts';

type CloseReason = Parameters<StackObserver['flowClose']>[3];

const TEXTS = {
  quote: '"',
  sourceMac: ',"src_mac":"',
  sourceProof: ',"source_proof":"',
  forgeable: ',"forgeable":"',
  colonSpace: ': ',
  ipLength: ',"ip_length":',
  message: ',"message":"',
  backscatter: ',"backscatter":true,"message":"',
  noBackscatter: ',"backscatter":false,"message":"',
  handshake: ',"handshake":true',
  noHandshake: ',"handshake":false,"message":"UDP conversation ',
  connection: 'connection ',
  sourceOf: 'source of the connection ',
  hasEnded: ' has ended',
  icmpType: ',"icmp_type":',
  icmpCode: ',"icmp_code":',
  icmp: 'ICMP ',
  icmpv6: 'ICMPv6 ',
  opening: '(',
  closing: ') ',
  space: ' ',
  udp: 'UDP ',
  received: ',"received_bytes":',
  sent: ',"sent_bytes":',
  duration: ',"duration":',
  payloadHash: ',"payload_sha256":"',
  payloadLength: '","payload_length":',
  payloadGreeting: ',"payload_greeting":',
  octetsFrom: ' octets from ',
  vlan: ',"vlan":',
  outerVlan: ',"outer_vlan":',
} as const;

type Pieces<Name extends string> = Readonly<Record<Name, Uint8Array>>;

/** Fields up to their value, and words of messages. */
export const piece: Pieces<keyof typeof TEXTS> = piecesOf(TEXTS);

/** The field `reason` of the end of a connection. */
export const closedBy: Pieces<CloseReason> = piecesOf({
  done: ',"reason":"done"',
  reset: ',"reason":"reset"',
  timeout: ',"reason":"timeout"',
});

/** For each octet of TCP flags: the field, and what the message begins with. */
export const tcpFlags: readonly Pieces<'field' | 'words'>[] = Array.from({ length: 256 }, (_, flags) => {
  const letters = formatTcpLetters(flags);
  return piecesOf({ field: `,"tcp_flags":"${letters}"`, words: `TCP ${letters} ` });
});

/** The field `marks` for each sum of their bits; there is none where nothing is marked. */
export const synMarks: readonly Uint8Array[] = Array.from(
  { length: 1 << SYN_MARK_NAMES.length },
  (_, marks) => octetsOf(marks === 0 ? '' : `,"marks":${JSON.stringify(synMarkNames(marks))}`),
);

function piecesOf<Name extends string>(texts: Readonly<Record<Name, string>>): Pieces<Name> {
  const named = Object.entries<string>(texts).map(([name, text]) => [name, octetsOf(text)] as const);
  return Object.fromEntries(named) as Record<Name, Uint8Array>;
}
