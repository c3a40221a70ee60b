/**
 * Whether a payload is a message with which programs of a protocol usually begin. Browsers, peers and scanners of every kind
 * send the same one to many hosts, so that it proves no infection; what follows it would, and honeypots that speak no further
 * never see that.
 */

const ASCII_GREETINGS: readonly (readonly [RegExp, string])[] = [
  // A request without a body, to a short path: what asks for more is more than a greeting.
  [/^(?:GET|HEAD|OPTIONS|CONNECT) \S{1,64} HTTP\/[012]/, 'http'],
  [/^PRI \* HTTP\/2/, 'http'],
  [/^SSH-\d/, 'ssh'],
  [/^(?:EHLO|HELO|NOOP|QUIT|USER|STLS|CAPA|A?\d* ?(?:CAPABILITY|LOGOUT))\b/i, 'mail'],
  [/^(?:OPTIONS|REGISTER|INVITE) sips?:/, 'sip'],
  [/^RTSP|^(?:DESCRIBE|OPTIONS) rtsp:/, 'rtsp'],
  [/^M-SEARCH \*/, 'ssdp'],
  // Behind the length of the name, which is not a character.
  [/^.BitTorrent protocol/s, 'bittorrent'],
  [/^d1:[ar]d2:id20:/, 'bittorrent'],
  [/^(?:stats|version|get) /, 'memcached'],
  [/^(?:\*\d\r\n\$\d|PING\b|INFO\b)/, 'redis'],
  [/^GNUTELLA|^GIOP|^JRMI|^RFB 00/, 'rpc'],
  [/^[\r\n\t ]+$/, 'blank'],
];

/** Octets beyond these decide nothing. */
const LOOKED_AT = 96;
/** A shorter payload has no room for a program. */
const SHORT = 32;

/** Returns the name of the protocol whose greeting the payload is, `short` for what can carry nothing, or null. */
export function greetingOf(protocol: 'tcp' | 'udp', port: number, payload: Uint8Array): string | null {
  if (payload.length < SHORT) return 'short';
  const text = latin(payload);
  for (const [pattern, name] of ASCII_GREETINGS) if (pattern.test(text)) return name;
  return (protocol === 'tcp' ? tcpGreeting(payload) : udpGreeting(port, payload)) ?? sameOctets(payload);
}

function tcpGreeting(payload: Uint8Array): string | null {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = payload;
  if (first === 0x16 && second === 3 && sixth === 1) return 'tls';
  // SMB negotiation: NetBIOS session message, then 0xFF or 0xFE "SMB", and the command.
  if (first === 0 && isSmb(payload)) return 'smb';
  // RDP: TPKT and X.224 connection request.
  if (first === 3 && second === 0 && sixth === 0xe0) return 'rdp';
  if (first === 0xff && second >= 0xfb) return 'telnet';
  // LDAP bind, MQTT connect, DNS over TCP.
  if (first === 0x30 && third === 2) return 'ldap';
  if (first === 0x10 && (third === 0 || fourth === 0) && (fourth === 4 || fifth === 4)) return 'mqtt';
  return isDnsQuery(payload, 2) ? 'dns' : null;
}

function udpGreeting(port: number, payload: Uint8Array): string | null {
  const [first = 0, second = 0] = payload;
  if (payload.length === 48 && (first & 7) >= 3) return 'ntp';
  if (isDnsQuery(payload, 0)) return 'dns';
  if (first === 0xff && second === 0xff && payload[2] === 0xff && payload[3] === 0xff) return 'game';
  if (first === 0x30 && payload[2] === 2) return 'snmp';
  // STUN's cookie (RFC 8489 §5), QUIC's long header with an initial packet (RFC 9000 §17.2.2).
  if (payload[4] === 0x21 && payload[5] === 0x12 && payload[6] === 0xa4 && payload[7] === 0x42) return 'stun';
  if ((first & 0xf0) === 0xc0 && payload.length >= 1200) return 'quic';
  return port === 500 || port === 4500 ? 'ike' : null;
}

function isSmb(payload: Uint8Array): boolean {
  const mark = payload[4];
  const isMarked = payload[5] === 0x53 && payload[6] === 0x4d && payload[7] === 0x42;
  // SMB 1 names the command behind the mark, SMB 2 in the header's 13th octet; 0x72 and 0 negotiate.
  return isMarked && ((mark === 0xff && payload[8] === 0x72) || (mark === 0xfe && payload[16] === 0));
}

/** A header of RFC 1035 §4.1.1 with one question and no answers. */
function isDnsQuery(payload: Uint8Array, at: number): boolean {
  const flags = payload[at + 2] ?? 0x80;
  const counts = payload.subarray(at + 4, at + 10);
  return (
    (flags & 0xf8) === 0 &&
    counts[0] === 0 &&
    counts[1] === 1 &&
    counts.subarray(2).every((octet) => octet === 0)
  );
}

/** Padding. */
function sameOctets(payload: Uint8Array): string | null {
  return payload.every((octet) => octet === payload[0]) ? 'blank' : null;
}

function latin(payload: Uint8Array): string {
  let text = '';
  for (const octet of payload.subarray(0, LOOKED_AT)) text += String.fromCharCode(octet);
  return text;
}
