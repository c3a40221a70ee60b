/**
 * The engine `probes` on the seed scenario in the 2^32 space, one core, against C with AVX2 gather: probes a second of
 * processor time. The outbreak is cut at 40 minutes, past the start of the honeypots: two thousand million probes. Prints
 * a line of JSON.
 */
import { randomStreams } from '@wormwood/base';
import { probes } from '@wormwood/epidemic';
import { compileReference, median, seedScenario } from './limit/compile.mjs';

const ROUNDS = 3;
const durationSeconds = 2400;
const FILTER_BITS = 24;
const reference = compileReference('probes');
const streams = randomStreams('1');
const outbreak = { ...seedScenario(1), durationSeconds };

function ours(replicate) {
  const before = process.cpuUsage();
  const { summary } = probes.run(outbreak, { streams, replicate });
  const { user, system } = process.cpuUsage(before);
  return summary.probes / (user + system);
}

function theirs() {
  if (reference === null) return null;
  const figures = reference(FILTER_BITS, durationSeconds, 1);
  return figures.probes / figures.milliseconds / 1000;
}

const pairs = Array.from({ length: ROUNDS }, (_, replicate) => [ours(replicate), theirs()]);
const referenceRate = reference === null ? null : median(pairs.map(([, rate]) => rate));
console.log(
  JSON.stringify({
    benchmark: 'probes',
    reference: 'C, AVX2 gather',
    millionProbesPerSecond: Math.round(median(pairs.map(([rate]) => rate))),
    referenceMillionProbesPerSecond: referenceRate === null ? null : Math.round(referenceRate),
    ratio: referenceRate === null ? null : Number(median(pairs.map(([our, its]) => our / its)).toFixed(2)),
  }),
);
