import { describe, expect, it } from 'vitest';
import * as dhcpv4 from './dhcpv4.ts';
import { hex } from './linux-frames-test-support.ts';
import { isMalformed } from './malformed.ts';

const discover: dhcpv4.Repr = {
  operation: dhcpv4.operation.request,
  hops: 0,
  transactionId: 0x1234_5678,
  secondsElapsed: 3,
  broadcast: true,
  clientAddress: 0,
  yourAddress: 0,
  serverAddress: 0,
  relayAddress: 0,
  clientMac: 0x0200_0000_0007,
  serverName: hex(''),
  bootFile: hex(''),
  options: [
    dhcpv4.octetsOption(dhcpv4.optionCode.messageType, [dhcpv4.messageType.discover]),
    dhcpv4.octetsOption(dhcpv4.optionCode.parameterRequestList, [1, 3, 6, 51]),
  ],
};

describe('dhcpv4', () => {
  it('knows the layout of RFC 2131', () => {
    const out = new Uint8Array(dhcpv4.length(discover));
    dhcpv4.emit(discover, out);
    expect(out.length).toBe(300);
    expect(out.subarray(0, 34)).toEqual(
      hex('01 01 06 00 12345678 0003 8000 00000000 00000000 00000000 00000000 020000000007'),
    );
    expect(out.subarray(236, 250)).toEqual(hex('63825363 350101 370401030633 ff'));
    expect(dhcpv4.parse(out)).toEqual(discover);
    expect(dhcpv4.format(discover)).toBe('dhcp discover 02:00:00:00:00:07 your 0.0.0.0 id 0x12345678');
  });

  it('takes an option without octets that ends with the message, and refuses one that is cut', () => {
    const base = new Uint8Array(dhcpv4.length({ ...discover, options: [] }));
    dhcpv4.emit({ ...discover, options: [] }, base);
    const optionsStart = 240;
    const message = (...octets: readonly number[]): ReturnType<typeof dhcpv4.parse> =>
      dhcpv4.parse(new Uint8Array([...base.subarray(0, optionsStart), ...octets]));
    expect(message(80, 0)).toMatchObject({ options: [{ code: 80, data: new Uint8Array(0) }] });
    expect(isMalformed(message(80))).toBe(true);
    expect(isMalformed(message(80, 1))).toBe(true);
  });

  it('joins an option that was split, also into the fields that were turned into option space (RFC 3396)', () => {
    const split: dhcpv4.Repr = {
      ...discover,
      bootFile: hex('0c 02 6364 00 ff'),
      serverName: hex('0c 02 6566 03'),
      options: [
        dhcpv4.octetsOption(dhcpv4.optionCode.overload, [3]),
        dhcpv4.octetsOption(dhcpv4.optionCode.hostName, [0x61, 0x62]),
      ],
    };
    expect(dhcpv4.findOption(split, dhcpv4.optionCode.hostName)).toEqual(hex('616263646566'));
    expect(dhcpv4.findOption(split, dhcpv4.optionCode.router)).toBeUndefined();
    expect(dhcpv4.findOption({ ...split, options: split.options.slice(1) }, 12)).toEqual(hex('6162'));
    expect(dhcpv4.readMessageType(split)).toBeUndefined();
    expect(dhcpv4.format(split)).toContain('bootp');
  });

  it('makes options of addresses and times', () => {
    expect(dhcpv4.wordsOption(dhcpv4.optionCode.leaseTime, [3600])).toEqual({
      code: 51,
      data: hex('00000e10'),
    });
  });

  it('refuses what is not a message for Ethernet, naming the field', () => {
    const emitted = (): Uint8Array => {
      const out = new Uint8Array(dhcpv4.length(discover));
      dhcpv4.emit(discover, out);
      return out;
    };
    expect(dhcpv4.parse(emitted(), 0, 239)).toMatchObject({ reason: 'the message is truncated' });
    for (const [offset, reason] of [
      [1, 'the hardware type is not Ethernet'],
      [2, 'a hardware address is not 6 octets long'],
      [236, 'the magic cookie is missing'],
    ] as const) {
      const message = emitted();
      message[offset] = 98;
      expect(dhcpv4.parse(message)).toMatchObject({ reason, offset });
    }
    const truncated = emitted();
    truncated[244] = 200;
    expect(dhcpv4.parse(truncated)).toMatchObject({ reason: 'an option is truncated', offset: 243 });
    // A message may end without the end option, where the datagram does.
    expect(dhcpv4.parse(emitted(), 0, 249)).toEqual(discover);
  });
});
