/**
 * Times transfers of a kernel client behind a lossy router, from the kernel and from a virtual host: `node
 * conformance/tcp/transfer.mjs`, as root, after `npm run build`. `--rounds N`, `--pause SECONDS` for the reader that pauses;
 * `--relay SECONDS`: behind a relay with this delay each way that loses the same numbered segments of both. Ends with 1 where
 * the virtual host takes more than 1.5 times as long, by more than two standard errors.
 */
import { parseArgs } from 'node:util';
import { importCompiled } from '../detection/bundle.mjs';

const RATIO_MAX = 1.5;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    pause: { type: 'string', default: '2' },
    relay: { type: 'string' },
  },
});
process.env.WORMWOOD_CONFORMANCE_TCP = import.meta.dirname;
const { lossyTransfers, ratiosOf, summaryOf, timeTransfers } = await importCompiled(
  'index',
  import.meta.dirname,
);
const rounds = Number(values.rounds);
let isSlow = false;
if (values.relay === undefined) {
  for (const { name, ...seconds } of await timeTransfers({ rounds, pauseSeconds: Number(values.pause) })) {
    const [kernel, virtual] = [summaryOf(seconds.kernel), summaryOf(seconds.virtual)];
    const error = Math.hypot(virtual.standardError, RATIO_MAX * kernel.standardError);
    isSlow ||= virtual.mean > RATIO_MAX * kernel.mean + 2 * error;
    const words = ({ mean, standardError, median }) =>
      `${mean.toFixed(3)} ± ${standardError.toFixed(3)} s (median ${median.toFixed(3)})`;
    const ratio = (virtual.mean / kernel.mean).toFixed(2);
    console.log(`${name}: kernel ${words(kernel)}, virtual host ${words(virtual)}, ratio ${ratio}`);
  }
} else {
  const seeds = Array.from({ length: rounds }, (_, i) => String(i + 1));
  const rows = await lossyTransfers({
    seeds,
    loss: 0.02,
    delaySeconds: Number(values.relay),
    octets: 2_000_000,
  });
  for (const what of ['upload', 'download']) {
    const { mean, standardError } = ratiosOf(rows, what);
    isSlow ||= mean - 2 * standardError > Math.log(RATIO_MAX);
    const [low, high] = [-2, 2].map((errors) => Math.exp(mean + errors * standardError).toFixed(2));
    console.log(`${what}: ratio ${Math.exp(mean).toFixed(2)}, from ${low} to ${high}`);
  }
}
process.exit(isSlow ? 1 : 0);
