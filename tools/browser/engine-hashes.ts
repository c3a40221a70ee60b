/**
 * Runs every engine on one small outbreak and returns a hash of each trajectory. The same module runs in Node and, bundled,
 * in a browser; the test beside it compares.
 */
import { randomStreams } from '@wormwood/base';
import { engineNamed, type EngineName, type Outbreak, trajectoryHash } from '@wormwood/epidemic';

const outbreak: Outbreak = {
  addressSpaceSize: 2 ** 20,
  firstAddress: 0x0a000000,
  population: { vulnerable: 4000, infected: 10 },
  worm: { scanRatePerSecond: 5, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: 3000,
      start: { kind: 'contacts', contacts: 50, prepareSeconds: 60 },
      delaySeconds: 2,
      success: 0.9,
      placement: 'scattered',
    },
  ],
  durationSeconds: 3600,
  sampleSeconds: 10,
};

const names: readonly EngineName[] = ['ode', 'stochastic', 'hosts', 'probes'];

/** Returns `engine hash` lines, three replicates an engine. */
export function engineHashes(): readonly string[] {
  const streams = randomStreams('2004');
  return names.flatMap((name) =>
    [0, 1, 2].map(
      (replicate) => `${name} ${trajectoryHash(engineNamed(name).run(outbreak, { streams, replicate }))}`,
    ),
  );
}
