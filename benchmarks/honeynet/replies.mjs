/**
 * Answers a second on a veth pair: the daemon on one core and a raw load generator on the other. First with events on, as it is
 * used: the processor time of the whole process for each answer, against Honeyd with its packet log where Honeyd is installed, else
 * against its figures of another day. Then without logs, against the kernel's own stack answering the same load in the same place.
 * Prints a line of JSON for each kind of load.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOADS, measure, ratio, ROUNDS, seenIn } from './loads.mjs';
import {
  directory,
  hasHoneyd,
  honeydConfiguration,
  linesDropped,
  requireNamespaces,
  startDaemon,
  startHoneyd,
  startKernel,
} from './pair.mjs';

requireNamespaces();

/** With events, whose file is taken away afterwards. */
async function measureWithEvents() {
  const file = join(directory, 'events.jsonl');
  const configuration = honeydConfiguration(['10.3.0.5']);
  try {
    return await measure((pair) => startDaemon(pair, configuration, ['--events', file]), {
      look: () => ({ dropped: linesDropped() }),
    });
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

LOADS.forEach(({ name, honeydLogging }, i) => {
  const events = seenIn(rounds, 'events', i);
  const honeyd = hasHoneyd() ? seenIn(rounds, 'honeyd', i) : { rate: null, microseconds: honeydLogging };
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
  const kernel = seenIn(rounds, 'kernel', i);
  const daemon = seenIn(rounds, 'daemon', i);
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
