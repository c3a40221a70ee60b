/**
 * Answers a second on a veth pair: the daemon on one core and a raw load generator on the other. First with events on, as it is
 * used: the processor time of the whole process for each answer, against Honeyd with its packet log where Honeyd is installed, else
 * against its figures of another day. Then without logs, against the kernel's own stack answering the same load in the same place.
 * Prints a line of JSON for each kind of load.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  directory,
  hasHoneyd,
  honeydConfiguration,
  linesDropped,
  makePair,
  requireNamespaces,
  runLoad,
  startDaemon,
  startHoneyd,
  startKernel,
} from './pair.mjs';
import { median } from '../limit/compile.mjs';

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 5);
/** Microseconds of Honeyd 1.5c for an answer, without logs and with its packet log, seen on other machines of this kind. */
const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' }, honeyd: 4.7, honeydLogging: 6.7 },
  { name: 'SYN to RST', load: { mode: 'syn', port: 81 }, honeyd: 5.3, honeydLogging: 7.4 },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' }, honeyd: 7.2, honeydLogging: 11.7 },
  { name: 'connect and close', load: { mode: 'close' }, honeyd: 12.9, honeydLogging: 16.1 },
];

requireNamespaces();

/** All loads once, each after a second to warm up. */
async function measure(start, look = () => ({})) {
  const pair = makePair();
  const server = await start(pair);
  try {
    const measured = LOADS.map(({ load }) => {
      runLoad(pair, { ...load, seconds: 1 }, server.pid);
      return runLoad(pair, load, server.pid);
    });
    return Object.assign(measured, look());
  } finally {
    await server.stop();
    pair.remove();
  }
}

/** With events, whose file is taken away afterwards. */
async function measureWithEvents() {
  const file = join(directory, 'events.jsonl');
  const configuration = honeydConfiguration(['10.3.0.5']);
  try {
    return await measure(
      (pair) => startDaemon(pair, configuration, ['--events', file]),
      () => ({ dropped: linesDropped() }),
    );
  } finally {
    rmSync(file, { force: true });
  }
}

/** Rounds of all in turns: what else the machine does disturbs them alike. */
const rounds = [];
for (let i = 0; i < ROUNDS; i++) {
  rounds.push({
    events: await measureWithEvents(),
    ...(hasHoneyd() && { honeyd: await measure(startHoneyd) }),
    kernel: await measure(startKernel),
    daemon: await measure((pair) => startDaemon(pair, honeydConfiguration(['10.3.0.5']))),
  });
}

/** The middle of all rounds. */
function seen(who, load) {
  const middle = (name) => median(rounds.map((round) => round[who][load][name]));
  return { rate: middle('rate'), microseconds: middle('microseconds'), repeated: middle('repeated') };
}

const ratio = (ours, reference) => Number((ours / reference).toFixed(2));

LOADS.forEach(({ name, honeydLogging }, i) => {
  const events = seen('events', i);
  const honeyd = hasHoneyd() ? seen('honeyd', i) : { rate: null, microseconds: honeydLogging };
  console.log(
    JSON.stringify({
      benchmark: `honeynet with events: ${name}`,
      reference: hasHoneyd() ? 'Honeyd with its packet log' : 'Honeyd with its packet log, of another day',
      microsecondsPerReply: events.microseconds,
      referenceMicroseconds: honeyd.microseconds,
      ratio: ratio(events.microseconds, honeyd.microseconds),
      repliesPerSecond: events.rate,
      referenceRepliesPerSecond: honeyd.rate,
      repeated: events.repeated,
      linesDropped: rounds.reduce((sum, round) => sum + round.events.dropped, 0),
    }),
  );
});

LOADS.forEach(({ name, honeyd: honeydMicroseconds }, i) => {
  const kernel = seen('kernel', i);
  const daemon = seen('daemon', i);
  console.log(
    JSON.stringify({
      benchmark: `honeynet: ${name}`,
      reference: 'the Linux kernel',
      repliesPerSecond: daemon.rate,
      referenceRepliesPerSecond: kernel.rate,
      ratio: ratio(daemon.rate, kernel.rate),
      microsecondsPerReply: daemon.microseconds,
      honeydMicroseconds,
      microsecondsRatio: ratio(daemon.microseconds, honeydMicroseconds),
      repeated: daemon.repeated,
      referenceRepeated: kernel.repeated,
    }),
  );
});
