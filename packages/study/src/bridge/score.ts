/** Forecasts that were kept, and how often their bands held what came. */

/** A forecast as it is kept: what the honeypots were to have seen by some moments. */
export interface KeptForecast {
  readonly v: 1;
  readonly madeSeconds: number;
  /** From when on sources are counted. */
  readonly startSeconds: number;
  readonly port: string;
  readonly honeypots: number;
  readonly moments: readonly KeptMoment[];
}

export interface KeptMoment {
  readonly timeSeconds: number;
  readonly q10: number;
  readonly q50: number;
  readonly q90: number;
}

/** Coverage of the bands of 80 %, over all moments that are past. */
export interface ForecastScore {
  /** Forecasts with a moment that is past. */
  readonly forecasts: number;
  readonly moments: number;
  readonly held: number;
  /** What came lay below, or above, the band. */
  readonly below: number;
  readonly above: number;
}

/** Returns the score by now; `seenBy` says how many sources had come by each time. */
export function scoreOf(
  kept: readonly KeptForecast[],
  nowSeconds: number,
  seenBy: (startSeconds: number, timesSeconds: readonly number[]) => readonly number[],
): ForecastScore {
  let [forecasts, moments, below, above] = [0, 0, 0, 0];
  for (const forecast of kept) {
    const past = forecast.moments.filter(({ timeSeconds }) => timeSeconds <= nowSeconds);
    if (past.length === 0) continue;
    const seen = seenBy(
      forecast.startSeconds,
      past.map(({ timeSeconds }) => timeSeconds),
    );
    forecasts++;
    moments += past.length;
    below += past.filter(({ q10 }, index) => (seen[index] ?? 0) < q10).length;
    above += past.filter(({ q90 }, index) => (seen[index] ?? 0) > q90).length;
  }
  return { forecasts, moments, held: moments - below - above, below, above };
}

/** Reads a line of kept forecasts; null where it is none. */
export function readKeptForecast(line: string): KeptForecast | null {
  const value = parsed(line);
  if (typeof value !== 'object' || value === null) return null;
  const { v, madeSeconds, startSeconds, port, honeypots, moments } = value as Readonly<
    Record<string, unknown>
  >;
  if (v !== 1 || typeof port !== 'string' || !Array.isArray(moments)) return null;
  if (![madeSeconds, startSeconds, honeypots].every((each) => Number.isFinite(each))) return null;
  const isMoment = (moment: unknown): boolean => {
    const { timeSeconds, q10, q50, q90 } = (moment ?? {}) as Readonly<Record<string, unknown>>;
    return [timeSeconds, q10, q50, q90].every((each) => Number.isFinite(each));
  };
  return (moments as readonly unknown[]).every(isMoment) ? (value as KeptForecast) : null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The language reports malformed JSON by throwing; a torn line is nothing unusual.
    return undefined;
  }
}
