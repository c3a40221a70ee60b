/**
 * A flood of SYNs, each from another address; `WORMWOOD_FLOOD_SYNS=1000000` for a million. Heap and table are measured at the
 * first quarter and at the end: what a handshake leaves behind would be multiplied by three quarters of the flood.
 */
import { randomStreams, VirtualClock } from '@wormwood/base';
import { ipv4, readPseudoHeaderSumIpv4, tcp, writeU32 } from '@wormwood/wire';
import { expect, it } from 'vitest';
import { memoryLink } from '../../link/memory-link.ts';
import { silentObserver } from '../../observer.ts';
import { Stack, type StackOptions } from '../../stack.ts';
import { bareHost, LOCAL, tcpPacket } from '../../stack-test-support.ts';

const SYNS = Number(process.env['WORMWOOD_FLOOD_SYNS'] ?? 100_000);
const BATCH = 256;
const QUARTERS = 4;

function flooded(options: StackOptions, syns: number) {
  const [far, device] = memoryLink({ medium: 'ip', slots: 2 * BATCH });
  const clock = new VirtualClock();
  const host = bareHost();
  const stack = new Stack(
    {
      device,
      hosts: { find: (address) => (address === LOCAL ? host : null) },
      clock,
      streams: randomStreams('1'),
      observer: silentObserver,
      linkAddress: 0,
    },
    options,
  );
  const syn = tcpPacket({ flags: 'S' });
  const bytes: number[] = [];
  let answers = 0;
  for (let sent = 0; sent < syns;) {
    for (let i = 0; i < BATCH && sent < syns; i++, sent++) {
      const at = far.reserve();
      const out = far.transmitBuffer;
      out.set(syn, at);
      // Addresses of 11/8: a step that is prime to 2^24 meets none twice.
      writeU32(out, at + 12, 0x0b00_0000 + (Math.imul(sent, 0x9e37_79b1) & 0xff_ffff));
      ipv4.fillChecksum(out, at);
      tcp.fillChecksum(out, at + 20, at + syn.length, readPseudoHeaderSumIpv4(out, at));
      far.commit(syn.length);
    }
    far.flush();
    stack.work(BATCH);
    answers += far.receive(() => undefined, 1e6);
    if (sent >= (syns / QUARTERS) * (bytes.length + 1)) bytes.push(memoryInUse());
  }
  return { stack, clock, far, answers, bytes };
}

function memoryInUse(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it(`B7: ${SYNS} handshakes that nobody completes cost constant memory; the oldest are evicted`, () => {
  const { stack, clock, far, answers, bytes } = flooded({}, SYNS);
  const halfOpen = Math.min(SYNS, 65_536);
  expect(answers).toBe(SYNS);
  expect([stack.tcp.halfOpenCount, stack.tcp.connectionCount]).toEqual([halfOpen, halfOpen]);
  const tableBytes = stack.tcp.memoryBytes;
  console.log(
    `${SYNS} SYNs: table ${tableBytes} octets; heap ${bytes.map((size) => (size / 2 ** 20).toFixed(1)).join(', ')} MiB`,
  );
  // 128 octets and a bucket of four for each place, and places for the half-open alone.
  expect(tableBytes).toBeLessThanOrEqual(136 * 65_536);
  // Honeyd kept 350 octets of each connection: 262 MB of a million. The heap breathes by what was not collected yet.
  expect(bytes.at(-1)! - bytes[0]!).toBeLessThan(64 * 2 ** 20);
  // half-open connections wait for 63 s; then nothing is left, and no timer runs.
  for (let second = 0; second < 70; second++) {
    clock.advanceBy(1);
    for (let i = 0; i < 300; i++) {
      stack.work(BATCH);
      far.receive(() => undefined, 1e6);
    }
  }
  expect([stack.tcp.connectionCount, stack.nextTimerSeconds()]).toEqual([0, Number.POSITIVE_INFINITY]);
  expect(stack.tcp.memoryBytes).toBe(tableBytes);
});

it(`holds ${SYNS} half-open connections at once where it is allowed to`, () => {
  const many = Math.min(SYNS, 1 << 20);
  const places = 2 ** Math.ceil(Math.log2(many));
  const { stack } = flooded({ tcp: { halfOpen: 1 << 20 } }, many);
  expect(stack.tcp.halfOpenCount).toBe(many);
  expect(stack.tcp.memoryBytes).toBeLessThanOrEqual(136 * places);
});
