/** Forecasts on disk: one JSON object a line, so that each is scored against what came later. */
import { appendFile, readFile } from 'node:fs/promises';
import { printable } from '@wormwood/base';
import {
  type ForecastScore,
  type KeptForecast,
  type OutbreakWatch,
  readKeptForecast,
  scoreOf,
} from '@wormwood/study';
import { errorCode, systemReason } from '../exit-code.ts';

export class ForecastKeeper {
  readonly #path: string | undefined;
  readonly #warn: (text: string) => void;
  readonly #kept: KeptForecast[];

  private constructor(path: string | undefined, warn: (text: string) => void, kept: KeptForecast[]) {
    this.#path = path;
    this.#warn = warn;
    this.#kept = kept;
  }

  /** Opens the file, which need not exist; without one the forecasts are kept in memory alone. */
  static async open(path: string | undefined, warn: (text: string) => void): Promise<ForecastKeeper> {
    if (path === undefined) return new ForecastKeeper(path, warn, []);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') warn(`Cannot read ${printable(path)}: ${systemReason(error)}.`);
      return '';
    });
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const kept = lines.flatMap((line) => readKeptForecast(line) ?? []);
    if (kept.length < lines.length)
      warn(
        `${lines.length - kept.length} lines of ${printable(path)} are not forecasts; they are left as they are.`,
      );
    return new ForecastKeeper(path, warn, kept);
  }

  /** Keeps a forecast, unless the same moment has one. */
  async keep(forecast: KeptForecast): Promise<void> {
    const isKnown = this.#kept.some(
      ({ madeSeconds, port }) => madeSeconds === forecast.madeSeconds && port === forecast.port,
    );
    if (isKnown) return;
    this.#kept.push(forecast);
    if (this.#path === undefined) return;
    const path = this.#path;
    await appendFile(path, `${JSON.stringify(forecast)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      this.#warn(
        `Cannot write ${printable(path)}: ${systemReason(error)}; this forecast is kept in memory alone.`,
      );
    });
  }

  /** The score of the forecasts of this honeynet by now. */
  score(watch: OutbreakWatch, nowSeconds: number): ForecastScore {
    const { honeypots } = watch;
    const mine = this.#kept.filter((forecast) => forecast.honeypots === honeypots);
    const scores = [...new Set(mine.map(({ port }) => port))].map((port) =>
      scoreOf(
        mine.filter((forecast) => forecast.port === port),
        nowSeconds,
        (start, times) => watch.seenBy(port, start, times),
      ),
    );
    const sum = (of: keyof ForecastScore): number => scores.reduce((total, score) => total + score[of], 0);
    return {
      forecasts: sum('forecasts'),
      moments: sum('moments'),
      held: sum('held'),
      below: sum('below'),
      above: sum('above'),
    };
  }
}
