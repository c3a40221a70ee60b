// A kernel client behind a path that loses packets: a virtual host recovers about as fast as a kernel that loses the same ones.
import { describe, expect, it } from 'vitest';
import { missingForNamespaces } from '../../apps/sensor/src/namespace-test-support.ts';
import { lossyTransfers, ratiosOf } from './lossy-transfer.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20261130';
const SEEDS = 8;
/** The bar, of geometric means; 1.1 with a standard error of 0.1 was seen. */
const RATIO_MAX = 1.5;
const missing = missingForNamespaces();

describe.skipIf(missing !== null)(`a lossy path, seed ${SEED}`, () => {
  it('uploads and downloads take no more than half as long again as with the kernel', async () => {
    const seeds = Array.from({ length: SEEDS }, (_, i) => String(BigInt(SEED) + BigInt(i)));
    const rows = await lossyTransfers({ seeds, loss: 0.02, delaySeconds: 0.02 });
    for (const what of ['upload', 'download'] as const)
      expect(
        Math.exp(ratiosOf(rows, what).mean),
        `${what}: ${JSON.stringify(rows)}; WORMWOOD_SEED=${SEED} npx vitest run conformance/tcp/lossy-transfer.test.ts`,
      ).toBeLessThanOrEqual(RATIO_MAX);
  });
});
