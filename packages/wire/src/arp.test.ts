import { describe, expect, it } from 'vitest';
import * as arp from './arp.ts';
import { hex, packetOf } from './linux-frames-test-support.ts';

const request: arp.Repr = {
  operation: arp.operation.request,
  senderMac: 0x0200_0000_0001,
  senderAddress: 0x0a09_0801,
  targetMac: 0,
  targetAddress: 0x0a09_0802,
};

describe('arp', () => {
  it('takes the request of Linux apart and puts it together', () => {
    expect(arp.parse(packetOf('arpRequest'))).toEqual(request);
    const out = new Uint8Array(28);
    arp.emit(request, out);
    expect(out).toEqual(packetOf('arpRequest'));
  });

  it('ignores the padding of a short frame', () => {
    expect(arp.parse(hex(`${Buffer.from(packetOf('arpReply')).toString('hex')} 000000000000`))).toMatchObject(
      {
        operation: arp.operation.reply,
        senderMac: 0x0200_0000_0002,
      },
    );
  });

  it('refuses what is not IPv4 over Ethernet, naming the field', () => {
    for (const [offset, reason] of [
      [0, 'the hardware type is not Ethernet'],
      [2, 'the protocol type is not IPv4'],
      [4, 'a hardware address is not 6 octets long'],
      [5, 'a protocol address is not 4 octets long'],
    ] as const) {
      const packet = packetOf('arpRequest');
      packet[offset] = 0x7f;
      expect(arp.parse(packet)).toEqual({ malformed: true, protocol: 'arp', reason, offset });
    }
    expect(arp.parse(packetOf('arpRequest'), 0, 27)).toMatchObject({ reason: 'the packet is truncated' });
  });

  it('reads like tcpdump', () => {
    expect(arp.format(request)).toBe('arp who-has 10.9.8.2 tell 10.9.8.1');
    expect(arp.format({ ...request, operation: arp.operation.reply })).toBe(
      'arp 10.9.8.1 is-at 02:00:00:00:00:01',
    );
  });
});
