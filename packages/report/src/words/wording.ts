/** Numbers as they are written in sentences. */
import { formatCount, formatDuration, formatPercent, formatRange } from '@wormwood/base';
import type { Countermeasure, Honeypots } from '@wormwood/epidemic';
import { startSecondsOf } from '../result/result-series.ts';
import type { SimulationResult } from '../result/result.ts';

/** Above this fraction, four digits would round to all. */
const NEARLY_ALL = 0.99995;

/** Returns a percentage with three significant digits, and never 100 % for a smaller fraction. */
export function percent(fraction: number): string {
  const rounded = Number(fraction.toPrecision(3));
  if (rounded < 1 || fraction >= 1) return formatPercent(Math.min(1, rounded));
  return fraction < NEARLY_ALL ? formatPercent(fraction) : 'more than 99.99%';
}

/** Returns a number with three significant digits, or more where three would round it to 1. */
export function ratio(value: number): string {
  for (const digits of [3, 4, 5]) {
    const rounded = Number(value.toPrecision(digits));
    if (rounded !== 1) return rounded >= 1000 ? formatCount(rounded) : String(rounded);
  }
  return '1';
}

/** Returns −1, 0 or 1 for a number below, at or above 1 as `ratio` writes it. */
export function comparedWithOne(value: number): number {
  return ratio(value) === '1' ? 0 : Math.sign(value - 1);
}

/** Fewer hosts than this, or a smaller fraction, are counted: nobody sees a host in 0.0536 %. */
const COUNTED_HOSTS = 100;
export const COUNTED_FRACTION = 0.01;

/** Returns whether so many hosts are better counted than given as a percentage. */
export function isCounted(hosts: number, vulnerable: number): boolean {
  return hosts < COUNTED_HOSTS || hosts < COUNTED_FRACTION * vulnerable;
}

/** Returns a number of hosts: `57.3%` of many, `11 hosts` of few. */
export function hostsInWords(hosts: number, vulnerable: number): string {
  if (!isCounted(hosts, vulnerable) || hosts >= vulnerable) return percent(hosts / vulnerable);
  const count = hostCount(hosts);
  return `${count} ${count === '1' ? 'host' : 'hosts'}`;
}

/** Returns a number of hosts; of a few in the mean over runs, with a part of a host: `2.5`. */
export function hostCount(hosts: number): string {
  return hosts > 0 && hosts < 10 ? String(Number(hosts.toFixed(1))) : formatCount(hosts);
}

const LARGE_UNITS = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
] as const;
/** Counts of more digits are hard to read, and make tables wide. */
const LARGE = 1e7;

/** Returns a count, a large one with four digits: `1,058,373`, `23.64 billion`. */
export function largeCount(count: number): string {
  if (count < LARGE) return formatCount(count);
  const [size, unit] = LARGE_UNITS.find(([least]) => count >= least)!;
  return `${Number((count / size).toPrecision(4))} ${unit}`;
}

/** Returns a range of hosts in the unit in which `among` hosts are given: `51.6% to 63%`, or `1 to 86` where they are counted. */
export function hostRange(range: readonly [number, number], vulnerable: number, among: number): string {
  return formatRange(range, (hosts) =>
    isCounted(among, vulnerable) ? formatCount(hosts) : percent(hosts / vulnerable),
  );
}

/** Returns `1 host`, `2 hosts`. */
function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Returns what computed a result: `engine ode`, or `engine hosts, 100 runs`. */
export function computation({ engine, runs }: Pick<SimulationResult, 'engine' | 'runs'>): string {
  return runs === 1 ? `engine ${engine}` : `engine ${engine}, ${formatCount(runs)} runs`;
}

/** Defenses besides honeypots, in the words of a sentence. */
const DEFENSE_WORDS: Readonly<Record<Countermeasure['kind'], string>> = {
  'avoided-honeypots': 'honeypots that the worm learns to avoid',
  'bandwidth-cap': 'a bandwidth cap',
  blacklist: 'address blacklisting',
  'clean-up': 'containment and clean-up',
  congestion: 'congestion',
  'counter-worm': 'a counter-worm',
  disinfection: 'disinfection',
  filter: 'content filtering',
  'kill-switch': 'a kill switch',
  'patch-scanning': 'a patching scan',
  patching: 'patching',
  quarantine: 'dynamic quarantine',
  throttle: 'a virus throttle',
};

/** Returns the defenses of a result besides honeypots in words, each once. */
export function otherDefenses({ scenario }: SimulationResult): readonly string[] {
  return [
    ...new Set(
      scenario.defenses.flatMap((defense) =>
        defense.kind === 'honeypots' ? [] : [DEFENSE_WORDS[defense.kind]],
      ),
    ),
  ];
}

/** Returns the honeypots as the subject of a sentence: `262,144 honeypots after 20 min`. */
export function honeypotsInWords(groups: readonly Honeypots[]): string {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const count = counted(total, 'honeypot');
  const starts = new Set(groups.map(startSecondsOf));
  const [start] = starts;
  if (start === undefined || starts.size > 1) return `${count} in ${groups.length} groups`;
  if (start === null) return `${count} that detect the worm themselves`;
  return start === 0 ? `${count} from the start` : `${count} after ${formatDuration(start)}`;
}
