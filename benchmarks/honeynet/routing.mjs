/**
 * What virtual routers cost: answers a second, and the processor time of each, with 0 to 3 routers between the entry of the
 * network and a host, against no topology at all in the same run. Without a word links take 3 ms; here they take 0. Prints a
 * line of JSON for each depth.
 */
import { honeydConfiguration, makePair, requireNamespaces, runLoad, startDaemon } from './pair.mjs';
import { median } from '../limit/compile.mjs';

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 3);
const DEPTHS = [null, 0, 1, 2, 3];
const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' } },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' } },
];

requireNamespaces();

/** The entry router, and behind it so many others, the last of which has the host's network on its link. */
function topology(depth) {
  if (depth === null) return '';
  const router = (number) => `10.3.${200 + number}.1`;
  const lines = [`route entry ${router(0)} network 10.3.0.0/16`];
  for (let number = 0; number < depth; number++) {
    lines.push(`route ${router(number)} add net 10.3.0.0/24 ${router(number + 1)} latency 0ms`);
    lines.push(`route ${router(number)} link ${router(number + 1)}/32`);
  }
  lines.push(`route ${router(depth)} link 10.3.0.0/24`, '');
  return lines.join('\n');
}

async function measure(depth) {
  const pair = makePair();
  const server = await startDaemon(pair, `${honeydConfiguration(['10.3.0.5'])}${topology(depth)}`);
  try {
    return LOADS.map(({ load }) => {
      runLoad(pair, load, server.pid);
      const runs = Array.from({ length: ROUNDS }, () => runLoad(pair, load, server.pid));
      return {
        rate: median(runs.map(({ rate }) => rate)),
        microseconds: median(runs.map(({ microseconds }) => microseconds)),
      };
    });
  } finally {
    await server.stop();
    pair.remove();
  }
}

const figures = [];
for (const depth of DEPTHS) figures.push(await measure(depth));
const [bare] = figures;
DEPTHS.forEach((depth, row) => {
  if (depth === null) return;
  LOADS.forEach(({ name }, load) => {
    const { rate, microseconds } = figures[row][load];
    console.log(
      JSON.stringify({
        benchmark: `honeynet: ${name} behind ${depth} routers and the entry`,
        reference: 'no topology',
        repliesPerSecond: rate,
        referenceRepliesPerSecond: bare[load].rate,
        ratio: Number((rate / bare[load].rate).toFixed(2)),
        microsecondsPerReply: microseconds,
        referenceMicroseconds: bare[load].microseconds,
      }),
    );
  });
});
