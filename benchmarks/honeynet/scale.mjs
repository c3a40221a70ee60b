/**
 * What many addresses cost: 65,536 bound hosts and a bound /8 against one bound host, in answers a second and processor
 * time; the memory of 65,536 idle hosts over the empty daemon; the memory of open connections. Prints lines of JSON.
 */
import { median } from '../limit/compile.mjs';
import {
  honeydConfiguration,
  makePair,
  requireNamespaces,
  residentBytes,
  runLoad,
  startDaemon,
  wholeSixteen,
} from './pair.mjs';

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 3);
/** So many that what any load makes the process grow by is little for each. */
const HELD = 60_000;
const HONEYD_RATIO = 0.67;

requireNamespaces();

/** Calls `body` with the process id of a daemon and the pair. */
async function withDaemon(configuration, options, body) {
  const pair = makePair();
  const daemon = await startDaemon(pair, configuration, options);
  try {
    return await body(daemon.pid, pair);
  } finally {
    await daemon.stop();
    pair.remove();
  }
}

const idle = (pid) => new Promise((resolve) => setTimeout(() => resolve(residentBytes(pid)), 1000));

function rates(load) {
  return async (pid, pair) => {
    runLoad(pair, load, pid);
    const runs = Array.from({ length: ROUNDS }, () => runLoad(pair, load, pid));
    return {
      rate: median(runs.map(({ rate }) => rate)),
      microseconds: median(runs.map(({ microseconds }) => microseconds)),
    };
  };
}

const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' } },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' } },
];
for (const { name, load } of LOADS) {
  const one = await withDaemon(honeydConfiguration(['10.3.0.5']), [], rates(load));
  const spread = { ...load, first: '10.3.0.0', addresses: 65_536 };
  const many = await withDaemon(honeydConfiguration(wholeSixteen()), [], rates(spread));
  const wide = { ...load, first: '10.0.0.0', addresses: 2 ** 24 };
  const whole = await withDaemon(honeydConfiguration([]), ['--net', '10.0.0.0/8'], rates(wide));
  const spreads = [
    { bound: '65,536 hosts', seen: many },
    { bound: 'a /8', seen: whole },
  ];
  for (const { bound, seen } of spreads) {
    console.log(
      JSON.stringify({
        benchmark: `honeynet: ${name}, ${bound} bound against one`,
        repliesPerSecond: seen.rate,
        referenceRepliesPerSecond: one.rate,
        ratio: Number((seen.rate / one.rate).toFixed(2)),
        microsecondsPerReply: seen.microseconds,
        referenceMicrosecondsPerReply: one.microseconds,
        honeydRatio: HONEYD_RATIO,
      }),
    );
  }
}

const empty = await withDaemon(honeydConfiguration([]), [], idle);
const full = await withDaemon(honeydConfiguration(wholeSixteen()), [], idle);
console.log(
  JSON.stringify({
    benchmark: 'honeynet: memory of 65,536 idle hosts',
    megabytes: Number(((full - empty) / 1e6).toFixed(1)),
    honeydMegabytes: 127,
    emptyDaemonMegabytes: Number((empty / 1e6).toFixed(1)),
  }),
);

const perConnection = await withDaemon(honeydConfiguration(['10.3.0.5']), [], async (pid, pair) => {
  const hold = (clients) => runLoad(pair, { mode: 'hold', clients, seconds: 8 }, pid);
  hold(1000);
  const before = await idle(pid);
  hold(HELD);
  return ((await idle(pid)) - before) / HELD;
});
console.log(
  JSON.stringify({
    benchmark: 'honeynet: memory of an open connection',
    bytes: Math.round(perConnection),
    honeydBytes: 603,
  }),
);
