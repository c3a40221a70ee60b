/** `wormwood detect`: who is infected, from a capture or from the events of a sensor. */
import { formatCount } from '@wormwood/base';
import type { ClockTrouble, DetectorStatus, Verdict } from '@wormwood/defense';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import { type DetectFileOptions, type DetectorSetup, type InputReport, readInput, setUp } from './input.ts';
import {
  alarmWords,
  clockWords,
  counted,
  forPrograms,
  ipv6TimeWords,
  prefixesOf,
  promiseWords,
  statusWords,
  timeWords,
  verdictTable,
} from './words.ts';

export interface DetectReportOptions extends DetectFileOptions {
  /** Sources without a verdict are shown that reached so many addresses; `true` for 3. */
  readonly undecided?: number | true;
}

/** The most sources whose verdicts the table shows; `--json` has all. */
const SHOWN_MAX = 200;
const UNDECIDED_FROM = 3;
/** Fewer connections may all have failed. */
const ONE_WAY_FROM = 20;

/** Takes verdicts as they come and prints them, all at once or one after the other, in constant memory. */
interface Printer {
  add(verdict: Verdict): void;
  flush(): Promise<void>;
  finish(report: InputReport): Promise<void>;
}

export async function detect(options: DetectReportOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const setup = await setUp(options);
  const least = options.undecided === true ? UNDECIDED_FROM : (options.undecided ?? null);
  const printer = options.json ? jsonPrinter(setup, terminal, least) : textPrinter(setup, terminal, least);
  const interrupt = catchInterrupt(() => terminal.say('\nEnding; press Ctrl-C again to end at once.'));
  try {
    const report = await readInput(options, setup.monitored, {
      terminal,
      interrupt,
      take: (observation) => {
        const verdict = setup.detector.observe(observation);
        if (verdict !== null) printer.add(verdict);
      },
      flush: () => printer.flush(),
    });
    await printer.finish(report);
    if (interrupt.interrupted()) terminal.warn('Ended early: this is the result of what was read.');
    if (interrupt.interrupted()) return EXIT.interrupted;
    return report.isPartial ? EXIT.partial : EXIT.ok;
  } finally {
    interrupt.release();
  }
}

/** Prints one object; its verdicts are written as they come. */
function jsonPrinter(
  { detector, monitored, seed, slowest }: DetectorSetup,
  terminal: Terminal,
  undecidedFrom: number | null,
): Printer {
  let begun = false;
  let pending: string[] = [];
  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    const head = { version: VERSION, seed, monitored: prefixesOf(monitored) };
    await terminal.print(`${JSON.stringify(head).slice(0, -1)},"verdicts":[`);
  };
  let separator = '';
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const text = pending.join(',\n');
    pending = [];
    await begin();
    await terminal.print(separator + text);
    separator = ',';
  };
  return {
    add: (verdict) => pending.push(JSON.stringify(forPrograms(verdict))),
    flush,
    finish: async ({ isPartial, packets, events }) => {
      await flush();
      await begin();
      const tail = {
        ...(undecidedFrom === null ? {} : { undecided: detector.undecided(undecidedFrom).map(forPrograms) }),
        promise: { scanRatePerSecond: slowest, verdict: detector.promise(slowest) },
        ...(monitored.ipv6.isEmpty ? {} : { ipv6Promise: detector.ipv6Promise() }),
        alarm: detector.alarm(),
        status: detector.status(),
        packets,
        events,
        partial: isPartial,
      };
      await terminal.print(`],${JSON.stringify(tail).slice(1)}`);
    },
  };
}

function textPrinter(
  { detector, monitored, slowest }: DetectorSetup,
  terminal: Terminal,
  undecidedFrom: number | null,
): Printer {
  const shown = new Map<Verdict['source'], Verdict>();
  return {
    add: (verdict) => {
      if (shown.size < SHOWN_MAX || shown.has(verdict.source)) shown.set(verdict.source, verdict);
    },
    flush: () => Promise.resolve(),
    finish: async (report) => {
      const status = detector.status();
      terminal.say(inputWords(report));
      terminal.say(statusWords(status));
      if (shown.size > 0) await terminal.print(verdictTable([...shown.values()]));
      await terminal.print(summaryOf(status, shown.size));
      if (undecidedFrom !== null)
        for (const { text } of detector.undecided(undecidedFrom)) await terminal.print(text);
      if (monitored.ipv4.size > 0) await terminal.print(timeWords(detector, slowest, monitored.ipv4.size));
      const ipv6 = detector.ipv6Promise();
      if (ipv6 !== null) await terminal.print(ipv6TimeWords(ipv6));
      const alarm = detector.alarm();
      if (alarm !== null) await terminal.print(terminal.stdout.bold(alarmWords(alarm)));
    },
  };
}

function summaryOf(status: DetectorStatus, shown: number): string {
  const { verdicts } = status;
  if (verdicts === 0) return 'No source scans by this evidence.';
  const found = promiseWords(status);
  return verdicts > SHOWN_MAX ? `${found} The table shows those of ${shown} sources; --json has all.` : found;
}

function clockSentence(clock: ClockTrouble): string {
  const words = clockWords(clock);
  return words === '' ? '' : ` ${words}`;
}

function inputWords({ packets, events }: InputReport): string {
  if (events !== undefined) {
    const bad = events.malformed === 0 ? '' : `, ${formatCount(events.malformed)} of them malformed`;
    return `${counted(events.lines, 'line')} of events${bad}.${clockSentence(events.clock)}`;
  }
  if (packets === undefined) return '';
  const { packets: all, elsewhere, ipv6, malformed, fragments, liveAsked, liveAnswered } = packets;
  const others = [
    ...(elsewhere === 0 ? [] : [`${formatCount(elsewhere)} between other addresses`]),
    ...(ipv6 === 0 ? [] : [`${formatCount(ipv6)} of IPv6, of which no address is watched`]),
    ...(malformed === 0 ? [] : [`${formatCount(malformed)} malformed`]),
  ];
  const lost =
    fragments.lost === 0
      ? ''
      : ` ${counted(fragments.lost, 'datagram')} in fragments could not be put together.`;
  const oneWay =
    liveAsked >= ONE_WAY_FROM && liveAnswered === 0
      ? ' The capture shows no answer of a live address: it has one direction alone, and nothing counts as failed for that.'
      : '';
  return `${[counted(all, 'packet'), ...others].join(', ')}.${lost}${oneWay}${clockSentence(packets.clock)}`;
}
