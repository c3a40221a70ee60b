/**
 * Answers a second of the daemon with events on, with the studio beside it that reads and judges those events and serves a page
 * that follows them, against the same daemon alone (bar: 0.97). Rounds are in turns. Prints a line of JSON for each kind of load.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  controlSocket,
  directory,
  honeydConfiguration,
  linesDropped,
  makePair,
  processorSeconds,
  program,
  requireNamespaces,
  runLoad,
  startDaemon,
} from './pair.mjs';
import { median } from '../limit/compile.mjs';

const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 5);
const BAR = 0.97;
const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' } },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' } },
  { name: 'connect and close', load: { mode: 'close' } },
];
const events = join(directory, 'events.jsonl');

requireNamespaces();

/** The studio over the events and the control socket of the daemon, and a page's stream of news. */
async function startStudio() {
  const words = ['studio', '--events', events, '--control', controlSocket, '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /http:\/\/[\d.]+:\d+/.exec(said);
      if (found !== null) resolve(found[0]);
    });
    child.on('exit', () => reject(new Error(`the studio did not start: ${said}`)));
  });
  // In a process of its own, since this one waits for the load.
  const page = spawn(process.execPath, [
    '--eval',
    `require('node:http').get('${url}/api/stream', (answer) => answer.resume())`,
  ]);
  return {
    pid: child.pid,
    indexed: async () => (await (await fetch(`${url}/api/state`)).json()).progress.events,
    stop: () =>
      new Promise((resolve) => {
        page.kill('SIGTERM');
        child.removeAllListeners('exit').on('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}

/** All loads once, each after a second to warm up. */
async function measure(hasStudio) {
  const pair = makePair();
  const daemon = await startDaemon(pair, honeydConfiguration(['10.3.0.5']), ['--events', events]);
  const studio = hasStudio ? await startStudio() : null;
  try {
    const seen = LOADS.map(({ load }) => {
      runLoad(pair, { ...load, seconds: 1 }, daemon.pid);
      return runLoad(pair, { ...load, seconds: 3 }, daemon.pid);
    });
    const indexed = (await studio?.indexed()) ?? 0;
    if (studio !== null && indexed === 0) throw new Error('the studio has read nothing');
    const studioSeconds = studio === null ? 0 : processorSeconds(studio.pid);
    return Object.assign(seen, { indexed, studioSeconds, dropped: linesDropped() });
  } finally {
    await studio?.stop();
    await daemon.stop();
    pair.remove();
    for (const ending of ['', '.index', '.index-wal', '.index-shm'])
      rmSync(`${events}${ending}`, { force: true });
  }
}

const rounds = [];
for (let i = 0; i < ROUNDS; i++) rounds.push({ alone: await measure(false), beside: await measure(true) });

for (const [i, { name }] of LOADS.entries()) {
  const middle = (who, figure) => median(rounds.map((round) => round[who][i][figure]));
  const [ours, reference] = [middle('beside', 'rate'), middle('alone', 'rate')];
  console.log(
    JSON.stringify({
      benchmark: `honeynet beside the studio: ${name}`,
      reference: 'the same without the studio',
      repliesPerSecond: ours,
      referenceRepliesPerSecond: reference,
      ratio: Number((ours / reference).toFixed(3)),
      ratios: rounds.map(({ alone, beside }) => Number((beside[i].rate / alone[i].rate).toFixed(3))),
      bar: BAR,
      microsecondsPerReply: middle('beside', 'microseconds'),
      referenceMicroseconds: middle('alone', 'microseconds'),
      eventsIndexed: median(rounds.map(({ beside }) => beside.indexed)),
      studioProcessorSeconds: Number(median(rounds.map(({ beside }) => beside.studioSeconds)).toFixed(1)),
      linesDropped: rounds.reduce((sum, { alone, beside }) => sum + alone.dropped + beside.dropped, 0),
    }),
  );
}
