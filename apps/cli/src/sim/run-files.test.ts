// What `sim run --out` writes, where it cannot, and when the disk is full.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnsembleSummary, SingleSummary } from '@wormwood/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { type Ended, inTemporaryDirectory } from '../spawn-test-support.ts';
import { SMALL } from './run-test-support.ts';

describe('--out', () => {
  let directory = '';
  let ended: Ended;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'wormwood-cli-'));
    const args = ['sim', 'run', '-', '--engine', 'hosts', '--json', '--out', 'a/b'];
    ended = await wormwoodInProcess(args, { input: SMALL, cwd: directory });
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const written = (name: string): string => join(directory, 'a', 'b', name);

  it('writes result, series, figures and report of a run with its infections', () => {
    expect(ended.code).toBe(0);
    expect(readdirSync(written('.')).sort()).toEqual([
      'address-map.png',
      'address-map.svg',
      'design-map.png',
      'design-map.svg',
      'infections.csv',
      'infections.parquet',
      'manifest.json',
      'report.html',
      'result.json',
      'runs.csv',
      'runs.parquet',
      'series.csv',
      'series.parquet',
      'small-trajectory.png',
      'small-trajectory.svg',
    ]);
    expect(readFileSync(written('result.json'), 'utf8')).toBe(ended.stdout);
    const { summary } = JSON.parse(ended.stdout) as { summary: SingleSummary };
    const infections = readFileSync(written('infections.csv'), 'utf8').trim().split('\r\n');
    expect(infections[0]).toBe('host,address,infector,time_s');
    expect(infections.length - 1).toBe(summary.everInfected);
    expect(infections[1]).toMatch(/^\d+,0\.0\.\d+\.\d+,-1,0$/);
    expect(readFileSync(written('series.csv'), 'utf8').trim().split('\r\n')).toHaveLength(62);
  });

  it('Parquet holds what CSV holds', async () => {
    const rows = await parquetRows(written('infections.parquet'));
    const csv = readFileSync(written('infections.csv'), 'utf8').trim().split('\r\n').slice(1);
    expect(rows.map(({ host, infector, time_s: time }) => [host, infector, time].join())).toEqual(
      csv.map((line) => line.split(',').toSpliced(1, 1).join()),
    );
    const series = await parquetRows(written('series.parquet'));
    expect(series).toHaveLength(61);
    expect(series[0]).toMatchObject({ time_s: 0, infected_hosts: 20, susceptible_hosts: 1980 });
  });

  it('has a row for each run of an ensemble, which the seed and the replicate name', async () => {
    await inTemporaryDirectory(async (home) => {
      const args = ['sim', 'run', '-', '--runs', '40', '--seed', '9', '--json', '--out', 'many'];
      const { stdout } = await wormwoodInProcess(args, { input: SMALL, cwd: home });
      const { engine, summary } = JSON.parse(stdout) as { engine: string; summary: EnsembleSummary };
      expect(engine).toBe('hosts');
      const csv = readFileSync(join(home, 'many', 'runs.csv'), 'utf8')
        .trim()
        .split('\r\n');
      const [header = [], ...rows] = csv.map((line) => line.split(','));
      expect(rows.map(([seed, replicate]) => [seed, Number(replicate)])).toEqual(
        Array.from({ length: 40 }, (_, replicate) => ['9', replicate]),
      );
      const column = (name: string): readonly string[] => rows.map((row) => row[header.indexOf(name)]!);
      const ever = column('ever_infected_hosts').map(Number);
      expect(ever.reduce((sum, count) => sum + count, 0) / 40).toBeCloseTo(summary.everInfected.mean!, 9);
      const reached = column('time_to_0.5_ever_infected_s').filter((field) => field !== '');
      expect(reached.length / 40).toBe(summary.timeToProbability['0.5']);
      const parquet = await parquetRows(join(home, 'many', 'runs.parquet'));
      expect(parquet.map((row) => header.map((name) => `${(row[name] ?? '') as string | number}`))).toEqual(
        rows,
      );
    });
  });

  it('refuses a file and a directory that cannot be written to, before it runs', async () => {
    await inTemporaryDirectory(async (home) => {
      writeFileSync(join(home, 'file'), 'mine');
      const refused = await wormwoodInProcess(['sim', 'run', '-', '--out', 'file'], {
        input: SMALL,
        cwd: home,
      });
      expect(refused.stderr).toBe('wormwood: --out file is a file; name a directory.\n');
      expect([refused.code, refused.stdout]).toEqual([2, '']);
      expect(readFileSync(join(home, 'file'), 'utf8')).toBe('mine');
      const below = await wormwoodInProcess(['sim', 'run', '-', '--out', 'file/x'], {
        input: SMALL,
        cwd: home,
      });
      expect(below.stderr).toMatch(/^wormwood: Cannot write into file\/x: [^\n]+\n$/);
      expect([below.code, below.stdout]).toEqual([1, '']);
      // Root may write everywhere but where nobody can.
      const sys = await wormwoodInProcess(['sim', 'run', '-', '--out', '/proc/wormwood'], { input: SMALL });
      expect(sys.stderr).toMatch(/^wormwood: Cannot write into \/proc\/wormwood: [^\n]+\n$/);
      expect(sys.code).toBe(1);
    });
  });
});

describe('a full disk', () => {
  const canMount = isPossible('unshare', ['-rm', 'true']);

  it('is reported in a sentence and leaves nothing', () => {
    if (!canMount) {
      expect(process.env['WORMWOOD_REQUIRE_ALL'], 'no user namespaces').toBeUndefined();
      console.log('not checked: no user namespaces to mount a small disk in');
      return;
    }
    const program = new URL('../../bin/wormwood.js', import.meta.url).pathname;
    const script = `mount -t tmpfs -o size=64k none /mnt && cd /mnt &&
      "${process.execPath}" "${program}" sim run provos-2004-no-honeypots --json --out results >/dev/null
      echo "code $?"; find /mnt -type f`;
    const reported = execFileSync('unshare', ['-rm', 'bash', '-c', `{ ${script}; } 2>&1`], {
      encoding: 'utf8',
    });
    expect(reported).toMatch(
      /^wormwood: Cannot write \/mnt\/results\/[a-z.]+: the disk is full\.[^\n]+\ncode 1\n$/,
    );
  });
});

function isPossible(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function parquetRows(path: string): Promise<Record<string, unknown>[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file });
}
