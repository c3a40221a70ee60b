/** What clients say first, as their protocols have it, and nothing more: no request here changes anything anywhere. */
import { utf8 } from '@wormwood/base';
import type { Sender } from './sender.ts';

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The handshake of BEP 3, which is the same for every peer of a torrent. */
export function bittorrentHandshake(sender: Sender): Uint8Array {
  return joined(Uint8Array.of(19), utf8('BitTorrent protocol'), new Uint8Array(8), sender.octets(40));
}

/** `ping` of BEP 5. */
export function dhtPing(identifier: Uint8Array, transaction: Uint8Array): Uint8Array {
  return joined(utf8('d1:ad2:id20:'), identifier, utf8('e1:q4:ping1:t2:'), transaction, utf8('1:y1:qe'));
}

/** A2S_INFO, with which game clients ask each server of a list. */
export function gameQuery(): Uint8Array {
  return joined(Uint8Array.of(255, 255, 255, 255), utf8('TSource Engine Query\0'));
}

/** A query for the address of a host with a random name (RFC 1035 4.1). */
export function dnsQuery(sender: Sender): Uint8Array {
  const head = joined(sender.octets(2), Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0, 0, 0));
  const name = Array.from({ length: 8 }, () => String.fromCharCode(97 + sender.stream.nextBelow(26))).join(
    '',
  );
  return joined(
    head,
    Uint8Array.of(8),
    utf8(name),
    Uint8Array.of(7),
    utf8('example'),
    Uint8Array.of(0, 0, 1, 0, 1),
  );
}

/** The answer to such a query, with one address. */
export function dnsAnswer(sender: Sender): Uint8Array {
  const octets = joined(
    dnsQuery(sender),
    Uint8Array.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4),
    sender.octets(4),
  );
  octets.set([0x81, 0x80, 0, 1, 0, 1], 2);
  return octets;
}

/** A client's request (RFC 5905 7.3): version 4, mode 3. */
export function ntpRequest(sender: Sender): Uint8Array {
  const octets = new Uint8Array(48);
  octets[0] = 0x23;
  octets.set(sender.octets(8), 40);
  return octets;
}

/** GetRequest of sysDescr in the community that printers come with. */
export function snmpGet(): Uint8Array {
  const value = [0x30, 0x0c, 0x06, 0x08, 0x2b, 6, 1, 2, 1, 1, 1, 0, 0x05, 0];
  const request = [0xa0, 0x19, 0x02, 1, 1, 0x02, 1, 0, 0x02, 1, 0, 0x30, value.length, ...value];
  return joined(Uint8Array.of(0x30, 0x26, 0x02, 1, 0, 0x04, 6), utf8('public'), Uint8Array.from(request));
}

export function httpGet(host: string, path: string): Uint8Array {
  return utf8(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: client/1.0\r\nAccept: */*\r\n\r\n`);
}

/** The begin of a TLS connection: a record of the right type and length, its content random (RFC 8446 5.1). */
export function tlsHello(sender: Sender): Uint8Array {
  return joined(Uint8Array.of(22, 3, 1, 1, 252, 1, 0, 1, 248, 3, 3), sender.octets(502));
}

export function sipRegister(sender: Sender): Uint8Array {
  const call = sender.stream.nextUint32().toString(16);
  const lines = [
    'REGISTER sip:registrar.example SIP/2.0',
    `Call-ID: ${call}`,
    'CSeq: 1 REGISTER',
    'Content-Length: 0',
  ];
  return utf8(`${lines.join('\r\n')}\r\n\r\n`);
}

export function syslogLine(sender: Sender): Uint8Array {
  return utf8(`<134>1 - host${sender.address & 255} daemon - - - count=${sender.stream.nextBelow(1000)}`);
}

/** A handshake initiation: type 1 and 148 octets. */
export function wireguardInitiation(sender: Sender): Uint8Array {
  return joined(Uint8Array.of(1, 0, 0, 0), sender.octets(144));
}
