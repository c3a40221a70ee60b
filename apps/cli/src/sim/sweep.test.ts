// `sim sweep`: whole, in parts, ended in the middle; the files are the same.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, vi } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

// Each case computes several sweeps, with their figures.
vi.setConfig({ testTimeout: 240_000 });

const SMALL = `
version: 1
name: small
duration: 30min
space: 2^16
population: { vulnerable: 2000, infected: 5 }
worm: { scanRate: 2/s }
defenses:
  - { kind: honeypots, count: 100, start: 2min, delay: 1s }
`;
const VARY = ['--vary', 'defenses.0.count=100..6400*4', '--vary', 'defenses.0.start=1min,5min'];
const program = fileURLToPath(new URL('../../bin/wormwood.js', import.meta.url));
/** How many sweeps are ended in the middle; WORMWOOD_LONG=1 ends twenty. */
const KILLS = process.env['WORMWOOD_LONG'] === '1' ? 20 : 3;

function contents(directory: string): Readonly<Record<string, string>> {
  const names = readdirSync(directory).filter((name) => name.startsWith('sweep.'));
  return Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );
}

async function sweep(args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const ended = await wormwoodInProcess(['sim', 'sweep', '-', ...args], { input: SMALL });
  expect(ended.stderr).not.toMatch(/error/i);
  expect(ended.code).toBe(0);
  return ended;
}

describe('sim sweep', () => {
  it('prints a cell for each point of the grid, in its order, with the figures of sim run', async () => {
    const { stdout } = await sweep([...VARY, '--json']);
    const { cells, engine } = JSON.parse(stdout) as {
      cells: { values: Record<string, unknown>; runs: number; summary: Record<string, number> }[];
      engine: string;
    };
    expect(engine).toBe('ode');
    expect(cells.map(({ values }) => Object.values(values))).toEqual([
      [100, '1min'],
      [100, '5min'],
      [400, '1min'],
      [400, '5min'],
      [1600, '1min'],
      [1600, '5min'],
      [6400, '1min'],
      [6400, '5min'],
    ]);
    const scenario = SMALL.replace('count: 100', 'count: 1600').replace('start: 2min', 'start: 5min');
    const run = await wormwoodInProcess(['sim', 'run', '-', '--engine', 'ode', '--json'], {
      input: scenario,
    });
    expect(cells[5]?.summary).toEqual((JSON.parse(run.stdout) as { summary: object }).summary);
  });

  it('writes the same files whole, in parts put together, and by any number of workers', () =>
    inTemporaryDirectory(async (directory) => {
      const at = (name: string): string => join(directory, name);
      const random = [...VARY, '--engine', 'hosts', '--runs', '5', '-q'];
      await sweep([...random, '--workers', '1', '--out', at('whole')]);
      await sweep([...random, '--workers', '2', '--out', at('two')]);
      for (const part of ['1/3', '2/3', '3/3']) {
        await sweep([...random, '--shard', part, '--out', at(`part${part[0]}`)]);
      }
      expect(readdirSync(at('part1')).toSorted()).toEqual(['cells.jsonl', 'manifest.json', 'sweep.json']);
      const parts = ['part1', 'part2', 'part3'].map(at);
      const together = await sweep([...random.slice(0, -1), '--out', at('together'), '--reuse', ...parts]);
      expect(together.stderr).toContain('8 of 8 cells were there already.');
      expect(contents(at('two'))).toEqual(contents(at('whole')));
      expect(contents(at('together'))).toEqual(contents(at('whole')));
      expect(Object.keys(contents(at('whole')))).toEqual([
        'sweep.csv',
        'sweep.json',
        'sweep.parquet',
        'sweep.png',
        'sweep.svg',
      ]);
      const rows = await readParquet(join(at('whole'), 'sweep.parquet'));
      const csv = readFileSync(join(at('whole'), 'sweep.csv'), 'utf8')
        .trim()
        .split('\r\n');
      expect(rows).toHaveLength(csv.length - 1);
      expect(Object.keys(rows[0] ?? {})).toEqual(csv[0]?.split(','));
      expect(String(rows[3]?.['ever_infected_hosts'])).toBe(
        csv[4]?.split(',')[csv[0]?.split(',').indexOf('ever_infected_hosts') ?? 0],
      );
    }));

  it('goes on after a damaged line, a torn last line and a kill at any moment', () =>
    inTemporaryDirectory(async (directory) => {
      const args = ['--vary', 'defenses.0.count=100..3000/100', '--engine', 'hosts', '--runs', '20'];
      const whole = join(directory, 'whole');
      await sweep([...args, '-q', '--out', whole]);
      const expected = contents(whole);
      for (let kill = 0; kill < KILLS; kill++) {
        const out = join(directory, `killed${kill}`);
        const child = spawn(process.execPath, [program, 'sim', 'sweep', '-', ...args, '-q', '--out', out], {
          stdio: ['pipe', 'ignore', 'ignore'],
        });
        child.stdin.end(SMALL);
        const closed = new Promise((resolve) => child.on('close', resolve));
        const cells = join(out, 'cells.jsonl');
        while (!(existsSync(cells) && statSync(cells).size > 0) && child.exitCode === null) await sleep(5);
        await sleep((kill * 37) % 100);
        child.kill('SIGKILL');
        await closed;
        truncateSync(cells, Math.max(1, statSync(cells).size - 40));
        if (kill === 0) appendFileSync(cells, '\n{"id": 7}\n');
        await sweep([...args, '-q', '--out', out]);
        expect(contents(out)).toEqual(expected);
      }
    }));

  it('computes again what is there when it is forced to', () =>
    inTemporaryDirectory(async (directory) => {
      await sweep([...VARY, '-q', '--out', directory]);
      const before = contents(directory);
      const again = await sweep([...VARY, '--out', directory]);
      expect(again.stderr).toContain('8 of 8 cells were there already.');
      const forced = await sweep([...VARY, '--out', directory, '--force']);
      expect(forced.stderr).not.toContain('there already');
      expect(contents(directory)).toEqual(before);
    }));

  it('reports every mistake of the variations, and of the points, before anything runs', async () => {
    const refused = async (...args: readonly string[]): Promise<readonly [number | null, string]> => {
      const { code, stderr } = await wormwoodInProcess(['sim', 'sweep', '-', ...args], { input: SMALL });
      return [code, stderr];
    };
    const [usage, reasons] = await refused('--vary', 'a=9..1/1', '--vary', 'b=');
    expect(usage).toBe(2);
    expect(reasons).toContain('A range runs upwards; 9 is not below 1.');
    expect(reasons).toContain('A variation is PATH=VALUES');
    const [invalid, message] = await refused('--vary', 'defenses.0.cuont=1,2');
    expect(invalid).toBe(3);
    expect(message).toContain('Did you mean defenses.0.count?');
    const [together, crowded] = await refused('--vary', 'defenses.0.count=100,65000');
    expect(together).toBe(3);
    expect(crowded).toContain('do not fit into an address space of 65536');
    expect((await refused('--vary', 'defenses.0.count=1..9'))[1]).toContain('The grid needs a step');
    expect((await refused('--vary', 'defenses.0.count=1,2', '--shard', '3/2'))[0]).toBe(2);
  });
});

/** Reads a file with DuckDB, which is not a relation of the library that wrote it. */
async function readParquet(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    return (await connection.runAndReadAll(`SELECT * FROM '${path}'`)).getRowObjects();
  } finally {
    connection.closeSync();
  }
}
