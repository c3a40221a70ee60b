import { VirtualClock } from '@wormwood/base';
import { memoryLink } from '@wormwood/netstack';
import { arp, etherType, isMalformed, writeMac, writeU16 } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { ExternalHosts } from './external-hosts.ts';

const SENSOR = 0x02_00_00_00_00_01;
const MACHINE = 0x02_00_00_00_00_09;
const ROUTER = 0x0a04_0001;
const ADDRESS = 0x0a04_0009;
const LINK_BYTES = 14;

function made() {
  const clock = new VirtualClock(1e9);
  const [far, device] = memoryLink({ medium: 'ethernet' });
  const externals = new ExternalHosts({
    device,
    clock,
    linkAddress: SENSOR,
    addresses: new Set([ADDRESS]),
  });
  /** An IPv4 packet for the machine that its last octet names. */
  const send = (mark: number): void => {
    const frame = new Uint8Array(60);
    writeU16(frame, 12, etherType.ipv4);
    frame.set([10, 4, 0, 9], LINK_BYTES + 16);
    frame[59] = mark;
    externals.send(frame, LINK_BYTES, ROUTER);
  };
  const replyFromMachine = (): void => {
    const frame = new Uint8Array(42);
    writeU16(frame, 12, etherType.arp);
    const words = { senderMac: MACHINE, senderAddress: ADDRESS, targetMac: SENSOR, targetAddress: ROUTER };
    arp.emit({ operation: arp.operation.reply, ...words }, frame, LINK_BYTES);
    externals.receive(frame, 0, frame.length);
  };
  /** What has gone out: questions in words, packets by their mark. */
  const sent = (): (string | number)[] => {
    const seen: (string | number)[] = [];
    device.flush();
    far.receive(({ bytes, start, end }) => {
      const message = arp.parse(bytes, start + LINK_BYTES, end);
      if (isMalformed(message)) {
        expect([...bytes.subarray(start, start + 12)]).toEqual([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1]);
        seen.push(bytes[end - 1]!);
      } else
        seen.push(
          `who has ${message.targetAddress.toString(16)}, tell ${message.senderAddress.toString(16)}`,
        );
    }, 100);
    return seen;
  };
  return { clock, externals, send, replyFromMachine, sent };
}

const QUESTION = 'who has a040009, tell a040001';

describe('a real machine', () => {
  it('is asked for once a second, and gets what waited when it says where it is', () => {
    const { clock, send, replyFromMachine, sent } = made();
    send(1);
    send(2);
    expect(sent()).toEqual([QUESTION]);
    clock.advanceBy(1.1);
    send(3);
    expect(sent()).toEqual([QUESTION]);
    replyFromMachine();
    expect(sent()).toEqual([1, 2, 3]);
    send(4);
    expect(sent()).toEqual([4]);
    // RFC 1122 2.3.2.1: it may have been replaced by another one.
    clock.advanceBy(61);
    send(5);
    expect(sent()).toEqual([QUESTION]);
  });

  it('that is silent gets nothing old, and never more than sixteen frames', () => {
    const { clock, send, replyFromMachine, sent } = made();
    for (let mark = 1; mark <= 20; mark++) send(mark);
    clock.advanceBy(3.1);
    replyFromMachine();
    expect(sent()).toEqual([QUESTION]);
    clock.advanceBy(100);
    for (let mark = 1; mark <= 20; mark++) send(mark);
    replyFromMachine();
    expect(sent()).toEqual([QUESTION, ...Array.from({ length: 16 }, (_, i) => i + 5)]);
  });

  it('answers whoever came within five minutes, and nobody else', () => {
    const { clock, externals } = made();
    const frame = new Uint8Array(60);
    writeMac(frame, 6, MACHINE + 1);
    frame.set([192, 0, 2, 9], LINK_BYTES + 12);
    const answer = new Uint8Array(60);
    answer.set([192, 0, 2, 9], LINK_BYTES + 16);
    expect(externals.addressToAsker(answer, LINK_BYTES)).toBe(false);
    externals.noteAsker(frame, 0, LINK_BYTES);
    expect(externals.addressToAsker(answer, LINK_BYTES)).toBe(true);
    expect([...answer.subarray(0, 12)]).toEqual([2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 1]);
    clock.advanceBy(301);
    expect(externals.addressToAsker(answer, LINK_BYTES)).toBe(false);
  });
});
