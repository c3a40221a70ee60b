/** A forecast from a sighting: the runs of every measure, computed anywhere, and what they came to. */
import { randomStreams } from '@wormwood/base';
import type { ChunkRequest, RunChunk } from '@wormwood/epidemic';
import { type Advice, adviceFor } from './advice.ts';
import { type MeasureOptions, type Proposal, proposalsFor, responseOf } from './measures.ts';
import { portName, type Sighting } from './outbreak-watch.ts';
import { type Arm, armOf, type OutlookQuestion, outlookRuns, presentStates, sparedBy } from './outlook.ts';
import type { KeptForecast } from './score.ts';

/** What a forecast is asked: how far to look, from how many runs, and which measures to compare. */
export interface ForecastOptions extends MeasureOptions {
  /** How far to look; absent: four doubling times. */
  readonly horizon?: number;
  readonly contacts: number;
  readonly draws: number;
  readonly seed: string;
}

/** What a measure comes to. */
export interface ComparedArm extends Proposal {
  readonly arm: Arm;
  /** Hosts spared until the horizon beside the present state: of ten runs, what eight lie between. */
  readonly spared: ReturnType<typeof sparedBy>;
}

/** A forecast: what comes under each measure, and what is advised. */
export interface MadeForecast {
  readonly sighting: Sighting;
  readonly port: string;
  readonly horizonSeconds: number;
  readonly timeSeconds: readonly number[];
  /** The present state first. */
  readonly arms: readonly ComparedArm[];
  readonly advice: Advice;
  readonly responseSeconds: number;
}

const HORIZON_DOUBLINGS = 4;

/** Makes the forecast; `run` computes a chunk somewhere. */
export async function makeForecast(
  sighting: Sighting,
  options: ForecastOptions,
  run: (request: ChunkRequest) => Promise<RunChunk>,
): Promise<MadeForecast> {
  const { seed, draws, contacts } = options;
  const { honeynet, fit, alarm } = sighting;
  const streams = randomStreams(seed);
  const states = presentStates(sighting, draws, streams);
  const horizonSeconds = options.horizon ?? HORIZON_DOUBLINGS * fit.doublingSeconds.median;
  const responseSeconds = responseOf(options);
  const advice = adviceFor(states, honeynet, { responseSeconds, contacts });
  const proposals = proposalsFor(honeynet, advice, options);
  const arms: Arm[] = [];
  let timeSeconds: readonly number[] = [];
  for (const { measures } of proposals) {
    const question: OutlookQuestion = { honeynet, states, measures, contacts, horizonSeconds, seed };
    const chunks = await Promise.all(outlookRuns(question).map(run));
    timeSeconds = Array.from(chunks[0]?.time ?? []);
    arms.push(armOf(question, chunks, streams));
  }
  const asItIs = arms[0]!;
  return {
    sighting,
    port: portName(alarm.protocol, alarm.port),
    horizonSeconds,
    timeSeconds,
    arms: proposals.map((proposal, index) => {
      const arm = arms[index] ?? asItIs;
      return Object.assign({}, proposal, { arm, spared: sparedBy(arm, asItIs) });
    }),
    advice,
    responseSeconds,
  };
}

/** Moments at which a kept forecast is scored, as shares of its horizon. */
const SCORED_AT = [0.25, 0.5, 1];

/** Returns what is kept of a forecast: the sources that the honeypots will have seen if nothing changes. */
export function keptForecast({ sighting, port, timeSeconds, arms }: MadeForecast): KeptForecast {
  const { sources } = arms[0]!.arm;
  const last = timeSeconds.length - 1;
  return {
    v: 1,
    madeSeconds: sighting.nowSeconds,
    startSeconds: sighting.series.startSeconds,
    port,
    honeypots: sighting.honeynet.honeypots,
    moments: SCORED_AT.map((share) => {
      const row = Math.round(share * last);
      return {
        timeSeconds: sighting.nowSeconds + (timeSeconds[row] ?? 0),
        q10: sources.q10[row] ?? 0,
        q50: sources.q50[row] ?? 0,
        q90: sources.q90[row] ?? 0,
      };
    }),
  };
}
