/**
 * What many addresses cost: 65,536 bound hosts and a bound /8 against one bound host, in answers a second and processor
 * time; the memory of 65,536 idle hosts over the empty daemon, of 100,000 open connections, and of handshakes that nobody
 * completes, a quarter of a million of them and a million. Prints lines of JSON.
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

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 5);
/** So many that what any load makes the process grow by is little for each. */
const HELD = 100_000;
/** Beyond what the daemon keeps, 65,536: the oldest are evicted. */
const FLOODS = [250_000, 1_000_000];
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

const KINDS = [
  { name: 'one', configuration: honeydConfiguration(['10.3.0.5']), options: [], addresses: {} },
  {
    name: '65,536 hosts',
    configuration: honeydConfiguration(wholeSixteen()),
    options: [],
    addresses: { first: '10.3.0.0', addresses: 65_536 },
  },
  {
    name: 'a /8',
    configuration: honeydConfiguration([]),
    options: ['--net', '10.0.0.0/8'],
    addresses: { first: '10.0.0.0', addresses: 2 ** 24 },
  },
];
const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' } },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' } },
];

/** All loads once on a daemon of a kind, each after a second to warm up. */
function measure({ configuration, options, addresses }) {
  return withDaemon(configuration, options, (pid, pair) =>
    LOADS.map(({ load }) => {
      runLoad(pair, { ...load, ...addresses, seconds: 1 }, pid);
      return runLoad(pair, { ...load, ...addresses }, pid);
    }),
  );
}

/** Rounds of all kinds in turns: what else the machine does disturbs them alike. */
const rounds = [];
for (let i = 0; i < ROUNDS; i++) {
  const round = {};
  for (const kind of KINDS) round[kind.name] = await measure(kind);
  rounds.push(round);
}

LOADS.forEach(({ name: load }, i) => {
  const middle = (kind, figure) => median(rounds.map((round) => round[kind][i][figure]));
  for (const { name } of KINDS.slice(1)) {
    console.log(
      JSON.stringify({
        benchmark: `honeynet: ${load}, ${name} bound against one`,
        repliesPerSecond: middle(name, 'rate'),
        referenceRepliesPerSecond: middle('one', 'rate'),
        ratio: Number((middle(name, 'rate') / middle('one', 'rate')).toFixed(2)),
        microsecondsPerReply: middle(name, 'microseconds'),
        referenceMicrosecondsPerReply: middle('one', 'microseconds'),
        honeydRatio: HONEYD_RATIO,
      }),
    );
  }
});

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

const floods = await withDaemon(honeydConfiguration(['10.3.0.5']), [], async (pid, pair) => {
  runLoad(pair, { mode: 'syn' }, pid);
  const before = await idle(pid);
  const seen = [];
  for (const clients of FLOODS) {
    const { answers } = runLoad(pair, { mode: 'flood', clients }, pid);
    seen.push({ answers, megabytes: Number((((await idle(pid)) - before) / 1e6).toFixed(1)) });
  }
  return { seen, after: runLoad(pair, { mode: 'echo' }, pid) };
});
FLOODS.forEach((handshakes, i) => {
  console.log(
    JSON.stringify({
      benchmark: `honeynet: ${handshakes} handshakes that nobody completes`,
      answered: floods.seen[i].answers,
      megabytes: floods.seen[i].megabytes,
      echoRepliesPerSecondAfterwards: floods.after.rate,
    }),
  );
});
