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

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 5);
const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' }, honeydMicroseconds: 4.7 },
  { name: 'SYN to RST', load: { mode: 'syn', port: 81 }, honeydMicroseconds: 5.3 },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' }, honeydMicroseconds: 7.2 },
  { name: 'connect and close', load: { mode: 'close' }, honeydMicroseconds: 12.9 },
];

requireNamespaces();

/** All loads once, each after a second to warm up. */
async function measure(start) {
  const pair = makePair();
  const server = await start(pair);
  try {
    return LOADS.map(({ load }) => {
      runLoad(pair, { ...load, seconds: 1 }, server.pid);
      return runLoad(pair, load, server.pid);
    });
  } finally {
    await server.stop();
    pair.remove();
  }
}

/** Rounds of both in turns: what else the machine does disturbs them alike. */
const rounds = [];
for (let i = 0; i < ROUNDS; i++) {
  rounds.push({
    kernel: await measure(startKernel),
    daemon: await measure((pair) => startDaemon(pair, honeydConfiguration(['10.3.0.5']))),
  });
}

/** The middle of all rounds. */
function seen(who, load) {
  const middle = (name) => median(rounds.map((round) => round[who][load][name]));
  return { rate: middle('rate'), microseconds: middle('microseconds'), repeated: middle('repeated') };
}

LOADS.forEach(({ name, honeydMicroseconds }, i) => {
  const kernel = seen('kernel', i);
  const daemon = seen('daemon', i);
  console.log(
    JSON.stringify({
      benchmark: `honeynet: ${name}`,
      reference: 'the Linux kernel',
      repliesPerSecond: daemon.rate,
      referenceRepliesPerSecond: kernel.rate,
      ratio: Number((daemon.rate / kernel.rate).toFixed(2)),
      microsecondsPerReply: daemon.microseconds,
      honeydMicroseconds,
      microsecondsRatio: Number((daemon.microseconds / honeydMicroseconds).toFixed(2)),
      repeated: daemon.repeated,
      referenceRepeated: kernel.repeated,
    }),
  );
});
