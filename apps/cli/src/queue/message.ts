/**
 * What travels through Redis: JSON as text, compressed where it is long. Cells carry whole scenarios, with lists of networks
 * that may be long; a message has a bound, so that none fills the server or the memory of the other side.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Shorter texts are sent as they are. */
const PLAIN_MAX = 2048;
/** A message, as Redis holds it. */
const MESSAGE_OCTETS_MAX = 2 ** 24;
/** What a message may grow to when it is read. */
const TEXT_OCTETS_MAX = 2 ** 28;
const COMPRESSED = 'z';
const PLAIN = 'j';

/** A value that no message can carry. */
export class MessageTooLarge extends Error {}

/** Returns the message that carries `value`, which is plain data; throws `MessageTooLarge` beyond the bound. */
export function packMessage(value: unknown, octetsMax: number = MESSAGE_OCTETS_MAX): string {
  const text = JSON.stringify(value);
  const message =
    text.length <= PLAIN_MAX
      ? `${PLAIN}${text}`
      : `${COMPRESSED}${deflateRawSync(text, { level: 1 }).toString('base64')}`;
  if (message.length > octetsMax)
    throw new MessageTooLarge(`${message.length} octets are more than the ${octetsMax} of a message`);
  return message;
}

/** Returns what `packMessage` packed; throws for any other text, and for one that grows beyond all bounds. */
export function unpackMessage(message: string): unknown {
  const rest = message.slice(1);
  if (message.startsWith(PLAIN)) return JSON.parse(rest);
  if (!message.startsWith(COMPRESSED)) throw new Error('This is not a message of a sweep.');
  const text = inflateRawSync(Buffer.from(rest, 'base64'), { maxOutputLength: TEXT_OCTETS_MAX });
  return JSON.parse(text.toString('utf8'));
}
