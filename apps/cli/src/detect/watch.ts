/** `wormwood detect watch`: follows the events of a running sensor and reports infected hosts at once. */
import { formatCount } from '@wormwood/base';
import type { Detector, Verdict } from '@wormwood/defense';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { follow } from './follow.ts';
import { type DetectOptions, EventReader, setUp } from './input.ts';
import { LineSplitter } from './lines.ts';
import { alarmWords, forPrograms, statusWords, verdictLine } from './words.ts';

export async function watch(options: DetectOptions & { readonly events: string }): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { detector, monitored } = await setUp(options);
  const warn = (text: string): void => terminal.warn(text);
  const reader = new EventReader({ file: options.events, monitored, warn });
  const interrupt = catchInterrupt(() => terminal.say('\nEnding.'));
  const alarms = newAlarms(detector);
  terminal.say(
    `Watching ${options.events} for ${formatCount(monitored.size)} dark addresses; press Ctrl-C to stop.`,
  );
  try {
    let lines = new LineSplitter();
    for await (const { octets, isNew } of follow(options.events, interrupt.signal)) {
      if (isNew) lines = new LineSplitter();
      const verdicts: Verdict[] = [];
      for (const line of lines.push(octets)) {
        reader.read(line, (observation) => {
          const verdict = detector.observe(observation);
          if (verdict !== null) verdicts.push(verdict);
        });
      }
      await tell(verdicts, { terminal, isJson: options.json === true });
      const alarm = alarms();
      // Standard output has verdicts only, so that a program can read it line by line.
      if (alarm !== null && options.json) terminal.warn(alarm);
      else if (alarm !== null) await terminal.print(terminal.stdout.bold(alarm));
    }
    terminal.say(statusWords(detector.status()));
    return EXIT.interrupted;
  } finally {
    interrupt.release();
  }
}

async function tell(
  verdicts: readonly Verdict[],
  { terminal, isJson }: { readonly terminal: Terminal; readonly isJson: boolean },
): Promise<void> {
  if (verdicts.length === 0) return;
  const lines = verdicts.map((each) => (isJson ? JSON.stringify(forPrograms(each)) : verdictLine(each)));
  await terminal.print(lines.join('\n'));
}

/** Returns a function that returns the text of an alarm when it is raised, slows down or ends, and null otherwise. */
function newAlarms(detector: Detector): () => string | null {
  let last = '';
  return () => {
    const alarm = detector.alarm();
    if (alarm === null) return null;
    const { protocol, port, hasSlowed, endedSeconds } = alarm;
    const state = `${protocol}/${port} ${hasSlowed} ${endedSeconds !== null}`;
    if (state === last) return null;
    last = state;
    return alarmWords(alarm);
  };
}
