// Files that are none, or have no end, wherever a file is read.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegularFile, readRegularText } from './read-file.ts';
import { readHoneynet } from './read-honeynet.ts';
import { readSynFingerprints } from './syn-fingerprints.ts';

let directory: string;
const at = (name: string): string => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'wormwood-files-'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', at('pipe')]);
  symlinkSync('/dev/zero', at('link'));
  writeFileSync(at('small'), 'words');
  writeFileSync(at('large'), '');
  truncateSync(at('large'), 2 ** 30);
  writeFileSync(at('binary'), Uint8Array.of(0xff, 0xfe, 0x00));
  writeFileSync(at('shadow'), 'root:$6$secret:19000:0:99999:7:::\nuser:hush');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a file', () => {
  it('is read up to its bound and no further', () => {
    expect(readRegularText(at('small'), 5)).toBe('words');
    expect(() => readRegularText(at('small'), 4)).toThrow('it is larger than 4 bytes');
    expect(() => readRegularText(at('binary'), 10, true)).toThrow('it is not UTF-8 text');
  });

  it('of /proc is read though it has no size', () => {
    expect(readRegularText('/proc/self/status', 1 << 20)).toContain('Name:');
    expect(() => readRegularFile('/proc/kallsyms', 1000)).toThrow('it is larger than 1000 bytes');
  });
});

describe.each(['pipe', 'link', 'large', '.'])('%s', (name) => {
  const reason = {
    pipe: /not a regular file/,
    link: /not a regular file/,
    large: /larger than/,
    '.': /directory/,
  }[name]!;

  it('is refused as a configuration', () => {
    expect(() => readHoneynet(at(name))).toThrow(reason);
  });

  it('is refused as fingerprints', () => {
    expect(() => readSynFingerprints(at(name))).toThrow(reason);
  });

  it('is refused as an include, in a diagnostic', () => {
    writeFileSync(at('main.conf'), `include "${at(name)}"`);
    const { honeynet, diagnostics } = readHoneynet(at('main.conf'));
    expect(honeynet).toBeNull();
    expect(diagnostics[0]!.message).toMatch(reason);
  });
});

it('no text of an included file is shown', () => {
  writeFileSync(at('main.conf'), `include "${at('shadow')}"`);
  const { honeynet, diagnostics, text } = readHoneynet(at('main.conf'));
  expect(honeynet).toBeNull();
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(JSON.stringify([diagnostics, text])).not.toMatch(/root|secret|hush|19000/);
});

it('included files are bounded together', () => {
  writeFileSync(at('half'), ' '.repeat(2 ** 25));
  writeFileSync(at('main.conf'), `include "${at('half')}"\n`.repeat(3));
  expect(readHoneynet(at('main.conf')).diagnostics.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/all files together are larger than 64 MiB/),
  );
});
