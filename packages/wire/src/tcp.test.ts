import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tcpRepr } from './arbitrary-packet-test-support.ts';
import { readPseudoHeaderSumIpv4 } from './ip-protocol.ts';
import { hex, ipv4PayloadOf, packetOf } from './linux-frames-test-support.ts';
import { parameters } from './protocol-laws-test-support.ts';
import * as tcpOption from './tcp-option.ts';
import * as tcp from './tcp.ts';

const syn: tcp.Repr = {
  sourcePort: 43_486,
  destinationPort: 80,
  sequenceNumber: 0xdaae_a2b5,
  acknowledgmentNumber: 0,
  reserved: 0,
  flags: tcp.flag.SYN,
  window: 64_240,
  urgentPointer: 0,
  options: [
    { kind: 'mss', mssBytes: 1460 },
    { kind: 'sackPermitted' },
    { kind: 'timestamps', value: 4_076_810_153, echo: 0 },
    { kind: 'noOperation' },
    { kind: 'windowScale', shift: 10 },
  ],
  payload: new Uint8Array(0),
};

describe('tcp', () => {
  it('takes the SYN of Linux apart and puts it together', () => {
    expect(tcp.parse(ipv4PayloadOf('syn'))).toEqual(syn);
    const out = new Uint8Array(tcp.length(syn));
    tcp.emit(syn, out, 0, readPseudoHeaderSumIpv4(packetOf('syn'), 0));
    expect(out).toEqual(ipv4PayloadOf('syn'));
    expect(tcp.format(syn)).toBe(
      'tcp 43486 > 80 S seq 3668878005 win 64240 <mss 1460,sackOK,TS val 4076810153 ecr 0,nop,wscale 10> length 0',
    );
  });

  it('takes data of Linux apart, its checksum is valid, and a filled one the same', () => {
    const packet = packetOf('data');
    const pseudoSum = readPseudoHeaderSumIpv4(packet, 0);
    expect(tcp.parse(packet, 20)).toMatchObject({
      flags: tcp.flag.PSH | tcp.flag.ACK,
      payload: new TextEncoder().encode('hello'),
    });
    expect(tcp.verifyChecksum(packet, 20, packet.length, pseudoSum)).toBe(true);
    packet[20 + tcp.field.window]! ^= 0x80;
    expect(tcp.verifyChecksum(packet, 20, packet.length, pseudoSum)).toBe(false);
    packet[20 + tcp.field.window]! ^= 0x80;
    tcp.fillChecksum(packet, 20, packet.length, pseudoSum);
    expect(packet).toEqual(packetOf('data'));
  });

  it('refuses impossible data offsets, naming the field', () => {
    const segment = ipv4PayloadOf('syn');
    segment[12] = 0x40;
    expect(tcp.parse(segment)).toEqual({
      malformed: true,
      protocol: 'tcp',
      reason: 'the data offset is below five words',
      offset: 12,
    });
    segment[12] = 0xb0;
    expect(tcp.parse(segment)).toMatchObject({ reason: 'the options are truncated' });
    expect(tcp.parse(segment, 0, 19)).toMatchObject({ reason: 'the header is truncated' });
  });

  it('keeps what fingerprinting tools send: reserved bits, urgent pointer without URG, odd options', () => {
    const segment = hex('0001 0002 00000003 00000000 9f 02 0200 0000 1234 0303 0a 01 0204 0109 080affff 00');
    const repr = tcp.parse(segment.subarray(0, 36));
    expect(repr).toMatchObject({ malformed: true });
    segment[12] = 0x8f;
    const parsed = tcp.parse(segment.subarray(0, 32));
    expect(parsed).toMatchObject({
      reserved: 15,
      urgentPointer: 0x1234,
      options: [
        { kind: 'windowScale', shift: 10 },
        { kind: 'noOperation' },
        { kind: 'mss', mssBytes: 0x109 },
        { kind: 'garbled', octets: hex('080affff') },
      ],
    });
  });

  it('letters flags as packet logs do', () => {
    expect(tcp.formatFlags(0)).toBe('.');
    expect(tcp.formatFlags(tcp.flag.SYN | tcp.flag.ACK)).toBe('SA');
    expect(tcp.formatFlags(0xff)).toBe('FSRPAUEC');
  });
});

describe('tcp options', () => {
  const options = (digits: string): readonly tcpOption.Repr[] => {
    const octets = hex(digits);
    return tcpOption.parse(octets, 0, octets.length);
  };

  it('are kept in order, with their filling', () => {
    expect(options('020405b4 00000000')).toEqual([{ kind: 'mss', mssBytes: 1460 }, { kind: 'end' }]);
    expect(options('020405b4 00000000 00000000')).toEqual([
      { kind: 'mss', mssBytes: 1460 },
      { kind: 'end', filling: hex('00000000000000') },
    ]);
    expect(options('0204 05b4 01 0402 00')).toHaveLength(4);
    expect(options('0204 05b4 0402 0000')).toEqual([
      { kind: 'mss', mssBytes: 1460 },
      { kind: 'sackPermitted' },
      { kind: 'end' },
    ]);
    expect(options('0101 050a 00000001 00000005')).toContainEqual({
      kind: 'sack',
      blocks: [{ left: 1, right: 5 }],
    });
    expect(options('0203 05 01')).toEqual([
      { kind: 'unknown', code: 2, data: hex('05') },
      { kind: 'noOperation' },
    ]);
    expect(options('0200 05b4')).toEqual([{ kind: 'garbled', octets: hex('020005b4') }]);
  });

  it('say the same to the scan as to parse', () => {
    const scan = tcpOption.newScan();
    fc.assert(
      fc.property(tcpRepr, (repr) => {
        const out = new Uint8Array(tcp.length(repr));
        tcp.emit(repr, out, 0, 0);
        expect(tcp.readHeaderLength(out, 0)).toBe(tcp.headerLength(repr));
        tcpOption.scan(out, tcp.field.options, tcp.headerLength(repr), scan);
        const last = <K extends tcpOption.Repr['kind']>(
          kind: K,
        ): Extract<tcpOption.Repr, { kind: K }> | undefined =>
          repr.options.findLast(
            (option): option is Extract<tcpOption.Repr, { kind: K }> => option.kind === kind,
          );
        expect(scan.mssBytes).toBe(last('mss')?.mssBytes ?? -1);
        expect(scan.windowScale).toBe(last('windowScale')?.shift ?? -1);
        expect(scan.sackPermitted).toBe(last('sackPermitted') !== undefined);
        const timestamps = last('timestamps');
        expect(scan.hasTimestamps).toBe(timestamps !== undefined);
        if (timestamps !== undefined) {
          expect([scan.timestampValue, scan.timestampEcho]).toEqual([timestamps.value, timestamps.echo]);
        }
        expect(scan.sackBlockCount).toBe(last('sack')?.blocks.length ?? 0);
      }),
      parameters,
    );
  });

  it('never make the scan read beyond the header', () => {
    const scan = tcpOption.newScan();
    fc.assert(
      // An option of blocks that claims any length, right or wrong, and lies anywhere before the end.
      fc.property(
        fc.array(fc.constant(1), { maxLength: 20 }),
        fc.nat({ max: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        (padding, length, rest) => {
          const octets = Uint8Array.of(...padding, 5, length, ...rest);
          tcpOption.scan(octets, 0, octets.length, scan);
          const fits = length >= 10 && length % 8 === 2 && length <= rest.length + 2;
          if (fits) expect(scan.sackBlockCount).toBeGreaterThan(0);
          expect(scan.sackStart + scan.sackBlockCount * 8).toBeLessThanOrEqual(octets.length);
        },
      ),
      parameters,
    );
  });
});
