import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { program } from './daemon-test-support.ts';
import { type Output, outputOf } from './namespace-test-support.ts';

const CONFIGURATION = `
create server
set server default tcp action reset
set server default udp action reset
add server tcp port 80 open
bind 10.3.0.5 server
`;

function wormwood(...options: readonly string[]): Promise<Output> {
  return outputOf(spawn(process.execPath, [program, ...options]));
}

const place = mkdtempSync(join(tmpdir(), 'wormwood-empty-'));
const EMPTY = join(place, 'honeyd.conf');
writeFileSync(EMPTY, 'create default\n');
afterAll(() => rmSync(place, { recursive: true }));

describe('net up', () => {
  it('shows a honeynet in memory without rights, and ends by itself', async () => {
    const { code, stdout } = await wormwood('net', 'up', '--demo', '--json');
    expect(code).toBe(0);
    const seen = JSON.parse(stdout) as { hosts: { address: string; openPorts: number[] }[]; seconds: number };
    expect(seen.hosts).toContainEqual({ address: '10.3.1.12', answersPing: true, openPorts: [22, 80] });
    expect(seen.hosts.length).toBeGreaterThan(45);
  });

  it('writes events from which the detector convicts the scanner', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wormwood-events-'));
    const [config, events] = [join(directory, 'honeyd.conf'), join(directory, 'events.jsonl')];
    writeFileSync(config, CONFIGURATION.replace('create server', 'create default\ncreate server'));
    await wormwood('net', 'up', config, '--device', 'memory', '--net', '10.3.0.0/24', '--events', events);
    const { code, stdout } = await wormwood('detect', '--events', events, '--json');
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    expect(stdout).toContain('192.0.2.99');
  });

  it.each([
    ['without a honeynet', ['net', 'up'], 2, 'Name a honeynet'],
    ['without a device', ['net', 'up', EMPTY], 2, 'Name a device'],
    ['on an unknown device', ['net', 'up', EMPTY, '--device', 'eth:0'], 2, 'no device eth:0'],
    ['from no file', ['net', 'up', '/nowhere.conf', '--device', 'memory'], 3, 'no such file'],
    ['from no capture', ['net', 'up', EMPTY, '--device', 'pcap:/nowhere.pcap'], 5, 'there is no such file'],
    ['as nobody known', ['net', 'up', EMPTY, '--device', 'tun:x0', '--user', 'nobody-here'], 2, 'no user'],
  ])('%s says what is wrong in one sentence', async (_, options, code, sentence) => {
    const ended = await wormwood(...options);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });
});
