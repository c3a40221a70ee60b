/** A run of an engine that follows hosts one by one; engines differ in their scanning alone. */
import type { EngineName, Randomness, Run, RunControl } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { earlyFigures } from '../ode/early-figures.ts';
import { hostMeasuresOf } from '../../dynamics/host-measures.ts';
import { drawTraits } from './host-traits.ts';
import { Following } from './follow.ts';
import { InfectionRecorder } from './infection-recorder.ts';
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
  const recorder = new InfectionRecorder(outbreak);
  const following = new Following({
    outbreak,
    scanning: scanningOf(setup),
    weights: setup.weights,
    traits: drawTraits(
      hostMeasuresOf(outbreak),
      outbreak.population.vulnerable,
      randomness.streams.stream('traits', randomness.replicate),
    ),
    seeds: setup.seeds,
    immune: setup.immune,
    mayDrawLate: engine === 'hosts' && isOfEachProbeAlone(outbreak, setup),
    recorder,
    stream: randomness.streams.stream(`${engine}/follow`, randomness.replicate),
  });
  const partial = following.follow(control);
  const final = following.final();
  const run = recorder.finish(engine, { partial, final });
  return {
    ...run,
    summary: { ...run.summary, ...earlyFigures(outbreak, final.firstStart) },
    ...(control?.keepInfections === true
      ? { infections: recorder.infections(setup.placed.hostAddress) }
      : {}),
  };
}

/** Whether what a probe does depends neither on the probes that its sender sent before nor on how many others send. */
function isOfEachProbeAlone({ worm, countermeasures = [] }: Outbreak, { scan, shares }: ScanSetup): boolean {
  const isShared = countermeasures.some(
    ({ kind, start }) => kind === 'congestion' || kind === 'bandwidth-cap' || start.kind === 'observed',
  );
  return scan.kind !== 'walked' && shares === undefined && worm.rateChanges === undefined && !isShared;
}
