/**
 * An outbreak of 360,000 hosts by the engine `hosts` under every scan strategy beside the same under uniform scanning, both
 * with the log of infections and their addresses: without honeypots until two hours have passed, and as the seed scenario has
 * it, with 262,144 after 20 minutes. Three strategies stand beside the same algorithm in C too, without honeypots. Each strategy
 * runs in a process of its own. Prints a line of JSON for each.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { randomStreams } from '@wormwood/base';
import { hosts } from '@wormwood/epidemic';
import { compare, compileReference, medianMilliseconds, seedScenario } from './limit/compile.mjs';

const REPEATS = 3;
const streams = randomStreams('1');
const clustered = {
  kind: 'clustered',
  levels: [
    { networkSize: 2 ** 24, networks: 116 },
    { networkSize: 2 ** 16, networks: 20_000 },
  ],
};
const announced = [{ first: 0, size: 2 ** 31 }];
const ring = Array.from({ length: 360_000 }, (_, host) =>
  [1, 2, 5, 4001, 70_001].map((step) => (host + step) % 360_000),
);
const cases = {
  'local preference of Code Red II': [
    {
      kind: 'local',
      levels: [
        { networkSize: 2 ** 16, probability: 3 / 8 },
        { networkSize: 2 ** 24, probability: 1 / 2 },
      ],
    },
    clustered,
  ],
  routable: [
    { kind: 'routable', ranges: announced },
    { kind: 'ranges', ranges: announced },
  ],
  'coverage hole': [{ kind: 'coverage-hole', reached: 0.9 }],
  lists: [{ kind: 'lists', lists: [{ first: 0, size: 2 ** 31, probability: 0.5 }] }],
  sequential: [{ kind: 'sequential', nearProbability: 0.4 }],
  permutation: [{ kind: 'permutation', giveUpAfter: 3, partitioned: false }],
  'partitioned permutation': [{ kind: 'permutation', giveUpAfter: 3, partitioned: true }],
  'short cycles': [{ kind: 'short-cycles', cycles: [0.5, 0.25, 0.1] }],
  hitlist: [{ kind: 'hitlist', size: 10_000, vulnerableFraction: 1, then: { kind: 'uniform' } }],
  topological: [{ kind: 'topological', neighbors: ring }],
};

/** The references in C and their arguments. */
const references = {
  'local preference of Code Red II': ['local'],
  sequential: ['walk', 'sequential'],
  permutation: ['walk', 'permutation'],
};

/** Our run without honeypots beside that of the reference in C. */
function measureLimit(strategy, ours) {
  if (references[strategy] === undefined) return;
  const [name, ...options] = references[strategy];
  const inC = compileReference(name);
  const reference = inC && (() => inC(REPEATS, ...options).medianMilliseconds);
  const figures = compare({ rounds: 5, ours, reference });
  console.log(
    JSON.stringify({
      benchmark: 'strategies',
      strategy,
      honeypots: 'none',
      reference: 'C, the same',
      ...figures,
    }),
  );
}

function timed(outbreak) {
  let replicate = 0;
  const reasons = hosts.unsupported(outbreak);
  if (reasons.length > 0) throw new Error(reasons.join(' '));
  const control = { shouldStop: () => false, progress: () => {}, keepInfections: true };
  return () =>
    medianMilliseconds(REPEATS, () => hosts.run(outbreak, { streams, replicate: replicate++ }, control));
}

function measure(strategy) {
  const [scan, placement] = cases[strategy];
  const seed = seedScenario(1);
  const bare = { ...seed, honeypots: [], durationSeconds: 7200, sampleSeconds: 60 };
  for (const [honeypots, plain] of Object.entries({ none: bare, '262,144 after 20 min': seed })) {
    // A host that knows five others needs no search, and no honeypot sees it.
    const isSearching = scan.kind !== 'topological';
    if (!isSearching && plain.honeypots.length > 0) continue;
    const population = { ...plain.population, ...(placement && { placement }) };
    const scanRatePerSecond = isSearching ? plain.worm.scanRatePerSecond : 0.01;
    const outbreak = { ...plain, population, worm: { scanRatePerSecond, strategy: scan } };
    if (honeypots === 'none') measureLimit(strategy, timed(outbreak));
    const figures = compare({ rounds: 5, ours: timed(outbreak), reference: timed(plain) });
    console.log(
      JSON.stringify({ benchmark: 'strategies', strategy, honeypots, reference: 'uniform', ...figures }),
    );
  }
}

const [asked] = process.argv.slice(2);
if (asked !== undefined) measure(asked);
else {
  for (const strategy of Object.keys(cases)) {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), strategy], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}
