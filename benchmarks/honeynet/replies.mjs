/**
 * Answers a second on a veth pair: the daemon on one core and a raw load generator on the other, against the kernel's own
 * stack answering the same load in the same place, and the processor time for each answer against Honeyd's (its figures
 * from the same kind of machine). Prints a line of JSON for each kind of load.
 */
import {
  honeydConfiguration,
  makePair,
  requireNamespaces,
  runLoad,
  startDaemon,
  startKernel,
} from './pair.mjs';
import { median } from '../limit/compile.mjs';

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 3);
const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' }, honeydMicroseconds: 4.7 },
  { name: 'SYN to RST', load: { mode: 'syn', port: 81 }, honeydMicroseconds: 5.3 },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' }, honeydMicroseconds: 7.2 },
  { name: 'connect and close', load: { mode: 'close' }, honeydMicroseconds: 12.9 },
];

requireNamespaces();

/** All loads, each `ROUNDS` times after one to warm up. */
async function measure(start) {
  const pair = makePair();
  const server = await start(pair);
  try {
    return LOADS.map(({ load }) => {
      runLoad(pair, load, server.pid);
      const runs = Array.from({ length: ROUNDS }, () => runLoad(pair, load, server.pid));
      return {
        rate: median(runs.map(({ rate }) => rate)),
        microseconds: median(runs.map(({ microseconds }) => microseconds)),
        repeated: median(runs.map(({ repeated }) => repeated)),
      };
    });
  } finally {
    await server.stop();
    pair.remove();
  }
}

const kernel = await measure(startKernel);
const daemon = await measure((pair) => startDaemon(pair, honeydConfiguration(['10.3.0.5'])));
LOADS.forEach(({ name, honeydMicroseconds }, i) => {
  console.log(
    JSON.stringify({
      benchmark: `honeynet: ${name}`,
      reference: 'the Linux kernel',
      repliesPerSecond: daemon[i].rate,
      referenceRepliesPerSecond: kernel[i].rate,
      ratio: Number((daemon[i].rate / kernel[i].rate).toFixed(2)),
      microsecondsPerReply: daemon[i].microseconds,
      honeydMicroseconds,
      microsecondsRatio: Number((daemon[i].microseconds / honeydMicroseconds).toFixed(2)),
      repeated: daemon[i].repeated,
      referenceRepeated: kernel[i].repeated,
    }),
  );
});
