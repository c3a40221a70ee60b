import { writeFileSync } from 'node:fs';
import { randomStreams } from '@wormwood/base';
const PACKETS = +process.argv[2],
  FRAME = 74,
  RECORD = 90;
const stream = randomStreams('1').stream('benchmark/capture');
const bytes = Buffer.alloc(24 + PACKETS * RECORD);
bytes.writeUInt32LE(0xa1b2c3d4, 0);
bytes.writeUInt16LE(2, 4);
bytes.writeUInt16LE(4, 6);
bytes.writeUInt32LE(65535, 16);
bytes.writeUInt32LE(1, 20);
for (let i = 0; i < PACKETS; i++) {
  const at = 24 + i * RECORD;
  bytes.writeUInt32LE(1772366400 + Math.floor(i / 1000), at);
  bytes.writeUInt32LE((i % 1000) * 1000, at + 4);
  bytes.writeUInt32LE(FRAME, at + 8);
  bytes.writeUInt32LE(FRAME, at + 12);
  const ip = at + 30;
  bytes.writeUInt16BE(0x800, ip - 2);
  bytes[ip - 14] = 2;
  bytes[ip - 8] = 2;
  bytes[ip] = 0x45;
  bytes.writeUInt16BE(60, ip + 2);
  bytes.writeUInt16BE(stream.nextBelow(65536), ip + 4);
  bytes[ip + 8] = 57;
  bytes[ip + 9] = 6;
  bytes.writeUInt32BE(0xc6000000 + stream.nextBelow(20000) * 613, ip + 12);
  bytes.writeUInt32BE(0x0a010000 + stream.nextBelow(65536), ip + 16);
  bytes.writeUInt16BE(1024 + stream.nextBelow(64000), ip + 20);
  bytes.writeUInt16BE(445, ip + 22);
  bytes.writeUInt32BE(stream.nextUint32(), ip + 24);
  bytes[ip + 32] = 0xa0;
  bytes[ip + 33] = 2;
}
writeFileSync(process.argv[3], bytes);
