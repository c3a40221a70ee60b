/**
 * Times transfers of a kernel client behind a lossy router, from the kernel and from a virtual host: `node conformance/tcp/transfer.mjs`,
 * as root, after `npm run build`. `--rounds N`, `--pause SECONDS` for the reader that pauses. Ends with 1 where the virtual host takes more
 * than 1.5 times as long.
 */
import { parseArgs } from 'node:util';
import { importCompiled } from '../detection/bundle.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, pause: { type: 'string', default: '2' } },
});
process.env.WORMWOOD_CONFORMANCE_TCP = import.meta.dirname;
const { timeTransfers } = await importCompiled('index', import.meta.dirname);
const rows = await timeTransfers({ rounds: Number(values.rounds), pauseSeconds: Number(values.pause) });
for (const { name, kernelSeconds, virtualSeconds } of rows)
  console.log(
    `${name}: kernel ${kernelSeconds.toFixed(2)} s, virtual host ${virtualSeconds.toFixed(2)} s, ratio ${(virtualSeconds / kernelSeconds).toFixed(2)}`,
  );
process.exit(
  rows.every(({ kernelSeconds, virtualSeconds }) => virtualSeconds <= 1.5 * kernelSeconds) ? 0 : 1,
);
