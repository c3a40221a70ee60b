/** A capture of the whole wire: sections, bounds, new files; and that the demo's is what its scanner saw. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureHead, readCapture } from '@wormwood/netstack';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program } from '../daemon-test-support.ts';
import { WireCapture } from './wire-capture.ts';
import { packetBlock } from './packet-block-test-support.ts';

let directory = '';
let path = '';
const reported: string[] = [];
const onTrouble = (sentence: string): void => void reported.push(sentence);
const head = captureHead('ip');
const headOctets = head.reduce((sum, { length }) => sum + length, 0);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wormwood-wire-'));
  path = join(directory, 'wire.pcapng');
  reported.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const lengthsIn = (file: string) => {
  const { frames, fault } = readCapture(readFileSync(file));
  expect(fault).toBeUndefined();
  return frames.map(({ bytes }) => bytes.length);
};

describe('a capture of the wire', () => {
  it('is readable by its owner alone; a second run is a section behind the first', async () => {
    for (const length of [60, 61]) {
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      const capture = await WireCapture.open({ path, head: () => head, onTrouble });
      capture.write(packetBlock(length));
      // oxlint-disable-next-line no-await-in-loop
      await capture.close();
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(lengthsIn(path)).toEqual([60, 61]);
    expect(reported).toEqual([]);
  });

  it('goes on in a new file after the old one was renamed', async () => {
    const capture = await WireCapture.open({ path, head: () => head, onTrouble });
    capture.write(packetBlock(60));
    const old = join(directory, 'old.pcapng');
    renameSync(path, old);
    const reopened = capture.reopen();
    capture.write(packetBlock(61));
    await reopened;
    capture.write(packetBlock(62));
    await capture.close();
    // What came while the file was changed may be in either, and is in one.
    expect([...lengthsIn(old), ...lengthsIn(path)]).toEqual([60, 61, 62]);
    expect(lengthsIn(path)).toContain(62);
  });

  it('ends at its bound with a whole frame and says so once', async () => {
    const octetsMax = headOctets + 3 * packetBlock(60).length + 10;
    const capture = await WireCapture.open({ path, head: () => head, octetsMax, onTrouble });
    for (let i = 0; i < 10; i++) capture.write(packetBlock(60));
    await capture.close();
    expect(statSync(path).size).toBeLessThanOrEqual(octetsMax);
    expect(lengthsIn(path)).toEqual([60, 60, 60]);
    expect([reported.length, capture.leftOut]).toEqual([1, 7]);
  });

  it('ends where the disk takes nothing, says so once and disturbs nobody', async () => {
    const capture = await WireCapture.open({ path: '/dev/full', head: () => head, onTrouble });
    for (let i = 0; i < 10; i++) capture.write(packetBlock(60));
    await capture.close();
    expect(reported).toHaveLength(1);
    expect(reported[0]).toContain('ENOSPC');
  });

  it('holds every frame of the demo', () => {
    const run = (...options: readonly string[]): string =>
      execFileSync(process.execPath, [program, 'net', 'up', '--demo', '--json', ...options], {
        encoding: 'utf8',
      });
    const seen = JSON.parse(run('--pcap', path, '--seed', '1')) as {
      packetsSent: number;
      packetsReceived: number;
    };
    expect(lengthsIn(path)).toHaveLength(seen.packetsSent + seen.packetsReceived);
  });
});
