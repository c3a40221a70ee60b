/** `wormwood sim forecast --events F`: from what the honeypots see now to what comes, and what each measure would change. */
import { type AddressSet, formatDuration, printable } from '@wormwood/base';
import type { Observation } from '@wormwood/defense';
import { toTerminal } from '@wormwood/report';
import type { IpSet } from '@wormwood/wire';
import {
  adviceWords,
  armTable,
  forecastChart,
  forecastDocument,
  type ForecastOptions,
  keptForecast,
  leftOutDocument,
  leftOutWords,
  type MadeForecast,
  makeForecast,
  OutbreakWatch,
  presentTable,
  remarkWords,
  scoreWords,
  type Sighting,
} from '@wormwood/study';
import { follow } from '../detect/follow.ts';
import { type DetectFileOptions, EventReader, readInput, setUp } from '../detect/input.ts';
import { LineSplitter } from '../detect/lines.ts';
import { alarmWords, prefixesOf } from '../detect/words.ts';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { chartFiles } from '../output/result-files.ts';
import { prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import { ForecastKeeper } from './forecast-keep.ts';
import { openWorkerPool, type WorkerPool } from './worker-pool.ts';

/** The space that the worm scans: its size, and where it lies if that was said. */
export interface ScannedSpace {
  readonly size: number;
  readonly addresses?: AddressSet;
}

export interface SimForecastOptions extends Omit<DetectFileOptions, 'seed'>, Omit<ForecastOptions, 'seed'> {
  readonly space: ScannedSpace;
  readonly follow?: true;
  /** Seconds of the events between two forecasts. */
  readonly every?: number;
  /** Where forecasts are kept. */
  readonly keep?: string;
  readonly seed: string;
  readonly workers: number;
  readonly out?: string;
}

export async function simForecast(options: SimForecastOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  if (options.follow === true && options.events === undefined)
    throw new CommandFailure(EXIT.usage, '--follow needs a file that grows: --events FILE.');
  const { seed: _, ...detecting } = options;
  const { detector, monitored } = await setUp(detecting);
  const honeypots = options.space.addresses?.intersection(monitored.ipv4) ?? monitored.ipv4;
  if (monitored.ipv4.size === 0)
    throw new CommandFailure(
      EXIT.usage,
      'All honeypots have IPv6 addresses. A forecast is made from contacts over IPv4: random scanning finds no hosts among ' +
        '2^128 addresses, so contacts with a prefix of IPv6 do not show how many are infected.',
    );
  if (honeypots.size === 0 || honeypots.size > options.space.size) {
    const nets = prefixesOf(monitored).join(', ');
    throw new CommandFailure(
      EXIT.usage,
      `The honeypots (${nets}) and the space that the worm scans do not fit together; correct --space or --dark.`,
    );
  }
  const directory = options.out === undefined ? undefined : await prepareDirectory(options.out);
  const watch = new OutbreakWatch({ detector, honeypots });
  const interrupt = catchInterrupt(() => terminal.say('\nEnding; press Ctrl-C again to end at once.'));
  const keepPath = options.keep ?? (options.events === undefined ? undefined : `${options.events}.forecasts`);
  const keeper = await ForecastKeeper.open(keepPath, (text) => terminal.warn(text));
  const pool = openWorkerPool(Math.min(options.workers, options.draws), interrupt.flag);
  const desk = new ForecastDesk({ watch, keeper, pool, options, terminal, directory });
  try {
    if (options.follow === true) await followEvents(options, monitored, { desk, interrupt, terminal });
    else {
      const report = await readInput(detecting, monitored, {
        terminal,
        interrupt,
        take: (observation) => desk.take(observation),
        flush: () => desk.publish(),
      });
      if (interrupt.interrupted())
        throw new CommandFailure(EXIT.interrupted, 'Ended before the input was read.');
      await desk.end();
      return report.isPartial ? EXIT.partial : EXIT.ok;
    }
    return EXIT.interrupted;
  } finally {
    await pool.close();
    interrupt.release();
  }
}

async function followEvents(
  { events = '' }: SimForecastOptions,
  monitored: IpSet,
  {
    desk,
    interrupt,
    terminal,
  }: { readonly desk: ForecastDesk; readonly interrupt: Interrupt; readonly terminal: Terminal },
): Promise<void> {
  const reader = new EventReader({ file: events, monitored, warn: (text) => terminal.warn(text) });
  let lines = new LineSplitter();
  terminal.say(`Following ${printable(events)}; Ctrl-C ends it.`);
  for await (const chunk of follow([{ path: events, offset: 0, lines: 0 }], interrupt.signal)) {
    const take = (line: ReturnType<LineSplitter['end']>): void => {
      if (line !== null) reader.read(line, (observation) => desk.take(observation));
    };
    if (chunk.linesBefore !== null) {
      // What the file before ends with is torn: nothing more comes.
      take(lines.end());
      lines = new LineSplitter(chunk.linesBefore);
    }
    lines.push(chunk.octets).forEach(take);
    await desk.publish();
    if (chunk.octets.length === 0) await desk.caughtUp();
  }
}

interface DeskComponents {
  readonly watch: OutbreakWatch;
  readonly keeper: ForecastKeeper;
  readonly pool: WorkerPool;
  readonly options: SimForecastOptions;
  readonly terminal: Terminal;
  readonly directory: Awaited<ReturnType<typeof prepareDirectory>> | undefined;
}

/** An alarm with too little behind it is looked at again after so long. */
const AGAIN_SECONDS = 1;

/** Decides when a forecast is due, makes it and prints it. */
class ForecastDesk {
  readonly #components: DeskComponents;
  readonly #due: Sighting[] = [];
  #dueSeconds = -Infinity;
  #hasAlarm = false;
  #hasSaidNothing = false;

  constructor(components: DeskComponents) {
    this.#components = components;
  }

  /** Takes in an observation; whatever is due before it is fitted first. */
  take(observation: Observation): void {
    const { watch, options } = this.#components;
    const isRepeated = options.follow === true || options.every !== undefined;
    if (isRepeated && observation.timeSeconds > watch.nowSeconds && watch.nowSeconds >= this.#dueSeconds)
      this.#look();
    watch.take(observation);
  }

  /** Makes and prints the forecasts that are due. */
  async publish(): Promise<void> {
    for (let sighting = this.#due.shift(); sighting !== undefined; sighting = this.#due.shift())
      await this.#publish(sighting, this.#due.length === 0);
  }

  /** Says once that there is no alarm in what is written so far. */
  caughtUp(): Promise<void> {
    if (this.#hasAlarm || this.#hasSaidNothing) return Promise.resolve();
    this.#hasSaidNothing = true;
    const sighting = this.#sighting();
    this.#components.terminal.say(typeof sighting === 'string' ? sighting : alarmWords(sighting.alarm));
    return Promise.resolve();
  }

  /** The input has ended: the forecast from all of it. */
  async end(): Promise<void> {
    const { watch, terminal, options, keeper } = this.#components;
    const sighting = this.#sighting();
    if (typeof sighting !== 'string') {
      await this.#publish(sighting, true);
      return;
    }
    const score = keeper.score(watch, watch.nowSeconds);
    if (options.json) {
      const leftOut = leftOutDocument(watch.ipv6Contacts);
      const nothing = {
        alarm: watch.alarm(),
        reason: sighting,
        leftOut,
        forecast: null,
        score,
        version: VERSION,
      };
      await terminal.print(JSON.stringify(nothing));
      return;
    }
    const leftOut = watch.ipv6Contacts === 0 ? [] : [leftOutWords(watch.ipv6Contacts)];
    const said = leftOut.filter((words) => !sighting.includes(words));
    const scored = scoreWords(score);
    await terminal.print([sighting, ...said, ...(scored === undefined ? [] : [scored])].join('\n'));
  }

  #sighting(): Sighting | string {
    const { watch, options } = this.#components;
    return watch.sighting(options.space.size, options.response);
  }

  #look(): void {
    const { watch, options } = this.#components;
    const alarm = watch.alarm();
    if (alarm === null || alarm.endedSeconds !== null) return;
    const sighting = this.#sighting();
    if (typeof sighting === 'string') {
      this.#dueSeconds = watch.nowSeconds + AGAIN_SECONDS;
      return;
    }
    this.#hasAlarm = true;
    this.#due.push(sighting);
    this.#dueSeconds = watch.nowSeconds + (options.every ?? sighting.fit.doublingSeconds.median);
  }

  async #publish(sighting: Sighting, isLast: boolean): Promise<void> {
    const { pool, options, keeper, watch, directory, terminal } = this.#components;
    const made = await makeForecast(sighting, options, (request) => pool.runChunk(request));
    const score = keeper.score(watch, sighting.nowSeconds);
    await keeper.keep(keptForecast(made));
    const document = JSON.stringify(forecastDocument(made, { score, version: VERSION }));
    if (directory !== undefined && isLast) {
      const files = [{ name: 'forecast.json', content: `${document}\n` }, ...chartFiles(forecastChart(made))];
      await saveFiles(directory, files);
    }
    await terminal.print(options.json ? document : describe(made, scoreWords(score), terminal));
  }
}

function describe(made: MadeForecast, score: string | undefined, { stdout, columns }: Terminal): string {
  const ago = formatDuration(Math.max(0, made.sighting.nowSeconds - made.sighting.alarm.raisedSeconds));
  return [
    stdout.bold(`${alarmWords(made.sighting.alarm)} Seen ${ago} ago.`),
    renderTable(presentTable(made)),
    ...remarkWords(made),
    renderTable(armTable(made)),
    toTerminal(forecastChart(made), { columns, color: stdout.isColorSupported }),
    stdout.bold(adviceWords(made)),
    ...(score === undefined ? [] : [score]),
  ].join('\n\n');
}
