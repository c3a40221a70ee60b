import { describe, expect, it } from 'vitest';
import { readU16 } from './bytes.ts';
import { etherType } from './ether-type.ts';
import * as ethernet from './ethernet.ts';
import { hex, linuxFrames } from './linux-frames-test-support.ts';

const TAGGED = hex('ffffffffffff 020000000001 88a8 a064 8100 1fff 0800 4500');

const taggedRepr: ethernet.Repr = {
  destination: 0xffff_ffff_ffff,
  source: 0x0200_0000_0001,
  tags: [
    { tagType: etherType.vlanService, priority: 5, dropEligible: false, vlan: 100 },
    { tagType: etherType.vlan, priority: 0, dropEligible: true, vlan: 4095 },
  ],
  etherType: etherType.ipv4,
  payload: hex('4500'),
};

describe('ethernet', () => {
  it('takes a frame of Linux apart', () => {
    const frame = hex(linuxFrames.datagram);
    expect(ethernet.parse(frame)).toEqual({
      destination: 0x0200_0000_0002,
      source: 0x0200_0000_0001,
      tags: [],
      etherType: 0x0800,
      payload: frame.subarray(14),
    });
  });

  it('takes a frame of two tags apart and puts it together', () => {
    expect(ethernet.parse(TAGGED)).toEqual(taggedRepr);
    const out = new Uint8Array(ethernet.length(taggedRepr));
    ethernet.emit(taggedRepr, out);
    expect(out).toEqual(TAGGED);
    expect(ethernet.readHeaderLength(TAGGED, 0)).toBe(22);
    expect(ethernet.format(taggedRepr)).toBe(
      'ethernet 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff vlan 100 vlan 4095 type 0x0800',
    );
  });

  it('refuses a header that is cut anywhere', () => {
    for (let length = 0; length < 22; length++) {
      expect(ethernet.check(TAGGED, 0, length), `${length} octets`).toMatchObject({
        protocol: 'ethernet',
        reason: 'the header is truncated',
      });
    }
    expect(ethernet.check(TAGGED, 0, 22)).toBeUndefined();
  });

  it('turns a frame around in place', () => {
    const frame = hex(linuxFrames.echoRequest);
    ethernet.swapAddresses(frame, 0);
    expect(frame).toEqual(hex(`020000000001 020000000002 ${linuxFrames.echoRequest.slice(25)}`));
    expect(readU16(frame, ethernet.field.etherType)).toBe(etherType.ipv4);
  });

  it('names an 802.3 frame by its length', () => {
    const frame = ethernet.parse(hex('0180c2000000 020000000001 0026 424203'));
    expect(frame).toMatchObject({ etherType: 0x26 });
    expect(ethernet.format(frame as ethernet.Repr)).toContain('802.3 length 38');
  });
});
