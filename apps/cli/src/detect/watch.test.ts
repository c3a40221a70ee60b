// `detect watch` as a user calls it: a file that grows, is rotated and cut, a watcher that is stopped and killed. The
// program runs as built.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatIp } from '@wormwood/wire';
import { readVerdicts } from '@wormwood/defense';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';
import { NETS, probes } from './event-test-support.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));

/** Starts `detect watch`; `until` resolves once standard output or error matches, `end` sends a signal. */
function startWatching(cwd: string) {
  const child = spawn(process.execPath, [PROGRAM, 'detect', 'watch', '--events', 'events.jsonl', '--json'], {
    cwd,
  });
  const said = { stdout: '', stderr: '' };
  let look = (): void => undefined;
  child.stdout.on('data', (text: Buffer) => {
    said.stdout += text.toString();
    look();
  });
  child.stderr.on('data', (text: Buffer) => {
    said.stderr += text.toString();
    look();
  });
  const until = (pattern: RegExp, stream: keyof typeof said): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (pattern.test(said[stream])) resolve();
      };
      look();
    });
  const end = (signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> =>
    new Promise((resolve) => {
      child.on('close', resolve);
      child.kill(signal);
    });
  return { said, until, end };
}

type Watching = ReturnType<typeof startWatching>;

/** Who is judged, in the order of the verdicts that act. */
function judged({ said }: Watching): readonly string[] {
  const verdicts = readVerdicts(said.stdout);
  if (!verdicts.ok) throw new Error(verdicts.reason);
  return verdicts.value.filter(({ unforgeable }) => unforgeable).map(({ source }) => formatIp(source));
}

function proven(source: string): RegExp {
  return new RegExp(`"source":"${source.replaceAll('.', String.raw`\.`)}".*"unforgeable":true.*\\n`);
}

const FIRST = '203.0.113.1';
const SECOND = '203.0.113.2';
const THIRD = '203.0.113.3';

describe('watch', () => {
  it('begins at the end, judges what is added, follows a rotation, and ends with Ctrl-C', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const path = join(cwd, 'events.jsonl');
      writeFileSync(path, NETS + probes(1, 30, FIRST));
      const watching = startWatching(cwd);
      await watching.until(/Watching/, 'stderr');
      // A line may arrive in two pieces.
      const more = probes(3, 9, SECOND);
      appendFileSync(path, more.slice(0, 100));
      appendFileSync(path, more.slice(100));
      await watching.until(proven(SECOND), 'stdout');
      renameSync(path, `${path}.1`);
      writeFileSync(path, probes(1, 9, THIRD));
      await watching.until(proven(THIRD), 'stdout');
      expect(await watching.end()).toBe(130);
      expect(watching.said.stderr).toContain('84 observations of 2 sources');
      expect(judged(watching)).toEqual([SECOND, THIRD]);
    });
  });

  it('goes on where it stopped, through rotations, and says nothing twice', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const path = join(cwd, 'events.jsonl');
      writeFileSync(path, NETS);
      const before = startWatching(cwd);
      await before.until(/Watching/, 'stderr');
      appendFileSync(path, probes(1, 9, FIRST));
      await before.until(proven(FIRST), 'stdout');
      // The verdict is printed before its end is noted; both take a moment.
      expect(await before.end('SIGTERM')).toBe(130);
      appendFileSync(path, probes(20, 29, SECOND));
      renameSync(path, `${path}.2`);
      writeFileSync(path, NETS + probes(40, 49, THIRD));
      renameSync(path, `${path}.1`);
      writeFileSync(path, NETS);
      const after = startWatching(cwd);
      await after.until(proven(THIRD), 'stdout');
      appendFileSync(path, probes(60, 69, FIRST));
      await after.until(proven(FIRST), 'stdout');
      await after.end();
      expect(judged(after)).toEqual([SECOND, THIRD, FIRST]);
      expect(after.said.stderr).not.toContain('lost');
    });
  });

  it('reads a torn last line again, whole or not, and survives being killed', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const path = join(cwd, 'events.jsonl');
      const events = probes(1, 9, FIRST);
      writeFileSync(path, NETS);
      const before = startWatching(cwd);
      await before.until(/Watching/, 'stderr');
      appendFileSync(path, events + probes(20, 29, SECOND).slice(0, 70));
      await before.until(proven(FIRST), 'stdout');
      await waitForCursor(cwd, NETS.length + events.length);
      await before.end('SIGKILL');
      appendFileSync(path, `${probes(20, 29, SECOND).slice(70)}{"torn`);
      const after = startWatching(cwd);
      await after.until(proven(SECOND), 'stdout');
      renameSync(path, `${path}.1`);
      writeFileSync(path, probes(40, 49, THIRD));
      await after.until(proven(THIRD), 'stdout');
      await after.end();
      expect(judged(after)).toEqual([SECOND, THIRD]);
      // NETS, eight and nine pairs, and the torn line.
      expect(after.said.stderr).toContain('events.jsonl:104: This line is not a JSON object.');
    });
  });

  it('knows a file that was cut after it was copied, and one that took its place', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const path = join(cwd, 'events.jsonl');
      writeFileSync(path, NETS);
      const before = startWatching(cwd);
      await before.until(/Watching/, 'stderr');
      await before.end();
      appendFileSync(path, probes(1, 9, FIRST));
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
      appendFileSync(path, `${NETS.replace(':00.', ':59.')}${probes(20, 29, SECOND)}`);
      const after = startWatching(cwd);
      await after.until(proven(SECOND), 'stdout');
      await after.end();
      expect(judged(after)).toEqual([FIRST, SECOND]);
      rmSync(path);
      rmSync(`${path}.1`);
      writeFileSync(path, `${NETS.replace(':00.', ':58.')}${probes(40, 49, THIRD)}`);
      const last = startWatching(cwd);
      await last.until(proven(THIRD), 'stdout');
      await last.end();
      expect(last.said.stderr).toContain(
        'The file that was read last is gone: events.jsonl is read from its start, what came between is lost.',
      );
    });
  });

  it.each([
    [
      '{',
      3,
      'events.jsonl.cursor is not a cursor of `detect watch`; delete it to begin at the end of the events.',
    ],
    [
      '{"v":1,"device":"1","inode":"1","firstLine":"","offset":-1,"lines":0}',
      3,
      'is not a cursor of `detect watch`',
    ],
    [null, 1, 'Cannot write nowhere/cursor: no such file or directory. Name another place: --cursor FILE.'],
  ])('refuses a cursor that is none: %j', async (cursor, code, sentence) => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'events.jsonl'), NETS);
      if (cursor !== null) writeFileSync(join(cwd, 'events.jsonl.cursor'), cursor);
      const place = cursor === null ? ['--cursor', 'nowhere/cursor'] : [];
      const ended = await wormwood(['detect', 'watch', '--events', 'events.jsonl', ...place], { cwd });
      expect(ended.stderr).toContain(sentence);
      expect(ended.code).toBe(code);
    });
  });
});

async function waitForCursor(cwd: string, offset: number): Promise<void> {
  while (!readFileSync(join(cwd, 'events.jsonl.cursor'), 'utf8').includes(`"offset":${offset},`)) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
