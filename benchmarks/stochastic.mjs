/**
 * One exact run of the seed scenario (24 h, 8,641 samples) by the engine `stochastic` against the same event loop in C, with
 * immediate immunization (about 411,000 events) and after 1 s (about 619,000). Prints a line of JSON for each.
 */
import { randomStreams } from '@wormwood/base';
import { stochastic } from '@wormwood/epidemic';
import { compare, compileReference, medianMilliseconds, seedScenario } from './limit/compile.mjs';

const REPEATS = 31;
const reference = compileReference('direct');
const streams = randomStreams('1');
for (const delaySeconds of [0, 1]) {
  const outbreak = seedScenario(delaySeconds);
  let replicate = 0;
  const figures = compare({
    rounds: 9,
    ours: () =>
      medianMilliseconds(REPEATS, () => stochastic.run(outbreak, { streams, replicate: replicate++ })),
    reference: reference && (() => reference(REPEATS, delaySeconds).medianMilliseconds),
  });
  console.log(
    JSON.stringify({ benchmark: 'stochastic', delaySeconds, reference: 'C direct method', ...figures }),
  );
}
