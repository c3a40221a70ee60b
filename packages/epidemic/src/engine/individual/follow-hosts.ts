/** A run of an engine that follows hosts one by one; engines differ in their scanning alone. */
import type { EngineName, Randomness, Run, RunControl } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { earlyFigures } from './early-figures.ts';
import { Following } from './follow.ts';
import { Journal } from './recorder.ts';
import { type ScanSetup, setUpScanning } from './scan-setup.ts';
import type { Scanning } from './scanning.ts';

export function followHosts(
  engine: EngineName,
  outbreak: Outbreak,
  randomness: Randomness,
  {
    control,
    scanningOf,
  }: { readonly control: RunControl | undefined; scanningOf: (setup: ScanSetup) => Scanning },
): Run {
  const setup = setUpScanning(outbreak, randomness);
  const journal = new Journal(outbreak);
  const following = new Following({
    outbreak,
    scanning: scanningOf(setup),
    weights: setup.weights,
    seeds: setup.seeds,
    journal,
    stream: randomness.streams.stream(`${engine}/follow`, randomness.replicate),
  });
  const partial = following.follow(control);
  const final = following.final();
  const { hostAddress: address } = setup.placed;
  const run = journal.finish(engine, {
    partial,
    final,
    ...(control?.keepInfections === true ? { address } : {}),
  });
  return { ...run, summary: { ...run.summary, ...earlyFigures(outbreak, final.firstStart) } };
}
