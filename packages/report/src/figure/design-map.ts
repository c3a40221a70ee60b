/**
 * The design map: the fraction of hosts ever infected, over the start and the number of the honeypots. If they start early,
 * their number decides; if they start late, the start does. The curve h = S(T) separates outbreaks that shrink from the start
 * of the honeypots on from those that still grow.
 */
import { engineNamed, type Honeypots, type Outbreak, plainObstacles } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import type { FieldChart } from './field-chart.ts';

const COLUMNS = 46;
const STEPS_PER_OCTAVE = 4;
const OCTAVES_BELOW = 4;
const OCTAVES_ABOVE = 4;
const LEVELS = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.95] as const;

/**
 * Returns the design map around an outbreak by the mean field, if it scans uniformly and its only defense is one group of
 * honeypots that start at a time above 0; null otherwise.
 */
export function designMap(outbreak: Outbreak): FieldChart | null {
  const [honeypots, ...more] = outbreak.honeypots;
  if (more.length > 0 || honeypots?.kind !== 'honeypots') return null;
  // If hosts differ, h = S is not a threshold.
  if (plainObstacles('ode', outbreak).length > 0) return null;
  const { start, count } = honeypots;
  if (start.kind !== 'time' || start.timeSeconds <= 0 || count < 2) return null;
  const ode = engineNamed('ode');
  const randomness = { streams: randomStreams('1'), replicate: 0 };
  const { vulnerable } = outbreak.population;
  const free = outbreak.addressSpaceSize - vulnerable;
  const counts = countsAround(count, free);
  const lastSeconds = Math.min(outbreak.durationSeconds, 3 * start.timeSeconds);
  const starts = Array.from({ length: COLUMNS }, (_, i) => (lastSeconds * i) / (COLUMNS - 1));
  const everInfected = (of: Outbreak): number => ode.run(of, randomness).summary.everInfectedFraction;
  const value = Float64Array.from(
    counts.flatMap((honeypotCount) =>
      starts.map((timeSeconds) =>
        everInfected(defended(outbreak, { ...honeypots, count: honeypotCount }, timeSeconds)),
      ),
    ),
  );
  const alone: Outbreak = {
    ...outbreak,
    honeypots: [],
    durationSeconds: lastSeconds,
    sampleSeconds: lastSeconds / (COLUMNS - 1),
  };
  const susceptible = ode.run(alone, randomness).trajectory.susceptible;
  const unit = lastSeconds > 240 ? { name: 'min', seconds: 60 } : { name: 's', seconds: 1 };
  const minutes = starts.map((seconds) => seconds / unit.seconds);
  return {
    kind: 'field',
    id: 'design-map',
    title: 'How many honeypots, how soon',
    caption:
      'Hosts ever infected, over the start and the number of the honeypots, by the mean field. Dashed: as many honeypots as ' +
      'hosts are still susceptible at their start; above it, the outbreak shrinks from the start of the honeypots on.',
    x: { label: `honeypots start (${unit.name})`, values: minutes },
    y: { label: 'honeypots', values: counts },
    value,
    levels: LEVELS,
    levelLabel: 'ever infected',
    curves: [{ name: 'h = S(T)', x: minutes, y: Array.from(susceptible.slice(0, COLUMNS)) }],
    points: [
      {
        name: `${count.toLocaleString('en-US')}, as here`,
        x: start.timeSeconds / unit.seconds,
        y: count,
      },
    ],
  };
}

/** Returns the outbreak with other honeypots and a single sample, because only its end matters. */
function defended(outbreak: Outbreak, honeypots: Honeypots, timeSeconds: number): Outbreak {
  return {
    ...outbreak,
    honeypots: [{ ...honeypots, start: { kind: 'time', timeSeconds } }],
    sampleSeconds: outbreak.durationSeconds,
  };
}

/** Returns numbers of honeypots around the given one, in quarter octaves, within the free addresses. */
function countsAround(count: number, free: number): readonly number[] {
  const middle = Math.round(Math.log2(count));
  const lowest = Math.max(0, middle - OCTAVES_BELOW);
  const highest = Math.min(Math.floor(Math.log2(free)), middle + OCTAVES_ABOVE);
  const steps = (highest - lowest) * STEPS_PER_OCTAVE;
  return Array.from({ length: steps + 1 }, (_, step) => 2 ** (lowest + step / STEPS_PER_OCTAVE)).map((of) =>
    Math.min(free, of),
  );
}
