import { VirtualClock } from '@wormwood/base';
import { CaptureReader, linkType, pcap } from '@wormwood/wire';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ipPacket, LOCAL, PORT, REMOTE, REMOTE_PORT, tcpPacket } from '../stack-test-support.ts';
import { CaptureReplay, readCapture } from './capture-replay.ts';
import { captureHead } from './capture-blocks.ts';
import { captureTap } from './capture-tap.ts';
import type { LinkDevice } from './device.ts';
import { flowOfFrame } from './frame-flow.ts';
import { memoryLink } from './memory-link.ts';

const TSHARK = 'tshark';

function pcapOf(type: number, records: readonly Partial<pcap.RecordRepr>[]): Uint8Array {
  const head = { byteOrder: 'little', precision: 'nanoseconds', snapLength: 65_535, linkType: type } as const;
  const whole = records.map((record): pcap.RecordRepr => {
    const bytes = record.bytes ?? Uint8Array.of(1);
    return { seconds: 0, nanoseconds: 0, originalLength: bytes.length, bytes, ...record };
  });
  const out = new Uint8Array(
    pcap.length(head) + whole.reduce((sum, record) => sum + pcap.recordLength(record), 0),
  );
  let at = pcap.emit(head, out);
  for (const record of whole) at = pcap.emitRecord(record, out, at, head);
  return out;
}

function take(device: LinkDevice, budget = 100): number[][] {
  const frames: number[][] = [];
  device.receive(({ bytes, start, end }) => frames.push([...bytes.subarray(start, end)]), budget);
  return frames;
}

function transmit(device: LinkDevice, octets: readonly number[]): void {
  const at = device.reserve();
  device.transmitBuffer.set(octets, at);
  device.commit(octets.length);
  device.flush();
}

describe('capture replay', () => {
  const file = pcapOf(linkType.ethernet, [
    { seconds: 1_700_000_000, nanoseconds: 900_000_000, bytes: Uint8Array.of(1, 1) },
    { seconds: 1_700_000_001, nanoseconds: 150_000_000, bytes: Uint8Array.of(2) },
    { seconds: 1_700_000_001, nanoseconds: 100_000_000, bytes: Uint8Array.of(3) },
    { seconds: 1_700_000_003, nanoseconds: 900_000_000, bytes: Uint8Array.of(4) },
  ]);

  it('lets frames arrive as far apart as they were recorded, and no time run backwards', () => {
    const clock = new VirtualClock(50);
    const device = new CaptureReplay(readCapture(file), clock);
    expect(take(device)).toEqual([[1, 1]]);
    expect(device.nextFrameSeconds()).toBeCloseTo(50.25, 9);
    clock.advanceTo(50.2499);
    expect(take(device)).toEqual([]);
    clock.advanceTo(50.2501);
    expect(take(device, 1)).toEqual([[2]]);
    expect(take(device)).toEqual([[3]]);
    clock.advanceTo(60);
    expect(take(device)).toEqual([[4]]);
    expect(device.nextFrameSeconds()).toBeUndefined();
  });

  it('leaves out frames that were cut, and says how many; a cut file is played to its cut', () => {
    const cut = pcapOf(linkType.ethernet, [{ originalLength: 9 }, { bytes: Uint8Array.of(7) }]);
    expect(readCapture(cut)).toMatchObject({
      skipped: 1,
      frames: [{ bytes: Uint8Array.of(7) }],
      fault: undefined,
    });
    const short = readCapture(file.subarray(0, file.length - 1));
    expect([short.frames.length, short.fault?.reason]).toEqual([
      3,
      'the file is cut in the middle of a record',
    ]);
    expect(readCapture(new Uint8Array(3)).fault).toBeDefined();
  });

  it('takes link headers other than Ethernet off', () => {
    const packet = tcpPacket({ flags: 'S' });
    const cooked = Uint8Array.from([...new Uint8Array(14), 8, 0, ...packet]);
    for (const [type, bytes] of [
      [linkType.raw, packet],
      [linkType.linuxCooked, cooked],
    ] as const) {
      const capture = readCapture(pcapOf(type, [{ bytes }]));
      expect(capture.medium).toBe('ip');
      expect(capture.frames[0]?.bytes).toEqual(packet);
    }
  });
});

describe('capture tap', () => {
  function tapped(medium: 'ethernet' | 'ip') {
    const clock = new VirtualClock(2.5);
    const [far, near] = memoryLink({ medium });
    const written: Uint8Array[] = [...captureHead(medium)];
    const tap = captureTap({
      device: near,
      clock,
      originSeconds: 1_700_000_000.25,
      write: (octets) => void written.push(octets),
    });
    return { clock, far, tap, file: () => Buffer.concat(written) };
  }

  it('writes what goes both ways and changes none of it', () => {
    const { clock, far, tap, file } = tapped('ethernet');
    transmit(far, [1, 2, 3]);
    expect(take(tap)).toEqual([[1, 2, 3]]);
    clock.advanceBy(0.000_001);
    transmit(tap, [4, 5]);
    expect(take(far)).toEqual([[4, 5]]);
    const reader = new CaptureReader();
    const records = reader.push(file());
    expect(reader.end()).toBeUndefined();
    expect(
      records.map(({ seconds, nanoseconds, bytes, linkType: type, options }) => ({
        time: [seconds, nanoseconds],
        bytes: Array.from(bytes),
        type,
        direction: options[0]?.data[0],
      })),
    ).toEqual([
      { time: [1_700_000_002, 750_000_000], bytes: [1, 2, 3], type: linkType.ethernet, direction: 1 },
      { time: [1_700_000_002, 750_001_000], bytes: [4, 5], type: linkType.ethernet, direction: 2 },
    ]);
  });

  it('plays back what it wrote', () => {
    const { clock, far, tap, file } = tapped('ip');
    const packets = ['S', 'A', 'FA'].map((flags) => Array.from(tcpPacket({ flags })));
    for (const packet of packets) {
      transmit(far, packet);
      take(tap);
      clock.advanceBy(0.5);
    }
    const capture = readCapture(file());
    expect(capture.frames.map(({ offsetSeconds }) => offsetSeconds)).toEqual([0, 0.5, 1]);
    expect(capture.frames.map(({ bytes }) => Array.from(bytes))).toEqual(packets);
  });

  it('writes files that tshark reads', ({ skip }) => {
    const found = spawnSync(TSHARK, ['--version']).status === 0;
    if (!found && process.env['WORMWOOD_REQUIRE_ALL'] !== '1') skip('tshark is not installed');
    const { far, tap, file } = tapped('ip');
    transmit(far, [...tcpPacket({ flags: 'S' })]);
    take(tap);
    transmit(tap, [...tcpPacket({ flags: 'SA' })]);
    const fields = ['frame.interface_name', 'frame.packet_flags_direction', 'tcp.flags', 'frame.time_epoch'];
    const directory = mkdtempSync(join(tmpdir(), 'wormwood-tap-'));
    const path = join(directory, 'tap.pcapng');
    writeFileSync(path, file());
    const { stdout, stderr } = spawnSync(
      TSHARK,
      ['-n', '-r', path, '-T', 'fields', ...fields.flatMap((name) => ['-e', name])],
      { encoding: 'utf8' },
    );
    rmSync(directory, { recursive: true });
    const [first, second] = stdout.trim().split('\n');
    expect(first, stderr).toMatch(/^wormwood\t(1|0x0*1)\t0x0002\t1700000002\.75/);
    expect(second).toMatch(/^wormwood\t(2|0x0*2)\t0x0012\t/);
  });
});

describe('flow of a frame', () => {
  it('names both ends of TCP, with and without a link header', () => {
    const packet = tcpPacket({ flags: 'S' });
    const flow = {
      protocol: 6,
      source: REMOTE,
      destination: LOCAL,
      sourcePort: REMOTE_PORT,
      destinationPort: PORT,
    };
    expect(flowOfFrame('ip', packet, 0, packet.length)).toEqual(flow);
    const frame = Uint8Array.from([...new Uint8Array(12), 8, 0, ...packet]);
    expect(flowOfFrame('ethernet', frame, 0, frame.length)).toEqual(flow);
    const tagged = Uint8Array.from([...new Uint8Array(12), 0x81, 0, 0, 5, 8, 0, ...packet]);
    expect(flowOfFrame('ethernet', tagged, 0, tagged.length)).toEqual(flow);
  });

  it('has no ports in later fragments, and none at all in what is not IPv4', () => {
    const later = ipPacket(17, new Uint8Array(16).fill(9), REMOTE, { fragmentOffset: 8 });
    expect(flowOfFrame('ip', later, 0, later.length)).toMatchObject({ sourcePort: 0, destinationPort: 0 });
    expect(flowOfFrame('ip', new Uint8Array(40), 0, 40)).toBeUndefined();
    const arp = Uint8Array.from([...new Uint8Array(12), 8, 6, ...new Uint8Array(28)]);
    expect(flowOfFrame('ethernet', arp, 0, arp.length)).toBeUndefined();
  });
});
