/** Captures of sessions: what is in them, and that they keep their bounds. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureHead, readCapture } from '@wormwood/netstack';
import type { Flow } from '@wormwood/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDaemon } from '../daemon-test-support.ts';
import { missingForNamespaces } from '../namespace-test-support.ts';
import { CAPTURE_BOUNDS, SessionCaptures } from './session-captures.ts';
import { packetBlock } from './packet-block-test-support.ts';

const head = () => captureHead('ethernet');
const missing = missingForNamespaces('ping', 'curl', 'tshark');
const capturesPath = join(tmpdir(), `wormwood-captures-${process.pid}`);

describe('bounds', () => {
  let directory = '';
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'wormwood-sessions-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const flow = (source: number): Flow => ({
    protocol: 6,
    source,
    destination: 1,
    sourcePort: 2,
    destinationPort: 80,
  });
  const never = (sentence: string): void => expect(sentence).toBe('');
  const block = new Uint8Array(1000);
  const sizes = () => readdirSync(directory).map((name) => statSync(join(directory, name)).size);

  it('a session is one file until it has been silent, readable by its owner alone', async () => {
    const captures = await SessionCaptures.open(directory, never);
    captures.take(flow(7), block, head, 0);
    captures.take(flow(7), block, head, CAPTURE_BOUNDS.idleSeconds);
    captures.take(flow(7), block, head, 3 * CAPTURE_BOUNDS.idleSeconds);
    captures.take(flow(8), block, head, 0);
    await captures.close();
    const names = readdirSync(directory).toSorted();
    expect(names).toEqual([
      '19700101T000000Z-tcp-0.0.0.7.2-0.0.0.1.80-1.pcapng',
      '19700101T000000Z-tcp-0.0.0.8.2-0.0.0.1.80-3.pcapng',
      '19700101T000600Z-tcp-0.0.0.7.2-0.0.0.1.80-2.pcapng',
    ]);
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    const [first = 0, ...others] = names.map((name) => statSync(join(directory, name)).size);
    expect(others).toEqual([first - 1000, first - 1000]);
  });

  it('a session that sends without end fills its file and no more', async () => {
    const captures = await SessionCaptures.open(directory, never, {
      ...CAPTURE_BOUNDS,
      octetsPerSession: 10_000,
    });
    for (let i = 0; i < 100; i++) captures.take(flow(7), block, head, i);
    await captures.close();
    expect(sizes()).toHaveLength(1);
    expect(sizes()[0]).toBeLessThanOrEqual(10_000);
    expect(captures.leftOut).toBe(91);
  });

  it('a flood of sessions leaves the newest files, within the bound', async () => {
    const captures = await SessionCaptures.open(directory, never, {
      ...CAPTURE_BOUNDS,
      octetsInAll: 50_000,
      sessions: 10,
    });
    for (let source = 0; source < 500; source++) captures.take(flow(source), block, head, source);
    await captures.close();
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(50_000);
    expect(readdirSync(directory).some((name) => name.includes('0.0.1.243'))).toBe(true);
  });

  it('the bound is that of the disk, which counts in blocks, and of an earlier run, too', async () => {
    const bounds = { ...CAPTURE_BOUNDS, octetsInAll: 10 * 4096 };
    for (const run of [0, 1000]) {
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      const captures = await SessionCaptures.open(directory, never, bounds);
      for (let source = 0; source < 8; source++) captures.take(flow(source), block, head, run + source);
      // oxlint-disable-next-line no-await-in-loop
      await captures.close();
    }
    const numbers = readdirSync(directory).map((name) => Number(/(\d+)\.pcapng$/.exec(name)?.[1]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  });

  it('a session whose file was evicted begins another one, whole from its head', async () => {
    const bounds = { ...CAPTURE_BOUNDS, octetsInAll: 4096 };
    const captures = await SessionCaptures.open(directory, never, bounds);
    for (const source of [7, 8, 7, 7]) {
      captures.take(flow(source), packetBlock(60), head, 0);
      // oxlint-disable-next-line no-await-in-loop -- a batch of its own
      await captures.close();
    }
    const [name, ...others] = readdirSync(directory);
    expect(others).toEqual([]);
    expect(name).toMatch(/-0\.0\.0\.7\.2-.*-3\.pcapng$/);
    const capture = readCapture(readFileSync(join(directory, name!)));
    expect(capture.fault).toBeUndefined();
    expect(capture.frames).toHaveLength(2);
  });

  it('a directory that goes away is reported once', async () => {
    const reported: string[] = [];
    const captures = await SessionCaptures.open(directory, (sentence) => reported.push(sentence));
    rmSync(directory, { recursive: true });
    for (let source = 0; source < 5; source++) captures.take(flow(source), block, head, 0);
    await captures.close();
    expect(reported).toHaveLength(1);
  });
});

describe.skipIf(missing !== null)('on the wire', () => {
  it('each session is a file that our reader and tshark read', async () => {
    const daemon = await startDaemon(
      'create host\nset host default tcp action reset\nadd host tcp port 80 "echo hello"\nbind 10.3.0.5 host\n',
      ['--capture', capturesPath],
    );
    try {
      await daemon.pair.client('ping', '-c', '2', '-i', '0.2', '-w', '5', '10.3.0.5');
      await daemon.pair.client('curl', '-s', '--http0.9', '-m', '5', 'http://10.3.0.5/');
      await expect.poll(() => readdirSync(capturesPath).length).toBe(2);
    } finally {
      await daemon.remove();
    }
    const names = readdirSync(capturesPath);
    expect(names.filter((name) => name.includes('-icmp-'))).toHaveLength(1);
    for (const name of names) {
      const path = join(capturesPath, name);
      const capture = readCapture(readFileSync(path));
      expect(capture).toMatchObject({ medium: 'ethernet' });
      const printed = execFileSync('tshark', ['-n', '-r', path], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(printed).toContain('10.3.0.5');
      if (name.includes('-icmp-')) expect(printed.trim().split('\n')).toHaveLength(4);
      else expect(printed).toMatch(/SYN, ACK/);
    }
    rmSync(capturesPath, { recursive: true, force: true });
  }, 30_000);
});
