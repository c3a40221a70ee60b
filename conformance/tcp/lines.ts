/**
 * What a host said, as lines that do not depend on its initial numbers, on the moment, or on how the same octets were cut:
 * two hosts behave alike when their lines are the same.
 */
import { createHash } from 'node:crypto';
import { icmpv4, tcp, type tcpOption } from '@wormwood/wire';
import type { Case } from './case.ts';
import { type Answer, type Conversation, UNKNOWN_INITIAL } from './conversation.ts';

/** A line, and when it came: seconds after the step, where the case compares that. */
export interface Line {
  readonly step: number;
  readonly text: string;
  readonly seconds: number | null;
}

interface SegmentLine {
  readonly step: number;
  readonly seconds: number;
  /** FIN and PSH left out. */
  readonly flags: string;
  readonly from: number;
  readonly to: number;
  readonly ack: number;
  readonly rest: string;
  readonly hasSack: boolean;
  readonly isAgain: boolean;
}

const LETTERS = 'FSRPAUEC';
const PROMPT_SECONDS = 0.15;

export function linesOf(wanted: Case, conversation: Conversation): Line[] {
  return new Reading(wanted, conversation).lines();
}

class Reading {
  readonly #case: Case;
  readonly #conversation: Conversation;
  readonly #lines: Line[] = [];
  #hostInitial: number | null = null;
  #scale = 0;
  /** Relative end of what came, its FIN included. */
  #seenTo = 0;
  #hasSynAck = false;
  readonly #stream: Map<number, number> = new Map();
  /** The segment that may still be joined with the next. */
  #open: SegmentLine | null = null;

  constructor(wanted: Case, conversation: Conversation) {
    this.#case = wanted;
    this.#conversation = conversation;
  }

  lines(): Line[] {
    for (const answer of this.#conversation.answers) this.#read(answer);
    this.#closeSegment();
    if (this.#stream.size > 0) {
      const octets = Uint8Array.from(
        Array.from(this.#stream.entries()).toSorted(([a], [b]) => a - b),
        ([, octet]) => octet,
      );
      const hash = createHash('sha256').update(octets).digest('hex').slice(0, 8);
      this.#lines.push({
        step: this.#case.steps.length,
        text: `stream of ${octets.length} ${hash}`,
        seconds: null,
      });
    }
    return this.#lines;
  }

  #read(answer: Answer): void {
    const { content, ip, step } = answer;
    const head = ` ttl ${ip.timeToLive}${ip.dontFragment ? ' DF' : ''}${ip.identification === 0 ? ' id 0' : ''} tos ${ip.typeOfService}${
      ip.options.length > 0 ? ` ${ip.options.map(({ kind }) => kind).join(',')}` : ''
    }`;
    if (content.kind === 'tcp') return this.#readSegment(answer, content, head);
    this.#closeSegment();
    const say = (text: string): void =>
      void this.#lines.push({ step, text: text + head, seconds: this.#secondsOf(answer.afterSeconds) });
    if (content.kind === 'udp')
      say(`udp ${content.datagram.payload.length} ${hashOf(content.datagram.payload)}`);
    else if (content.kind === 'icmp') say(icmpText(content.message));
    else
      say(
        `protocol ${ip.protocol} offset ${ip.fragmentOffset}${ip.moreFragments ? ' more' : ''} length ${ip.payload.length}`,
      );
  }

  #secondsOf(seconds: number): number | null {
    return this.#case.repeats === true ? (seconds < PROMPT_SECONDS ? 0 : seconds) : null;
  }

  #readSegment(
    { step, afterSeconds, ip }: Answer,
    { segment, clientPort }: { segment: tcp.Repr; clientPort: number },
    head: string,
  ): void {
    const { flags } = segment;
    const isSyn = (flags & tcp.flag.SYN) !== 0;
    let anew = '';
    if (isSyn && segment.sequenceNumber !== this.#hostInitial) {
      if (this.#hostInitial !== null) anew = ' anew';
      this.#hostInitial = segment.sequenceNumber;
      this.#seenTo = 0;
      this.#hasSynAck = false;
    }
    const base = this.#hostInitial ?? UNKNOWN_INITIAL;
    const from = (segment.sequenceNumber - base) | 0;
    const length = segment.payload.length;
    const to = from + length;
    const end = to + (flags & tcp.flag.FIN) + (isSyn ? 1 : 0);
    const isRst = (flags & tcp.flag.RST) !== 0;
    const takes = end > from && !isRst;
    const isAgain = takes && (isSyn ? this.#hasSynAck : end <= this.#seenTo);
    if (isSyn) this.#hasSynAck = true;
    if (isAgain && this.#case.repeats !== true) return;
    for (let i = 0; i < length; i++) this.#stream.set(from + i, segment.payload[i]!);
    if (takes) this.#seenTo = Math.max(this.#seenTo, end);
    const isAbsolute = isRst && segment.sequenceNumber === 0 && this.#hostInitial !== null;
    const ack =
      (flags & tcp.flag.ACK) === 0
        ? segment.acknowledgmentNumber
        : (segment.acknowledgmentNumber - this.#conversation.clientInitial) | 0;
    const names = [...LETTERS].filter(
      (letter, bit) => (flags & (1 << bit)) !== 0 && letter !== 'P' && letter !== 'F',
    );
    const scaleOption = segment.options.find((option) => option.kind === 'windowScale');
    if (isSyn) this.#scale = scaleOption?.kind === 'windowScale' ? scaleOption.shift : 0;
    const sack = segment.options.find((option) => option.kind === 'sack');
    const line: SegmentLine = {
      step,
      seconds: afterSeconds,
      flags: names.join(''),
      from: isAbsolute ? Number.NaN : from,
      to,
      ack,
      hasSack: sack !== undefined,
      isAgain,
      rest: `${anew}${this.#windowOf(segment, isSyn)}${optionsText(segment.options, this.#conversation, this.#isTaking(step))}${
        segment.urgentPointer === 0 ? '' : ` urgent ${segment.urgentPointer}`
      }${segment.destinationPort === clientPort ? '' : ` to port ${segment.destinationPort - clientPort}`}${ip.fragmentOffset > 0 ? ' fragment' : ''}${head}`,
    };
    this.#join(line);
    if ((flags & tcp.flag.FIN) !== 0) this.#join({ ...line, flags: `F${line.flags}`, from: to, to });
  }

  #isTaking(step: number): boolean {
    const sent = this.#case.steps[step];
    return sent?.kind === 'wait' && sent.acknowledge !== undefined;
  }

  #windowOf(segment: tcp.Repr, isExact: boolean): string {
    if (isExact) return ` window ${segment.window}`;
    if (this.#case.windows === true) return ` window ${segment.window << this.#scale}`;
    return segment.window === 0 ? ' window closed' : '';
  }

  /** Octets that follow each other in one step are one line, and an acknowledgment is left out beside one that covers it. */
  #join(line: SegmentLine): void {
    const open = this.#open;
    const isAlike = open !== null && open.step === line.step && open.isAgain === line.isAgain;
    if (isAlike && open.flags === 'A' && line.flags === 'A' && open.rest === line.rest) {
      const isEmpty = open.to === open.from;
      if (this.#case.everyAcknowledgment !== true && isEmpty && line.ack >= open.ack) {
        this.#open = line;
        return;
      }
      if (this.#case.segments !== true && !isEmpty && (line.from === open.to || line.to === line.from)) {
        this.#open = { ...open, to: Math.max(line.to, open.to), ack: line.ack };
        return;
      }
    }
    if (
      isAlike &&
      this.#case.everyAcknowledgment !== true &&
      isPlain(open) &&
      !line.hasSack &&
      line.ack >= open.ack &&
      (line.to > line.from || line.flags.includes('R'))
    )
      this.#open = null;
    this.#closeSegment();
    this.#open = line;
  }

  #closeSegment(): void {
    const line = this.#open;
    this.#open = null;
    if (line === null) return;
    const { flags, from, to, ack, rest, isAgain, step, seconds } = line;
    const range = Number.isNaN(from) ? 'seq zero' : to > from ? `octets ${from}..${to}` : `seq ${from}`;
    this.#lines.push({
      step,
      text: `${isAgain ? 'again ' : ''}${flags === '' ? 'none' : flags} ${range} ack ${ack}${rest}`,
      seconds: this.#secondsOf(seconds),
    });
  }
}

/** An acknowledgment and nothing else. */
function isPlain({ flags, from, to, hasSack }: SegmentLine): boolean {
  return flags === 'A' && from === to && !hasSack;
}

function optionsText(
  options: readonly tcpOption.Repr[],
  { clientInitial, timestampBase }: Conversation,
  isTaking: boolean,
): string {
  const words = options.flatMap((option) => {
    switch (option.kind) {
      case 'noOperation':
        return ['nop'];
      case 'timestamps':
        // Which of many acknowledgments a segment echoes is a matter of pace.
        return isTaking ? ['ts'] : [`ts echo ${option.echo === 0 ? 'zero' : option.echo - timestampBase}`];
      case 'sack':
        return [
          `sack ${option.blocks.map(({ left, right }) => `${(left - clientInitial) | 0}-${(right - clientInitial) | 0}`).join(' ')}`,
        ];
      case 'mss':
        return [`mss ${option.mssBytes}`];
      case 'windowScale':
        return [`scale ${option.shift}`];
      default:
        return [option.kind];
    }
  });
  return words.length === 0 ? '' : ` <${words.join(',')}>`;
}

function icmpText(message: icmpv4.Repr): string {
  const head = icmpv4.format(message);
  if ('quote' in message) return `${head} quotes ${message.quote.length}`;
  return 'payload' in message ? `${head} ${hashOf(message.payload)}` : head;
}

function hashOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex').slice(0, 8);
}

/** Times of the same event at two hosts: alike when one is not much later than the other. */
export function isSameTime(one: number | null, other: number | null): boolean {
  if (one === null || other === null) return one === other;
  return Math.abs(one - other) <= 0.25 + 0.3 * Math.max(one, other);
}
