// `net addresses` as users and programs see it: what it prints is a configuration that the honeynet takes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wormwood } from '../spawn-test-support.ts';

const PREFIX = '2001:db8:1::/64';

it('net addresses prints addresses on standard output and what they cover on standard error', async () => {
  const { code, stdout, stderr } = await wormwood(['net', 'addresses', PREFIX, '--count', '12']);
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(12);
  expect(stdout.split('\n')[0]).toBe('2001:db8:1::1');
  expect(stderr).toMatch(/small numbers, ::1 to ::ff +│ +\d+ │/);
});

it('net addresses --bind prints lines that net check takes', async () => {
  const { stdout } = await wormwood([
    'net',
    'addresses',
    PREFIX,
    '--count',
    '30',
    '--ipv4',
    '192.0.2.0/28',
    '--bind',
    'web',
  ]);
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-addresses-'));
  try {
    const path = join(directory, 'honeyd.conf');
    writeFileSync(path, `create web\nadd web tcp port 80 open\n${stdout}`);
    const check = await wormwood(['net', 'check', path, '--json']);
    expect(check.code).toBe(0);
    const explained = await wormwood(['net', 'explain', path, '2001:db8:1::c000:201', '--port', '80']);
    expect(explained.stdout).toContain('"web"');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('net addresses --json is one object, the same for the same seed', async () => {
  const ask = async (): Promise<string> =>
    (await wormwood(['net', 'addresses', PREFIX, '--count', '100', '--seed', '5', '--json'])).stdout;
  const first = await ask();
  expect(JSON.parse(first)).toMatchObject({
    prefix: PREFIX,
    addresses: expect.arrayContaining([{ address: '2001:db8:1::443', pattern: 'service-port' }]),
  });
  expect(await ask()).toBe(first);
});

it.each([
  [['10.0.0.0/8'], /IPv6 address/],
  [[PREFIX, '--count', '0'], /from 1 to/],
  [[PREFIX, '--ipv4', '2001:db8::/64'], /--ipv4/],
  [[PREFIX, '--bind', 'two words'], /letters, digits/],
])('net addresses %j is refused in a sentence', async (words, reason) => {
  const { code, stderr } = await wormwood(['net', 'addresses', ...words]);
  expect(code).toBe(2);
  expect(stderr).toMatch(reason);
});
