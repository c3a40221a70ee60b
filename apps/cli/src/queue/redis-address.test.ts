import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inTemporaryDirectory } from '../spawn-test-support.ts';
import { redisAddress } from './redis-address.ts';

const SECRET = 'redis://worker:wormwood-secret@queue.example:6390/2';

it.each([
  ['redis://queue.example', 'redis://queue.example'],
  ['rediss://queue.example:6390/2', 'rediss://queue.example:6390/2'],
  ['redis://worker@[2001:db8::1]:6390/', 'redis://[2001:db8::1]:6390'],
])('%s is shown as %s', (text, shown) => {
  expect(redisAddress(text).shown).toBe(shown);
});

it('takes a password from a variable and from a file that only its owner reads, and shows none', () =>
  inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'url');
    writeFileSync(path, `${SECRET}\n`, { mode: 0o600 });
    for (const address of [redisAddress('env:QUEUE', { QUEUE: SECRET }), redisAddress(`file:${path}`)]) {
      expect(address).toEqual({ url: SECRET, shown: 'redis://queue.example:6390/2' });
    }
    chmodSync(path, 0o644);
    expect(() => redisAddress(`file:${path}`)).toThrow(`chmod 600 ${path}`);
  }));

it.each([
  [SECRET, 'Every user of this machine can read a password on the command line'],
  ['http://queue.example', '--on holds no address of Redis'],
  ['redis://worker:wormwood-secret@queue.example:port', '--on holds no address of Redis'],
  ['redis://queue.example/two', 'env:NAME'],
  ['env:QUEUE', 'The variable QUEUE is not set'],
  ['env:WRONG', 'the variable WRONG holds no address of Redis'],
  ['file:/nowhere/at/all', 'Cannot read /nowhere/at/all'],
])('%s is refused in a sentence without the password', (text, sentence) => {
  let message = '';
  try {
    redisAddress(text, { WRONG: 'wormwood-secret' });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(sentence);
  expect(message).not.toContain('wormwood-secret');
});
