/** Why no value of a range keeps a goal, in a sentence that names the mechanism where there is one. */
import { formatDuration, formatPercent } from '@wormwood/base';
import { contactRatePerSecond, engineNamed, type Outbreak } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { formatQuantity, type SearchVariable } from '../vary/vary.ts';
import type { Achieved } from './achieved.ts';
import { figureText } from './figure-text.ts';

/** Returns the reason, given what the dearest value of the range still achieves. */
export function whyImpossible(
  outbreak: Outbreak,
  { path, quantity }: SearchVariable,
  dearest: number,
  best: Achieved,
): string {
  const missed = best.conditions.filter(({ isMet }) => !isMet);
  const limit = `Even at ${path}=${formatQuantity(quantity, dearest)}, `;
  const achieved = missed
    .map(
      ({ text, value }) => `${text} is missed${value === null ? '' : `: it is ${figureText(text, value)}`}`,
    )
    .join(', and ');
  return [`${limit}${achieved}.`, ...mechanisms(outbreak)].join(' ');
}

function mechanisms(outbreak: Outbreak): readonly string[] {
  const rate = contactRatePerSecond(outbreak);
  const sentences: string[] = [];
  const wall = outbreak.honeypots.find(({ delaySeconds }) => rate > 0 && delaySeconds * rate >= 1);
  if (wall !== undefined) {
    sentences.push(
      `An infected host infects another within ${formatDuration(1 / rate)} while all are susceptible, and it stays ` +
        `infected for ${formatDuration(wall.delaySeconds)} after it touched a honeypot: past that delay no number of ` +
        'honeypots suffices.',
    );
  }
  const late = infectedBeforeDefense(outbreak);
  if (late !== null) {
    const share = formatPercent(Number(late.fraction.toPrecision(3)));
    const start = formatDuration(late.seconds);
    sentences.push(
      `When the first defense starts, after ${start}, ${share} of the hosts are infected already.`,
    );
  }
  return sentences;
}

/** Returns how many hosts are infected when the first defense starts, by the mean field; null where that is unknown. */
function infectedBeforeDefense(
  outbreak: Outbreak,
): { readonly seconds: number; readonly fraction: number } | null {
  const starts = [...outbreak.honeypots, ...(outbreak.countermeasures ?? [])].flatMap(({ start }) =>
    start.kind === 'time' ? [start.timeSeconds] : [],
  );
  const seconds = Math.min(...starts, outbreak.durationSeconds);
  if (starts.length === 0 || seconds <= 0 || seconds >= outbreak.durationSeconds) return null;
  const alone: Outbreak = {
    ...outbreak,
    honeypots: [],
    countermeasures: [],
    durationSeconds: seconds,
    sampleSeconds: seconds,
  };
  const ode = engineNamed('ode');
  if (ode.unsupported(alone).length > 0) return null;
  const { summary } = ode.run(alone, { streams: randomStreams('1'), replicate: 0 });
  return { seconds, fraction: summary.everInfectedFraction };
}
