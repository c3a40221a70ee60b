// The examples of docs/study.md that share a sweep out: the Makefile is made, the scripts of Slurm and Kubernetes run once a part.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

// Each example starts several programs.
vi.setConfig({ testTimeout: 240_000 });

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const manual = readFileSync(join(root, 'docs/study.md'), 'utf8');
const SMALL = `
version: 1
name: small
duration: 5min
space: 2^16
population: { vulnerable: 500, infected: 5 }
worm: { scanRate: 2/s }
defenses: [{ kind: honeypots, count: 100, start: 1min }]
`;

/** Returns the example in the manual that is of this language and holds `mark`, with fewer cells and parts. */
function example(language: string, mark: string): string {
  const blocks = [...manual.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const found = blocks.find(([, name, text]) => name === language && (text ?? '').includes(mark));
  expect(found, `${language} with ${mark}`).toBeDefined();
  return (found?.[2] ?? '').replaceAll('1..1000/1', '100..120/10');
}

/** A directory with the scenario, and `wormwood` in the path. */
function inWorkshop(
  body: (directory: string, run: (file: string, args: readonly string[], env?: object) => void) => void,
): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    writeFileSync(join(directory, 'mine.yaml'), SMALL);
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    const program = join(bin, 'wormwood');
    writeFileSync(
      program,
      `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'apps/cli/bin/wormwood.js')}" "$@"\n`,
    );
    chmodSync(program, 0o755);
    const PATH = [bin, process.env['PATH']].join(delimiter);
    body(directory, (file, args, env = {}) => {
      execFileSync(file, args, { cwd: directory, env: { ...process.env, PATH, ...env }, stdio: 'pipe' });
    });
  });
}

const cellsIn = (directory: string): number =>
  readdirSync(directory)
    .filter((name) => name.startsWith('part'))
    .reduce(
      (sum, name) =>
        sum +
        readFileSync(join(directory, name, 'cells.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .filter(Boolean).length,
      0,
    );

it('make computes the parts and puts them together', () =>
  inWorkshop((directory, run) => {
    writeFileSync(
      join(directory, 'Makefile'),
      example('make', '--shard').replace('1 2 3 4 5 6 7 8', '1 2').replace('$*/8', '$*/2'),
    );
    run('make', ['-j2']);
    run('wormwood', [
      'sim',
      'sweep',
      'mine.yaml',
      '--vary',
      'defenses.0.count=100..120/10',
      '--out',
      'alone',
    ]);
    expect(cellsIn(directory)).toBe(3);
    const csv = (name: string): string => readFileSync(join(directory, name, 'sweep.csv'), 'utf8');
    expect(csv('whole')).toBe(csv('alone'));
  }));

it('the script for Slurm computes the part of its index', () =>
  inWorkshop((directory, run) => {
    writeFileSync(join(directory, 'job.sh'), example('sh', '#SBATCH').replace('/8"', '/2"'));
    run('sh', ['-n', 'job.sh']);
    for (const index of ['1', '2'])
      run('sh', ['job.sh'], { SLURM_ARRAY_TASK_ID: index, SLURM_CPUS_PER_TASK: '1' });
    expect(cellsIn(directory)).toBe(3);
  }));

it('the job for Kubernetes is YAML whose command computes the part of its index', () =>
  inWorkshop((directory, run) => {
    const job = parse(example('yaml', 'completionMode')) as {
      readonly kind: string;
      readonly spec: {
        readonly completions: number;
        readonly template: {
          readonly spec: {
            readonly containers: readonly { readonly command: string[]; readonly args: string[] }[];
          };
        };
      };
    };
    const [container] = job.spec.template.spec.containers;
    expect([job.kind, job.spec.completions, container?.args.length]).toEqual(['Job', 8, 1]);
    const [shell = '', ...flags] = container?.command ?? [];
    const command = (container?.args[0] ?? '').replace('/8 ', '/2 ');
    for (const index of ['0', '1']) run(shell, [...flags, command], { JOB_COMPLETION_INDEX: index });
    expect(cellsIn(directory)).toBe(3);
  }));
