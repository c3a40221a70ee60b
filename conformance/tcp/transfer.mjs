/**
 * Times transfers of a kernel client behind a lossy router, from the kernel and from a virtual host: `node conformance/tcp/transfer.mjs`,
 * as root, after `npm run build`. `--rounds N`, `--pause SECONDS` for the reader that pauses; `--relay SECONDS`: behind a relay with this
 * delay each way that loses the same numbered segments of both. Ends with 1 where the virtual host takes more than 1.5 times as long.
 */
import { parseArgs } from 'node:util';
import { importCompiled } from '../detection/bundle.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    pause: { type: 'string', default: '2' },
    relay: { type: 'string' },
  },
});
process.env.WORMWOOD_CONFORMANCE_TCP = import.meta.dirname;
const { mediansOf, lossyTransfers, timeTransfers } = await importCompiled('index', import.meta.dirname);
const rounds = Number(values.rounds);
const rows =
  values.relay === undefined
    ? await timeTransfers({ rounds, pauseSeconds: Number(values.pause) })
    : mediansOf(
        await lossyTransfers({
          seeds: Array.from({ length: rounds }, (_, i) => String(i + 1)),
          loss: 0.02,
          delaySeconds: Number(values.relay),
          octets: 2_000_000,
        }),
      );
for (const { name, kernelSeconds, virtualSeconds } of rows)
  console.log(
    `${name}: kernel ${kernelSeconds.toFixed(2)} s, virtual host ${virtualSeconds.toFixed(2)} s, ratio ${(virtualSeconds / kernelSeconds).toFixed(2)}`,
  );
process.exit(
  rows.every(({ kernelSeconds, virtualSeconds }) => virtualSeconds <= 1.5 * kernelSeconds) ? 0 : 1,
);
