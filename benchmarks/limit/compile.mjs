/** Compiles a C reference for this very machine, and takes turns between it and ours. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Returns a function that runs the compiled reference and returns the object that it prints; null without gcc. */
export function compileReference(name) {
  if (spawnSync('gcc', ['--version']).status !== 0) return null;
  const program = join(mkdtempSync(join(tmpdir(), 'wormwood-')), name);
  const source = join(import.meta.dirname, `${name}.c`);
  execFileSync('gcc', ['-O3', '-march=native', '-o', program, source, '-lm']);
  return (...options) => JSON.parse(execFileSync(program, options.map(String), { encoding: 'utf8' }));
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Median milliseconds of processor time, all threads of this process included, of `repeats` calls. */
export function medianMilliseconds(repeats, body) {
  return median(
    Array.from({ length: repeats }, (_, repeat) => {
      const before = process.cpuUsage();
      body(repeat);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}

/** Ours and the reference in turns; the ratio is the median of those of the rounds, which a busy machine disturbs least. */
export function compare({ rounds, ours, reference }) {
  ours();
  const pairs = Array.from({ length: rounds }, () => [ours(), reference?.() ?? NaN]);
  const round = (value, digits) => (Number.isNaN(value) ? null : Number(value.toFixed(digits)));
  return {
    milliseconds: round(median(pairs.map(([our]) => our)), 3),
    referenceMilliseconds: round(median(pairs.map(([, its]) => its)), 3),
    ratio: round(median(pairs.map(([our, its]) => our / its)), 2),
    bestMilliseconds: round(Math.min(...pairs.map(([our]) => our)), 3),
    bestReferenceMilliseconds: round(Math.min(...pairs.map(([, its]) => its)), 3),
  };
}

/** The seed scenario with honeypots that immunize after `delaySeconds`. */
export function seedScenario(delaySeconds) {
  return {
    addressSpaceSize: 2 ** 32,
    firstAddress: 0,
    population: { vulnerable: 360_000, infected: 150 },
    worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
    honeypots: [
      {
        kind: 'honeypots',
        count: 262_144,
        start: { kind: 'time', timeSeconds: 1200 },
        delaySeconds,
        success: 1,
        placement: 'scattered',
      },
    ],
    durationSeconds: 86_400,
    sampleSeconds: 10,
  };
}
