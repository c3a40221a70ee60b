/**
 * One run of the seed scenario by the engine `hosts` against the same in C: infectors and times of infection, and, with
 * addresses, the log of the infections and where each host lies. Prints a line of JSON for each.
 */
import { randomStreams } from '@wormwood/base';
import { hosts } from '@wormwood/epidemic';
import { compare, compileReference, medianMilliseconds, seedScenario } from './limit/compile.mjs';

const REPEATS = 31;
const reference = compileReference('hosts');
const streams = randomStreams('1');
for (const delaySeconds of [0, 1]) {
  for (const addresses of [false, true]) {
    const outbreak = seedScenario(delaySeconds);
    const control = { shouldStop: () => false, progress: () => {}, keepInfections: addresses };
    let replicate = 0;
    const figures = compare({
      rounds: 9,
      ours: () =>
        medianMilliseconds(REPEATS, () => hosts.run(outbreak, { streams, replicate: replicate++ }, control)),
      reference: reference && (() => reference(REPEATS, delaySeconds, addresses ? 1 : 0).medianMilliseconds),
    });
    console.log(
      JSON.stringify({ benchmark: 'hosts', delaySeconds, addresses, reference: 'C, the same', ...figures }),
    );
  }
}
