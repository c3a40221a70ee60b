/** Progress of a long command on stderr: on a terminal a bar with the time left, elsewhere an occasional line. */
import { formatDuration } from '@wormwood/base';
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** `fraction` of the whole in 0..1; `note` says what that is: `12 of 100 runs`. */
  update(fraction: number, note: string): void;
  stop(): void;
}

export const silentProgress: Progress = { update: () => undefined, stop: () => undefined };

const BAR_STEPS = 1000;

/** Returns a bar that redraws itself on `stream`, a terminal, and disappears on `stop`. */
export function progressBar(stream: NodeJS.WriteStream, label: string): Progress {
  const timeLeft = estimator();
  const columns = stream.columns || 80;
  const bar = new SingleBar({
    format: `${label} {bar} {percentage}%  {note}{left}`,
    stream,
    barsize: Math.max(10, Math.min(40, columns - label.length - 45)),
    hideCursor: true,
    clearOnComplete: true,
    // The program handles Ctrl-C itself.
    gracefulExit: false,
    fps: 5,
  });
  bar.start(BAR_STEPS, 0, { note: '', left: '' });
  // The bar hides the cursor; it must reappear however the program ends.
  const stop = (): void => bar.stop();
  process.once('exit', stop);
  return {
    update: (fraction, note) => {
      const left = timeLeft(fraction);
      bar.update(Math.floor(fraction * BAR_STEPS), { note, left: left === null ? '' : `, ${left} left` });
    },
    stop: () => {
      process.off('exit', stop);
      stop();
    },
  };
}

const FIRST_LINE_MS = 2_000;
const LINE_SPACING_MS = 15_000;

/** Returns a progress that calls `write` with a line after two seconds and then every fifteen. */
export function progressLines(write: (line: string) => void, label: string): Progress {
  const timeLeft = estimator();
  let due = performance.now() + FIRST_LINE_MS;
  return {
    update: (fraction, note) => {
      const left = timeLeft(fraction);
      const now = performance.now();
      if (now < due) return;
      due = now + LINE_SPACING_MS;
      write(
        `${label}: ${Math.floor(fraction * 100)} %, ${note}${left === null ? '' : `, about ${left} left`}`,
      );
    },
    stop: () => undefined,
  };
}

/** Returns a function from the fraction done to the time left in words; null while it is too early to estimate. */
function estimator(): (fraction: number) => string | null {
  const start = performance.now();
  let first: number | undefined;
  return (fraction) => {
    // What was there already took no time.
    first ??= fraction;
    const elapsed = (performance.now() - start) / 1000;
    if (fraction - first < 0.01 || elapsed < 1) return null;
    return formatDuration(Math.round((elapsed * (1 - fraction)) / (fraction - first)));
  };
}

const RATE_MS = 10_000;
const RATE_STEP_MS = 200;

/** Returns a function from how many are done to the rate of the last seconds in words; empty while it is too early to tell. */
export function rateMeter(): (done: number) => string {
  const seen: { readonly at: number; readonly done: number }[] = [];
  return (done) => {
    const at = performance.now();
    while (seen.length > 1 && at - (seen[1]?.at ?? at) > RATE_MS) seen.shift();
    if (at - (seen.at(-1)?.at ?? -Infinity) >= RATE_STEP_MS) seen.push({ at, done });
    const [first = { at, done }] = seen;
    const seconds = (at - first.at) / 1000;
    return seconds < 1 ? '' : `, ${Number(((done - first.done) / seconds).toPrecision(2))}/s`;
  };
}
