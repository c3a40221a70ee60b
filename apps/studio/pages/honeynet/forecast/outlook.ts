/** The forecast of the page: the contacts that the server has, their fit, and the runs under every measure, all in workers. */
import { AddressSet, parseCidr } from '@wormwood/base';
import type { ChunkRequest, RunChunk } from '@wormwood/epidemic';
import { type AlarmedSeries, type MadeForecast, makeForecast, type Sighting } from '@wormwood/study';
import { inWorker } from '../../laboratory/engine/workers.ts';
import type { ForecastBasis } from '../../../server/interface/answers.ts';
import type { ForecastQuestion } from './question.ts';

/** What is known by now. */
export type Outlook =
  | { readonly kind: 'computing' }
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'made'; readonly made: MadeForecast };

/** Runs of each measure while a handle moves. */
const ROUGH_DRAWS = 40;
/** Runs that are kept, so that a measure that stays as it is costs nothing. */
const CHUNKS_MAX = 4000;

export class Forecaster {
  #fitted: { readonly key: string; readonly outcome: Sighting | string } | null = null;
  readonly #chunks: Map<string, Promise<RunChunk>> = new Map();

  /** Returns the forecast, of few runs where it is rough; rejects with `Cancelled` once the signal is aborted. */
  async outlook(
    basis: ForecastBasis,
    question: ForecastQuestion,
    { isRough, signal }: { readonly isRough: boolean; readonly signal: AbortSignal },
  ): Promise<Outlook> {
    const { alarmed } = basis;
    if (alarmed === null) return { kind: 'none', reason: basis.reason ?? '' };
    const honeypots = honeypotsOf(basis, question);
    if (typeof honeypots === 'string') return { kind: 'none', reason: honeypots };
    const sighting = await this.#fit(alarmed, { honeypots, question }, signal);
    if (typeof sighting === 'string') return { kind: 'none', reason: sighting };
    const draws = isRough ? ROUGH_DRAWS : question.draws;
    const made = await makeForecast(sighting, { ...question, draws }, (request) =>
      this.#run(request, signal),
    );
    return { kind: 'made', made };
  }

  async #fit(
    alarmed: AlarmedSeries,
    {
      honeypots,
      question: { addressSpaceSize },
    }: { readonly honeypots: number; readonly question: ForecastQuestion },
    signal: AbortSignal,
  ): Promise<Sighting | string> {
    const { nowSeconds, series, alarm } = alarmed;
    const key = JSON.stringify([nowSeconds, series.responseSeconds, alarm.port, honeypots, addressSpaceSize]);
    if (this.#fitted?.key === key) return this.#fitted.outcome;
    const honeynet = { honeypots, addressSpaceSize };
    const outcome = await inWorker({ kind: 'sighting', alarmed, honeynet }, signal);
    this.#fitted = { key, outcome };
    return outcome;
  }

  #run(request: ChunkRequest, signal: AbortSignal): Promise<RunChunk> {
    const key = JSON.stringify(request);
    const known = this.#chunks.get(key);
    if (known !== undefined) return known;
    if (this.#chunks.size >= CHUNKS_MAX) this.#chunks.clear();
    const chunk = inWorker({ kind: 'chunk', request }, signal);
    this.#chunks.set(key, chunk);
    chunk.catch(() => this.#chunks.delete(key));
    return chunk;
  }
}

/** How many honeypots lie in the space that the worm scans; or why the two do not fit together. */
function honeypotsOf(
  { monitored }: ForecastBasis,
  { addresses, addressSpaceSize }: ForecastQuestion,
): number | string {
  const nets = AddressSet.fromCidrs(
    monitored.flatMap((text) => {
      const cidr = parseCidr(text);
      return cidr.ok ? [cidr.value] : [];
    }),
  );
  const inside = addresses === null ? nets.size : addresses.intersection(nets).size;
  if (inside === 0 || inside > addressSpaceSize)
    return `The honeypots (${monitored.slice(0, 4).join(', ')}) and the space that the worm scans do not fit together.`;
  if (inside < nets.size)
    return 'Some honeypots lie outside of the space that the worm scans; the command counts those inside alone.';
  return inside;
}
