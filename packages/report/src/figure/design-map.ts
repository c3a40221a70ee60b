/**
 * The design map: the fraction of hosts ever infected, over the start and the number of the honeypots. If they start early,
 * their number decides; if they start late, the start does. The curve h = S(T) separates outbreaks that shrink from the start
 * of the honeypots on from those that still grow.
 */
import { formatDuration, randomStreams } from '@wormwood/base';
import {
  contactRatePerSecond,
  engineNamed,
  type Honeypots,
  type Outbreak,
  plainObstacles,
} from '@wormwood/epidemic';
import { EVER_INFECTED_LEVELS } from './field-bands.ts';
import type { FieldChart } from './field-chart.ts';

const COLUMNS = 46;
const STEPS_PER_OCTAVE = 4;
const OCTAVES_BELOW = 4;
const OCTAVES_ABOVE = 4;

/** What lies on the horizontal axis of a design map. */
export type DesignAxis = 'start' | 'delay';

/** Columns of a map: values of its horizontal axis in seconds, the threshold at each, and how the map speaks of them. */
interface Columns {
  readonly seconds: readonly number[];
  /** Honeypots that keep an outbreak from growing from their start on; NaN where no number does. */
  readonly threshold: readonly number[];
  readonly place: number;
  readonly with: (honeypots: Honeypots, seconds: number) => Honeypots;
  readonly label: string;
  readonly curve: string;
  readonly caption: string;
}

/**
 * Returns the design map around an outbreak by the mean field, over the start of the honeypots or over their delay, if it scans
 * uniformly and its only defense is one group of honeypots that start at a time above 0; null otherwise. A map over the delay
 * also shows honeypots that are there from the start.
 */
export function designMap(outbreak: Outbreak, along: DesignAxis = 'start'): FieldChart | null {
  const [honeypots, ...more] = outbreak.honeypots;
  if (more.length > 0 || honeypots?.kind !== 'honeypots') return null;
  // If hosts differ, h = S is not a threshold.
  if (plainObstacles('ode', outbreak).length > 0) return null;
  const { start, count } = honeypots;
  if (start.kind !== 'time' || count < 2 || (along === 'start' && start.timeSeconds <= 0)) return null;
  const { vulnerable } = outbreak.population;
  const counts = countsAround(count, outbreak.addressSpaceSize - vulnerable);
  const columns =
    along === 'start'
      ? startColumns(outbreak, start.timeSeconds)
      : delayColumns(outbreak, honeypots, start.timeSeconds);
  const everInfected = (of: Outbreak): number =>
    engineNamed('ode').run(of, RANDOMNESS).summary.everInfectedFraction;
  const value = Float64Array.from(
    counts.flatMap((honeypotCount) =>
      columns.seconds.map((seconds) =>
        everInfected(defended(outbreak, columns.with({ ...honeypots, count: honeypotCount }, seconds))),
      ),
    ),
  );
  const last = columns.seconds.at(-1) ?? 0;
  const unit = last > 240 ? { name: 'min', seconds: 60 } : { name: 's', seconds: 1 };
  const places = columns.seconds.map((seconds) => seconds / unit.seconds);
  return {
    kind: 'field',
    id: along === 'start' ? 'design-map' : 'design-map-delay',
    title: along === 'start' ? 'How many honeypots, how soon' : 'How many honeypots, how quick',
    caption: columns.caption,
    x: { label: `${columns.label} (${unit.name})`, values: places },
    y: { label: 'honeypots', values: counts },
    value,
    levels: EVER_INFECTED_LEVELS,
    levelLabel: 'ever infected',
    curves: [{ name: columns.curve, x: places, y: columns.threshold }],
    points: [
      { name: `${count.toLocaleString('en-US')}, as here`, x: columns.place / unit.seconds, y: count },
    ],
  };
}

const RANDOMNESS = { streams: randomStreams('1'), replicate: 0 };

/** Returns the susceptible hosts over time without honeypots, at `COLUMNS` moments up to the last. */
function susceptibleAlone(outbreak: Outbreak, lastSeconds: number): readonly number[] {
  const alone: Outbreak = {
    ...outbreak,
    honeypots: [],
    durationSeconds: lastSeconds,
    sampleSeconds: lastSeconds / (COLUMNS - 1),
  };
  return Array.from(engineNamed('ode').run(alone, RANDOMNESS).trajectory.susceptible.slice(0, COLUMNS));
}

function startColumns(outbreak: Outbreak, startSeconds: number): Columns {
  const lastSeconds = Math.min(outbreak.durationSeconds, 3 * startSeconds);
  return {
    seconds: Array.from({ length: COLUMNS }, (_, i) => (lastSeconds * i) / (COLUMNS - 1)),
    threshold: susceptibleAlone(outbreak, lastSeconds),
    place: startSeconds,
    with: (honeypots, timeSeconds) => ({ ...honeypots, start: { kind: 'time', timeSeconds } }),
    label: 'honeypots start',
    curve: 'h = S(T)',
    caption:
      'Hosts ever infected, over the start and the number of the honeypots, by the mean field. Dashed: as many honeypots as ' +
      'hosts are still susceptible at their start; above it, the outbreak shrinks from the start of the honeypots on.',
  };
}

/** Each infected host infects S/h + βδ S/N others once the honeypots are there (docs/models.md#delay-wall). */
function delayColumns(outbreak: Outbreak, { delaySeconds }: Honeypots, startSeconds: number): Columns {
  const { vulnerable } = outbreak.population;
  const susceptible = startSeconds > 0 ? (susceptibleAlone(outbreak, startSeconds).at(-1) ?? 0) : vulnerable;
  const rate = contactRatePerSecond(outbreak) * (susceptible / vulnerable);
  const lastSeconds = Math.max(WALL_SHOWN / rate, 1.5 * delaySeconds);
  const seconds = Array.from({ length: COLUMNS }, (_, i) => (lastSeconds * i) / (COLUMNS - 1));
  return {
    seconds,
    threshold: seconds.map((delay) => (rate * delay < 1 ? susceptible / (1 - rate * delay) : NaN)),
    place: delaySeconds,
    with: (honeypots, delay) => ({ ...honeypots, delaySeconds: delay }),
    label: 'delay from contact to immunization',
    curve: 'h = S/(1 − βδS/N)',
    caption:
      'Hosts ever infected, over the delay from contact to immunization and the number of the honeypots, by the mean field. ' +
      'Dashed: as many honeypots as keep the outbreak from growing once they are there; it rises to the wall at ' +
      `${formatDuration(1 / rate)}, past which no number does.`,
  };
}

/** How far a map over the delay goes, in delays at the wall. */
const WALL_SHOWN = 1.25;

/** Returns the outbreak with other honeypots and a single sample, because only its end matters. */
function defended(outbreak: Outbreak, honeypots: Honeypots): Outbreak {
  return { ...outbreak, honeypots: [honeypots], sampleSeconds: outbreak.durationSeconds };
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
