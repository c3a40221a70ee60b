/** What is known about a source as lines of text, the same on the command line and on a page. */
import { formatTimestamp } from '@wormwood/base';
import { formatIp } from '@wormwood/wire';
import type { Verdict } from '../verdict.ts';
import type { Explanation } from './verdict-words.ts';

/** Returns what is known about a source, one line for each finding. */
export function explanationWords(
  { text, evidence, source }: Explanation,
  verdicts: readonly Verdict[],
): string {
  const findings = evidence.map(
    ({ text: words, forgeable }) => `- ${words}${forgeable ? ' (forgeable)' : ''}`,
  );
  const [verdict] =
    evidence.length === 0 ? [text] : [text.slice(0, text.indexOf(evidence[0]?.text ?? '')).trim()];
  const judged = verdicts.map(
    ({ timeSeconds, unforgeable, kind }) =>
      `- ${formatTimestamp(timeSeconds, 0)}: judged ${kind}${unforgeable ? ', its address proven' : ''}.`,
  );
  const caution = verdicts.at(-1)?.caution ?? null;
  const cautions = caution === null ? [] : [`- ${caution}`];
  return [verdict ?? formatIp(source), ...judged, ...findings, ...cautions].join('\n');
}
