// A kernel client behind a path that loses packets: a virtual host recovers about as fast as a kernel that loses the same ones. A
// busy machine delays the virtual host, and not the kernel: so it may have three attempts.
import { describe, expect, it } from 'vitest';
import { missingForNamespaces } from '../../apps/sensor/src/namespace-test-support.ts';
import { lossyTransfers, mediansOf } from './lossy-transfer.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const SEEDS = 5;
const missing = missingForNamespaces();

describe.skipIf(missing !== null)(`a lossy path, seed ${SEED}`, () => {
  it(
    'uploads and downloads take no more than half as long again as with the kernel',
    { timeout: 120_000, retry: 2 },
    async () => {
      const seeds = Array.from({ length: SEEDS }, (_, i) => String(BigInt(SEED) + BigInt(i)));
      const rows = await lossyTransfers({ seeds, loss: 0.02, delaySeconds: 0.02 });
      for (const { name, kernelSeconds, virtualSeconds } of mediansOf(rows))
        expect(virtualSeconds, `${name}: ${JSON.stringify(rows)}`).toBeLessThanOrEqual(1.5 * kernelSeconds);
    },
  );
});
