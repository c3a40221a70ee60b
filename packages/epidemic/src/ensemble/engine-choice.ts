/**
 * The engine that answers when none is named: `ode` where the mean field is what happens, an ensemble of `hosts` where chance
 * or thin networks decide. The rule and its derivation: docs/models.md#when-chance-decides.
 */
import { formatCount, randomStreams } from '@wormwood/base';
import type { EngineName } from '../engine/engine.ts';
import { engineNamed } from '../engine/engines.ts';
import { ode } from '../engine/ode/ode.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { preferredNetworks } from '../reach/preferred-networks.ts';
import type { Trajectory } from '../engine/trajectory.ts';

export interface EngineChoice {
  readonly engine: EngineName;
  /** More than 1 where runs differ. */
  readonly runs: number;
  /** Why, as a clause without a capital and a full stop; null where the mean field says it all. */
  readonly reason: string | null;
}

/** Beyond this relative variance, a standard deviation of a third, a mean describes no run. */
const RELATIVE_VARIANCE_MAX = 0.1;
/** Outbreaks that die out by luck more often than this are more than an exception. */
const EXTINCTION_MAX = 0.05;
/** Where so large a fraction is infected in the end, chance can only say when. */
const SATURATED_FRACTION = 0.99;
/** Ensembles that show no more than when an outbreak comes are run up to this size. */
const TIMING_HOSTS_MAX = 100_000;
/** Up to this size runs are quick, and the quantiles of a hundred steady. */
const QUICK_HOSTS_MAX = 20_000;
const RUNS_QUICK = 100;
const RUNS_SLOW = 20;

/**
 * Returns the engine and the number of runs for an outbreak, and why. `runs` is the number asked for: more than one calls for
 * an engine whose runs differ.
 */
export function chooseEngine(outbreak: Outbreak, runs?: number): EngineChoice {
  const why = ode.unsupported(outbreak).length === 0 ? whyNotMeanField(outbreak) : NO_EQUATIONS;
  const isOde = why === null || why.isTiming;
  if (isOde && (runs === undefined || runs === 1)) {
    return { engine: 'ode', runs: 1, reason: why === null ? null : why.reason };
  }
  const engine = (['hosts', 'stochastic'] as const).find(
    (name) => engineNamed(name).unsupported(outbreak).length === 0,
  );
  const reason = why?.reason ?? 'more than one run calls for an engine whose runs differ';
  if (engine === undefined) {
    // The command reports why no engine can, or that only the mean field can.
    return why === NO_EQUATIONS ? { engine: 'hosts', runs: 1, reason } : { engine: 'ode', runs: 1, reason };
  }
  const isQuick = outbreak.population.vulnerable <= QUICK_HOSTS_MAX;
  return { engine, runs: runs ?? (isQuick ? RUNS_QUICK : RUNS_SLOW), reason };
}

interface Why {
  readonly reason: string;
  /** The mean field is right about everything but when, and many runs would be long. */
  readonly isTiming: boolean;
}

const NO_EQUATIONS: Why = {
  reason: 'the mean field has no equations for this scan strategy',
  isTiming: false,
};

function whyNotMeanField(outbreak: Outbreak): Why | null {
  return thinNetworks(outbreak) ?? decidedByChance(outbreak);
}

/**
 * The mean field spreads the infected evenly over networks. It is ahead of single hosts until each network has one, and
 * where a network holds few hosts.
 */
function thinNetworks(outbreak: Outbreak): Why | null {
  const preferred = preferredNetworks(outbreak);
  if (preferred === null) return null;
  const { networks, hostsPerNetwork } = preferred;
  const { infected } = outbreak.population;
  if (infected >= networks && 1 / hostsPerNetwork <= RELATIVE_VARIANCE_MAX) return null;
  const reason =
    infected < networks
      ? `local preference begins in ${counted(infected, 'host')} of ${formatCount(Math.round(networks))} networks`
      : `local preference into networks of ${counted(Math.round(hostsPerNetwork), 'host')} each`;
  return { reason: `${reason}, which the mean field would take too quickly`, isTiming: false };
}

function decidedByChance(outbreak: Outbreak): Why | null {
  const { infected, vulnerable } = outbreak.population;
  if (infected === 0 || infected === vulnerable) return null;
  const randomness = { streams: randomStreams('1'), replicate: 0 };
  const sampleSeconds = outbreak.durationSeconds / MEAN_FIELD_SAMPLES;
  const { trajectory, summary } = ode.run({ ...outbreak, sampleSeconds }, randomness);
  const noise = earlyNoise(trajectory, vulnerable);
  if (noise.relativeVariance <= RELATIVE_VARIANCE_MAX && noise.extinctionProbability <= EXTINCTION_MAX) {
    return null;
  }
  const first = `${counted(infected, 'host')} infected at the start`;
  const isSettled =
    summary.everInfectedFraction >= SATURATED_FRACTION && noise.extinctionProbability <= EXTINCTION_MAX;
  if (isSettled) {
    const reason = `with ${first}, chance decides when the worm spreads, not how far`;
    return { reason, isTiming: vulnerable > TIMING_HOSTS_MAX };
  }
  const isFew = 1 / infected > RELATIVE_VARIANCE_MAX;
  const isSmall = summary.peakInfected < 2 * infected;
  const reason = !isFew
    ? 'each infected host infects about one other, so chance decides how far the worm spreads'
    : isSmall
      ? 'the outbreak stays small, so chance decides how many hosts it reaches'
      : `with ${first}, chance decides whether and how far the worm spreads`;
  return { reason, isTiming: false };
}

const MEAN_FIELD_SAMPLES = 1000;

interface Noise {
  /** Of the number infected, by the time when the mean field has half of all that it ever infects. */
  readonly relativeVariance: number;
  /** Probability that no host is infected any more by then. */
  readonly extinctionProbability: number;
}

/**
 * Returns the noise of a birth-death process whose expected course is the mean field's: the relative variance is the integral
 * of (infections + removals)/I², and each of the I0 first hosts has no descendants left with the probability J/(1 + J), where J
 * is I0 times the same integral of the removals alone (Kendall 1948; docs/models.md#when-chance-decides).
 */
function earlyNoise(trajectory: Trajectory, vulnerable: number): Noise {
  const { infected, susceptible } = trajectory;
  const ever = trajectory.everInfected ?? susceptible.map((count) => vulnerable - count);
  const first = ever[0] ?? 1;
  const half = first + ((ever.at(-1) ?? first) - first) / 2;
  let variance = 0;
  let removed = 0;
  for (let row = 1; row < infected.length && ever[row - 1]! < half; row++) {
    const infections = Math.max(0, ever[row]! - ever[row - 1]!);
    const removals = Math.max(0, infections - (infected[row]! - infected[row - 1]!));
    // Between two samples I changes exponentially, of which this is the integral exactly.
    const scale = Math.max(HOST_PART, infected[row]!) * Math.max(HOST_PART, infected[row - 1]!);
    variance += (infections + removals) / scale;
    removed += removals / scale;
  }
  const childless = first * removed;
  return {
    relativeVariance: variance,
    extinctionProbability: Math.pow(childless / (1 + childless), first),
  };
}

/** Keeps the integrals finite where the mean field falls to nothing. */
const HOST_PART = 1e-6;

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
