/**
 * `wormwood detect --pcap` as a whole process on a capture of a million SYNs of 20,000 sources to a dark /16, beside a program
 * that only reads the file in the same pieces. Prints one line of JSON. `WORMWOOD_PACKETS` sets another number of packets.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStreams } from '@wormwood/base';

const PACKETS = Number(process.env.WORMWOOD_PACKETS ?? 1_000_000);
const SOURCES = 20_000;
const FRAME = 74;
const RECORD = 16 + FRAME;
const directory = mkdtempSync(join(tmpdir(), 'wormwood-detect-'));
const file = join(directory, 'syns.pcap');

function capture() {
  const stream = randomStreams('1').stream('benchmark/capture');
  const bytes = Buffer.alloc(24 + PACKETS * RECORD);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(65_535, 16);
  bytes.writeUInt32LE(1, 20);
  for (let i = 0; i < PACKETS; i++) {
    const at = 24 + i * RECORD;
    bytes.writeUInt32LE(1_772_366_400 + Math.floor(i / 1000), at);
    bytes.writeUInt32LE((i % 1000) * 1000, at + 4);
    bytes.writeUInt32LE(FRAME, at + 8);
    bytes.writeUInt32LE(FRAME, at + 12);
    const ip = at + 16 + 14;
    bytes.writeUInt16BE(0x0800, ip - 2);
    bytes[ip - 14] = 2;
    bytes[ip - 8] = 2;
    bytes[ip] = 0x45;
    bytes.writeUInt16BE(60, ip + 2);
    bytes.writeUInt16BE(stream.nextBelow(65_536), ip + 4);
    bytes[ip + 8] = 57;
    bytes[ip + 9] = 6;
    bytes.writeUInt32BE(0xc6000000 + stream.nextBelow(SOURCES) * 613, ip + 12);
    bytes.writeUInt32BE(0x0a010000 + stream.nextBelow(65_536), ip + 16);
    bytes.writeUInt16BE(1024 + stream.nextBelow(64_000), ip + 20);
    bytes.writeUInt16BE(445, ip + 22);
    bytes.writeUInt32BE(stream.nextUint32(), ip + 24);
    bytes[ip + 32] = 0xa0;
    bytes[ip + 33] = 2;
  }
  writeFileSync(file, bytes);
}

function seconds(command, parameters) {
  const before = process.hrtime.bigint();
  const { status, stdout } = spawnSync(command, parameters, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return { seconds: Number(process.hrtime.bigint() - before) / 1e9, stdout };
}

async function reading() {
  const before = process.hrtime.bigint();
  let sum = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    for (let at = 0; at < chunk.length; at += 64) sum += chunk[at];
  if (sum === 0) throw new Error('the capture is empty');
  return Number(process.hrtime.bigint() - before) / 1e9;
}

capture();
try {
  const cli = new URL('../apps/cli/bin/wormwood.js', import.meta.url).pathname;
  const ours = seconds(process.execPath, [
    cli,
    'detect',
    '--pcap',
    file,
    '--dark',
    '10.1.0.0/16',
    '-q',
    '--json',
    '--seed',
    '1',
  ]);
  const reference = await reading();
  console.log(
    JSON.stringify({
      benchmark: 'detect-capture',
      reference: 'reading the file',
      packets: PACKETS,
      megabytes: Number((statSync(file).size / 1e6).toFixed(1)),
      verdicts: JSON.parse(ours.stdout).status.verdicts,
      seconds: Number(ours.seconds.toFixed(2)),
      packetsPerSecond: Math.round(PACKETS / ours.seconds),
      referenceSeconds: Number(reference.toFixed(3)),
      ratio: Number((reference / ours.seconds).toFixed(4)),
    }),
  );
} finally {
  rmSync(directory, { recursive: true });
}
