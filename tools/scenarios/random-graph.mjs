/**
 * Writes a graph for a topological worm to stdout: `node tools/scenarios/random-graph.mjs HOSTS KNOWN SEED`. Each host
 * draws KNOWN/2 others; pairs that repeat or join a host to itself are left out.
 */
import { randomStreams } from '@wormwood/base';

const [hosts, known, seed] = process.argv.slice(2);
const count = Number(hosts);
const stream = randomStreams(seed ?? '1').stream('graph', 0);
const pairs = new Set();
for (let host = 0; host < count; host++) {
  for (let draw = 0; draw < Number(known) / 2; draw++) {
    const other = stream.nextBelow(count);
    if (other !== host) pairs.add(`${Math.min(host, other)},${Math.max(host, other)}`);
  }
}
console.log(
  `# ${hosts} hosts, each of which draws ${Number(known) / 2} others it knows: random-graph.mjs ${hosts} ${known} ${seed}`,
);
for (const pair of pairs) console.log(pair);
