/**
 * What ICMP asks beside echo (RFC 792, RFC 950): the time, the network and its mask. Which of it is answered differs between
 * systems; no answer is longer than its question.
 */
import { icmpv4, ipProtocol, isChecksumValid, writeU32 } from '@wormwood/wire';
import type { StackBehavior } from '../behavior.ts';
import type { StackHost } from '../host.ts';
import type { IpOutput } from './ip-output.ts';
import type { PacketContext } from './packet-context.ts';

const { timestampRequest, timestampReply, informationRequest, informationReply } = icmpv4.messageType;
const { addressMaskRequest, addressMaskReply } = icmpv4.messageType;

const TIMESTAMP_LENGTH = 20;
const ADDRESS_MASK_LENGTH = 12;
const SECONDS_A_DAY = 86_400;

/** Answers the query at hand of this type, if it is one and the host answers such. */
export function answerQuery(output: IpOutput, packet: PacketContext, host: StackHost, type: number): void {
  const answer = answerTo(type, host.behavior);
  if (answer === null) return;
  const { bytes, transportStart, end, nowSeconds } = packet;
  if (!packet.checksumsVerified && !isChecksumValid(bytes, transportStart, end)) return;
  const { behavior } = host;
  const at = output.beginReply(packet, {
    source: packet.destination,
    destination: packet.source,
    protocol: ipProtocol.icmpv4,
    typeOfService: behavior.echoTypeOfService(packet.typeOfService),
    kind: 'echo-reply',
    dontFragment: behavior.dontFragment('echo-reply'),
    behavior,
  });
  if (at < 0) return;
  const out = output.bytes;
  const replyEnd = at + answer.length;
  for (let i = 0; i < answer.length; i++) out[at + i] = bytes[transportStart + i]!;
  out[at + icmpv4.field.type] = answer.type;
  out[at + icmpv4.field.code] = 0;
  if (answer.type === timestampReply) {
    // RFC 1122 3.2.2.8: the time since midnight UT, of arrival and of departure.
    const milliseconds = Math.floor((nowSeconds % SECONDS_A_DAY) * 1000);
    writeU32(out, at + icmpv4.field.receiveTimestamp, milliseconds);
    writeU32(out, at + icmpv4.field.transmitTimestamp, milliseconds);
  }
  if (answer.type === addressMaskReply)
    writeU32(out, at + icmpv4.field.addressMask, behavior.icmpQueries.addressMask ?? 0);
  icmpv4.fillChecksum(out, at, replyEnd);
  output.finish(replyEnd);
}

interface Answer {
  readonly type: number;
  readonly length: number;
}

const TIMESTAMP_ANSWER: Answer = { type: timestampReply, length: TIMESTAMP_LENGTH };
const INFORMATION_ANSWER: Answer = { type: informationReply, length: icmpv4.HEADER_LENGTH };
const ADDRESS_MASK_ANSWER: Answer = { type: addressMaskReply, length: ADDRESS_MASK_LENGTH };

function answerTo(type: number, { icmpQueries }: StackBehavior): Answer | null {
  if (type === timestampRequest) return icmpQueries.timestamp ? TIMESTAMP_ANSWER : null;
  if (type === informationRequest) return icmpQueries.information ? INFORMATION_ANSWER : null;
  return type === addressMaskRequest && icmpQueries.addressMask !== null ? ADDRESS_MASK_ANSWER : null;
}
