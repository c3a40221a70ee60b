/** Messages as mail: a whole text by RFC 5322, for a sender that speaks SMTP. */
import { assert, encodeBase64, formatMessageDate, utf8 } from '@wormwood/base';
import type { Outcome } from '../outcome.ts';
import { MAIL_ADDRESS } from '../scope-file.ts';
import type { OutgoingMessage, Transport } from './transport.ts';

/** Hands messages to a mail server: the app supplies it. */
export interface MailSender {
  /** Hands a message to a mail server; settles well when the server has taken it. Lines end in CR LF. */
  send(envelope: MailEnvelope, text: string): Promise<Outcome>;
}

export interface MailEnvelope {
  readonly from: string;
  readonly to: readonly [string, ...string[]];
}

const LINE_LENGTH_MAX = 76;
const SUBJECT_LENGTH_MAX = 150;
/** RFC 2047 §2: an encoded word has at most 75 characters; 42 octets make 56 digits, and 12 go around them. */
const ENCODED_OCTETS = 42;
const DOMAIN = /@(.*)$/;

/** Returns the transport that mails to these people. */
export function mailTransport(sender: MailSender, envelope: MailEnvelope): Transport {
  for (const each of [envelope.from, ...envelope.to])
    assert(MAIL_ADDRESS.test(each), `${each} is not a mail address`);
  return {
    async send(message) {
      const sent = await sender.send(envelope, mailText(envelope, message));
      return sent.ok ? { kind: 'delivered' } : { kind: 'failed', reason: sent.reason };
    },
  };
}

/** Returns the message as it goes over the wire; the same message gives the same octets. */
export function mailText({ from, to }: MailEnvelope, { key, events }: OutgoingMessage): string {
  const [first, ...others] = events;
  const last = others.at(-1) ?? first;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const heading = [
    `From: ${from}`,
    `To: ${to.join(',\r\n ')}`,
    `Date: ${formatMessageDate(last.timeSeconds)}`,
    `Message-ID: <${key}@${DOMAIN.exec(from)?.[1] ?? ''}>`,
    `Subject: ${subject(`[wormwood] ${first.message}`, more)}`,
    // RFC 3834: an automatic reply to it is not wanted.
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
  ];
  const lines = events.map(({ ts, event, message, id }) => `${ts} ${event}\r\n  ${message}\r\n  ${id}\r\n`);
  return `${heading.join('\r\n')}\r\n\r\n${folded(encodeBase64(utf8(lines.join('\r\n'))))}\r\n`;
}

/** RFC 2047 §2 and §5: words of whole characters, each at most 75 long, folded; plain where that is enough. */
function subject(text: string, more: string): string {
  const characters = Array.from(text);
  const cut = characters.length > SUBJECT_LENGTH_MAX;
  const short = `${characters.slice(0, SUBJECT_LENGTH_MAX).join('')}${cut ? '…' : ''}${more}`;
  const isPlain = /^[ -~]*$/.test(short) && !short.includes('=?');
  if (isPlain && short.length <= LINE_LENGTH_MAX - 'Subject: '.length) return short;
  const words: string[] = [];
  let word = '';
  for (const character of short) {
    if (utf8(word + character).length > ENCODED_OCTETS) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${encodeBase64(utf8(each))}?=`).join('\r\n ');
}

function folded(text: string): string {
  return text.match(new RegExp(`.{1,${LINE_LENGTH_MAX}}`, 'g'))?.join('\r\n') ?? '';
}
