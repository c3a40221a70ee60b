/** `wormwood sim fit SCENARIO --data F`: what a series of counts says of the outbreak, and what comes next. */
import { resolve } from 'node:path';
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatRange,
  formatRate,
  randomStreams,
} from '@wormwood/base';
import type { RunChunk } from '@wormwood/epidemic';
import { type Scenario, scenarioDocument, type ScenarioValueChange } from '@wormwood/files/scenario';
import { fitChart, residualChart, toTerminal } from '@wormwood/report';
import {
  type Estimate,
  type Fit,
  fitSeries,
  type Forecast,
  forecastOf,
  forecastRuns,
  readSeries,
} from '@wormwood/study';
import { readRegularText } from '@wormwood/sensor/read-file';
import { openScenario, warnOfAll } from './check-scenario.ts';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { chartFiles } from '../output/result-files.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { type Origin, sha256Of, withManifest } from './manifest.ts';
import { openWorkerPool } from './worker-pool.ts';
import { VERSION } from '../version.ts';
import type { PrintOptions } from '../command-options.ts';

export interface SimFitOptions extends PrintOptions {
  readonly data: string;
  readonly set: readonly ScenarioValueChange[];
  /** Addresses that a telescope monitors, for a series of sources. */
  readonly telescope?: number;
  /** Of a host, per second, where it is known. */
  readonly scanRate?: number;
  /** How far to forecast, in seconds. */
  readonly forecast?: number;
  readonly draws: number;
  readonly seed: string;
  readonly workers: number;
  readonly out?: string;
}

/** A series of a row a second for a year. */
const DATA_BYTES_MAX = 2 ** 30;

/** `words` are those of the command line, for the manifest. */
export async function simFit(
  argument: string,
  options: SimFitOptions,
  words: readonly string[],
): Promise<ExitCode> {
  const started = new Date();
  const terminal = openTerminal(options);
  const { json, set: changes } = options;
  const checked = await openScenario(argument, { changes, terminal, json: json === true });
  if (checked === undefined) return EXIT.invalidFile;
  const text = readData(options.data);
  const reading = readSeries(text, options.data);
  if (!reading.ok) {
    warnOfAll(terminal, reading.diagnostics, text);
    if (options.json) await terminal.print(JSON.stringify({ ok: false, diagnostics: reading.diagnostics }));
    return EXIT.invalidFile;
  }
  const { outbreak, scenario } = checked;
  const outcome = fitSeries(outbreak, reading.series, {
    telescopeSize: options.telescope,
    scanRatePerSecond: options.scanRate,
  });
  if (!outcome.ok) throw new CommandFailure(EXIT.failed, outcome.reason);
  const { fit } = outcome;
  const directory = options.out === undefined ? undefined : await prepareDirectory(options.out);
  const forecast =
    options.forecast === undefined ? undefined : await runForecast(outbreak, fit, options, terminal);
  const chart = fitChart({ name: scenario.name, counts: fit.counts, best: fit.posterior.best, forecast });
  if (directory !== undefined) {
    const document = `${JSON.stringify(fitDocument(fit, forecast))}\n`;
    const residuals = residualChart({
      name: scenario.name,
      counts: fit.counts,
      residuals: fit.posterior.residuals,
    });
    const files = [{ name: 'fit.json', content: document }, ...chartFiles(chart), ...chartFiles(residuals)];
    await saveFiles(directory, withManifest(files, originOf(options, { words, scenario, text, started })));
    terminal.say(`Written to ${options.out}`);
  }
  const { stdout, columns } = terminal;
  await terminal.print(
    options.json
      ? JSON.stringify(fitDocument(fit, forecast))
      : [
          renderTable(estimateTable(fit)),
          ...remarks(fit),
          toTerminal(chart, { columns, color: stdout.isColorSupported }),
          ...(forecast === undefined
            ? []
            : [stdout.bold(forecastSentence(forecast, checked.outbreak.honeypots.length > 0))]),
        ].join('\n\n'),
  );
  return EXIT.ok;
}

function originOf(
  { data, seed, draws }: SimFitOptions,
  found: {
    readonly words: readonly string[];
    readonly scenario: Scenario;
    readonly text: string;
    readonly started: Date;
  },
): Origin {
  const { words: command, scenario, text, started } = found;
  const read = { path: resolve(data), sha256: sha256Of(text) };
  return { command, scenario: scenarioDocument(scenario), seed, runs: draws, started, data: read };
}

function readData(path: string): string {
  try {
    return readRegularText(path, DATA_BYTES_MAX);
  } catch (error) {
    throw new CommandFailure(EXIT.invalidFile, `The data ${path} cannot be read: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}

async function runForecast(
  outbreak: Parameters<typeof fitSeries>[0],
  fit: Fit,
  options: SimFitOptions,
  terminal: Terminal,
): Promise<Forecast> {
  const { draws, seed, workers, forecast: horizonSeconds = 0 } = options;
  const requests = forecastRuns({ outbreak, fit, horizonSeconds, draws, streams: randomStreams(seed) });
  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding the forecast; press Ctrl-C again to end at once.'),
  );
  const pool = openWorkerPool(Math.min(workers, draws), interrupt.flag);
  const progress = terminal.progress('forecast');
  let done = 0;
  try {
    const chunks = await Promise.all(
      requests.map(async (request): Promise<RunChunk> => {
        const chunk = await pool.runChunk(request);
        done++;
        progress.update(done / draws, `${done} of ${draws} runs`);
        return chunk;
      }),
    );
    if (interrupt.interrupted())
      throw new CommandFailure(EXIT.interrupted, 'Ended before the forecast was complete.');
    return forecastOf(requests, chunks);
  } finally {
    progress.stop();
    await pool.close();
    interrupt.release();
  }
}

function fitDocument(fit: Fit, forecast: Forecast | undefined): object {
  const {
    vulnerable,
    contactRatePerSecond,
    scanRatePerSecond,
    doublingSeconds,
    shareReached,
    startSeconds,
    isSeparable,
    posterior,
    counts,
  } = fit;
  return {
    estimates: {
      vulnerable,
      contactRatePerSecond,
      scanRatePerSecond,
      doublingTimeSeconds: doublingSeconds,
      shareReached,
      startSeconds,
    },
    isSeparable,
    dispersion: posterior.dispersion,
    residuals: posterior.residuals,
    data: { time: counts.timeSeconds, everInfected: counts.cumulative },
    ...(forecast !== undefined && { forecast }),
    version: VERSION,
  };
}

function estimateTable({
  vulnerable,
  contactRatePerSecond,
  scanRatePerSecond,
  doublingSeconds,
  shareReached,
  startSeconds,
  isSeparable,
}: Fit): Parameters<typeof renderTable>[0] {
  const row = (
    label: string,
    { low, median, high }: Estimate,
    format: (value: number) => string,
  ): readonly string[] => [label, format(median), formatRange([low, high], format)];
  return {
    caption: 'What the series says',
    columns: ['', 'median', '95% interval'],
    rows: [
      row('Vulnerable hosts N', vulnerable, formatCount),
      row('Contact rate β = sN/Ω', contactRatePerSecond, formatRate),
      row('Scan rate s of a host', scanRatePerSecond, formatRate),
      row('Doubling time at first', doublingSeconds, formatDuration),
      isSeparable
        ? row('Infected at the end, of all', shareReached, (share) =>
            formatPercent(Math.min(1, Number(share.toPrecision(3)))),
          )
        : ['Infected at the end, of all', 'open', '–'],
      row('First host infected before the data', negative(startSeconds), formatDuration),
    ],
  };
}

/** The same before zero; what lies after it is none. */
function negative({ low, median, high }: Estimate): Estimate {
  const before = (seconds: number): number => Math.max(0, -seconds);
  return { low: before(high), median: before(median), high: before(low) };
}

function remarks({ isSeparable, posterior, contactRatePerSecond }: Fit): readonly string[] {
  const sentences: string[] = [];
  if (!isSeparable) {
    sentences.push(
      'The series shows mostly early growth. That fixes the contact rate, ' +
        `${formatRate(contactRatePerSecond.median)}, which is the product of hosts and scan rate, and not each of them.`,
    );
  }
  if (posterior.tempering > 1) {
    sentences.push(
      `The counts scatter ${Number(posterior.dispersion.toPrecision(2))} times as much as this model does; ` +
        'the intervals are widened accordingly.',
    );
  }
  return sentences;
}

function forecastSentence({ timeSeconds, everInfected }: Forecast, isDefended: boolean): string {
  const [low, median, high] = [everInfected.q10, everInfected.q50, everInfected.q90].map((band) =>
    formatCount(band.at(-1) ?? 0),
  );
  const after = formatDuration(timeSeconds.at(-1) ?? 0);
  const defended = isDefended ? ', with the defenses of the scenario starting now' : '';
  return `In ${after}${defended}, ${median} hosts are or were infected; between ${low} and ${high} in eight of ten runs.`;
}
